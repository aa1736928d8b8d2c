"""Mode S: every person belongs to at most one stratum and no cap can bind.

The k smallest of n tickets win: everybody's chance is k/n exactly. Nothing needs solving.
"""

from __future__ import annotations

from fractions import Fraction

from fairdraw.flow.chances import Unfillable
from fairdraw.people.grouping import Grouping


def people_by_stratum(grouping: Grouping) -> list[list[str]]:
    """The ids that compete in each stratum of the plan (empty for strata without primaries)."""
    people: list[list[str]] = [[] for _ in grouping.plan.strata]
    for kind in grouping.types:
        for stratum in kind.strata:
            if grouping.plan.strata[stratum].primary:
                people[stratum] += kind.ids
    return people


def solve_strata(grouping: Grouping) -> tuple[list[Fraction], tuple[int, ...]]:
    """The chance in each stratum, and the prices that prove the smallest; raises Unfillable."""
    chances: list[Fraction] = []
    for stratum, people in zip(grouping.plan.strata, people_by_stratum(grouping)):
        if stratum.primary > len(people):
            raise Unfillable
        chances.append(Fraction(stratum.primary, len(people)) if people else Fraction(0))
    used = [number for number, s in enumerate(grouping.plan.strata) if s.primary]
    lowest = min(used, key=lambda number: (chances[number], number))
    return chances, tuple(int(number == lowest) for number in range(len(chances)))
