"""Chances are leximin: compared level by level with a linear program; units and certificates."""

from __future__ import annotations

import random
from fractions import Fraction

import highspy
import numpy as np
import pytest

from fairdraw import Infeasible, solve
from fairdraw.flow.chances import Kind, Unfillable, leximin
from fairdraw.flow.halving import halve_all
from fairdraw.flow.network import Network
from tests.fairdraw.invented import mixed_pool, person, plain_pool, plan_of


def leximin_by_programs(
    seats: list[int], rooms: list[int], kinds: list[Kind]
) -> list[float] | None:
    """The same chances by one linear program for each level and each kind: slow and plain."""

    def best(fixed: dict[int, float], floor: float, raised: int | None) -> float | None:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        level = solver.addVariable(0, 1)
        flow = {
            (k, s): solver.addVariable(0, 1e6) for k, kind in enumerate(kinds) for s in kind.strata
        }
        for s, number in enumerate(seats):
            terms = [x for (_, t), x in flow.items() if t == s]
            if terms:
                solver.addConstr(sum(terms) == number)
            elif number:
                return None
        for r, room in enumerate(rooms):
            terms = [x for (k, _), x in flow.items() if r in kinds[k].rows]
            if terms:
                solver.addConstr(sum(terms) <= room)
        for k, kind in enumerate(kinds):
            total = sum(flow[k, s] for s in kind.strata)
            solver.addConstr(total <= kind.count)
            if k in fixed:
                solver.addConstr(total >= kind.count * (fixed[k] - 1e-9))
                solver.addConstr(total <= kind.count * (fixed[k] + 1e-9))
            elif k == raised or raised is None:
                solver.addConstr(total - kind.count * level >= 0)
            else:
                solver.addConstr(total >= kind.count * (floor - 1e-9))
        solver.maximize(level)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(solver.getInfo().objective_function_value)

    fixed: dict[int, float] = {}
    while len(fixed) < len(kinds):
        floor = best(fixed, 0, None)
        if floor is None:
            return None
        for k in [k for k in range(len(kinds)) if k not in fixed]:
            alone = best(fixed, floor, k)
            if alone is not None and alone < floor + 1e-6:
                fixed[k] = floor
    return [fixed[k] for k in range(len(kinds))]


def invented_problem(lot: random.Random) -> tuple[list[int], list[int], list[Kind]]:
    """Up to four strata and three employers, sometimes with two groups and caps inside them."""
    strata, employers, nested = lot.randint(1, 4), lot.randint(1, 3), lot.random() < 0.4
    rooms = [lot.randint(1, 3) for _ in range(3 * employers)]
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    for _ in range(lot.randint(1, 6)):
        employer, group = lot.randrange(employers), lot.randrange(2)
        own = [s for s in range(strata) if not nested or s % 2 == group]
        if own:
            chosen = tuple(sorted(lot.sample(own, lot.randint(1, len(own)))))
            rows = (employers + 2 * employer + group, employer) if nested else (employer,)
            rows = rows if lot.random() < 0.8 else ()
            found[chosen, rows] = found.get((chosen, rows), 0) + lot.randint(1, 4)
    kinds = [Kind(count, chosen, rows) for (chosen, rows), count in found.items()]
    return [lot.randint(0, 3) for _ in range(strata)], rooms, kinds


def test_chances_are_those_of_one_program_after_another() -> None:
    lot = random.Random(11)
    compared = 0
    while compared < 60:
        seats, rooms, kinds = invented_problem(lot)
        if not kinds or not sum(seats):
            continue
        expected = leximin_by_programs(seats, rooms, kinds)
        if expected is None:
            with pytest.raises(Unfillable):
                leximin(seats, rooms, kinds)
            continue
        found = leximin(seats, rooms, kinds).of
        assert [float(chance) for chance in found] == pytest.approx(expected, abs=1e-6)
        compared += 1


def test_disjoint_strata_without_caps_give_seats_over_people() -> None:
    solution = solve(plain_pool(71), plan_of({"s0": (7, 3)}))
    assert solution.mode == "S"
    assert set(solution.chances.values()) == {Fraction(7, 71)}
    assert solution.bound == Fraction(7, 71)


def test_a_cap_lowers_the_chances_of_a_large_employer_only() -> None:
    people = [person(f"a{i}", "large", "s0") for i in range(30)]
    people += [person(f"b{i}", f"small{i}", "s0") for i in range(10)]
    from fairdraw import Pool

    solution = solve(Pool(people), plan_of({"s0": (8, 0)}, employer_cap=3))
    assert solution.mode == "B"
    assert solution.bound == Fraction(1, 10)
    assert float(solution.chances["a0"]) == pytest.approx(0.1, abs=1e-9)
    assert float(solution.chances["b0"]) == pytest.approx(0.5, abs=1e-9)


def test_a_member_without_any_reachable_seat_has_no_chance_entry() -> None:
    from fairdraw import Pool

    pool = Pool([person("a", "e", "s0"), person("b", "f", "elsewhere")])
    solution = solve(pool, plan_of({"s0": (1, 0)}))
    assert solution.chances == {"a": Fraction(1)}


@pytest.mark.parametrize("people", [300, 3000])
def test_chances_do_not_depend_on_floating_point_noise(people: int) -> None:
    pool = mixed_pool(people, strata=8, employers=60)
    plan = plan_of({f"s{s}": (3, 1) for s in range(8)}, employer_cap=2)
    first, again = solve(pool, plan), solve(pool, plan)
    assert first.record() == again.record()
    for chance, units in zip(first.type_chances, first.grouping.types):
        assert 0 < chance <= 1
        assert units.ids


def test_an_unfillable_plan_raises_with_its_diagnosis() -> None:
    with pytest.raises(Infeasible) as caught:
        solve(plain_pool(3), plan_of({"s0": (4, 0)}))
    assert caught.value.diagnosis.shortages[0].short == 1


def test_halving_keeps_every_type_row_and_stratum() -> None:
    lot = np.random.default_rng(5)
    for trial in range(40):
        cells = int(lot.integers(2, 60))
        kinds, strata = lot.integers(0, 8, cells), lot.integers(0, 4, cells)
        inner = np.where(kinds < 4, kinds // 2, -1)
        outer = np.where(kinds < 6, 0, -1)
        units = lot.integers(1, 2**12, cells)
        levels = 8
        for s in range(4):
            inside = np.flatnonzero(strata == s)
            if len(inside):
                units[inside[0]] += -int(units[inside].sum()) % 2**levels
        result = halve_all(units, [kinds, inner, outer], strata, bytes([trial] * 32), levels)
        for family in (kinds, inner, outer, strata):
            for node in set(family.tolist()) - {-1}:
                exact = units[family == node].sum() / 2**levels
                assert np.floor(exact) <= result[family == node].sum() <= np.ceil(exact)
        assert (result >= units >> levels).all()


def test_a_network_says_what_is_missing() -> None:
    network = Network(3)
    network.arc(0, 1, 0, 2)
    network.arc(1, 2, 0, 9)
    network.arc(2, 0, 5, 5)
    cut = network.circulate()
    assert network.missing == 3
    assert cut == {0}
