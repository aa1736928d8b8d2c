"""What is known before the seed: everybody's exact chance, and the record of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from fairdraw.canonical import canonical, digest, instance_of
from fairdraw.errors import FairdrawError
from fairdraw.lottery.general import chances_of_types, lottery_of, lottery_record, seating_of
from fairdraw.lottery.seating import Lottery, Seating
from fairdraw.people.grouping import Grouping, group_by_type
from fairdraw.pool import Pool
from fairdraw.rules import Plan
from fairdraw.strata import solve_strata

#: A bound below this is what rounded prices leave of none.
_NO_CHANCE = Fraction(1, 2**24)


@dataclass(frozen=True)
class StratumChances:
    """Chances of the people who may sit in a stratum to become a primary (in any stratum)."""

    stratum: str
    people: int
    primary: int
    alternate: int
    lowest: Fraction
    highest: Fraction
    mean: Fraction


@dataclass(frozen=True)
class Solution:
    """What is known before the seed: the mode and everybody's chance.

    ``scale`` and ``cells``: in mode B the number of halvings and (type, stratum, units); the
    chance of a person of type t is the units of t divided by 2**scale times its people. In mode
    S there are none: the chance is seats divided by people. ``prices``: the certificate that no
    lottery gives everybody a larger smallest chance than ``bound``. In mode L ``lottery`` holds all
    of it: equally likely panels over the cells of ``seating``, and prices level by level.
    """

    mode: str
    grouping: Grouping
    scale: int
    cells: tuple[tuple[int, int, int], ...]
    type_chances: tuple[Fraction, ...]
    stratum_prices: tuple[int, ...]
    row_prices: tuple[int, ...]
    profile: str
    seating: Seating | None = None
    lottery: Lottery | None = None

    @cached_property
    def chances(self) -> dict[str, Fraction]:
        """id -> exact chance to become a primary, for everybody who can reach any seat."""
        return {
            person: chance
            for kind, chance in zip(self.grouping.types, self.type_chances)
            for person in kind.ids
        }

    @property
    def without_chance(self) -> tuple[str, ...]:
        """Who may sit in a stratum with primary seats and yet is never drawn there."""
        strata = self.grouping.plan.strata
        return tuple(
            person
            for kind, chance in zip(self.grouping.types, self.type_chances)
            if not chance and any(strata[s].primary for s in kind.strata)
            for person in kind.ids
        )

    @cached_property
    def lost_by_rounding(self) -> tuple[str, ...]:
        """Those of ``without_chance`` whom only whole numbers of panels keep out (mode L).

        The prices of their level would leave them a chance, but not as much as one seat of their
        type in all panels together.
        """
        if self.lottery is None or self.seating is None or not self.without_chance:
            return ()
        from fairdraw.lottery.certificate import Bounds
        from fairdraw.lottery.layout import lay_out

        levels = self.lottery.levels
        bounds = Bounds(lay_out(self.seating), self.type_chances, levels, self.lottery.ceiling)
        lost: list[str] = []
        for number, level in enumerate(levels):
            types = [t for t in level.types if not self.type_chances[t]]
            if types and bounds.of(number)[0] > _NO_CHANCE:
                lost += (person for t in types for person in self.grouping.types[t].ids)
        return tuple(sorted(lost))

    @property
    def lowest(self) -> Fraction:
        """The smallest chance among those who may sit in a stratum with primary seats."""
        return min(self._competing)

    @property
    def highest(self) -> Fraction:
        """The largest chance."""
        return max(self._competing)

    @cached_property
    def _competing(self) -> list[Fraction]:
        strata = self.grouping.plan.strata
        return [
            chance
            for kind, chance in zip(self.grouping.types, self.type_chances)
            if any(strata[s].primary for s in kind.strata)
        ]

    @cached_property
    def bound(self) -> Fraction:
        """No lottery over valid panels can give everybody more than this."""
        if self.lottery is not None and self.seating is not None:
            from fairdraw.lottery.certificate import level_bound

            lottery = self.lottery
            return level_bound(self.seating, self.type_chances, lottery.levels, 0, lottery.ceiling)
        return price_bound(self.grouping, self.stratum_prices, self.row_prices)

    @cached_property
    def summary(self) -> tuple[StratumChances, ...]:
        """One entry for each stratum of the plan, in plan order."""
        return tuple(self._summary_of(number) for number in range(len(self.grouping.plan.strata)))

    def _summary_of(self, number: int) -> StratumChances:
        stratum = self.grouping.plan.strata[number]
        inside = [
            (chance, len(kind.ids))
            for kind, chance in zip(self.grouping.types, self.type_chances)
            if number in kind.strata
        ]
        people = sum(count for _, count in inside)
        chances = [chance for chance, _ in inside] or [Fraction(0)]
        mean = sum((chance * count for chance, count in inside), Fraction(0)) / max(people, 1)
        return StratumChances(
            stratum=stratum.id,
            people=people,
            primary=stratum.primary,
            alternate=stratum.alternate,
            lowest=min(chances),
            highest=max(chances),
            mean=mean,
        )

    def record(self) -> dict[str, Any]:
        """The lottery as published; ``lottery_hash`` is taken over it."""
        if self.lottery is not None and self.seating is not None:
            return lottery_record(self.grouping, self.seating, self.lottery, self.bound)
        plan, rows = self.grouping.plan, self.grouping.rows
        prices = [
            [row.employer, row.group, price] for row, price in zip(rows, self.row_prices) if price
        ]
        return {
            "bound": [self.bound.numerator, self.bound.denominator],
            "cells": [list(cell) for cell in self.cells],
            "mode": self.mode,
            "prices": {"rows": prices, "strata": list(self.stratum_prices)},
            "scale": self.scale,
            "types": [
                [kind.employer, [plan.strata[s].id for s in kind.strata], len(kind.ids)]
                for kind in self.grouping.types
            ],
        }

    @classmethod
    def from_record(cls, pool: Pool, plan: Plan, record: Mapping[str, Any]) -> Solution:
        """The inverse of ``record``; needs no solver. PARTS_DO_NOT_FIT if it is of another pool."""
        grouping = group_by_type(instance_of(pool, Pool, "pool"), instance_of(plan, Plan, "plan"))
        try:
            if record["mode"] == "L":
                seating = seating_of(grouping)
                solution = of_lottery(grouping, seating, lottery_of(seating, record), pool.profile)
            else:
                solution = cls._of_units(grouping, record, pool.profile)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise FairdrawError("RECORD_INVALID", field="lottery") from None
        if solution.record() != record:
            raise FairdrawError("PARTS_DO_NOT_FIT", piece="lottery")
        return solution

    @classmethod
    def _of_units(cls, grouping: Grouping, record: Mapping[str, Any], profile: str) -> Solution:
        """Modes S and B."""
        cells = tuple((kind, stratum, units) for kind, stratum, units in record["cells"])
        paid = {(employer, group): price for employer, group, price in record["prices"]["rows"]}
        if record["mode"] == "S":
            chances = type_chances(grouping, solve_strata(grouping)[0])
        else:
            units_of = Counter[int]()
            for kind, _, units in cells:
                units_of[kind] += units
            chances = tuple(
                Fraction(units_of[number], len(kind.ids) << record["scale"])
                for number, kind in enumerate(grouping.types)
            )
        return cls(
            mode=record["mode"],
            grouping=grouping,
            scale=record["scale"],
            cells=cells,
            type_chances=chances,
            stratum_prices=tuple(record["prices"]["strata"]),
            row_prices=tuple(paid.get((row.employer, row.group), 0) for row in grouping.rows),
            profile=profile,
        )

    @cached_property
    def lottery_hash(self) -> str:
        """64 hex digits over the record."""
        record = canonical(self.record())
        return digest("fairdraw/1/lottery", record, profile=self.profile).hex()


def of_lottery(grouping: Grouping, seating: Seating, lottery: Lottery, profile: str) -> Solution:
    """The solution of mode L."""
    return Solution(
        mode="L",
        grouping=grouping,
        scale=0,
        cells=(),
        type_chances=chances_of_types(seating, lottery),
        stratum_prices=(),
        row_prices=(),
        profile=profile,
        seating=seating,
        lottery=lottery,
    )


def price_bound(
    grouping: Grouping, stratum_prices: tuple[int, ...], row_prices: tuple[int, ...]
) -> Fraction:
    """The largest smallest chance that whole-number prices leave possible, whoever draws.

    A seat of type t in stratum s costs the prices of s and of the rows of t. All seats together
    can spend at most B = sum of price x seats + sum of max(0, price x room); with g = the cheapest
    seat of a type, every lottery has min p <= (B - sum of g n, g < 0) / (sum of g n, g > 0).
    """
    seats = [stratum.primary for stratum in grouping.plan.strata]
    spend = sum(price * number for price, number in zip(stratum_prices, seats))
    spend += sum(max(0, price * row.room) for price, row in zip(row_prices, grouping.rows))
    weight = 0
    paid = [price if number else None for price, number in zip(stratum_prices, seats)]
    # Few choices of strata are many times the same, and most rows have no price.
    of_choice = {
        strata: min((price for s in strata if (price := paid[s]) is not None), default=None)
        for strata in {kind.strata for kind in grouping.types}
    }
    for kind, rows in zip(grouping.types, grouping.rows_of):
        cheapest = of_choice[kind.strata]
        if cheapest is None:
            continue
        for row in rows:
            cheapest += row_prices[row]
        if cheapest > 0:
            weight += cheapest * len(kind.ids)
        else:
            spend -= cheapest * len(kind.ids)
    return min(Fraction(spend, weight), Fraction(1)) if weight else Fraction(1)


def type_chances(grouping: Grouping, chances: list[Fraction]) -> tuple[Fraction, ...]:
    """Mode S: the chance of each type, out of those of the strata."""
    strata = grouping.plan.strata
    return tuple(
        next((chances[s] for s in kind.strata if strata[s].primary), Fraction(0))
        for kind in grouping.types
    )


def chances_above(solution: Solution, limit: Fraction) -> Mapping[str, Fraction]:
    """Everybody whose chance is above the limit, e.g. one half: to be listed before the draw."""
    instance_of(solution, Solution, "solution")
    instance_of(limit, Fraction, "limit")
    return {person: chance for person, chance in solution.chances.items() if chance > limit}
