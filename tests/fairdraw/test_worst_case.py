"""Whether alternates can always be completed: compared with every panel there is."""

from __future__ import annotations

import random

from fairdraw import Plan, Pool
from fairdraw.diagnosis.feasibility import Demand, SeatModel, primary_gap, worst_case_gap
from fairdraw.people.grouping import Grouping, group_by_type
from tests.fairdraw.invented import person, plan_of


def people_left(grouping: Grouping, demand: Demand) -> set[tuple[int, ...]]:
    """What every possible panel leaves of each type, by trying them all."""
    cells = [
        (t, s) for t, kind in enumerate(grouping.types) for s in kind.strata if demand.primary[s]
    ]
    found: set[tuple[int, ...]] = set()

    def fill(position: int, need: list[int], left: list[int], rooms: list[int]) -> None:
        if position == len(cells):
            if not any(need):
                found.add(tuple(left))
            return
        t, s = cells[position]
        most = min([need[s], left[t], *(rooms[r] for r in grouping.rows_of[t])])
        for number in range(most + 1):
            then_need, then_left, then_rooms = list(need), list(left), list(rooms)
            then_need[s] -= number
            then_left[t] -= number
            for r in grouping.rows_of[t]:
                then_rooms[r] -= number
            fill(position + 1, then_need, then_left, then_rooms)

    fill(0, list(demand.primary), [len(kind.ids) for kind in grouping.types], list(demand.rooms))
    return found


def small_problem(lot: random.Random) -> tuple[Pool, Plan]:
    strata, grouped = lot.randint(1, 3), lot.random() < 0.4
    names = [f"g{s % 2}.s{s}" if grouped else f"s{s}" for s in range(strata)]
    people = []
    for number in range(lot.randint(2, 10)):
        group = lot.choice(names)[:2]
        own = [name for name in names if not grouped or name.startswith(group)]
        chosen = lot.sample(own, lot.randint(1, min(2, len(own))))
        people.append(person(f"p{number}", f"e{lot.randrange(3)}", *chosen))
    seats = {name: (lot.randint(int(n == 0), 2), lot.randint(0, 2)) for n, name in enumerate(names)}
    cap, group_cap = lot.choice([None, 1, 2, 3]), lot.choice([None, 1, 2])
    return Pool(people), plan_of(seats, employer_cap=cap, group_cap=group_cap if grouped else None)


def test_the_worst_panel_is_the_worst_of_all_panels() -> None:
    lot = random.Random(8)
    short = full = 0
    while short < 40 or full < 100:
        grouping = group_by_type(*small_problem(lot))
        demand = Demand.of(grouping)
        remains = people_left(grouping, demand)
        assert bool(remains) == (not primary_gap(grouping, demand).total)
        worst = 0
        for counts in remains:
            model = SeatModel(grouping, demand.alternate, demand.rooms, counts)
            model.network.circulate()
            worst = max(worst, model.network.missing)
        if remains:
            assert worst_case_gap(grouping, demand).total == worst
            short += worst > 0
            full += worst == 0
