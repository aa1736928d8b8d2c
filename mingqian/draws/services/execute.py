"""The official draw: exactly once, from frozen bytes and revealed numbers, proved before it is stored."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils import timezone

import fairdraw
from fairdraw import transcript
from fairdraw.canonical import canonical
from fairdraw.seating import Seating
from fairdraw.verify import verify
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Specialty
from mingqian.draws.models import (
    Draw,
    DrawEvent,
    DrawKind,
    DrawSeat,
    DrawStatus,
    Party,
    SeatType,
)
from mingqian.draws.queries.ceremony import (
    all_revealed,
    commitment_of,
    frozen_plan,
    frozen_pool,
    frozen_solution,
)
from mingqian.draws.queries.strata import StratumWord, strata_words
from mingqian.draws.short_codes import short_code_of
from mingqian.draws.signing import sign
from mingqian.draws.verification import judgement_from, to_keep

from .contribute import reveal_server, server_nonce
from .holding import CeremonyMovedOn, CeremonyRefused, check_scope, holding_draw
from .rosters import begin_roster, join_supplement

SIGNER = "server"
BATCH = 500


class NotRevealed(CeremonyRefused):
    """A party that committed has not revealed; withholding voids the attempt, it buys nothing."""

    told = (
        "还有贡献方没有揭示随机数，不能计算种子。请其揭示；确实不能揭示的，终止本次抽取后重新冻结。"
    )


class ObserverMayNotDraw(CeremonyRefused):
    """Whoever contributed as observer does not operate the draw, whatever role they have been given since."""

    told = "您以监督人员身份参加了本次抽取，不能由您执行抽取。"


class FrozenPartsChanged(CeremonyRefused):
    """The frozen bytes no longer give the hashes that were committed to."""

    told = "冻结内容或抽取程序与承诺时不一致，不能抽取。请终止本次抽取，重新冻结，并通知监督人员。"


class DoesNotVerify(RuntimeError):
    """The transcript just made fails its own verification: a fault of the program, nothing is stored."""


@dataclass(frozen=True, slots=True)
class Made:
    """A draw as computed, before anything of it is stored or shown."""

    seed: str
    result: fairdraw.Result
    words: dict[str, StratumWord]
    transcript: bytes
    judgement: bytes
    seating: bytes
    events: int


def execute_draw(draw: Draw, *, by: User, key: str, at: datetime | None = None) -> Draw:
    """Draw, once: seed, lots, seats, and the signed transcript, which is verified before anything is stored.

    `key` is the commit hash on the form that was sent, so that a page of an earlier attempt draws nothing.
    A duplicate or simultaneous request gets the first result. Raises NotRevealed, FrozenPartsChanged,
    ObserverMayNotDraw, CeremonyMovedOn, DoesNotVerify.

    With every number revealed nothing that the result is made of can change any more, and the attempt cannot be
    abandoned. So a large draw is computed and verified without holding anybody up; what is locked is the moment of
    storing, where everything is looked at again.
    """
    at = at or timezone.now()
    check_scope(draw.application, by, "draws.execute_draw")
    seen = Draw.objects.select_related("application__committee").get(pk=draw.pk)
    if _is_drawn(seen, by, key):
        return seen
    made = _make(seen, at)
    with holding_draw(draw, by=by, permission="draws.execute_draw") as held:
        if not _is_drawn(held, by, key):
            _store(held, made, by, at)
    return held


def _is_drawn(held: Draw, by: User, key: str) -> bool:
    """Whether there is a result already; raises where this person may not draw now."""
    if key != held.commit_hash or not held.commit_hash:
        raise CeremonyMovedOn()
    if held.status == DrawStatus.EXECUTED:
        return True
    if held.status != DrawStatus.COMMITTED:
        raise CeremonyMovedOn()
    if not all_revealed(held):
        raise NotRevealed()
    if held.contributions.filter(party=Party.OBSERVER, user=by).exists():
        raise ObserverMayNotDraw()
    return False


def _make(draw: Draw, at: datetime) -> Made:
    """Compute and verify; nothing is written."""
    try:
        pool, plan = frozen_pool(draw), frozen_plan(draw)
        if pool.root != draw.pool_root or plan.rules_hash() != draw.rules_hash:
            raise FrozenPartsChanged()
        solution = frozen_solution(draw, pool, plan)
    except (fairdraw.FairdrawError, ValueError, KeyError, TypeError):
        raise FrozenPartsChanged() from None
    commitment = commitment_of(draw, pool, plan)
    if solution.lottery_hash != draw.lottery_hash or commitment.value != draw.commit_hash:
        raise FrozenPartsChanged()
    numbers = dict(draw.contributions.values_list("party", "nonce"))
    numbers[Party.SERVER] = server_nonce(draw)
    nonces = {party: bytes.fromhex(number) for party, number in numbers.items()}
    seed = fairdraw.derive_seed(commitment, nonces)
    result = fairdraw.draw(pool, plan, solution, seed)
    words = strata_words(draw.application, plan)
    events = list(draw.events.all())
    body = transcript.build(
        pool,
        plan,
        solution,
        commitment,
        nonces,
        result,
        metadata=_metadata(draw, at, words),
        log=[_event(event) for event in [*events, *_last_events(draw, at)]],
    )
    body = _signed(body)
    started = monotonic()
    earlier = Draw.objects.filter(transcript_hash=draw.previous).first() if draw.previous else None
    report = verify(body, bytes(earlier.transcript or b"") if earlier else None)
    if not report.ok:
        failed = next(check for check in report.checks if check.ok is False)
        raise DoesNotVerify(f"{draw}: step {failed.number} {failed.code} at {failed.where}")
    judgement = to_keep(judgement_from(report, body), body, at=at, seconds=monotonic() - started)
    seating = canonical(Seating.of(body).record())
    return Made(seed.hex(), result, words, body, judgement, seating, len(events))


def _last_events(draw: Draw, at: datetime) -> list[DrawEvent]:
    """What the draw itself adds to the log: the system's number is shown, the lots are drawn."""
    shown = draw.contributions.filter(party=Party.SERVER, revealed_at__isnull=False).exists()
    server = [] if shown else [DrawEvent(draw=draw, at=at, kind="revealed", party=Party.SERVER)]
    return [*server, DrawEvent(draw=draw, at=at, kind="executed")]


def _store(draw: Draw, made: Made, by: User, at: datetime) -> None:
    """Everything of the result in one transaction, the system's number with it."""
    if draw.events.count() != made.events:
        # The log that was signed is not the log as it is now.
        raise CeremonyMovedOn()
    reveal_server(draw, at=at)
    DrawEvent.objects.create(draw=draw, at=at, kind="executed")
    digest = str(json.loads(made.transcript)["digest"])
    _seat(draw, made.result, made.words)
    facts = {
        "status": DrawStatus.EXECUTED,
        "seed": made.seed,
        "executed_at": at,
        "executed_by": by,
        "transcript": made.transcript,
        "judgement": made.judgement,
        "seating": made.seating,
        "transcript_hash": digest,
        "short_code": short_code_of(digest),
    }
    # The row lock above is a courtesy of PostgreSQL; the condition here is what lets one through.
    moved = Draw.objects.filter(pk=draw.pk, status=DrawStatus.COMMITTED).update(**facts)
    if moved == 0:
        raise CeremonyMovedOn()
    for name, value in facts.items():
        setattr(draw, name, value)
    if draw.application.kind == DrawKind.INITIAL:
        begin_roster(draw)
    else:
        join_supplement(draw, by=by, at=at)
    record(
        "draws.execute_draw",
        on=draw,
        by=by,
        office_id=draw.office_id,
        details={
            "number": draw.application.number,
            "attempt": draw.attempt,
            "commit_hash": draw.commit_hash,
            "seed": draw.seed,
            "transcript": digest,
            "primaries": len(made.result.panel),
            "alternates": len(made.result.alternates),
        },
        at=at,
    )


def _metadata(draw: Draw, at: datetime, words: dict[str, StratumWord]) -> dict[str, Any]:
    """What the transcript says of the draw in words; no name of any person."""
    application = draw.application
    assert application.committee is not None
    assert application.starts_at is not None
    return _round(draw) | {
        "committee": application.committee.name,
        "committee_code": application.committee.code,
        "drawn_at": _clock(at),
        "earlier_attempts": [
            _ended(each)
            for each in application.draws.filter(attempt__lt=draw.attempt).order_by("attempt")
        ],
        "frozen_at": _clock(draw.frozen_at),
        "meeting": application.meeting_name,
        "meeting_starts_at": _clock(application.starts_at),
        "nonces_kept_by": {
            party: "party" if self_held else "platform"
            for party, self_held in draw.contributions.values_list("party", "self_held")
        },
        "number": application.number,
        "platform": settings.MINGQIAN["PLATFORM_NAME"],
        "strata": [[code, word.specialty, word.group] for code, word in words.items()],
        "verify_at": f"{settings.MINGQIAN['PUBLIC_URL']}/verify",
    }


def _round(draw: Draw) -> dict[str, Any]:
    """Of a supplement: which round of which first application it is."""
    first = draw.application.parent
    return {"first": first.number, "round": draw.application.round_no} if first else {}


def _ended(draw: Draw) -> dict[str, Any]:
    """How an earlier attempt ended, and who had not revealed. The reason, people's own words, stays in the log."""
    event = draw.events.filter(kind__in=("abandoned", "voided")).latest("at")
    return {
        "at": _clock(event.at),
        "attempt": draw.attempt,
        "ended": event.kind,
        "unrevealed": sorted(event.details.get("unrevealed", [])),
    }


def _clock(at: datetime) -> str:
    return timezone.localtime(at).isoformat(sep=" ", timespec="seconds")


def _event(event: DrawEvent) -> dict[str, Any]:
    """One line of the transcript's log; details are hashes and counts."""
    return {
        "at": _clock(event.at),
        "details": json.loads(canonical(event.details)),
        "kind": event.kind,
        "party": event.party,
    }


def _signed(body: bytes) -> bytes:
    public, signature = sign(transcript.message_to_sign(body, SIGNER))
    return transcript.attach_signature(body, SIGNER, public, signature)


def _seat(draw: Draw, result: fairdraw.Result, words: dict[str, StratumWord]) -> None:
    """Rows of the roster, from pseudonyms back to people."""
    drawn = [*result.panel, *result.alternates]
    expert_of = dict(
        draw.members.filter(pseudonym__in=[seat.id for seat in drawn]).values_list(
            "pseudonym", "expert_id"
        )
    )
    specialties = dict(Specialty.objects.filter(code__in=list(words)).values_list("code", "pk"))
    rows = [
        DrawSeat(
            draw=draw,
            office_id=draw.office_id,
            seat_type=seat_type,
            group_id=words[seat.stratum].group_id,
            specialty_id=specialties.get(seat.stratum),
            rank=seat.rank,
            expert_id=expert_of[seat.id],
            pseudonym=seat.id,
            ticket=seat.ticket,
            lot_code=fairdraw.lot_code(seat.ticket),
        )
        for seat_type, seats in (
            (SeatType.PRIMARY, result.panel),
            (SeatType.ALTERNATE, result.alternates),
        )
        for seat in seats
    ]
    ranks: Counter[str] = Counter()
    for member in draw.application.designated.all():
        ranks["designated"] += 1
        rows.append(
            DrawSeat(
                draw=draw,
                office_id=draw.office_id,
                seat_type=SeatType.DESIGNATED,
                rank=ranks["designated"],
                expert_id=member.expert_id,
                duty=member.duty,
            )
        )
    DrawSeat.objects.bulk_create(rows, batch_size=BATCH)
