"""Whether alternates can always be completed: compared with every panel there is."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest

from fairdraw import FairdrawError, Plan, Pool, diagnose, solve
from fairdraw.diagnosis import worstcase
from fairdraw.diagnosis.effort import Effort
from fairdraw.diagnosis.feasibility import Demand, SeatModel, primary_gap, worst_case_gap
from fairdraw.diagnosis.reserve import _PARTS, _Reserves, open_strata
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


def worst_of(grouping: Grouping, demand: Demand) -> int | None:
    """Alternate seats that the worst of all panels leaves empty; None without any panel."""
    worst = None
    for counts in people_left(grouping, demand):
        model = SeatModel(grouping, demand.alternate, demand.rooms, counts)
        model.network.circulate()
        worst = max(worst or 0, model.network.missing)
    return worst


def short_sets(grouping: Grouping, demand: Demand) -> list[set[int]]:
    """The smallest sets of strata that some panel leaves short, by trying all panels and sets."""
    wanted = [s for s, number in enumerate(demand.alternate) if number]
    found: list[set[int]] = []
    for size in range(1, len(wanted) + 1):
        for chosen in map(set, combinations(wanted, size)):
            alone = tuple(n if s in chosen else 0 for s, n in enumerate(demand.alternate))
            smallest = not any(short <= chosen for short in found)
            if smallest and worst_of(grouping, replace(demand, alternate=alone)):
                found.append(chosen)
    return found


def test_the_worst_panel_is_the_worst_of_all_panels() -> None:
    lot = random.Random(8)
    short = full = 0
    while short < 40 or full < 100:
        grouping = group_by_type(*small_problem(lot))
        demand = Demand.of(grouping)
        worst = worst_of(grouping, demand)
        assert (worst is not None) == (not primary_gap(grouping, demand).total)
        if worst is not None:
            assert worst_case_gap(grouping, demand).total == worst
            short += worst > 0
            full += worst == 0


def test_no_set_of_strata_that_is_said_to_have_a_reserve_can_run_short() -> None:
    lot = random.Random(11)
    safe = in_part = with_own = with_common = 0
    while min(safe - 60, in_part, with_own, with_common - 3) < 1:
        grouping = group_by_type(*small_problem(lot))
        demand = Demand.of(grouping)
        if worst_of(grouping, demand) is None:
            continue
        reserves = _Reserves(grouping, demand, Effort())
        wanted, shorts = set(reserves.wanted), short_sets(grouping, demand)
        for parts in _PARTS:
            own = wanted - reserves._without_own(parts)
            common = reserves._with_common(parts, wanted)
            alone = tuple(n if s in own else 0 for s, n in enumerate(demand.alternate))
            assert not worst_of(grouping, replace(demand, alternate=alone))
            with_own += 0 < len(own) < len(wanted)
            with_common += len(common) > 0
            assert not any(common & short for short in shorts)
        left = open_strata(grouping, demand, Effort())
        assert all(left & short for short in shorts)
        safe += not left
        in_part += 0 < len(left) < len(wanted)


def test_beyond_the_limit_of_work_nothing_false_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worstcase, "_MOST_ENTRIES", 0)
    lot = random.Random(9)
    undecided = told = 0
    while undecided < 3 or told < 20:
        pool, plan = small_problem(lot)
        grouping = group_by_type(pool, plan)
        demand = Demand.of(grouping)
        worst = worst_of(grouping, demand)
        if worst is None:
            continue
        try:
            found = worst_case_gap(grouping, demand).total
        except worstcase.UndecidedError:
            with pytest.raises(FairdrawError, match="ALTERNATES_UNDECIDED"):
                solve(pool, plan)
            undecided += 1
        else:
            assert found <= worst
            assert bool(found) == bool(worst)
            told += worst > 0


def test_a_diagnosis_that_leaves_a_question_open_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def give_up(*_: object) -> None:
        asked.append(1)
        raise worstcase.UndecidedError

    monkeypatch.setattr(worstcase, "worst_panel", give_up)
    lot = random.Random(10)
    told = 0
    while told < 10:
        asked.clear()
        pool, plan = small_problem(lot)
        try:
            diagnosis = diagnose(pool, plan)
        except worstcase.UndecidedError:
            continue
        if asked:
            assert not diagnosis.feasible
            assert not diagnosis.exhaustive
            told += 1


def large_problem(number: int, strata: int, *, scarce: int) -> Grouping:
    """People of few large and many small employers, in one or two strata.

    ``scarce``: how many people a further stratum has.
    """
    lot = random.Random(5)
    names = [f"s{s:02}" for s in range(strata)]
    people = [
        person(
            f"p{place:04}",
            f"e{int(lot.paretovariate(0.7)) % 400}",
            *lot.sample(names, lot.randint(1, 2)),
        )
        for place in range(number)
    ]
    people += [person(f"q{place}", f"f{place}", "scarce", "s00") for place in range(scarce)]
    seats = dict.fromkeys([*names, "scarce"], (4, 2))
    return group_by_type(Pool(people), plan_of(seats, employer_cap=2))


def test_a_large_plan_is_decided_without_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    grouping = large_problem(5000, 40, scarce=14)
    monkeypatch.delattr(worstcase, "worst_panel")
    assert not worst_case_gap(grouping, Demand.of(grouping)).total


def test_a_plan_that_fails_in_one_stratum_is_refused() -> None:
    grouping = large_problem(1500, 10, scarce=9)
    assert worst_case_gap(grouping, Demand.of(grouping)).seats == {10: 1}
