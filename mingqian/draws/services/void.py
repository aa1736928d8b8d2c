"""How a draw ends otherwise: an attempt abandoned before the seed, a result made void by two people."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.audit.services import record
from mingqian.draws.models import Draw, DrawEvent, DrawStatus, Party
from mingqian.draws.queries.ceremony import all_revealed

from .holding import CeremonyMovedOn, CeremonyRefused, holding_draw, reason_of
from .rosters import LockedBeforeVoid, end_roster_of, lock_over


class SeedIsFixed(CeremonyRefused):
    """All numbers are revealed: stopping now would mean choosing among results."""

    told = "各方随机数已全部揭示，结果已经确定，只能继续抽取；如须重抽，请在抽取后由人社部门与监督人员共同作废。"


def abandon_attempt(draw: Draw, *, by: User, reason: str, at: datetime | None = None) -> Draw:
    """End an attempt for which a commitment or a reveal is missing; it keeps its number and stays on record.

    Raises SeedIsFixed once everything is revealed, CeremonyRefused without a reason.
    """
    at = at or timezone.now()
    reason = reason_of(reason, what="终止本次抽取的原因")
    with holding_draw(draw, by=by, permission="draws.freeze_draw") as held:
        if held.status == DrawStatus.ABANDONED:
            return held
        if held.status not in (DrawStatus.FROZEN, DrawStatus.COMMITTED):
            raise CeremonyMovedOn()
        committed = held.status == DrawStatus.COMMITTED
        if committed and all_revealed(held):
            raise SeedIsFixed()
        unrevealed = sorted(
            held.contributions.exclude(party=Party.SERVER)
            .filter(revealed_at=None)
            .values_list("party", flat=True)
        )
        held.status, held.void_reason = DrawStatus.ABANDONED, reason
        held.ended_at, held.ended_by = at, by
        held.save(update_fields=["status", "void_reason", "ended_at", "ended_by"])
        details = {"reason": reason, "unrevealed": unrevealed if committed else []}
        DrawEvent.objects.create(draw=held, at=at, kind="abandoned", details=details)
        record(
            "draws.abandon_attempt",
            on=held,
            by=by,
            office_id=held.office_id,
            details={"number": held.application.number, "attempt": held.attempt, **details},
            at=at,
        )
    return held


def void_draw(draw: Draw, *, by: User, reason: str = "", at: datetime | None = None) -> Draw:
    """One of the two steps that make an executed draw void: HRSS lead and observer, in either order.

    The first gives the reason; the second confirms it, and the draw is void: kept, printed as void, and
    the next draw is bound to its transcript. Saying one's part twice is saying it once. Raises LockedBeforeVoid at
    either step, and at the second what `end_roster_of` raises.
    """
    at = at or timezone.now()
    with holding_draw(draw, by=by, permission="draws.void_draw") as held:
        if held.status == DrawStatus.VOIDED:
            return held
        if held.status != DrawStatus.EXECUTED:
            raise CeremonyMovedOn()
        side = "hrss" if by.role == Role.HRSS_LEAD else "observer"
        if getattr(held, f"void_{side}_at") is not None:
            return held
        if lock_over(held) is not None:
            raise LockedBeforeVoid()
        first = held.void_hrss_at is None and held.void_observer_at is None
        if first:
            held.void_reason = reason_of(reason, what="作废理由")
        setattr(held, f"void_{side}_at", at)
        setattr(held, f"void_{side}_by", by)
        if not first:
            held.status, held.ended_at, held.ended_by = DrawStatus.VOIDED, at, by
        held.save()
        if not first:
            end_roster_of(held, by=by, at=at)
        kind = "void_requested" if first else "voided"
        details = {"reason": held.void_reason}
        DrawEvent.objects.create(draw=held, at=at, kind=kind, party=side, details=details)
        record(
            "draws.request_void" if first else "draws.void_draw",
            on=held,
            by=by,
            office_id=held.office_id,
            details={
                "number": held.application.number,
                "attempt": held.attempt,
                "transcript": held.transcript_hash,
                **details,
            },
            at=at,
        )
    return held


def withdraw_void(draw: Draw, *, by: User, at: datetime | None = None) -> Draw:
    """Take back one's own request before the other side confirms it."""
    at = at or timezone.now()
    with holding_draw(draw, by=by, permission="draws.void_draw") as held:
        if held.status != DrawStatus.EXECUTED:
            raise CeremonyMovedOn()
        side = "hrss" if by.role == Role.HRSS_LEAD else "observer"
        if getattr(held, f"void_{side}_at") is None:
            return held
        setattr(held, f"void_{side}_at", None)
        setattr(held, f"void_{side}_by", None)
        reason, held.void_reason = held.void_reason, ""
        held.save()
        details = {"reason": reason}
        DrawEvent.objects.create(
            draw=held, at=at, kind="void_withdrawn", party=side, details=details
        )
        record(
            "draws.withdraw_void",
            on=held,
            by=by,
            office_id=held.office_id,
            details={"number": held.application.number, "attempt": held.attempt, **details},
            at=at,
        )
    return held
