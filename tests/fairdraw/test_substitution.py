"""Who enters when somebody declines."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from fairdraw import Candidate, FairdrawError, Member, Plan, Pool, Quota, substitution
from fairdraw.substitution import ACCEPTED, DECLINED, next_alternate, replay
from tests.fairdraw.invented import (
    WholeDraw,
    person,
    plain_pool,
    plan_of,
    varied_pool,
    whole_draw,
)


@pytest.fixture(scope="module")
def plain() -> WholeDraw:
    return whole_draw(plain_pool(40, strata=2), plan_of({"s0": (3, 2), "s1": (2, 2)}))


def in_order(made: WholeDraw, stratum: str) -> list[str]:
    return [seat.id for seat in made.result.alternates if seat.stratum == stratum]


def test_alternates_enter_in_order_of_their_lots(plain: WholeDraw) -> None:
    first, second, third = (s.id for s in plain.result.panel if s.stratum == "s0")
    one, two = in_order(plain, "s0")
    roster = replay(plain.data, [(first, DECLINED), (second, ACCEPTED), (third, DECLINED)])
    assert [s.alternate for s in roster.substitutions] == [one, two]
    assert roster.seated[one] == "s0"
    assert set(roster.waiting) == set(in_order(plain, "s1"))
    assert roster.gaps == {}


def test_when_the_alternates_are_used_up_a_gap_remains(plain: WholeDraw) -> None:
    seats = [s.id for s in plain.result.panel if s.stratum == "s1"]
    one, two = in_order(plain, "s1")
    answers = [(seats[0], DECLINED), (one, DECLINED), (seats[1], DECLINED), (two, DECLINED)]
    roster = replay(plain.data, answers)
    assert roster.gaps == {"s1": 2}


def test_an_alternate_who_declined_beforehand_is_passed_by(plain: WholeDraw) -> None:
    first = next(s.id for s in plain.result.panel if s.stratum == "s0")
    one, two = in_order(plain, "s0")
    assert next_alternate(plain.data, first).alternate == one
    assert next_alternate(plain.data, first, [(one, DECLINED)]).alternate == two


def test_an_alternate_whose_employer_is_full_is_skipped_and_the_cap_recorded() -> None:
    people = [person(f"a{i}", "large", "s0") for i in range(12)]
    people += [person(f"b{i}", f"e{i}", "s0") for i in range(12)]
    plan = plan_of({"s0": (4, 4)}, employer_cap=1)
    pool = Pool(people)
    for number in range(60):
        nonces = {"office": bytes([number] * 32), "server": b"s" * 32}
        made = whole_draw(pool, plan, nonces)
        sitting = [s.id for s in made.result.panel if pool.by_id[s.id].employer == "large"]
        waiting = [s.id for s in made.result.alternates]
        large = [name for name in waiting if pool.by_id[name].employer == "large"]
        if sitting and large:
            break
    else:
        pytest.fail("no draw with the large employer on both lists")
    others = [s.id for s in made.result.panel if s.id not in sitting]
    # The other employers' people enter for each other; when none is left, the cap has the word.
    gone = [(name, DECLINED) for name in waiting if name not in large]
    done = next_alternate(made.data, others[0], gone)
    assert done.alternate is None
    assert done.skips == (substitution.Skip(large[0], "EMPLOYER_CAP", "large", None, 1),)
    # The same type enters first, whatever their rank, when their colleague leaves.
    assert next_alternate(made.data, sitting[0]).alternate == large[0]


def test_a_cap_inside_a_group_is_kept() -> None:
    people = [person(f"a{i}", "large", "g.s") for i in range(8)]
    people += [person(f"b{i}", f"e{i}", "g.s") for i in range(8)]
    pool, plan = Pool(people), plan_of({"g.s": (4, 4)}, group_cap=1)
    made = whole_draw(pool, plan)
    answers: list[tuple[str, str]] = []
    for seat in made.result.panel:
        answers.append((seat.id, DECLINED))
        seated = replay(made.data, answers).seated
        assert sum(pool.by_id[name].employer == "large" for name in seated) <= 1


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("ANSWER_OF_STRANGER", [("nobody", DECLINED)]),
        ("ANSWER_UNKNOWN", [("p0", "PERHAPS")]),
    ],
)
def test_answers_that_make_no_sense_are_refused(
    plain: WholeDraw, code: str, answers: list[tuple[str, str]]
) -> None:
    with pytest.raises(FairdrawError, match=code):
        replay(plain.data, answers)


def test_nobody_declines_twice_and_only_the_seated_are_replaced(plain: WholeDraw) -> None:
    seat, waiting = plain.result.panel[0].id, plain.result.alternates[0].id
    with pytest.raises(FairdrawError, match="ANSWER_AFTER_DECLINE"):
        replay(plain.data, [(seat, DECLINED), (seat, ACCEPTED)])
    with pytest.raises(FairdrawError, match="NOT_SEATED"):
        next_alternate(plain.data, waiting)


def answered(made: WholeDraw, rounds: int) -> None:
    """Decline one seat after the other; every quota and cap holds after each as long as it can."""
    lot = random.Random(rounds)
    answers: list[tuple[str, str]] = []
    plan, pool = made.plan, made.pool
    for _ in range(rounds):
        roster = replay(made.data, answers)
        if not roster.seated:
            return
        answers.append((lot.choice(sorted(roster.seated)), DECLINED))
        roster = replay(made.data, answers)
        empty = sum(roster.gaps.values())
        for number, quota in enumerate(plan.quotas):
            count = plan.members_in(number) + sum(
                quota.counts(dict(pool.by_id[name].values)) for name in roster.seated
            )
            assert quota.high is None or count <= quota.high
            assert count + empty >= quota.low
        per_employer = Counter(pool.by_id[name].employer for name in roster.seated)
        assert plan.employer_cap is None or max(per_employer.values()) <= plan.employer_cap


def quota_plan() -> tuple[Pool, Plan]:
    rules = (
        Quota("region", ("south", "west"), low=2, high=3),
        Quota("sex", ("f",), low=2, high=4),
    )
    chair = (Member("chair", "e0", None, None, (("region", "west"), ("sex", "m"))),)
    return varied_pool(50), plan_of({"*": (6, 6)}, employer_cap=3, quotas=rules, designated=chair)


def test_quotas_and_caps_hold_after_every_substitution() -> None:
    made = whole_draw(*quota_plan())
    for rounds in range(2, 12):
        answered(made, rounds)


def test_an_alternate_who_would_break_a_quota_is_skipped_and_the_quota_recorded() -> None:
    people = [
        Candidate(f"{sex}{i}", None, ("s",), (), (("sex", sex),)) for sex in "fm" for i in range(8)
    ]
    plan = plan_of({"s": (3, 4)}, quotas=(Quota("sex", ("f",), 1, 1, 2, 2),))
    made = whole_draw(Pool(people), plan)
    waiting = [seat.id for seat in made.result.alternates]
    women = [name for name in waiting if name[0] == "f"]
    (woman,) = (seat.id for seat in made.result.panel if seat.id[0] == "f")
    man = next(seat.id for seat in made.result.panel if seat.id[0] == "m")
    gone = [(name, DECLINED) for name in waiting if name[0] == "m"]
    done = next_alternate(made.data, man, gone)
    assert done.alternate is None
    skip = substitution.Skip(women[0], "QUOTA", None, None, 1, 0, "high")
    assert done.skips[0] == skip
    # With no woman left, the seat of the only one stays empty rather than break the minimum …
    none = [(name, DECLINED) for name in women]
    done = next_alternate(made.data, woman, none)
    assert done.alternate is None
    assert {(s.row, s.quota, s.side, s.limit) for s in done.skips} == {("QUOTA", 0, "low", 1)}
    # … and once it is empty, it can still be hers, so a man may enter for a man.
    done = next_alternate(made.data, man, [*none, (woman, DECLINED)])
    assert done.alternate is not None
    assert done.alternate[0] == "m"
