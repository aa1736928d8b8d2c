"""How far a draw has come: who has contributed, what is still missing, what the engine gets to see."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import fairdraw
from fairdraw.seed import NEVER_COMMITTED
from mingqian.accounts.models import User
from mingqian.accounts.roles import HRSS, OFFICE, Role
from mingqian.draws.models import Contribution, Draw, DrawApplication, DrawKind, DrawStatus, Party
from mingqian.draws.words import keeper_words

from .series import SeriesNow, series_now

# The pages of a ceremony ask for the same pool every few seconds; one of 10^5 people takes a second to read.
POOLS_KEPT = 2
_pools: dict[bytes, fairdraw.Pool] = {}
_reading = Lock()

DECLINED = "DECLINED_EARLIER"
HUMANS = (Party.OFFICE, Party.HRSS, Party.OBSERVER)


def party_of(user: User) -> Party | None:
    """For whom this person contributes: decided by the role, never chosen."""
    if user.role in OFFICE:
        return Party.OFFICE
    if user.role in HRSS:
        return Party.HRSS
    return Party.OBSERVER if user.role == Role.OBSERVER else None


def current_draw(application: DrawApplication) -> Draw | None:
    """The draw under way or executed; None while there is none, or after a void or an abandoned attempt."""
    return Draw.objects.current().filter(application=application).first()


def latest_draw(application: DrawApplication) -> Draw | None:
    """The last attempt, whatever became of it."""
    return Draw.objects.filter(application=application).order_by("-attempt").first()


def previous_digest(application: DrawApplication, series: SeriesNow | None = None) -> str:
    """The transcript a new draw is bound to: the last void one; for a supplement the last in force of its series.

    A supplement declared void is bound by its commitment, which stands among the attempts before.
    """
    if application.kind == DrawKind.SUPPLEMENTARY:
        series = series or series_now(application)
        return series.last.transcript_hash if series else ""
    void = application.draws.filter(status=DrawStatus.VOIDED).order_by("-attempt").first()
    return void.transcript_hash if void is not None else ""


def missing_parties(draw: Draw, wanted: Collection[Party] | None = None) -> list[str]:
    """Who must still commit before the reveal may begin, in words; with `wanted`, which of these.

    The minima are those frozen with the draw: a rule changed since does not reach it.
    """
    there = set(draw.contributions.exclude(party=Party.SERVER).values_list("party", flat=True))
    if wanted is not None:
        return [str(party.label) for party in wanted if party not in there]
    missing = []
    if draw.observers_min and Party.OBSERVER not in there:
        missing.append(str(Party.OBSERVER.label))
    least = min(draw.parties_min, len(HUMANS))
    for party in HUMANS:
        if len(there) + len(missing) >= least:
            break
        if party not in there and party.label not in missing:
            missing.append(str(party.label))
    return missing


def all_revealed(draw: Draw) -> bool:
    """Whether every human party that committed has revealed."""
    return not draw.contributions.exclude(party=Party.SERVER).filter(revealed_at=None).exists()


class FrozenUnreadable(ValueError):
    """What was frozen is not in the form that this version of the program reads: changed, or of another version."""


def _read[T](make: Callable[[Any], T], raw: bytes) -> T:
    try:
        return make(json.loads(raw))
    except (fairdraw.FairdrawError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise FrozenUnreadable(str(error)) from error


def frozen_pool(draw: Draw) -> fairdraw.Pool:
    """The pool as frozen, read back from its bytes; the last ones read are kept, by what the bytes hash to.

    Raises FrozenUnreadable.
    """
    raw = bytes(draw.pool)
    key = hashlib.sha256(raw).digest()
    with _reading:
        pool = _pools.pop(key, None)
    if pool is None:
        pool = _read(fairdraw.Pool.from_records, raw)
    with _reading:
        _pools[key] = pool
        while len(_pools) > POOLS_KEPT:
            del _pools[next(iter(_pools))]
    return pool


def frozen_plan(draw: Draw) -> fairdraw.Plan:
    """The plan as frozen, read back from its bytes. Raises FrozenUnreadable."""
    return _read(fairdraw.Plan.from_record, bytes(draw.plan))


def frozen_solution(draw: Draw, pool: fairdraw.Pool, plan: fairdraw.Plan) -> fairdraw.Solution:
    """The lottery as frozen, read back from its bytes; a solver is not asked a second time.

    Raises FairdrawError where the bytes are of another pool or plan.
    """
    return fairdraw.Solution.from_record(pool, plan, json.loads(bytes(draw.solution)))


def is_unchanged(draw: Draw) -> bool:
    """Whether the frozen bytes still give the fingerprints that were shown at the freeze."""
    try:
        return (
            frozen_pool(draw).root == draw.pool_root
            and frozen_plan(draw).rules_hash() == draw.rules_hash
        )
    except (fairdraw.FairdrawError, ValueError):
        return False


def abandoned_attempts(draw: Draw) -> list[str]:
    """The commitments of all earlier attempts at the same draw, in order."""
    earlier = draw.application.draws.filter(attempt__lt=draw.attempt).order_by("attempt")
    values = earlier.values_list("commit_hash", flat=True)
    return [value or NEVER_COMMITTED for value in values]


def commitment_of(
    draw: Draw, pool: fairdraw.Pool | None = None, plan: fairdraw.Plan | None = None
) -> fairdraw.Commitment:
    """Everything that is fixed before the reveal, bound together."""
    pool = pool or frozen_pool(draw)
    return fairdraw.commit(
        pool,
        plan or frozen_plan(draw),
        draw.lottery_hash,
        dict(draw.contributions.values_list("party", "commitment")),
        trials=draw.trials_counted,
        attempt=draw.attempt,
        abandoned=abandoned_attempts(draw),
        previous=draw.previous or None,
        refusals=refusals_of(draw, pool),
    )


def refusals_of(draw: Draw, pool: fairdraw.Pool) -> tuple[str, ...]:
    """Pseudonyms, sorted, of those whom a supplement leaves out because they declined, as frozen with its pool."""
    if draw.application.kind != DrawKind.SUPPLEMENTARY:
        return ()
    return tuple(
        name
        for name, pairs in zip(pool.ids, pool.exclusions, strict=True)
        if any(code == DECLINED for code, _ in pairs)
    )


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party of the ceremony as everybody may see it."""

    party: Party
    made: Contribution | None
    needed: bool
    mine: bool

    @property
    def label(self) -> str:
        return str(self.party.label)

    @property
    def icon(self) -> str:
        return {
            Party.OFFICE: "building-community",
            Party.HRSS: "building-bank",
            Party.OBSERVER: "eye-check",
            Party.SERVER: "server",
        }[self.party]

    @property
    def person(self) -> str:
        return self.made.user.real_name if self.made and self.made.user else ""

    @property
    def is_revealed(self) -> bool:
        return bool(self.made and self.made.revealed_at)

    @property
    def keeper(self) -> str:
        """Who made and kept the number, in words."""
        return keeper_words(self.party, self_held=self.made.self_held) if self.made else ""

    @property
    def state(self) -> tuple[str, str]:
        """Tone and word."""
        if self.made is None:
            return ("amber", "待承诺") if self.needed else ("gray", "未参加")
        return ("green", "已揭示") if self.is_revealed else ("blue", "已承诺")


class Ceremony:
    """One attempt as a user sees it; nothing here tells a number before its reveal."""

    def __init__(self, application: DrawApplication, draw: Draw | None, user: User) -> None:
        self.application, self.draw, self.user = application, draw, user
        self.my_party = party_of(user)

    @cached_property
    def contributions(self) -> dict[str, Contribution]:
        if self.draw is None:
            return {}
        return {c.party: c for c in self.draw.contributions.select_related("user")}

    @cached_property
    def lines(self) -> list[PartyLine]:
        """The human parties, in their order."""
        open_ = self.draw is not None and self.draw.status == DrawStatus.FROZEN
        return [PartyLine(p, self.contributions.get(p), open_, p == self.my_party) for p in HUMANS]

    @cached_property
    def committed(self) -> int:
        return sum(line.made is not None for line in self.lines)

    @cached_property
    def revealed(self) -> int:
        return sum(line.is_revealed for line in self.lines)

    @property
    def taking_part(self) -> int:
        """How many human parties count: all while commitments are open, then those that committed."""
        if self.draw is None or self.draw.status == DrawStatus.FROZEN:
            return len(HUMANS)
        return self.committed

    @property
    def mine(self) -> Contribution | None:
        return self.contributions.get(self.my_party) if self.my_party else None

    @cached_property
    def missing(self) -> list[str]:
        """Who must still commit under the rules."""
        return missing_parties(self.draw) if self.draw else []

    @property
    def may_contribute(self) -> bool:
        return bool(
            self.draw
            and self.draw.status == DrawStatus.FROZEN
            and self.my_party
            and self.mine is None
            and self.user.may("draws.contribute")
        )

    @property
    def may_close(self) -> bool:
        return bool(
            self.draw
            and self.draw.status == DrawStatus.FROZEN
            and not self.missing
            and self.user.may("draws.freeze_draw")
        )

    @property
    def may_reveal(self) -> bool:
        return bool(
            self.draw
            and self.draw.status == DrawStatus.COMMITTED
            and self.mine
            and not self.mine.revealed_at
            and self.user.may("draws.contribute")
        )

    @property
    def is_ready(self) -> bool:
        """Everything is revealed: the seed is fixed, though nobody has seen it."""
        return bool(
            self.draw
            and self.draw.status == DrawStatus.COMMITTED
            and self.committed
            and self.revealed == self.committed
        )

    @property
    def may_execute(self) -> bool:
        return self.is_ready and self.user.may("draws.execute_draw")

    @property
    def may_abandon(self) -> bool:
        """Until everything is revealed; afterwards stopping would mean choosing."""
        return bool(
            self.draw
            and self.draw.status in (DrawStatus.FROZEN, DrawStatus.COMMITTED)
            and not self.is_ready
            and self.user.may("draws.freeze_draw")
        )

    @property
    def token(self) -> str:
        """Changes whenever the page would look different."""
        if self.draw is None:
            return "0"
        d = self.draw
        voiding = f"{bool(d.void_hrss_at):d}{bool(d.void_observer_at):d}"
        return f"{d.attempt}-{d.status}-{self.committed}-{self.revealed}-{voiding}"
