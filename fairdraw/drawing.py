"""Solve a plan, draw it, try it: the deeds of the engine in the order of the protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any

from fairdraw.canonical import callable_or_none, instance_of
from fairdraw.diagnosis.feasibility import Demand, worst_case_gap
from fairdraw.errors import FairdrawError, Infeasible
from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.general import name_rows, seating_of
from fairdraw.lottery.seating import ALTERNATE, PRIMARY
from fairdraw.people.grouping import Grouping, group_by_type
from fairdraw.pool import Pool
from fairdraw.randomness import Tickets, index_below
from fairdraw.rules import Plan
from fairdraw.seed import alternate_seed, check_nonce, trial_seed
from fairdraw.solution import Solution, of_lottery, type_chances
from fairdraw.strata import people_by_stratum, solve_strata

Progress = Callable[[int, int], object]


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
    """Primaries and alternates in plan order, then by rank. ``label``: "official" or "trial".

    ``index``: which panel of the lottery came out, from 0 (mode L only).
    """

    label: str
    seed: bytes
    panel: tuple[Seat, ...]
    alternates: tuple[Seat, ...]
    trial_number: int | None = None
    index: int | None = None


def solve(pool: Pool, plan: Plan, *, progress: Progress | None = None) -> Solution:
    """Everybody's exact chance under the plan.

    ``progress(done, total)`` is called now and then during long work (mode L only). Raises
    Infeasible (with a diagnosis) if seats would stay empty, whether primaries or, for some panel,
    alternates; ALTERNATES_UNDECIDED if the latter is too hard to tell; and the errors of
    ``group_by_type``.
    """
    check_parts(pool, plan)
    callable_or_none(progress, "progress")
    grouping = group_by_type(pool, plan)
    solution = solve_grouped(grouping, pool, progress=progress)
    if solution is None:
        from fairdraw.diagnosis.report import why_not

        raise Infeasible(why_not(grouping, pool))
    return solution


def check_parts(pool: Any, plan: Any, solution: Any = None) -> None:
    """OBJECT_EXPECTED if one of them is something else; a solution may be left out."""
    instance_of(pool, Pool, "pool")
    instance_of(plan, Plan, "plan")
    if solution is not None:
        instance_of(solution, Solution, "solution")


def solve_grouped(
    grouping: Grouping, pool: Pool, *, progress: Progress | None = None
) -> Solution | None:
    """The solution for a grouped pool, or None if the plan cannot always be filled."""
    if grouping.general:
        return _solve_general(grouping, pool, progress)
    try:
        solution = (
            _solve_strata(grouping, pool) if grouping.disjoint else _solve_flow(grouping, pool)
        )
    except Unfillable:
        return None
    return None if worst_case_gap(grouping, Demand.of(grouping)).total else solution


def _solve_strata(grouping: Grouping, pool: Pool) -> Solution:
    chances, prices = solve_strata(grouping)
    by_type = type_chances(grouping, chances)
    return Solution("S", grouping, 0, (), by_type, prices, (), pool.profile)


def _solve_flow(grouping: Grouping, pool: Pool) -> Solution:
    from fairdraw.flow.solving import SCALE, chance_of_types, solve_flow

    flow = solve_flow(grouping)
    cells = tuple(zip(flow.types.tolist(), flow.strata.tolist(), flow.units.tolist()))
    chances = chance_of_types(flow, grouping.table.counts.tolist())
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


def _solve_general(grouping: Grouping, pool: Pool, progress: Progress | None) -> Solution | None:
    from fairdraw.diagnosis.conflicts import Problem
    from fairdraw.lottery.solving import solve_lottery

    seating = seating_of(grouping)
    problem = Problem.with_seating(name_rows(grouping), seating)
    if problem.search.surely_none(problem.only(problem.rules)):
        return None
    try:
        lottery = solve_lottery(seating, gamma=grouping.plan.ceiling, progress=progress)
    except Unfillable:
        return None
    return of_lottery(grouping, seating, lottery, pool.profile)


def draw(pool: Pool, plan: Plan, solution: Solution, seed: bytes) -> Result:
    """Primaries and alternates that the seed (32 bytes, from ``derive_seed``) decides."""
    check_parts(pool, plan)
    instance_of(solution, Solution, "solution")
    return _draw(pool, plan, solution, seed, "official")


def trial(pool: Pool, plan: Plan, number: int, solution: Solution | None = None) -> Result:
    """Trial draw ``number`` (from 1): a public seed of its own, never an official result."""
    check_parts(pool, plan, solution)
    seed = trial_seed(pool, plan, number)
    if solution is None:
        solution = solve(pool, plan)
    return _draw(pool, plan, solution, seed, "trial", number)


def _draw(
    pool: Pool, plan: Plan, solution: Solution, seed: bytes, label: str, number: int | None = None
) -> Result:
    if len(check_nonce(seed, "seed")) != 32:
        raise FairdrawError("SEED_LENGTH", bytes=32)
    if solution.grouping.plan != plan or solution.profile != pool.profile:
        raise FairdrawError("SOLUTION_OF_ANOTHER_PLAN")
    solved = solution.grouping.pool
    if solved is not pool and (solved is None or solved.root != pool.root):
        raise FairdrawError("SOLUTION_OF_ANOTHER_POOL")
    if solution.mode == "L":
        return _draw_general(plan, solution, seed, label, number)
    if solution.mode == "S":
        places = _draw_strata(solution, seed)
    else:
        places = _draw_flow(solution, seed)
    taken = {person for _, _, person, _ in places}
    profile = pool.profile
    from fairdraw.flow.reserves import draw_alternates

    others = draw_alternates(
        solution.grouping, taken, alternate_seed(seed, profile=profile), profile=profile
    )
    return Result(label, seed, _seats(plan, places), _seats(plan, others), number)


def _draw_strata(solution: Solution, seed: bytes) -> list[tuple[int, bytes, str, int]]:
    grouping = solution.grouping
    tickets = Tickets(seed, profile=solution.profile)
    drawn = [
        (number, ticket, person)
        for number, people in enumerate(people_by_stratum(grouping))
        for ticket, person in tickets.smallest(people, grouping.plan.strata[number].primary)
    ]
    names = {person for _, _, person in drawn}
    home = {p: t for t, kind in enumerate(grouping.types) for p in names.intersection(kind.ids)}
    return [(number, ticket, person, home[person]) for number, ticket, person in drawn]


def _draw_flow(solution: Solution, seed: bytes) -> list[tuple[int, bytes, str, int]]:
    grouping = solution.grouping
    tickets = Tickets(seed, profile=solution.profile)
    seats: defaultdict[int, list[int]] = defaultdict(list)
    counts = seats_by_cell(solution, seed)
    for (kind, stratum, _), number in zip(compress(solution.cells, counts), filter(None, counts)):
        seats[kind] += [stratum] * number
    return [
        (stratum, ticket, person, kind)
        for kind, strata in seats.items()
        for stratum, (ticket, person) in zip(
            strata, tickets.smallest(grouping.types[kind].ids, len(strata))
        )
    ]


def _draw_general(
    plan: Plan, solution: Solution, seed: bytes, label: str, number: int | None
) -> Result:
    """One panel of the lottery by the seed, then the smallest tickets of each of its types."""
    lottery, seating, profile = solution.lottery, solution.seating, solution.profile
    assert lottery is not None
    assert seating is not None
    index = index_below(seed, "panel", len(lottery.panels), profile=profile)
    wanted: tuple[defaultdict[int, list[int]], ...] = (defaultdict(list), defaultdict(list))
    for cell in lottery.panels[index]:
        kind, stratum, seat = seating.cells[cell]
        wanted[seat][kind].append(stratum)
    types = solution.grouping.types
    taken: set[str] = set()
    lists: list[tuple[Seat, ...]] = []
    for seat, lots in ((PRIMARY, seed), (ALTERNATE, alternate_seed(seed, profile=profile))):
        tickets = Tickets(lots, profile=profile)
        places = []
        for kind, strata in wanted[seat].items():
            left = [person for person in types[kind].ids if person not in taken]
            for stratum, (ticket, person) in zip(strata, tickets.smallest(left, len(strata))):
                places.append((stratum, ticket, person, kind))
        taken.update(person for _, _, person, _ in places)
        lists.append(_seats(plan, places))
    return Result(label, seed, lists[0], lists[1], number, index)


def seats_by_cell(solution: Solution, seed: bytes) -> list[int]:
    """Mode B: how many seats each cell gets, in the order of ``solution.cells``."""
    import numpy as np

    from fairdraw.flow.halving import halve_all

    numbers = chain.from_iterable(solution.cells)
    table = np.fromiter(numbers, np.int64, 3 * len(solution.cells)).reshape(-1, 3)
    types = solution.grouping.table
    families = [table[:, 0], types.inner[table[:, 0]], types.outer[table[:, 0]]]
    counts = halve_all(
        table[:, 2], families, table[:, 1], seed, solution.scale, profile=solution.profile
    )
    found: list[int] = counts.tolist()
    return found


def _seats(plan: Plan, places: list[tuple[int, bytes, str, int]]) -> tuple[Seat, ...]:
    ranks: defaultdict[int, int] = defaultdict(int)
    seats = []
    for number, ticket, person, kind in sorted(places):
        ranks[number] += 1
        stratum = plan.strata[number].id
        seats.append(Seat(person, stratum, ranks[number], ticket.hex(), kind))
    return tuple(seats)
