"""补充抽取申请: a numbered draft that points to its first draw and begins with the seats that are empty."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import (
    DeclineReason,
    DrawApplication,
    DrawAvoidance,
    DrawKind,
    DrawMode,
    Position,
    Roster,
    SeatQuota,
    SupplementReason,
)
from mingqian.draws.queries.grid import alternates_for
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.series import SeriesNow, series_of, supplement_under_way
from mingqian.draws.subjects import KIND
from mingqian.workflow.services import open_matter

from .holding import holding_application
from .rosters import RosterRefused, holding_roster
from .save import OF_THE_MEETING, group_ids

PERMISSION = "draws.edit_application"
NUMBER_PREFIX = "BC"
LEAST_TEXT = 4
COPIED = (*OF_THE_MEETING, "same_unit_cap", "avoidance_ground", "observer_names")


class SupplementOpen(RosterRefused):
    """One supplement of a series is under way at a time; `application` is the one there is."""

    def __init__(self, application: DrawApplication) -> None:
        self.application = application
        super().__init__(f"补充抽取 {application.number} 正在办理，一次只办理一份。")


def create_supplement(
    roster: Roster,
    *,
    by: User,
    key: str,
    mode: str = "",
    reason: str = "",
    reason_text: str = "",
    at: datetime | None = None,
) -> DrawApplication:
    """A draft for what is missing on a roster. The same `key` (one rendered form) gives the same draft again.

    `mode` and `reason` default to those of the first draw and of what happened. Raises SupplementOpen while
    another one is under way, RosterRefused where nothing is missing and no reason is given, RosterLocked,
    RosterVoid, PermissionDenied.
    """
    check(by, PERMISSION)
    if by.office_id != roster.office_id:
        raise PermissionDenied("another office")
    at = at or timezone.now()
    made = _made_with(key, by)
    if made is not None:
        return made
    if reason and reason not in SupplementReason.values:
        raise RosterRefused("请从列表中选择补充事由。")
    text = " ".join(reason_text.replace("\x00", "").split())[:200]
    try:
        # The new row names the first application, which PostgreSQL then locks: application first, roster second.
        with (
            holding_application(roster.draw.application, by=by, permission=PERMISSION) as first,
            holding_roster(roster, by=by, permission=PERMISSION) as held,
        ):
            if first.ends_at is not None and first.ends_at <= at:
                raise RosterRefused("会议已经结束，不能再申请补充抽取。")
            open_one = supplement_under_way(first)
            if open_one is not None:
                raise SupplementOpen(open_one)
            series = series_of(held)
            if series.gap == 0 and (not reason or len(text) < LEAST_TEXT):
                raise RosterRefused(
                    f"名单没有缺口；确需补充抽取的，请选择事由并写明理由，至少 {LEAST_TEXT} 个字。"
                )
            chosen = mode if mode in DrawMode.values else first.mode
            return _create(series, by, key, chosen, reason or usual_reason(series), text, at)
    except IntegrityError:
        # The same form was posted twice at the same moment; the other post made it.
        made = _made_with(key, by)
        if made is None:
            raise
        return made


def usual_reason(series: SeriesNow) -> str:
    """The reason that what happened suggests: why the last one left whose seat is empty."""
    if series.gap == 0:
        return str(SupplementReason.OTHER)
    out = series.roster.standings.filter(position=Position.OUT).exclude(answered_at=None)
    last = out.order_by("-answered_at", "-id").first()
    if last is not None and last.reason == DeclineReason.RECUSAL:
        return str(SupplementReason.AVOIDANCE)
    # Somebody waits for the very seats that are empty, and a cap keeps them out: the specialty is too narrow.
    waiting = series.roster.standings.filter(
        position=Position.WAITING, seat__specialty__code__in=series.gaps
    )
    return str(SupplementReason.SHORT if waiting.exists() else SupplementReason.EXHAUSTED)


def _made_with(key: str, by: User) -> DrawApplication | None:
    return DrawApplication.objects.filter(creation_key=key, office_id=by.office_id).first()


def _create(
    series: SeriesNow, by: User, key: str, mode: str, reason: str, text: str, at: datetime
) -> DrawApplication:
    first = series.first.application
    rounds = DrawApplication.objects.filter(parent=first).aggregate(last=Max("round_no"))
    matter = open_matter(
        KIND,
        prefix=NUMBER_PREFIX,
        year=first.year,
        title=f"补充抽取：{first.meeting_name}"[:200],
        office=first.office,
        by=by,
        at=at,
    )
    application = DrawApplication(
        matter=matter,
        office=first.office,
        kind=DrawKind.SUPPLEMENTARY,
        parent=first,
        round_no=(rounds["last"] or first.round_no) + 1,
        reason=reason,
        reason_text=text,
        mode=mode,
        handler_name=first.handler_name,
        handler_phone=first.handler_phone,
        creation_key=key,
        created_at=at,
        saved_at=at,
        saved_by=by,
    )
    for name in COPIED:
        setattr(application, name, getattr(first, name))
    application.save()
    DrawAvoidance.objects.bulk_create(
        DrawAvoidance(
            application=application, kind=row.kind, unit_id=row.unit_id, expert_id=row.expert_id
        )
        for row in first.avoidances.all()
    )
    _fill_seats(application, series)
    record(
        "draws.create_supplement",
        on=matter,
        by=by,
        office_id=first.office_id,
        details={
            "number": application.number,
            "first": first.number,
            "round": application.round_no,
            "gaps": dict(sorted(series.gaps.items())),
            "reason": reason,
        },
        at=at,
    )
    return application


def _fill_seats(application: DrawApplication, series: SeriesNow) -> None:
    """The empty seats: by specialty, or as a total with what specialties need at least."""
    rules, groups = rules_for(application), group_ids(application)
    committee = application.committee
    specialties = committee.specialties.active() if committee else ()
    for specialty in specialties:
        missing = series.gaps.get(specialty.code, 0)
        if not missing:
            continue
        SeatQuota.objects.create(
            application=application,
            group_id=groups.get(specialty.pk),
            specialty_id=specialty.pk,
            primary=missing,
            alternate=alternates_for(missing, rules) if application.by_group else 0,
            note=f"缺口 {missing} 席",
        )
    if application.by_group:
        quotas = list(application.quotas.all())
        application.primary_total = sum(quota.primary for quota in quotas)
        application.alternate_total = sum(quota.alternate for quota in quotas)
    else:
        application.primary_total = series.gap
        application.alternate_total = alternates_for(series.gap, rules)
    application.save()
