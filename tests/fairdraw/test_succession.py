"""Answers after a draw: who leaves, who enters, who returns, who is chosen."""

from __future__ import annotations

from functools import partial

import pytest

from fairdraw import FairdrawError, Member, Quota
from fairdraw.substitution import (
    ACCEPT,
    CHOOSE,
    DECLINE,
    RESERVE,
    REVERT,
    SEAT,
    Event,
    Outcome,
    Seating,
    Skip,
    Succession,
)
from tests.fairdraw.invented import plain_pool, plan_of, whole_draw
from tests.fairdraw.seated import holders, refused, seating


def two_strata() -> Succession:
    """Two seats each, with three and one alternates."""
    return Succession(seating({"s": ("P1 P2", "A1 A2 A3"), "t": ("Q1 Q2", "B1")}))


def applied(succession: Succession, *told: Event) -> Succession:
    for event in told:
        succession.apply(event)
    return succession


def decline(id: str) -> Event:
    return Event(DECLINE, id)


def test_an_answer_is_kept_and_taken_back_and_the_seat_stays() -> None:
    made = two_strata()
    assert made.apply(Event(ACCEPT, "P1")) == Outcome("P1")
    assert made.answers["P1"] == "ACCEPTED"
    assert made.apply(Event(REVERT, "P1")) == Outcome("P1")
    assert made.answers["P1"] == "UNCONFIRMED"
    assert refused(lambda: made.apply(Event(REVERT, "P1"))) == "NOTHING_TO_REVERT"
    assert refused(lambda: made.apply(Event(REVERT, "A1"))) == "NOTHING_TO_REVERT"
    assert refused(lambda: made.apply(Event(ACCEPT, "A1"))) == "ANSWER_WHILE_WAITING"
    assert holders(made) == {"P1": "P1", "P2": "P2", "Q1": "Q1", "Q2": "Q2"}


def test_alternates_enter_in_order_until_a_gap_stays() -> None:
    made = two_strata()
    assert made.apply(decline("Q1")) == Outcome("Q1", "B1")
    assert made.apply(decline("B1")) == Outcome("Q1", None, None, (), gap=True)
    assert made.apply(decline("Q2")).gap
    assert made.gaps == {"t": 2}
    assert made.gone == ("Q1", "B1", "Q2")
    assert made.waiting == ("A1", "A2", "A3")
    assert refused(lambda: made.apply(decline("Q1"))) == "ANSWER_AFTER_DECLINE"
    assert refused(lambda: made.apply(Event(ACCEPT, "Q1"))) == "ANSWER_AFTER_DECLINE"
    assert refused(lambda: made.apply(decline("nobody"))) == "ANSWER_OF_STRANGER"


def test_somebody_of_the_same_type_enters_first() -> None:
    made = Succession(seating({"s": ("P1", "A1 A2")}, {"P1": {"type": 7}, "A2": {"type": 7}}))
    assert made.preview(decline("P1")) == Outcome("P1", "A2", ahead=("A1",))
    assert holders(made) == {"P1": "P1"}
    assert made.apply(decline("P1")).entered == "A2"
    assert made.apply(decline("A2")).entered == "A1"


def test_a_waiting_alternate_who_declines_leaves_the_list_and_returns_to_the_old_place() -> None:
    made = applied(two_strata(), decline("A1"))
    assert made.waiting == ("A2", "A3", "B1")
    assert made.may_return("A1") is None
    assert made.apply(Event(REVERT, "A1")) == Outcome()
    assert made.waiting == ("A1", "A2", "A3", "B1")
    assert made.answers["A1"] == "UNCONFIRMED"


def test_an_empty_seat_is_taken_back() -> None:
    made = applied(two_strata(), decline("B1"), decline("Q1"))
    assert made.gaps == {"t": 1}
    assert made.apply(Event(REVERT, "Q1")) == Outcome("Q1", "Q1")
    assert made.gaps == {}
    assert made.answers["Q1"] == "UNCONFIRMED"


def test_a_taken_seat_asks_for_a_choice() -> None:
    made = applied(two_strata(), decline("P1"), Event(ACCEPT, "A1"))
    with pytest.raises(FairdrawError) as caught:
        made.apply(Event(REVERT, "P1"))
    assert (caught.value.code, caught.value.params) == ("SEAT_TAKEN", {"id": "P1", "holder": "A1"})
    assert made.apply(Event(REVERT, "P1", SEAT)) == Outcome("P1", "P1", "A1")
    assert made.waiting == ("A1", "A2", "A3", "B1")
    assert made.answers["A1"] == "UNCONFIRMED"


def test_an_alternate_returns_to_the_old_place_and_a_primary_behind_all() -> None:
    made = applied(two_strata(), decline("P1"), decline("A1"))
    assert holders(made)["P1"] == "A2"
    assert made.apply(Event(REVERT, "A1", RESERVE)) == Outcome()
    assert made.apply(Event(REVERT, "P1", RESERVE)) == Outcome()
    assert made.waiting == ("A1", "A3", "B1", "P1")
    order = [made.apply(decline(name)).entered for name in ("P2", "A2", "A1", "A3")]
    assert order == ["A1", "A3", "P1", None]
    # Somebody from the reserve is an alternate like another, with a place to go back to.
    made.apply(Event(REVERT, "P2", RESERVE))
    assert made.waiting == ("B1", "P2")


def test_a_seat_is_not_taken_back_from_whoever_was_drawn_into_it() -> None:
    made = applied(two_strata(), decline("P1"), decline("A1"), Event(REVERT, "P1", SEAT))
    assert holders(made)["P1"] == "P1"
    assert made.waiting == ("A2", "A3", "B1")
    assert refused(lambda: made.apply(Event(REVERT, "A1", SEAT))) == "SEAT_IS_DRAWN"
    assert refused(lambda: made.apply(Event(CHOOSE, "A2", seat="P1"))) == "SEAT_IS_DRAWN"
    assert made.candidates("P1") == ()
    made.apply(Event(REVERT, "A1", RESERVE))
    assert made.waiting == ("A1", "A2", "A3", "B1")


def test_the_office_chooses_for_an_empty_seat_and_instead_of_an_alternate() -> None:
    made = applied(two_strata(), decline("P1"))
    assert made.candidates("P1") == (("A2", None), ("A3", None))
    assert made.apply(Event(CHOOSE, "A3", seat="P1")) == Outcome("P1", "A3", "A1")
    assert made.waiting == ("A1", "A2", "B1")
    applied(made, decline("A1"), decline("A2"), decline("A3"))
    applied(made, Event(REVERT, "A2"))
    assert made.gaps == {"s": 1}
    assert made.apply(Event(CHOOSE, "A2", seat="P1")) == Outcome("P1", "A2")
    assert made.gaps == {}


@pytest.mark.parametrize(
    ("code", "id", "seat"),
    [
        ("NOT_WAITING", "P2", "P1"),
        ("NOT_WAITING", "A1", "P1"),
        ("SEAT_UNKNOWN", "A2", "A1"),
        ("SEAT_UNKNOWN", "A2", "chair"),
        ("WRONG_STRATUM", "B1", "P1"),
        ("SEAT_IS_DRAWN", "A2", "P2"),
        ("ANSWER_OF_STRANGER", "nobody", "P1"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(code: str, id: str, seat: str) -> None:
    chair = (Member("chair", "e"),)
    lists = {"s": ("P1 P2", "A1 A2"), "t": ("Q1", "B1")}
    made = applied(Succession(seating(lists, designated=chair)), decline("P1"))
    before = (made.seats, made.waiting, made.answers)
    assert refused(lambda: made.apply(Event(CHOOSE, id, seat=seat))) == code
    assert before == (made.seats, made.waiting, made.answers)


def test_a_designated_member_answers_and_leaves_a_seat_that_no_alternate_fills() -> None:
    made = Succession(seating({"s": ("P1", "A1")}, designated=(Member("chair", None, "s"),)))
    place = made.seats[0]
    assert (place.seat, place.stratum, place.holder, place.first) == ("chair", None, *["chair"] * 2)
    assert made.apply(Event(ACCEPT, "chair")) == Outcome("chair")
    assert made.apply(decline("chair")) == Outcome("chair")
    assert (made.gaps, made.waiting, made.candidates("chair")) == ({}, ("A1",), ())
    assert refused(lambda: made.apply(Event(CHOOSE, "A1", seat="chair"))) == "SEAT_UNKNOWN"
    assert made.apply(Event(REVERT, "chair", RESERVE)) == Outcome("chair", "chair")


def test_a_cap_forbids_entry_choice_and_return() -> None:
    same = {name: {"employer": "large"} for name in ("P1", "A1", "A3")}
    made = Succession(seating({"s": ("P1 P2 P3", "A1 A2 A3")}, same, employer_cap=1))
    skip = partial(Skip, row="EMPLOYER_CAP", employer="large", group=None, limit=1)
    assert made.apply(decline("P2")) == Outcome("P2", "A2", None, (skip("A1"),))
    assert made.candidates("P2") == (("A1", skip("A1")), ("A3", skip("A3")))
    with pytest.raises(FairdrawError) as caught:
        made.apply(Event(CHOOSE, "A3", seat="P2"))
    assert caught.value.code == "ENTRY_FORBIDDEN"
    assert caught.value.params["seat"] == "P2"
    assert (caught.value.params["row"], caught.value.params["limit"]) == ("EMPLOYER_CAP", 1)
    # P1's colleague takes another seat, so P1 cannot come back beside them.
    applied(made, decline("P1"), decline("A1"), decline("A3"), Event(REVERT, "A1", RESERVE))
    assert holders(made) == {"P1": None, "P2": "A2", "P3": "P3"}
    made.apply(Event(CHOOSE, "A1", seat="P2"))
    assert made.may_return("P1") == skip("P1")
    assert refused(lambda: made.apply(Event(REVERT, "P1"))) == "ENTRY_FORBIDDEN"
    # An empty seat does not bar the reserve.
    made.apply(Event(REVERT, "P1", RESERVE))
    assert made.waiting == ("A2", "P1")


def test_designated_members_count_in_the_caps_as_long_as_they_sit() -> None:
    chair = (Member("chair", "large", "g.s"),)
    plain = {"A1": {"employer": "large"}}
    lists = {"g.s": ("P1 P2", "A1")}
    made = Succession(seating(lists, plain, group_cap=1, designated=chair))
    assert made.apply(decline("P1")).skips == (Skip("A1", "GROUP_CAP", "large", "g", 1),)
    made.apply(decline("chair"))
    made.apply(Event(CHOOSE, "A1", seat="P1"))
    assert made.may_return("chair") == Skip("chair", "GROUP_CAP", "large", "g", 1)
    assert refused(lambda: made.apply(Event(REVERT, "chair"))) == "ENTRY_FORBIDDEN"


def sexes(**of: str) -> dict[str, dict[str, object]]:
    return {name: {"values": (("sex", sex),)} for name, sex in of.items()}


def test_a_minimum_keeps_a_seat_for_those_it_counts() -> None:
    people = sexes(P1="f", P2="m", A1="m", A2="f")
    rules = (Quota("sex", ("f",), 1, 1),)
    made = Succession(seating({"s": ("P1 P2", "A1 A2")}, people, quotas=rules))
    low = Skip("A1", "QUOTA", None, None, 1, 0, "low")
    assert made.apply(decline("P1")) == Outcome("P1", "A2", None, (low,))
    made.apply(decline("P2"))
    assert holders(made) == {"P1": "A2", "P2": "A1"}
    # She may take her own seat back from the other woman, for then there is still one.
    assert made.may_return("P1") is None
    made.apply(decline("A1"))
    high = Skip("A2", "QUOTA", None, None, 1, 0, "high")
    made.apply(Event(REVERT, "P1", SEAT))
    assert made.candidates("P2") == (("A2", high),)


def test_whoever_is_counted_may_enter_though_a_minimum_is_out_of_reach() -> None:
    people = sexes(P1="f", A1="m", A2="f")
    chairs = tuple(Member(name, None, values=(("sex", "f"),)) for name in ("chair", "vice"))
    rules = (Quota("sex", ("f",), 3),)
    made = Succession(seating({"s": ("P1", "A1 A2")}, people, quotas=rules, designated=chairs))
    applied(made, decline("chair"), decline("vice"))
    low = Skip("A1", "QUOTA", None, None, 3, 0, "low")
    assert made.apply(decline("P1")) == Outcome("P1", "A2", None, (low,))


def test_an_unknown_value_counts_against_both_limits() -> None:
    people = sexes(P1="f", P2="m", A1="m")
    lists = {"s": ("P1 P2", "A2 A1")}
    made = Succession(seating(lists, people, quotas=(Quota("sex", ("f",), 1, 1),)))
    assert made.preview(decline("P1")).skips[0] == Skip("A2", "QUOTA", None, None, 1, 0, "low")
    assert made.preview(decline("P2")).skips == (Skip("A2", "QUOTA", None, None, 1, 0, "high"),)


def whole_pool(alternates: str = "A1 A2 A3") -> Succession:
    """A minimum of one for s and of one for t, one open seat, alternates for all together."""
    people = {
        "A1": {"strata": ("t",)},
        "A2": {"strata": ("s",)},
        "A3": {"strata": ("s", "t")},
    }
    lists = {"s": ("P1", ""), "t": ("Q1", ""), "*": ("O1", alternates)}
    return Succession(seating(lists, people))


def test_where_a_stratum_has_no_alternates_those_of_the_open_one_enter_if_they_name_it() -> None:
    made = whole_pool()
    assert made.candidates("P1") == ()
    assert made.apply(decline("P1")).entered == "A2"
    assert made.apply(decline("O1")).entered == "A1"
    assert made.apply(decline("Q1")).entered == "A3"
    assert made.apply(decline("A3")).gap
    assert made.gaps == {"t": 1}


def test_somebody_of_a_stratum_does_not_wait_for_an_open_seat_nor_where_others_are_meant() -> None:
    made = applied(whole_pool(), decline("P1"), decline("A2"), decline("A3"))
    assert made.gaps == {"s": 1}
    made.apply(Event(REVERT, "P1", RESERVE))
    assert made.apply(decline("O1")).entered == "A1"
    assert refused(lambda: made.apply(Event(CHOOSE, "P1", seat="O1"))) == "WRONG_STRATUM"
    assert made.candidates("P1") == (("P1", None),)
    own = {"s": ("P1", "A1"), "*": ("O1", "A2")}
    made = Succession(seating(own, {"A2": {"strata": ("s",)}}))
    applied(made, decline("A1"))
    assert made.apply(decline("P1")).gap


def test_events_and_seatings_say_what_is_wrong_with_them() -> None:
    assert refused(lambda: Event("LEAVE", "a")) == "EVENT_UNKNOWN"
    assert refused(lambda: Event(REVERT, "a", "BOTH")) == "CHOICE_UNKNOWN"
    assert refused(lambda: Event(CHOOSE, "a")) == "FIELD_MISSING"
    assert refused(lambda: Event(ACCEPT, "a", SEAT)) == "FIELD_UNKNOWN"
    assert refused(lambda: Event(DECLINE, "a", seat="b")) == "FIELD_UNKNOWN"
    assert refused(lambda: two_strata().apply(Event("JOIN"))) == "EVENT_UNKNOWN"
    assert refused(lambda: seating({"s": ("P1", "P1")})) == "DRAWN_TWICE"


def test_a_seating_is_small_and_comes_back_from_its_record() -> None:
    made = whole_draw(
        plain_pool(200, strata=2),
        plan_of({"s0": (3, 2), "s1": (2, 2)}, designated=(Member("chair", "e"),)),
    )
    found = Seating.of(made.data)
    assert [person.id for person in found.panel] == [seat.id for seat in made.result.panel]
    assert [member.id for member in found.members] == ["chair"]
    assert Seating.from_record(found.record()) == found
    assert len(str(found.record())) < len(made.data) / 4
    assert len(Succession(found).seats) == 6
