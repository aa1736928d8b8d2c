"""Mode L on invented pools and rules of every kind: every draw keeps them, or none is made."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdraw import (
    Candidate,
    FairdrawError,
    Infeasible,
    Member,
    Plan,
    Pool,
    Quota,
    Solution,
    apply_relaxation,
    diagnose,
    draw,
    solve,
)
from fairdraw.diagnosis import bases
from fairdraw.diagnosis.conflicts import Problem
from fairdraw.lottery.seating import Seating, SeatRow
from fairdraw.lottery.solving import fillable
from fairdraw.people.grouping import group_by_type
from fairdraw.verify import verify
from tests.fairdraw.invented import plan_of, whole_draw
from tests.fairdraw.test_draw_properties import assert_valid
from tests.fairdraw.test_quotas import assert_keeps_quotas

CAREFUL = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.binary(min_size=32, max_size=32)


@st.composite
def general_problems(value: st.DrawFn) -> tuple[Pool, Plan]:
    """Up to three strata in two groups, three employers, quotas on two categories, members."""
    names = ["g.a", "g.b", "h.c"][: value(st.integers(1, 3))]
    people = []
    for number in range(value(st.integers(4, 18))):
        chosen = value(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        values = (("r", value(st.sampled_from("nsw"))), ("x", value(st.sampled_from("fm"))))
        employer = f"e{value(st.integers(0, 2))}"
        people.append(Candidate(f"p{number}", employer, tuple(chosen), (), values))
    seats = {name: (value(st.integers(0, 3)), value(st.integers(0, 2))) for name in names}
    seats[names[0]] = (max(1, seats[names[0]][0]), seats[names[0]][1])
    quotas = []
    for category, some in (("r", ("s", "w")), ("x", ("f",)), ("r", ("n",))):
        if value(st.booleans()):
            low = value(st.integers(0, 2))
            high = value(st.sampled_from([None, low, low + 1, low + 2]))
            least = value(st.integers(0, 1))
            group = value(st.sampled_from([None, None, "g"]))
            quotas.append(Quota(category, some, low, high, least, None, group))
    chair = (Member("chair", "e0", names[0], None, (("r", "n"), ("x", "f"))),)
    try:
        plan = plan_of(
            seats,
            employer_cap=value(st.sampled_from([None, 2, 3])),
            group_cap=value(st.sampled_from([None, 1, 2])),
            quotas=quotas,
            ceiling=value(st.sampled_from([None, Fraction(1), Fraction(3, 2)])),
            designated=value(st.sampled_from([(), chair])),
        )
    except FairdrawError:
        # A quota of more people than seats, or a member beyond it, is refused as it stands.
        plan = plan_of(seats, ceiling=2)
    return Pool(people), plan


@CAREFUL
@given(general_problems(), SEEDS)
def test_every_draw_keeps_every_rule(problem: tuple[Pool, Plan], seed: bytes) -> None:
    pool, plan = problem
    diagnosis = diagnose(pool, plan)
    solution = diagnosis.solution
    if solution is None:
        assert diagnosis.conflicts
        assert diagnosis.short > 0
        with pytest.raises(Infeasible):
            solve(pool, plan)
        return
    assert 0 <= solution.lowest <= solution.bound <= 1
    for offset in range(4):
        result = draw(pool, plan, solution, bytes([seed[0] ^ offset]) + seed[1:])
        assert_valid(pool, plan, result)
        assert_keeps_quotas(pool, plan, result)
        members = {member.employer for member in plan.members}
        for employer in members:
            room = plan.employer_room(employer or "")
            mine = sum(pool.by_id[seat.id].employer == employer for seat in result.panel)
            assert room is None or mine <= room


@CAREFUL
@given(general_problems())
def test_a_stranger_accepts_the_transcript_and_the_record_leads_back(
    problem: tuple[Pool, Plan],
) -> None:
    pool, plan = problem
    try:
        made = whole_draw(pool, plan)
    except Infeasible:
        return
    report = verify(made.data)
    assert report.ok, [c for c in report.checks if c.ok is False]
    record = made.solution.record()
    again = Solution.from_record(pool, plan, record)
    assert again.record() == record
    assert draw(pool, plan, again, made.result.seed) == made.result


@CAREFUL
@given(general_problems())
def test_every_change_that_is_said_to_mend_all_mends_all(problem: tuple[Pool, Plan]) -> None:
    pool, plan = problem
    diagnosis = diagnose(pool, plan)
    for change in diagnosis.relaxations:
        if change.complete and change.code != "MORE_CANDIDATES":
            assert diagnose(pool, apply_relaxation(plan, change)).feasible
    mended = plan
    for position in diagnosis.remedy:
        change = diagnosis.relaxations[position]
        if change.code == "MORE_CANDIDATES":
            return
        mended = apply_relaxation(mended, change)
    if diagnosis.remedy:
        assert diagnose(pool, mended).feasible


@CAREFUL
@given(general_problems(), st.randoms(use_true_random=False))
def test_a_quick_look_finds_panels_as_the_long_one_does(
    problem: tuple[Pool, Plan], lot: random.Random
) -> None:
    grouping = group_by_type(*problem)
    asked = Problem.of(grouping)
    for _ in range(4):
        kept = [rule for rule in asked.rules if lot.random() < 0.8]
        limits = asked.only(kept)
        rows = tuple(
            SeatRow(*limits.get(number, (0, 10**6)), row.cells)
            for number, row in enumerate(asked.search.bases.seating.rows)
        )
        seating = Seating(asked.search.bases.seating.people, asked.search.bases.seating.cells, rows)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bases, "FEW", 0)
            panel = asked.search.panel(limits)
        assert (panel is None) == (fillable(seating) is None)
        for row in rows if panel is not None else ():
            assert row.low <= sum(cell in row.cells for cell in panel or ()) <= row.high


def test_a_record_of_another_pool_is_refused() -> None:
    people = [Candidate(f"p{i}", None, ("s",), (), (("x", "fm"[i % 2]),)) for i in range(8)]
    plan = plan_of({"s": (3, 1)}, quotas=(Quota("x", ("f",), low=1),))
    record = solve(Pool(people), plan).record()
    with pytest.raises(FairdrawError, match="PARTS_DO_NOT_FIT"):
        Solution.from_record(Pool(people[:-1]), plan, record)
    with pytest.raises(FairdrawError, match="RECORD_INVALID"):
        Solution.from_record(Pool(people), plan, {**record, "cells": [[9, 9, 9, 9]]})
