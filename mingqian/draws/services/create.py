"""A new application: a numbered draft at once, blank or copied from an earlier one."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Committee
from mingqian.draws.models import (
    DesignatedMember,
    DrawApplication,
    DrawAvoidance,
    DrawMode,
    SeatQuota,
)
from mingqian.draws.subjects import KIND
from mingqian.workflow.services import open_matter

from .save import group_ids

NUMBER_PREFIX = "CQ"


def create_application(
    *,
    year: int,
    committee: Committee | None,
    key: str,
    by: User,
    mode: str = DrawMode.BY_GROUP,
    source: DrawApplication | None = None,
    at: datetime | None = None,
) -> DrawApplication:
    """A draft with its number. The same `key` (one rendered form) gives the same draft again.

    `source`: an earlier application of the same office whose seats, avoidance, designated members and
    place are taken over; dates and reasons are not.
    """
    check(by, "draws.edit_application")
    if by.office is None or (committee is not None and committee.office_id != by.office_id):
        raise PermissionDenied("another office")
    if source is not None and source.office_id != by.office_id:
        raise PermissionDenied("another office")
    made = _made_with(key, by)
    if made is not None:
        return made
    at = at or timezone.now()
    try:
        with transaction.atomic():
            return _create(year, committee, key, by, mode, source, at)
    except IntegrityError:
        # The same form was posted twice at the same moment; the other post made it.
        made = _made_with(key, by)
        if made is None:
            raise
        return made


def _made_with(key: str, by: User) -> DrawApplication | None:
    return DrawApplication.objects.filter(creation_key=key, office_id=by.office_id).first()


def _create(
    year: int,
    committee: Committee | None,
    key: str,
    by: User,
    mode: str,
    source: DrawApplication | None,
    at: datetime,
) -> DrawApplication:
    assert by.office is not None
    office = by.office
    name = f"{year} 年度{committee.name}评审会议"[:100] if committee else ""
    matter = open_matter(
        KIND,
        prefix=NUMBER_PREFIX,
        year=year,
        title=name or "评委抽取申请",
        office=office,
        by=by,
        at=at,
    )
    application = DrawApplication.objects.create(
        matter=matter,
        office=office,
        year=year,
        committee=committee,
        mode=source.mode if source else mode,
        meeting_name=name,
        handler_name=by.real_name[:30],
        handler_phone=office.contact_phone or office.contact_mobile,
        creation_key=key,
        created_at=at,
        saved_at=at,
        saved_by=by,
    )
    if source is not None:
        _take_over(application, source)
        record(
            "draws.copy_application",
            on=matter,
            by=by,
            office_id=office.pk,
            details={"source": source.number},
            at=at,
        )
    return application


def _take_over(application: DrawApplication, source: DrawApplication) -> None:
    for name in ("place", "observer_names", "avoidance_ground", "same_unit_cap"):
        setattr(application, name, getattr(source, name))
    committee = application.committee
    kept = set(committee.specialties.values_list("pk", flat=True)) if committee else set()
    groups = group_ids(application)
    SeatQuota.objects.bulk_create(
        SeatQuota(
            application=application,
            group_id=groups.get(quota.specialty_id),
            specialty_id=quota.specialty_id,
            primary=quota.primary,
            alternate=quota.alternate,
            alternate_typed=quota.alternate_typed,
            note=quota.note,
        )
        for quota in source.quotas.all()
        if quota.specialty_id in kept
    )
    DrawAvoidance.objects.bulk_create(
        DrawAvoidance(
            application=application, kind=row.kind, unit_id=row.unit_id, expert_id=row.expert_id
        )
        for row in source.avoidances.all()
    )
    DesignatedMember.objects.bulk_create(
        DesignatedMember(
            application=application, expert_id=row.expert_id, duty=row.duty, reason=row.reason
        )
        for row in source.designated.all()
    )
    if application.by_group:
        quotas = list(application.quotas.all())
        application.primary_total = sum(quota.primary for quota in quotas)
        application.alternate_total = sum(quota.alternate for quota in quotas)
    else:
        application.primary_total = source.primary_total
        application.alternate_total = source.alternate_total
        application.alternate_total_typed = source.alternate_total_typed
    application.save()
