"""A diagnosis of hundreds of contradictory rules ends, is true, and says what it has not proven."""

from __future__ import annotations

import random

import pytest

from fairdraw import Candidate, Diagnosis, Plan, Pool, Quota, Stratum, apply_relaxation, diagnose
from fairdraw.diagnosis import effort
from fairdraw.diagnosis.conflicts import Problem, Rule
from fairdraw.people.grouping import group_by_type

ENOUGH = effort.WHOLE_EFFORT


def regions(people: int, number: int) -> Pool:
    return Pool(
        Candidate(f"p{i}", f"e{i % 20}", (f"s{i % 2}",), (), (("region", f"r{i % number}"),))
        for i in range(people)
    )


def overlapping(quotas: int) -> tuple[Pool, Plan]:
    """Quotas that ask for more together than there are seats, many of them overlapping."""
    lot = random.Random(5)
    made = tuple(
        Quota(
            "region",
            tuple(f"r{j}" for j in lot.sample(range(12), lot.randrange(1, 4))),
            low=lot.randrange(3, 6),
        )
        for _ in range(quotas)
    )
    strata = (Stratum("s0", 6, 0), Stratum("s1", 5, 0))
    return regions(120, 12), Plan(strata, employer_cap=2, quotas=made)


def assert_true(pool: Pool, plan: Plan, diagnosis: Diagnosis) -> None:
    """Every conflict is one, and every change that is said to mend all does."""
    problem = Problem.of(group_by_type(pool, plan))
    for conflict in diagnosis.conflicts:
        named = {str(number) for number in conflict.quotas}
        kept = [
            rule
            for rule in problem.rules
            if rule.kind in ("", "primary")
            if (rule.code == "STRATUM" and rule.name in conflict.strata)
            or (rule.code == "QUOTA" and rule.name in named)
            or (rule.code.endswith("CAP") and conflict.caps)
        ]
        assert not problem.fits(kept)
        for left_out in kept if conflict.smallest else ():
            assert problem.fits([rule for rule in kept if rule != left_out])
    for change in diagnosis.relaxations:
        if change.complete and change.code != "MORE_CANDIDATES":
            assert diagnose(pool, apply_relaxation(plan, change)).feasible


def test_five_hundred_quotas_that_nobody_can_keep_are_each_named_and_mended() -> None:
    quotas = tuple(Quota("region", (f"x{i}",), low=1) for i in range(500))
    pool = regions(200, 10)
    plan = Plan((Stratum("s0", 5, 2), Stratum("s1", 5, 2)), employer_cap=2, quotas=quotas)
    diagnosis = diagnose(pool, plan)
    assert [conflict.quotas for conflict in diagnosis.conflicts] == [(n,) for n in range(500)]
    assert diagnosis.exhaustive
    assert all(conflict.smallest and conflict.short == 1 for conflict in diagnosis.conflicts)
    assert len(diagnosis.remedy) == 500
    for position in diagnosis.remedy:
        plan = apply_relaxation(plan, diagnosis.relaxations[position])
    mended = Problem.of(group_by_type(pool, plan))
    assert mended.fits(mended.rules)


def test_a_conflict_of_hundreds_of_quotas_is_found_whole() -> None:
    number = 120
    quotas = tuple(Quota("region", (f"r{i}",), low=1) for i in range(number))
    plan = Plan((Stratum("s0", 40, 0), Stratum("s1", 39, 0)), quotas=quotas)
    diagnosis = diagnose(regions(600, number), plan)
    assert diagnosis.exhaustive
    largest = max(diagnosis.conflicts, key=lambda conflict: len(conflict.quotas))
    assert largest.smallest
    # Regions lie in one stratum each: more of them than it has seats cannot all be served.
    (stratum,) = {number % 2 for number in largest.quotas}
    assert len(largest.quotas) == (41, 40)[stratum]


@pytest.mark.parametrize("work", [0, 2_000, 20_000, 60_000, ENOUGH])
def test_whatever_work_is_allowed_what_is_told_is_true(
    work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "WHOLE_EFFORT", work)
    pool, plan = overlapping(25)
    diagnosis = diagnose(pool, plan)
    assert not diagnosis.feasible
    assert diagnosis.conflicts
    assert_true(pool, plan, diagnosis)
    assert diagnosis == diagnose(pool, plan)
    if work == 0:
        assert not diagnosis.exhaustive
        assert [conflict.smallest for conflict in diagnosis.conflicts] == [False]
        assert diagnosis.relaxations == ()
    if work == ENOUGH:
        assert diagnosis.exhaustive


def test_work_is_counted_and_a_share_of_it_set_aside() -> None:
    whole = effort.Effort(100)
    share = whole.reserve(1, 4)
    assert (whole.left, share.left) == (75, 25)
    share.spend(20)
    with pytest.raises(effort.ExhaustedError):
        share.spend(6)
    whole.give_back(share)
    assert whole.left == 80
    assert not effort.Effort().is_limited


def test_people_who_were_merged_are_told_apart_again() -> None:
    """Two employers of one sort: the panel names cells of both, as the cap demands."""
    people = [Candidate(f"a{i}", "one", ("s",), (), (("x", "y"),)) for i in range(3)]
    people += [Candidate(f"b{i}", "two", ("s",), (), (("x", "y"),)) for i in range(3)]
    plan = Plan((Stratum("s", 4, 0),), employer_cap=2, quotas=(Quota("x", ("y",), low=4),))
    problem = Problem.of(group_by_type(Pool(people), plan))
    assert problem.search.panel(problem.only(problem.rules)) == (0, 0, 1, 1)
    uncapped = [rule for rule in problem.rules if rule != Rule("EMPLOYER_CAP")]
    assert problem.search.panel(problem.only(uncapped)) == (0, 0, 0, 1)


@pytest.mark.parametrize("work", [0, 30_000, 300_000, ENOUGH])
def test_strata_without_quotas_are_diagnosed_within_the_same_means(
    work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "WHOLE_EFFORT", work)
    number = 8
    people = [
        Candidate(f"p{i}", f"e{i % 5}", (f"s{i % number}", f"s{(3 * i + 1) % number}"))
        for i in range(2 * number)
        if i % number != (3 * i + 1) % number
    ]
    pool = Pool(people)
    plan = Plan(tuple(Stratum(f"s{i}", 6, 1) for i in range(number)), employer_cap=3)
    diagnosis = diagnose(pool, plan)
    assert diagnosis.conflicts
    assert diagnosis == diagnose(pool, plan)
    for conflict in diagnosis.conflicts:
        if conflict.kind == "primary":
            kept = tuple(s for s in plan.strata if s.id in conflict.strata)
            without = Plan(tuple(Stratum(s.id, s.primary, 0) for s in kept), employer_cap=3)
            assert not diagnose(pool, without).feasible
    for change in diagnosis.relaxations:
        if change.complete and change.code != "MORE_CANDIDATES":
            assert diagnose(pool, apply_relaxation(plan, change)).feasible
    assert diagnosis.exhaustive == (work == ENOUGH)
    assert diagnosis.relaxations or work < ENOUGH
