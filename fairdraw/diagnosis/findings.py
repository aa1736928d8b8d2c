"""What a diagnosis consists of: counts, conflicts, shortages, and how tight a plan is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fairdraw.diagnosis.relaxation import Relaxation
from fairdraw.lottery.general import RowName
from fairdraw.people.grouping import Row
from fairdraw.solution import Solution, chances_above


@dataclass(frozen=True)
class StratumCount:
    """The people of one stratum. ``removed``: how many each exclusion code took, by first code."""

    stratum: str
    in_pool: int
    eligible: int
    primary: int
    alternate: int
    removed: dict[str, int]

    @property
    def need(self) -> int:
        """Primaries and alternates together."""
        return self.primary + self.alternate


@dataclass(frozen=True)
class Conflict:
    """Strata whose seats of one kind ("primary" or "alternate") cannot be filled together.

    ``need`` seats, of which ``short`` stay empty at best (primaries) or after the least lucky panel
    (alternates). ``caps``: the cap rows that play a part; empty if there are simply too few people.
    In mode L ``quotas`` play a part as well (by number), strata may be missing, and ``short`` also
    counts people who are missing for quotas. ``smallest``: it is proven that the conflict ends
    whichever of its rules is left out and that no panel misses by less; where the work for that was
    too much, it is a conflict all the same (``short`` is 0 if it could not be measured).
    """

    kind: str
    strata: tuple[str, ...]
    need: int
    short: int
    caps: tuple[Row, ...]
    quotas: tuple[int, ...] = ()
    smallest: bool = True


@dataclass(frozen=True)
class QuotaShortage:
    """A minimum that cannot be reached: ``reachable`` of the ``need`` people (members included).

    ``eligible``: how many eligible people the quota counts at all (without members).
    """

    quota: int
    kind: str
    need: int
    eligible: int
    reachable: int
    short: int
    conflict: int


@dataclass(frozen=True)
class TightRow:
    """A row of a feasible plan that the chances fill to a limit, ``side`` "low" or "high"."""

    row: RowName
    limit: int
    side: str


@dataclass(frozen=True)
class Shortage:
    """Empty seats of one stratum. ``reachable``: how many of the ``need`` can be filled."""

    stratum: str
    kind: str
    need: int
    eligible: int
    reachable: int
    short: int
    conflict: int


@dataclass(frozen=True)
class Diagnosis:
    """``relaxations``: cheapest first; ``remedy``: positions in it that together mend everything.

    ``full_caps``: cap rows that the chances fill to the brim (feasible plans only); ``tight``:
    caps and quotas that every panel of a mode L lottery keeps only just. ``exhaustive``: every
    conflict and every change was looked for; False if that was too much work (thousands of rules), so
    that there may be smaller conflicts, more of them, and more changes.
    """

    feasible: bool
    strata: tuple[StratumCount, ...]
    conflicts: tuple[Conflict, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    remedy: tuple[int, ...] = ()
    full_caps: tuple[Row, ...] = ()
    solution: Solution | None = None
    quota_shortages: tuple[QuotaShortage, ...] = ()
    tight: tuple[TightRow, ...] = ()
    exhaustive: bool = True

    @property
    def tightest(self) -> tuple[StratumCount, ...]:
        """Strata with seats, those with the fewest eligible people per seat first."""
        used = [count for count in self.strata if count.need]
        return tuple(sorted(used, key=lambda count: count.eligible / count.need))

    @property
    def short(self) -> int:
        """Seats that stay empty, of both kinds, and people missing for quotas."""
        seats = sum(shortage.short for shortage in self.shortages)
        return seats + sum(shortage.short for shortage in self.quota_shortages)

    @property
    def without_chance(self) -> tuple[str, ...]:
        """Eligible people who may sit in a stratum with primaries and can never be drawn there."""
        return () if self.solution is None else self.solution.without_chance

    @property
    def above_half(self) -> tuple[str, ...]:
        """People who are more likely to be drawn than not: to be listed before the draw."""
        if self.solution is None:
            return ()
        return tuple(chances_above(self.solution, Fraction(1, 2)))
