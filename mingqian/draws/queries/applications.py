"""Questions about applications: which a user may see, the state of one in words, last year's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from mingqian.accounts.models import User
from mingqian.draws.models import Draw, DrawApplication, DrawKind, DrawStatus
from mingqian.web.components import Tone
from mingqian.workflow.models import Matter, MatterStatus

CURRENT = [DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.EXECUTED]


@dataclass(frozen=True, slots=True)
class State:
    """The state of an application as its users call it."""

    key: str
    word: str
    tone: Tone


DRAFT = State("draft", "草稿", "gray")
SUBMITTED = State("submitted", "待审核", "blue")
RETURNED = State("returned", "退回修改", "red")
REJECTED = State("rejected", "不予通过", "red")
CANCELLED = State("cancelled", "已作废", "gray")
TO_DRAW = State("to_draw", "待抽取", "amber")
DRAWING = State("drawing", "抽取中", "amber")
DRAWN = State("drawn", "已抽取", "teal")
ENDED = State("ended", "已终止", "gray")
STATES = (DRAFT, SUBMITTED, RETURNED, TO_DRAW, DRAWING, DRAWN, ENDED, REJECTED, CANCELLED)
_BY_STATUS = {
    MatterStatus.DRAFT: DRAFT,
    MatterStatus.SUBMITTED: SUBMITTED,
    MatterStatus.RETURNED: RETURNED,
    MatterStatus.REJECTED: REJECTED,
    MatterStatus.CANCELLED: CANCELLED,
}


def state_of(application: DrawApplication) -> State:
    """One place derives it: from the matter's status and, once approved, from the draw there is."""
    status = MatterStatus(application.matter.status)
    if status != MatterStatus.APPROVED:
        return _BY_STATUS[status]
    if application.ended_at is not None:
        return ENDED
    draw_status = getattr(application, "draw_status", None)
    if draw_status is None and not hasattr(application, "draw_status"):
        draw_status = application.draws.current().values_list("status", flat=True).first()
    if draw_status is None:
        return TO_DRAW
    return DRAWN if draw_status == DrawStatus.EXECUTED else DRAWING


def with_state(applications: QuerySet[DrawApplication]) -> QuerySet[DrawApplication]:
    """The status of the current draw beside each application, so that `state_of` asks nothing more."""
    current = Draw.objects.filter(application=OuterRef("pk"), status__in=CURRENT)
    return applications.annotate(draw_status=Subquery(current.values("status")[:1]))


def in_state(applications: QuerySet[DrawApplication], key: str) -> QuerySet[DrawApplication]:
    """Those whose `state_of` has this key."""
    for status, state in _BY_STATUS.items():
        if state.key == key:
            return applications.filter(matter__status=status)
    # The annotation is unknown to the type checker beyond this line.
    approved: Any = with_state(applications.filter(matter__status=MatterStatus.APPROVED))
    if key == ENDED.key:
        return approved.exclude(ended_at=None)
    approved = approved.filter(ended_at=None)
    if key == DRAWN.key:
        return approved.filter(draw_status=DrawStatus.EXECUTED)
    if key == DRAWING.key:
        return approved.filter(draw_status__in=[DrawStatus.FROZEN, DrawStatus.COMMITTED])
    return approved.filter(draw_status=None)


def visible_applications(user: User) -> QuerySet[DrawApplication]:
    """What the user may see, newest first, with all that a list shows."""
    rows = DrawApplication.objects.visible_to(user).select_related(
        "matter", "committee", "office", "parent__matter"
    )
    return with_state(rows).order_by("-id")


def find_application(user: User, number: str) -> DrawApplication | None:
    """One application by its number, within what the user may see."""
    rows = visible_applications(user).select_related(
        "committee__series",
        "committee__convening_unit",
        "saved_by",
        "matter__submitted_by",
        "matter__decided_by",
    )
    return rows.filter(matter__number=number).first()


def last_year_of(application: DrawApplication) -> DrawApplication | None:
    """The committee's latest approved application of an earlier year: what 复制上年 copies."""
    return (
        DrawApplication.objects.filter(
            committee_id=application.committee_id,
            office_id=application.office_id,
            year__lt=application.year,
            kind=application.kind,
            matter__status=MatterStatus.APPROVED,
            ended_at=None,
        )
        .order_by("-year", "-id")
        .first()
        if application.committee_id
        else None
    )


def last_year_by_group(application: DrawApplication) -> dict[str, int]:
    """Primaries of last year's application by the name of the group."""
    source = last_year_of(application)
    sums: dict[str, int] = {}
    if source is not None:
        for quota in source.quotas.select_related("group"):
            name = quota.group.name if quota.group else ""
            sums[name] = sums.get(name, 0) + quota.primary
    return sums


def copyable(user: User) -> QuerySet[DrawApplication]:
    """Applications of the user's own office that a new one may be copied from."""
    rows = DrawApplication.objects.visible_to(user).exclude(committee=None)
    return (
        rows.filter(office_id=user.office_id, kind=DrawKind.INITIAL)
        .select_related("matter", "committee")
        .order_by("-id")
    )


def awaiting_review(user: User) -> QuerySet[Matter]:
    """Submitted applications that this user may decide on, longest wait first."""
    matters: Any = Matter.objects.visible_to(user).filter(
        kind="draw_application", status=MatterStatus.SUBMITTED
    )
    return matters.exclude(submitted_by_id=user.pk).order_by("moved_at", "id")
