"""终止补充抽取: an approved supplement that nobody needs any more, or that no longer fits, ends before it is drawn."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import Draw, DrawApplication, DrawKind, DrawStatus
from mingqian.draws.queries.series import IN_DRAW
from mingqian.workflow.models import MatterStatus

from .holding import CeremonyRefused, holding_application, reason_of

PERMISSION = "draws.end_supplement"


class CannotEnd(CeremonyRefused):
    """No supplement, or one that is not approved yet, or drawn."""

    told = "只有审核通过、尚未抽取的补充抽取可以终止。"


class AttemptUnderWay(CeremonyRefused):
    """Its pool is frozen: that attempt is ended first, where everybody who takes part sees it."""

    def __init__(self, draw: Draw) -> None:
        super().__init__(
            f"第 {draw.attempt} 次抽取正在进行，请先在抽取现场终止该次抽取，再终止本次补充抽取；"
            "各方随机数已全部揭示的，只能继续抽取。"
        )


class ReasonRefused(CeremonyRefused):
    """The reason is missing or cannot be kept; `told` stands at its field."""


def may_be_ended(application: DrawApplication) -> bool:
    """A supplement approved and not drawn; attempts that were abandoned or declared void may lie behind it."""
    return (
        application.kind == DrawKind.SUPPLEMENTARY
        and application.matter.status == MatterStatus.APPROVED
        and application.ended_at is None
        and not application.draws.filter(status=DrawStatus.EXECUTED).exists()
    )


def attempt_under_way(application: DrawApplication) -> Draw | None:
    """The attempt between freeze and lots, which bars the end."""
    return application.draws.filter(status__in=IN_DRAW).first()


def end_supplement(
    application: DrawApplication, *, by: User, reason: str, at: datetime | None = None
) -> DrawApplication:
    """End an approved supplement: nothing is drawn by it any more, and the next one may be applied for.

    Ending twice is ending once. Raises PermissionDenied, ReasonRefused, CannotEnd, AttemptUnderWay.
    """
    at = at or timezone.now()
    try:
        reason = reason_of(reason, what="终止原因")
    except CeremonyRefused as refusal:
        raise ReasonRefused(refusal.told) from None
    with holding_application(application, by=by, permission=PERMISSION) as held:
        if held.ended_at is not None:
            return held
        if not may_be_ended(held):
            raise CannotEnd()
        attempt = attempt_under_way(held)
        if attempt is not None:
            raise AttemptUnderWay(attempt)
        held.ended_at, held.ended_by, held.end_reason = at, by, reason
        held.save(update_fields=["ended_at", "ended_by", "end_reason"])
        record(
            "draws.end_supplement",
            on=held.matter,
            by=by,
            office_id=held.office_id,
            details={"number": held.number, "round": held.round_no, "reason": reason},
            at=at,
        )
    return held
