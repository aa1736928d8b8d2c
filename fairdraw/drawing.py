"""Solve a plan, draw it, try it: the deeds of the engine in the order of the protocol."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from fairdraw.canonical import canonical, digest
from fairdraw.chances import Unfillable
from fairdraw.errors import FairdrawError, Infeasible
from fairdraw.feasibility import Demand, worst_case_gap
from fairdraw.grouping import Grouping, group_by_type
from fairdraw.pool import Pool
from fairdraw.reserves import draw_alternates
from fairdraw.rules import Plan
from fairdraw.seed import Tickets, alternate_seed, check_nonce, trial_seed
from fairdraw.strata import people_by_stratum, solve_strata


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
    lottery gives everybody a larger smallest chance than ``bound``.
    """

    mode: str
    grouping: Grouping
    scale: int
    cells: tuple[tuple[int, int, int], ...]
    type_chances: tuple[Fraction, ...]
    stratum_prices: tuple[int, ...]
    row_prices: tuple[int, ...]
    profile: str

    @cached_property
    def chances(self) -> dict[str, Fraction]:
        """id -> exact chance to become a primary, for everybody who can reach any seat."""
        return {
            person: chance
            for kind, chance in zip(self.grouping.types, self.type_chances)
            for person in kind.ids
        }

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
        grouping = group_by_type(pool, plan)
        cells = tuple((kind, stratum, units) for kind, stratum, units in record["cells"])
        paid = {(employer, group): price for employer, group, price in record["prices"]["rows"]}
        if record["mode"] == "S":
            chances = _type_chances(grouping, solve_strata(grouping)[0])
        else:
            units_of = Counter[int]()
            for kind, _, units in cells:
                units_of[kind] += units
            chances = tuple(
                Fraction(units_of[number], len(kind.ids) << record["scale"])
                for number, kind in enumerate(grouping.types)
            )
        solution = cls(
            mode=record["mode"],
            grouping=grouping,
            scale=record["scale"],
            cells=cells,
            type_chances=chances,
            stratum_prices=tuple(record["prices"]["strata"]),
            row_prices=tuple(paid.get((row.employer, row.group), 0) for row in grouping.rows),
            profile=pool.profile,
        )
        if solution.record() != record:
            raise FairdrawError("PARTS_DO_NOT_FIT", piece="lottery")
        return solution

    @cached_property
    def lottery_hash(self) -> str:
        """64 hex digits over the record."""
        record = canonical(self.record())
        return digest("fairdraw/1/lottery", record, profile=self.profile).hex()


@dataclass(frozen=True)
class Seat:
    """A seat by lot. ``rank``: from 1, by ticket inside the stratum. ``ticket``: 64 hex digits."""

    id: str
    stratum: str
    rank: int
    ticket: str
    type: int

    def record(self) -> dict[str, Any]:
        """As published."""
        return {
            "id": self.id,
            "rank": self.rank,
            "stratum": self.stratum,
            "ticket": self.ticket,
            "type": self.type,
        }


@dataclass(frozen=True)
class Result:
    """Primaries and alternates in plan order, then by rank. ``label``: "official" or "trial"."""

    label: str
    seed: bytes
    panel: tuple[Seat, ...]
    alternates: tuple[Seat, ...]
    trial_number: int | None = None


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
    for kind, rows in zip(grouping.types, grouping.rows_of):
        choices = [stratum_prices[s] for s in kind.strata if seats[s]]
        if not choices:
            continue
        cheapest = min(choices) + sum(row_prices[r] for r in rows)
        if cheapest > 0:
            weight += cheapest * len(kind.ids)
        else:
            spend -= cheapest * len(kind.ids)
    return min(Fraction(spend, weight), Fraction(1)) if weight else Fraction(1)


def solve(pool: Pool, plan: Plan) -> Solution:
    """Everybody's exact chance under the plan.

    Raises Infeasible (with a diagnosis) if seats would stay empty, whether primaries or, for some
    panel, alternates; and the errors of ``group_by_type``.
    """
    solution = solve_grouped(group_by_type(pool, plan), pool)
    if solution is None:
        from fairdraw.diagnosis import diagnose

        raise Infeasible(diagnose(pool, plan))
    return solution


def solve_grouped(grouping: Grouping, pool: Pool) -> Solution | None:
    """The solution for a grouped pool, or None if the plan cannot always be filled."""
    try:
        solution = (
            _solve_strata(grouping, pool) if grouping.disjoint else _solve_flow(grouping, pool)
        )
    except Unfillable:
        return None
    return None if worst_case_gap(grouping, Demand.of(grouping)).total else solution


def _solve_strata(grouping: Grouping, pool: Pool) -> Solution:
    chances, prices = solve_strata(grouping)
    by_type = _type_chances(grouping, chances)
    return Solution("S", grouping, 0, (), by_type, prices, (), pool.profile)


def _type_chances(grouping: Grouping, chances: list[Fraction]) -> tuple[Fraction, ...]:
    strata = grouping.plan.strata
    return tuple(
        next((chances[s] for s in kind.strata if strata[s].primary), Fraction(0))
        for kind in grouping.types
    )


def _solve_flow(grouping: Grouping, pool: Pool) -> Solution:
    from fairdraw.flow import SCALE, chance_of_types, solve_flow

    flow = solve_flow(grouping)
    cells = tuple(zip(flow.types.tolist(), flow.strata.tolist(), flow.units.tolist()))
    chances = chance_of_types(flow, [len(kind.ids) for kind in grouping.types])
    return Solution(
        mode="B",
        grouping=grouping,
        scale=SCALE,
        cells=cells,
        type_chances=tuple(chances),
        stratum_prices=flow.stratum_prices,
        row_prices=flow.row_prices,
        profile=pool.profile,
    )


def draw(pool: Pool, plan: Plan, solution: Solution, seed: bytes) -> Result:
    """Primaries and alternates that the seed (32 bytes, from ``derive_seed``) decides."""
    return _draw(pool, plan, solution, seed, "official")


def trial(pool: Pool, plan: Plan, number: int, solution: Solution | None = None) -> Result:
    """Trial draw ``number`` (from 1): a public seed of its own, never an official result."""
    solution = solution or solve(pool, plan)
    return _draw(pool, plan, solution, trial_seed(pool, plan, number), "trial", number)


def _draw(
    pool: Pool, plan: Plan, solution: Solution, seed: bytes, label: str, number: int | None = None
) -> Result:
    if len(check_nonce(seed, "seed")) != 32:
        raise FairdrawError("SEED_LENGTH", bytes=32)
    if solution.grouping.plan != plan or solution.profile != pool.profile:
        raise FairdrawError("SOLUTION_OF_ANOTHER_PLAN")
    if solution.mode == "S":
        places = _draw_strata(solution, seed)
    else:
        places = _draw_flow(solution, seed)
    taken = {person for _, _, person, _ in places}
    profile = pool.profile
    others = draw_alternates(
        solution.grouping, taken, alternate_seed(seed, profile=profile), profile=profile
    )
    return Result(label, seed, _seats(plan, places), _seats(plan, others), number)


def _draw_strata(solution: Solution, seed: bytes) -> list[tuple[int, bytes, str, int]]:
    grouping = solution.grouping
    tickets = Tickets(seed, profile=solution.profile)
    home = {person: t for t, kind in enumerate(grouping.types) for person in kind.ids}
    return [
        (number, ticket, person, home[person])
        for number, people in enumerate(people_by_stratum(grouping))
        for ticket, person in tickets.smallest(people, grouping.plan.strata[number].primary)
    ]


def _draw_flow(solution: Solution, seed: bytes) -> list[tuple[int, bytes, str, int]]:
    grouping = solution.grouping
    tickets = Tickets(seed, profile=solution.profile)
    seats: defaultdict[int, list[int]] = defaultdict(list)
    for (kind, stratum, _), number in zip(solution.cells, seats_by_cell(solution, seed)):
        if number:
            seats[kind] += [stratum] * number
    return [
        (stratum, ticket, person, kind)
        for kind, strata in seats.items()
        for stratum, (ticket, person) in zip(
            strata, tickets.smallest(grouping.types[kind].ids, len(strata))
        )
    ]


def seats_by_cell(solution: Solution, seed: bytes) -> list[int]:
    """Mode B: how many seats each cell gets, in the order of ``solution.cells``."""
    import numpy as np

    from fairdraw.halving import halve_all

    table = np.array(solution.cells, np.int64).reshape(-1, 3)
    chains = solution.grouping.rows_of
    inner = np.array([rows[0] if len(rows) > 1 else -1 for rows in chains], np.int64)
    outer = np.array([rows[-1] if rows else -1 for rows in chains], np.int64)
    families = [table[:, 0], inner[table[:, 0]], outer[table[:, 0]]]
    counts = halve_all(
        table[:, 2], families, table[:, 1], seed, solution.scale, profile=solution.profile
    )
    return [int(count) for count in counts]


def _seats(plan: Plan, places: list[tuple[int, bytes, str, int]]) -> tuple[Seat, ...]:
    ranks: defaultdict[int, int] = defaultdict(int)
    seats = []
    for number, ticket, person, kind in sorted(places):
        ranks[number] += 1
        stratum = plan.strata[number].id
        seats.append(Seat(person, stratum, ranks[number], ticket.hex(), kind))
    return tuple(seats)


def chances_above(solution: Solution, limit: Fraction) -> Mapping[str, Fraction]:
    """Everybody whose chance is above the limit, e.g. one half: to be listed before the draw."""
    return {person: chance for person, chance in solution.chances.items() if chance > limit}
