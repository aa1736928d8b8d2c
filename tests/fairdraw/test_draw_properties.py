"""Whatever the pool and the plan: quotas exact, nobody twice, caps kept, no dead end."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdraw import Candidate, Infeasible, Plan, Pool, Result, diagnose, draw, solve, trial
from fairdraw.verify import verify
from tests.fairdraw.invented import mixed_pool, plan_of, problems, whole_draw

CAREFUL = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.binary(min_size=32, max_size=32)


def assert_valid(pool: Pool, plan: Plan, result: Result) -> None:
    """Every row of the plan holds for the primaries and, among themselves, for the alternates."""
    ids = [seat.id for seat in (*result.panel, *result.alternates)]
    assert len(ids) == len(set(ids))
    for seats, kind in ((result.panel, "primary"), (result.alternates, "alternate")):
        filled = Counter(seat.stratum for seat in seats)
        assert filled == Counter({s.id: getattr(s, kind) for s in plan.strata})
        people = [pool.by_id[seat.id] for seat in seats]
        assert not any(candidate.exclusions for candidate in people)
        for candidate, seat in zip(people, seats):
            assert seat.stratum in candidate.strata or seat.stratum == "*"
        if plan.employer_cap is not None:
            per_employer = Counter(candidate.employer for candidate in people)
            assert max(per_employer.values(), default=0) <= plan.employer_cap
        inside = Counter(
            (candidate.employer, plan.strata[plan.index[seat.stratum]].group)
            for candidate, seat in zip(people, seats)
        )
        for (_, group), count in inside.items():
            limit = plan.group_limit(group)
            assert limit is None or count <= limit


@CAREFUL
@given(problems(), SEEDS)
def test_a_feasible_plan_always_ends_full_and_an_infeasible_one_never_draws(
    problem: tuple[Pool, Plan], seed: bytes
) -> None:
    pool, plan = problem
    solution = diagnose(pool, plan).solution
    if solution is None:
        with pytest.raises(Infeasible) as caught:
            trial(pool, plan, 1)
        assert not caught.value.diagnosis.feasible
        assert caught.value.diagnosis.short > 0
        return
    for offset in range(3):
        changed = bytes([seed[0] ^ offset]) + seed[1:]
        assert_valid(pool, plan, draw(pool, plan, solution, changed))


@CAREFUL
@given(problems(), SEEDS)
def test_the_order_of_the_input_is_of_no_account(problem: tuple[Pool, Plan], seed: bytes) -> None:
    pool, plan = problem
    shuffled = list(pool.candidates)
    random.Random(seed).shuffle(shuffled)
    other = Pool(
        Candidate(c.id, c.employer, tuple(reversed(c.strata)), c.exclusions) for c in shuffled
    )
    assert other.root == pool.root
    try:
        solution = solve(pool, plan)
    except Infeasible:
        return
    again = solve(other, plan)
    assert again.lottery_hash == solution.lottery_hash
    assert draw(other, plan, again, seed) == draw(pool, plan, solution, seed)


@CAREFUL
@given(problems())
def test_every_whole_draw_verifies(problem: tuple[Pool, Plan]) -> None:
    pool, plan = problem
    try:
        made = whole_draw(pool, plan)
    except Infeasible:
        return
    report = verify(made.data)
    assert report.ok, [check for check in report.checks if check.ok is False]
    assert Fraction(*report.facts["lowest"]) == made.solution.lowest
    assert Fraction(*report.facts["highest"]) == made.solution.highest


@CAREFUL
@given(problems())
def test_chances_add_up_to_the_seats_and_the_bound_is_reached(
    problem: tuple[Pool, Plan],
) -> None:
    pool, plan = problem
    try:
        solution = solve(pool, plan)
    except Infeasible:
        return
    assert sum(solution.chances.values()) == plan.primary_seats
    assert all(0 <= chance <= 1 for chance in solution.chances.values())
    assert 0 <= solution.bound - solution.lowest < Fraction(1, 2**30)
    for kind in solution.grouping.types:
        assert len({solution.chances[name] for name in kind.ids}) == 1


@CAREFUL
@given(problems())
def test_every_proposed_change_mends_what_it_says(problem: tuple[Pool, Plan]) -> None:
    from fairdraw import apply_relaxation

    pool, plan = problem
    diagnosis = diagnose(pool, plan)
    if diagnosis.feasible:
        assert diagnosis.short == 0
        return
    for change in diagnosis.relaxations:
        if change.complete and change.code != "MORE_CANDIDATES":
            assert diagnose(pool, apply_relaxation(plan, change)).feasible, change
    combined, extra = plan, []
    for position in diagnosis.remedy:
        change = diagnosis.relaxations[position]
        if change.code == "MORE_CANDIDATES":
            extra += [
                Candidate(
                    f"new{len(extra) + n}", f"own{len(extra) + n}", (change.params["stratum"],)
                )
                for n in range(change.params["people"])
            ]
        else:
            combined = apply_relaxation(combined, change)
    if diagnosis.remedy:
        assert diagnose(Pool([*pool.candidates, *extra]), combined).feasible


def test_a_seed_gives_one_result_and_another_seed_another() -> None:
    pool, plan = mixed_pool(120), plan_of({f"s{s}": (3, 2) for s in range(5)}, employer_cap=3)
    solution = solve(pool, plan)
    first = draw(pool, plan, solution, bytes(32))
    assert first == draw(pool, plan, solution, bytes(32))
    assert first.panel != draw(pool, plan, solution, bytes([1] * 32)).panel


def test_removing_one_person_changes_nobody_elses_ticket() -> None:
    pool, plan = mixed_pool(120), plan_of({f"s{s}": (3, 2) for s in range(5)})
    tickets = {s.id: s.ticket for s in draw(pool, plan, solve(pool, plan), bytes(32)).panel}
    gone = next(iter(tickets))
    smaller = Pool(c for c in pool.candidates if c.id != gone)
    panel = draw(smaller, plan, solve(smaller, plan), bytes(32)).panel
    assert all(tickets.get(seat.id, seat.ticket) == seat.ticket for seat in panel)
