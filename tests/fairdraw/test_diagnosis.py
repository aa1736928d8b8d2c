"""Why a plan cannot be filled and what would mend it, on cases that a clerk would recognise."""

from __future__ import annotations

import pytest

from fairdraw import FairdrawError, Plan, Pool, apply_relaxation, diagnose
from fairdraw.diagnosis.relaxation import Relaxation
from tests.fairdraw.invented import mixed_pool, person, plan_of


def changes(relaxations: tuple[Relaxation, ...]) -> list[str]:
    return [change.code for change in relaxations]


def small_specialty() -> tuple[Pool, Plan]:
    """Two people for two primaries and one alternate; seven more were removed by rules."""
    people = [person(f"a{i}", f"e{i}", "g.tunnels") for i in range(2)]
    people += [person(f"b{i}", None, "g.tunnels", out=("DATA_MISSING",)) for i in range(3)]
    people += [person(f"c{i}", "x", "g.tunnels", out=("TERM_EXPIRED", "AGE")) for i in range(4)]
    people += [person(f"d{i}", f"f{i}", "g.soil") for i in range(13)]
    people += [person(f"h{i}", f"g{i}", "w.water") for i in range(20)]
    return Pool(people), plan_of({"g.tunnels": (2, 1), "g.soil": (2, 1), "w.water": (1, 1)})


def test_a_specialty_one_short_is_named_with_what_removed_people() -> None:
    diagnosis = diagnose(*small_specialty())
    (shortage,) = diagnosis.shortages
    assert (shortage.stratum, shortage.kind, shortage.short) == ("g.tunnels", "alternate", 1)
    assert (shortage.need, shortage.eligible, shortage.reachable) == (1, 2, 0)
    count = diagnosis.strata[0]
    assert (count.in_pool, count.eligible, count.need) == (9, 2, 3)
    assert count.removed == {"DATA_MISSING": 3, "TERM_EXPIRED": 4}
    assert diagnosis.tightest[0] is count


def test_the_smallest_change_comes_first_and_stays_in_the_group() -> None:
    pool, plan = small_specialty()
    diagnosis = diagnose(pool, plan)
    first = diagnosis.relaxations[0]
    assert first.code == "MOVE_SEATS"
    assert first.params["target"] == "g.soil"
    assert first.params["same_group"]
    assert first.complete
    mended = apply_relaxation(plan, first)
    assert diagnose(pool, mended).feasible
    assert mended.alternate_seats == plan.alternate_seats
    assert {"FEWER_SEATS", "MORE_CANDIDATES"} <= set(changes(diagnosis.relaxations))


def test_one_employer_holding_all_people_is_a_matter_of_the_cap() -> None:
    people = [person(f"a{i}", "large", "s0") for i in range(9)] + [person("b", "other", "s0")]
    diagnosis = diagnose(Pool(people), plan_of({"s0": (4, 0)}, employer_cap=2))
    (conflict,) = diagnosis.conflicts
    assert (conflict.kind, conflict.need, conflict.short) == ("primary", 4, 1)
    assert [row.employer for row in conflict.caps] == ["large"]
    raised = next(change for change in diagnosis.relaxations if change.code == "RAISE_CAP")
    assert raised.params == {"old": 2, "new": 3}
    assert changes(diagnosis.relaxations) == ["MORE_CANDIDATES", "FEWER_SEATS", "RAISE_CAP"]


def test_a_cap_inside_a_group_is_named_with_its_group() -> None:
    people = [person(f"a{i}", "large", "g.s") for i in range(5)]
    people += [person(f"b{i}", f"e{i}", "h.s") for i in range(9)]
    plan = plan_of({"g.s": (2, 0), "h.s": (1, 0)}, employer_cap=4, group_cap={"g": 1, "h": 1})
    diagnosis = diagnose(Pool(people), plan)
    assert diagnosis.conflicts[0].caps[0].group == "g"
    raised = next(c for c in diagnosis.relaxations if c.code == "RAISE_GROUP_CAP")
    assert raised.params == {"group": "g", "old": 1, "new": 2}
    assert apply_relaxation(plan, raised).group_limit("g") == 2


def test_two_strata_that_share_their_people_conflict_only_together() -> None:
    people = [person(f"a{i}", f"e{i}", "s0", "s1") for i in range(3)]
    diagnosis = diagnose(Pool(people), plan_of({"s0": (2, 0), "s1": (2, 0)}))
    assert diagnosis.conflicts[0].strata == ("s0", "s1")
    assert diagnosis.short == 1


def test_independent_gaps_are_told_apart_and_mended_together() -> None:
    people = [
        person("a", "e", "s0"),
        person("b", "f", "s1"),
        *(person(f"c{i}", f"g{i}", "s2") for i in range(9)),
    ]
    pool, plan = Pool(people), plan_of({"s0": (1, 1), "s1": (2, 0), "s2": (2, 1)})
    diagnosis = diagnose(pool, plan)
    assert {(s.stratum, s.kind) for s in diagnosis.shortages} == {
        ("s0", "alternate"),
        ("s1", "primary"),
    }
    assert len(diagnosis.remedy) == 2
    for position in diagnosis.remedy:
        plan = apply_relaxation(plan, diagnosis.relaxations[position])
    assert diagnose(pool, plan).feasible


def test_alternates_must_not_depend_on_luck() -> None:
    """If the only person of s1 alone is not drawn first, no alternate is left for s0."""
    people = [person("a", "e", "s0"), person("b", "f", "s0", "s1"), person("c", "g", "s1")]
    diagnosis = diagnose(Pool(people), plan_of({"s0": (1, 1), "s1": (1, 0)}))
    assert not diagnosis.feasible
    assert diagnosis.conflicts[0].kind == "alternate"


def test_a_stratum_without_anybody_is_short_of_its_alternates() -> None:
    diagnosis = diagnose(
        Pool(person(f"a{i}", f"e{i}", "s0") for i in range(9)),
        plan_of({"s0": (2, 1), "s1": (0, 1)}),
    )
    (shortage,) = diagnosis.shortages
    assert (shortage.stratum, shortage.kind, shortage.eligible) == ("s1", "alternate", 0)


def test_a_feasible_plan_tells_how_tight_it_is() -> None:
    pool = mixed_pool(80, strata=3, employers=8)
    diagnosis = diagnose(pool, plan_of({f"s{s}": (3, 1) for s in range(3)}, employer_cap=2))
    assert diagnosis.feasible
    assert diagnosis.solution is not None
    assert diagnosis.full_caps
    assert diagnosis.short == 0
    assert len(diagnosis.solution.summary) == 3


def test_more_people_are_no_change_of_the_plan() -> None:
    change = Relaxation("MORE_CANDIDATES", {"stratum": "s0", "people": 1}, 3, (0,), True)
    with pytest.raises(FairdrawError, match="NOT_A_CHANGE_OF_PLAN"):
        apply_relaxation(plan_of({"s0": (1, 0)}), change)
