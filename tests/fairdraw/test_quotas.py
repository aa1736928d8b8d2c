"""Quotas and ceilings: what they mean, what is refused, why a plan under them cannot be filled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from fairdraw import (
    Candidate,
    FairdrawError,
    Infeasible,
    Member,
    Plan,
    Pool,
    Quota,
    Result,
    apply_relaxation,
    diagnose,
    draw,
    solve,
    transcript,
    trial,
)
from fairdraw.verify import verify
from tests.fairdraw.invented import odd_pool, plan_of, varied_pool, whole_draw

REGION = Quota("region", ("south", "west"), low=3, alternate_low=1)
SEX = Quota("sex", ("f",), low=2, high=4)
POOL = varied_pool(60)


def someone(name: str, *strata: str, employer: str | None = None, **values: str) -> Candidate:
    """A candidate with values."""
    return Candidate(name, employer, strata or ("s",), (), tuple(values.items()))


def assert_keeps_quotas(pool: Pool, plan: Plan, result: Result) -> None:
    """Every quota holds for primaries with members and for the alternates by themselves."""
    for number, quota in enumerate(plan.quotas):
        counts = [
            sum(
                quota.counts(dict(pool.by_id[seat.id].values))
                for seat in seats
                if quota.group in (None, plan.strata[plan.index[seat.stratum]].group)
            )
            for seats in (result.panel, result.alternates)
        ]
        first, second = counts[0] + plan.members_in(number), counts[1]
        assert first >= quota.low
        assert quota.high is None or first <= quota.high
        assert second >= quota.alternate_low
        assert quota.alternate_high is None or second <= quota.alternate_high


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("QUOTA_EMPTY", lambda: Quota("a", ("x",), low=3, high=2)),
    ("QUOTA_EMPTY", lambda: Quota("a", ("x",), alternate_low=1, alternate_high=0)),
    ("VALUES_MISSING", lambda: Quota("a", ())),
    ("VALUES_EXPECTED", lambda: Quota("a", "xy")),  # type: ignore[arg-type]
    ("VALUE_TWICE", lambda: Quota("a", ("x", "x"))),
    ("VALUE_TWICE", lambda: Quota("a", ("\u00e9", "e\u0301"))),
    ("VALUE_TWICE", lambda: Member("m", values=(("a", "x"), ("a", "y")))),
    ("TEXT_MISSING", lambda: Quota("", ("x",))),
    ("TEXT_EXPECTED", lambda: Quota("a", (1,))),  # type: ignore[arg-type]
    ("INTEGER_OUT_OF_RANGE", lambda: Quota("a", ("x",), low=-1)),
    ("INTEGER_OUT_OF_RANGE", lambda: Quota("a", ("x",), high=5000)),
    ("INTEGER_EXPECTED", lambda: Quota("a", ("x",), low=True)),
    ("INTEGER_EXPECTED", lambda: Quota("a", ("x",), high=1.5)),  # type: ignore[arg-type]
    ("QUOTA_OVER_SEATS", lambda: plan_of({"s": (2, 0)}, quotas=(Quota("a", ("x",), low=3),))),
    (
        "QUOTA_OVER_SEATS",
        lambda: plan_of({"s": (2, 1)}, quotas=(Quota("a", ("x",), alternate_low=2),)),
    ),
    (
        "QUOTA_OVER_SEATS",
        lambda: plan_of(
            {"g.s": (2, 1), "h.s": (2, 0)}, quotas=(Quota("a", ("x",), low=3, group="g"),)
        ),
    ),
    ("GROUP_UNKNOWN", lambda: plan_of({"s": (2, 1)}, quotas=(Quota("a", ("x",), group="g"),))),
    (
        "TOO_MANY_QUOTAS",
        lambda: plan_of({"s": (2, 1)}, quotas=[Quota("a", ("x",))] * 501),
    ),
    (
        "DESIGNATED_OVER_QUOTA",
        lambda: plan_of(
            {"s": (2, 1)},
            quotas=(Quota("a", ("x",), high=0),),
            kept=(Member("m", values=(("a", "x"),)),),
        ),
    ),
    (
        "VALUE_MISSING",
        lambda: plan_of({"s": (2, 1)}, quotas=(Quota("a", ("x",)),), kept=(Member("m"),)),
    ),
    (
        "VALUE_MISSING",
        lambda: solve(POOL, plan_of({"*": (2, 1)}, quotas=(Quota("age", ("old",)),))),
    ),
    ("CEILING_BELOW_ONE", lambda: plan_of({"s": (1, 0)}, ceiling=Fraction(99, 100))),
    ("CEILING_BELOW_ONE", lambda: plan_of({"s": (1, 0)}, ceiling=0)),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling=1.5)),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling=True)),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling="1/0")),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling="nan")),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling="1e99999999999")),
    ("CEILING_INVALID", lambda: plan_of({"s": (1, 0)}, ceiling=Fraction(10**6 + 1, 10**6))),
    ("RECORD_INVALID", lambda: Plan.from_record({**PLAN.record(), "ceiling": [1, 0]})),
    ("RECORD_INVALID", lambda: Plan.from_record({**PLAN.record(), "quotas": [{"low": 1}]})),
]
PLAN = plan_of({"g0.s0": (3, 1), "*": (4, 2)}, quotas=(REGION, SEX), ceiling="1.5")


@pytest.mark.parametrize(("code", "deed"), REFUSED)
def test_what_cannot_be_used_is_refused_by_name(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(FairdrawError) as caught:
        deed()
    assert caught.value.code == code


def test_the_person_without_a_value_is_named() -> None:
    pool = Pool([*POOL.candidates, Candidate("zz", "e", ("g0.s0",))])
    with pytest.raises(FairdrawError) as caught:
        solve(pool, PLAN)
    assert caught.value.params == {"id": "zz", "category": "region"}
    # Nobody asks the excluded, nor those who can reach no seat.
    out = Pool([*POOL.candidates, Candidate("zz", "e", ("elsewhere",))])
    inside = plan_of({"g0.s0": (3, 1)}, quotas=(SEX,))
    assert solve(out, inside).mode == "L"


def test_records_have_inverses() -> None:
    assert Plan.from_record(PLAN.record()) == PLAN
    members = (Member("m", "e", None, None, (("sex", "f"), ("region", "west"))),)
    other = plan_of({"s": (4, 1)}, quotas=(REGION, SEX), designated=members)
    assert Plan.from_record(other.record()) == other
    assert PLAN.ceiling == Fraction(3, 2)


def test_every_quota_holds_in_every_panel() -> None:
    solution = solve(POOL, PLAN)
    assert solution.mode == "L"
    assert 0 < solution.lowest <= solution.bound
    for number in range(60):
        result = draw(POOL, PLAN, solution, bytes([number]) * 32)
        assert Counter(seat.stratum for seat in result.panel) == {"g0.s0": 3, "*": 4}
        assert len({seat.id for seat in (*result.panel, *result.alternates)}) == 10
        assert_keeps_quotas(POOL, PLAN, result)


def test_a_member_outside_the_draw_counts_towards_a_quota() -> None:
    pool = Pool(
        [someone(f"f{i}", sex="f") for i in range(3)]
        + [someone(f"m{i}", sex="m") for i in range(9)]
    )
    chair = (Member("chair", values=(("sex", "f"),)),)
    plan = plan_of({"s": (4, 0)}, quotas=(Quota("sex", ("f",), low=2, high=2),), designated=chair)
    result = draw(pool, plan, solve(pool, plan), bytes(32))
    assert sum(seat.id.startswith("f") for seat in result.panel) == 1


def test_a_quota_of_a_group_counts_only_its_strata() -> None:
    pool = Pool(
        [someone(f"w{i}", "g.s", "h.s", region="west") for i in range(6)]
        + [someone(f"n{i}", "g.s", "h.s", region="north") for i in range(6)]
    )
    quota = Quota("region", ("west",), low=2, high=2, group="g")
    plan = plan_of({"g.s": (3, 0), "h.s": (3, 0)}, quotas=(quota,))
    solution = solve(pool, plan)
    for number in range(20):
        assert_keeps_quotas(pool, plan, draw(pool, plan, solution, bytes([number]) * 32))


def test_a_ceiling_lowers_the_largest_chance() -> None:
    pool = Pool(
        [someone(f"a{i}", "s0") for i in range(20)]
        + [someone(f"b{i}", "s0", "s1") for i in range(2)]
    )
    free = solve(pool, plan_of({"s0": (2, 0), "s1": (1, 0)}))
    held = solve(pool, plan_of({"s0": (2, 0), "s1": (1, 0)}, ceiling=1))
    assert (free.mode, held.mode) == ("B", "L")
    assert held.highest <= free.highest
    assert held.lottery is not None
    assert held.lottery.ceiling == Fraction(1, 2)


def test_rules_in_a_circle_are_kept_by_whole_panels() -> None:
    pool, plan = odd_pool()
    diagnosis = diagnose(pool, plan)
    solution = diagnosis.solution
    assert solution is not None
    assert solution.lottery is not None
    assert solution.lottery.method == "columns"
    assert set(diagnosis.without_chance) == {"0", "1", "2"}
    for number in range(20):
        assert_keeps_quotas(pool, plan, draw(pool, plan, solution, bytes([number]) * 32))


def test_too_few_people_for_a_quota_are_told_with_what_would_mend_it() -> None:
    pool = Pool([someone("f0", sex="f")] + [someone(f"m{i}", sex="m") for i in range(9)])
    plan = plan_of({"s": (4, 1)}, quotas=(Quota("sex", ("f",), low=2),))
    with pytest.raises(Infeasible) as caught:
        solve(pool, plan)
    diagnosis = caught.value.diagnosis
    (conflict,) = diagnosis.conflicts
    assert (conflict.kind, conflict.quotas, conflict.short) == ("primary", (0,), 1)
    (lacking,) = diagnosis.quota_shortages
    assert (lacking.need, lacking.eligible, lacking.reachable) == (2, 1, 1)
    found = {change.code: change for change in diagnosis.relaxations}
    assert found["LOWER_QUOTA"].params["new"] == 1
    assert found["MORE_CANDIDATES"].params == {"stratum": "s", "people": 1, "values": {"sex": "f"}}
    assert diagnose(pool, apply_relaxation(plan, found["LOWER_QUOTA"])).feasible


def test_a_maximum_leaves_seats_empty() -> None:
    pool = Pool([someone("f0", sex="f")] + [someone(f"m{i}", sex="m") for i in range(9)])
    plan = plan_of({"s": (4, 0)}, quotas=(Quota("sex", ("m",), high=2),))
    diagnosis = diagnose(pool, plan)
    (shortage,) = diagnosis.shortages
    assert (shortage.stratum, shortage.short) == ("s", 1)
    found = {change.code: change for change in diagnosis.relaxations}
    assert found["RAISE_QUOTA"].params["new"] == 3
    assert set(found) == {"RAISE_QUOTA", "FEWER_SEATS", "MORE_CANDIDATES"}
    for change in diagnosis.relaxations:
        if change.code != "MORE_CANDIDATES":
            assert diagnose(pool, apply_relaxation(plan, change)).feasible


def test_alternates_have_quotas_of_their_own() -> None:
    pool = Pool(
        [someone(f"f{i}", sex="f") for i in range(2)]
        + [someone(f"m{i}", sex="m") for i in range(9)]
    )
    quota = Quota("sex", ("f",), low=2, alternate_low=1)
    diagnosis = diagnose(pool, plan_of({"s": (4, 2)}, quotas=(quota,)))
    assert diagnosis.conflicts[0].kind == "alternate"
    assert {"LOWER_QUOTA", "MORE_CANDIDATES"} <= {c.code for c in diagnosis.relaxations}


def test_caps_that_cross_groups_are_told_apart_and_mended() -> None:
    pool = Pool(Candidate(f"a{i}", "large", ("g.s", "h.s")) for i in range(9))
    plan = plan_of({"g.s": (2, 0), "h.s": (2, 0)}, employer_cap=4, group_cap={"g": 1, "h": 1})
    diagnosis = diagnose(pool, plan)
    assert [conflict.strata for conflict in diagnosis.conflicts] == [("g.s",), ("h.s",)]
    assert [[row.group for row in c.caps] for c in diagnosis.conflicts] == [["g"], ["h"]]
    assert len(diagnosis.remedy) == 2
    mended = plan
    for position in diagnosis.remedy:
        change = diagnosis.relaxations[position]
        assert not change.complete
        if change.code != "MORE_CANDIDATES":
            mended = apply_relaxation(mended, change)
    raised = [c for c in diagnosis.relaxations if c.code == "RAISE_GROUP_CAP"]
    for change in raised:
        plan = apply_relaxation(plan, change)
    assert diagnose(pool, plan).feasible


def test_a_feasible_plan_tells_what_is_tight_and_who_is_certain() -> None:
    pool = Pool(
        [someone(f"f{i}", sex="f") for i in range(2)]
        + [someone(f"m{i}", sex="m") for i in range(9)]
    )
    diagnosis = diagnose(pool, plan_of({"s": (4, 0)}, quotas=(Quota("sex", ("f",), low=2),)))
    assert diagnosis.feasible
    (tight,) = diagnosis.tight
    assert (tight.row.quota, tight.limit, tight.side) == (0, 2, "low")
    assert set(diagnosis.above_half) == {"f0", "f1"}


def test_more_kinds_of_people_than_can_be_handled_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fairdraw.people.grouping.MOST_TYPES", 3)
    with pytest.raises(FairdrawError, match="TOO_MANY_TYPES"):
        solve(POOL, PLAN)


def test_the_other_profile_draws_another_panel() -> None:
    chinese = Pool(POOL.candidates, profile="gm")
    try:
        made = whole_draw(chinese, PLAN)
    except FairdrawError as error:
        pytest.skip(error.code)
    assert verify(made.data).ok
    assert made.result.panel != whole_draw(POOL, PLAN).result.panel


def test_a_trial_of_a_lottery_is_a_draw_of_its_own() -> None:
    solution = solve(POOL, PLAN)
    result = trial(POOL, PLAN, 7, solution)
    assert result.index is not None
    assert solution.lottery is not None
    assert result.index < len(solution.lottery.panels)
    assert_keeps_quotas(POOL, PLAN, result)
    assert transcript.load(transcript.build_trial(POOL, PLAN, solution, result))["trial"] == 7


def test_the_order_of_people_and_of_their_values_is_of_no_account() -> None:
    shuffled = list(POOL.candidates)
    random.Random(5).shuffle(shuffled)
    again = Pool(
        Candidate(c.id, c.employer, c.strata[::-1], c.exclusions, c.values[::-1]) for c in shuffled
    )
    assert solve(again, PLAN).lottery_hash == solve(POOL, PLAN).lottery_hash
