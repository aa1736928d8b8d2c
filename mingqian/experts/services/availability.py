"""Whether an expert may be drawn: days away, a membership suspended and restored."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record

from ..models import Expert, ExpertUnavailability, MembershipStatus, PoolMembership


class NothingToDo(Exception):
    """Somebody did it already, or the membership is in another state; the text says which."""


def add_unavailability(
    expert: Expert, *, from_on: date, to_on: date, reason: str, by: User
) -> ExpertUnavailability:
    """Note the days, both included, on which an expert cannot come. Forms have judged the days."""
    check(by, "experts.edit_expert")
    if by.office_id is None or not Expert.objects.visible_to(by).filter(pk=expert.pk).exists():
        raise PermissionDenied("experts.edit_expert")
    with transaction.atomic():
        away = ExpertUnavailability.objects.create(
            expert=expert,
            office_id=by.office_id,
            from_on=from_on,
            to_on=to_on,
            reason=reason,
            recorded_by=by,
            recorded_at=timezone.now(),
        )
        record(
            "experts.add_unavailability",
            on=expert,
            by=by,
            office_id=by.office_id,
            details={"from_on": from_on.isoformat(), "to_on": to_on.isoformat()},
            purpose=reason,
        )
    return away


def withdraw_unavailability(away: ExpertUnavailability, *, by: User) -> None:
    """Take noted days back; the row stays. Raises NothingToDo, PermissionDenied."""
    check(by, "experts.edit_expert")
    if away.office_id != by.office_id:
        raise PermissionDenied("experts.edit_expert")
    with transaction.atomic():
        rows = ExpertUnavailability.objects.filter(pk=away.pk, withdrawn_at=None)
        if not rows.update(withdrawn_at=timezone.now()):
            raise NothingToDo("这段时间已经撤销。")
        record(
            "experts.withdraw_unavailability",
            on=away.expert,
            by=by,
            office_id=by.office_id,
            details={"from_on": away.from_on.isoformat(), "to_on": away.to_on.isoformat()},
        )


def suspend_membership(membership: PoolMembership, *, reason: str, by: User) -> None:
    """Keep a member out of draws until restored. Raises NothingToDo, PermissionDenied."""
    _move(
        membership,
        MembershipStatus.ACTIVE,
        MembershipStatus.SUSPENDED,
        "experts.suspend_membership",
        reason,
        by,
    )


def restore_membership(membership: PoolMembership, *, reason: str, by: User) -> None:
    """Let a suspended member be drawn again. Raises NothingToDo, PermissionDenied."""
    _move(
        membership,
        MembershipStatus.SUSPENDED,
        MembershipStatus.ACTIVE,
        "experts.restore_membership",
        reason,
        by,
    )


def _move(
    membership: PoolMembership,
    before: MembershipStatus,
    after: MembershipStatus,
    action: str,
    reason: str,
    by: User,
) -> None:
    check(by, "experts.edit_expert")
    if membership.office_id != by.office_id:
        raise PermissionDenied("experts.edit_expert")
    now = timezone.now()
    with transaction.atomic():
        rows = PoolMembership.objects.filter(pk=membership.pk, status=before)
        if not rows.update(status=after, status_reason=reason):
            raise NothingToDo("状态已被他人变更，请核对后再操作。")
        Expert.objects.filter(pk=membership.expert_id).update(
            version=F("version") + 1, updated_at=now
        )
        record(
            action,
            on=membership.expert,
            by=by,
            office_id=membership.office_id,
            details={"committee": membership.committee.name},
            purpose=reason,
        )
