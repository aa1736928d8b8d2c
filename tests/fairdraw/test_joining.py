"""Supplements join a roster."""

from __future__ import annotations

import pytest

from fairdraw import FairdrawError, Member, Quota
from fairdraw.substitution import (
    CHOOSE,
    DECLINE,
    RESERVE,
    REVERT,
    SEAT,
    Event,
    Skip,
    Succession,
)
from tests.fairdraw.seated import holders, keeping, refused, seating


def with_gaps(*declines: str) -> Succession:
    """Three strata, two of them in one group; everybody named has declined."""
    chair = (Member("chair", "e-chair", "g.s"),)
    lists = {"g.s": ("P1 P2", "A1"), "g.t": ("Q1 Q2", ""), "h.u": ("R1 R2", "C1")}
    made = Succession(seating(lists, designated=chair))
    for name in declines:
        made.apply(Event(DECLINE, name))
    return made


def test_primaries_take_the_seats_of_their_stratum_that_are_empty_longest() -> None:
    made = with_gaps("Q2", "Q1", "R1")
    assert made.gaps == {"g.t": 2}
    more = seating({"g.t": ("N1 N2", "M1 M2")}, kept=keeping(made))
    assert made.join(more) == (("Q2", "N1"), ("Q1", "N2"))
    assert made.gaps == {}
    assert made.waiting == ("A1", "M1", "M2")
    place = next(place for place in made.seats if place.seat == "Q2")
    assert (place.holder, place.first, place.round, place.group) == ("N1", "N1", 2, "g")
    assert made.answers["N1"] == "UNCONFIRMED"


def test_the_same_strata_come_first_then_the_groups_then_any_seat_then_a_new_one() -> None:
    made = with_gaps("R1", "C1", "Q1", "A1", "P1")
    assert list(made.gaps) == ["h.u", "g.t", "g.s"]
    lists = {"g.s": ("N1 N2 N3 N4", ""), "g.t": ("", ""), "h.u": ("", "M1")}
    more = seating(lists, kept=keeping(made))
    assert made.join(more) == (("P1", "N1"), ("Q1", "N2"), ("R1", "N3"), ("N4", "N4"))
    assert made.gaps == {}
    # The seats are now of the stratum for which they were drawn anew.
    assert {place.stratum for place in made.seats if place.round == 2} == {"g.s"}
    assert made.apply(Event(DECLINE, "N3")).gap
    assert made.gaps == {"g.s": 1}


def test_a_supplement_without_groups_leaves_everybody_in_theirs() -> None:
    made = with_gaps("Q1")
    made.join(seating({"*": ("N1", "M1")}, kept=keeping(made)))
    groups = {place.seat: (place.stratum, place.group, place.holder) for place in made.seats}
    assert groups["P1"] == ("g.s", "g", "P1")
    assert groups["R2"] == ("h.u", "h", "R2")
    assert groups["Q1"] == ("*", "g", "N1")


def test_an_open_seat_takes_whoever_finds_none_of_their_own() -> None:
    made = Succession(seating({"s": ("P1", ""), "*": ("O1", "")}))
    made.apply(Event(DECLINE, "O1"))
    assert made.join(seating({"s": ("N1", "")}, kept=keeping(made))) == (("O1", "N1"),)


def test_an_empty_designated_seat_is_nobody_elses() -> None:
    made = with_gaps("chair")
    more = seating({"g.s": ("N1", "")}, kept=keeping(made))
    assert made.join(more) == (("N1", "N1"),)
    assert holders(made)["chair"] is None


def test_older_alternates_come_first_and_types_are_compared_within_a_draw_only() -> None:
    people = {name: {"type": 1} for name in ("P1", "A2", "N1", "M2")}
    made = Succession(seating({"s": ("P1 P2 P3", "A1 A2")}, people))
    more = seating({"s": ("N1", "M1 M2")}, people, kept=keeping(made))
    assert made.join(more) == (("N1", "N1"),)
    assert made.waiting == ("A1", "A2", "M1", "M2")
    assert made.preview(Event(DECLINE, "P1")).entered == "A2"
    assert made.preview(Event(DECLINE, "P2")).entered == "A1"
    assert made.apply(Event(DECLINE, "N1")).entered == "M2"
    made.apply(Event(DECLINE, "P1"))
    made.apply(Event(REVERT, "P1", RESERVE))
    assert made.waiting == ("A1", "M1", "P1")


def test_two_supplements_follow_each_other() -> None:
    made = with_gaps("Q1", "Q2")
    made.join(seating({"g.t": ("N1 N2", "M1")}, digest="2" * 64, kept=keeping(made)))
    for name in ("N1", "N2", "M1"):
        made.apply(Event(DECLINE, name))
    assert made.gaps == {"g.t": 2}
    last = seating({"g.t": ("O1 O2", "")}, digest="3" * 64, kept=keeping(made))
    assert made.join(last) == (("Q2", "O1"), ("Q1", "O2"))
    assert {place.round for place in made.seats} == {1, 3}
    assert refused(lambda: made.apply(Event(REVERT, "N1"))) == "SEAT_TAKEN"
    assert refused(lambda: made.apply(Event(REVERT, "N1", SEAT))) == "SEAT_IS_DRAWN"
    made.apply(Event(REVERT, "N1", RESERVE))
    made.apply(Event(REVERT, "Q1", RESERVE))
    assert made.waiting == ("A1", "C1", "N1", "Q1")


def test_who_left_a_seat_drawn_anew_returns_if_it_is_empty_and_still_of_the_stratum() -> None:
    made = with_gaps("Q1", "Q2")
    made.join(seating({"g.t": ("N1", ""), "g.s": ("N2", "")}, kept=keeping(made)))
    assert (holders(made)["Q1"], holders(made)["Q2"]) == ("N1", "N2")
    made.apply(Event(DECLINE, "N1"))
    made.apply(Event(REVERT, "Q1"))
    place = next(place for place in made.seats if place.seat == "Q1")
    assert (place.holder, place.first) == ("Q1", "Q1")
    assert refused(lambda: made.apply(Event(REVERT, "N1", SEAT))) == "SEAT_IS_DRAWN"
    made.apply(Event(DECLINE, "N2"))
    made.apply(Event(DECLINE, "A1"))
    assert holders(made)["Q2"] is None
    assert refused(lambda: made.apply(Event(REVERT, "Q2"))) == "WRONG_STRATUM"
    made.apply(Event(REVERT, "Q2", RESERVE))
    assert refused(lambda: made.apply(Event(CHOOSE, "Q2", seat="Q2"))) == "WRONG_STRATUM"


def test_the_newest_plan_governs_caps_and_quotas() -> None:
    people = {name: {"employer": "large"} for name in ("P1", "A1", "A2")}
    made = Succession(seating({"s": ("P1 P2 P3", "A1 A2")}, people))
    kept = (Member("P1", "large"), Member("P2", "other"), Member("P3", "third"))
    made.join(seating({"s": ("N1", "")}, kept=kept, employer_cap=1))
    skips = tuple(Skip(name, "EMPLOYER_CAP", "large", None, 1) for name in ("A1", "A2"))
    assert made.apply(Event(DECLINE, "P2")).skips == skips
    # What the newest plan says of somebody who sits is what is counted.
    kept = (Member("P1", "small", values=(("sex", "f"),)), Member("P3", "x"), Member("N1", "y"))
    values = tuple(Member(m.id, m.employer, values=m.values or (("sex", "m"),)) for m in kept)
    rules = (Quota("sex", ("f",), 1, 1),)
    made.join(seating({"s": ("O1", "")}, kept=values, employer_cap=1, quotas=rules))
    skip = Skip("A1", "QUOTA", None, None, 1, 0, "high")
    assert made.apply(Event(DECLINE, "P3")).skips[0] == skip


def test_whom_a_supplement_keeps_must_be_who_sits() -> None:
    made = with_gaps("Q1")
    before = (made.seats, made.waiting)
    kept = keeping(made)
    for wrong, params in (
        (kept[1:], {"missing": ["chair"], "unexpected": []}),
        (keeping(made, "Q1"), {"missing": [], "unexpected": ["Q1"]}),
        (keeping(made, "A1"), {"missing": [], "unexpected": ["A1"]}),
        (keeping(made, "stranger"), {"missing": [], "unexpected": ["stranger"]}),
    ):
        with pytest.raises(FairdrawError) as caught:
            made.join(seating({"g.t": ("N1", "")}, kept=wrong))
        assert (caught.value.code, caught.value.params) == ("KEPT_DIFFER", params)
    for again in ("Q1", "A1"):
        double = seating({"g.t": (again, "")}, kept=kept)
        assert refused(lambda more=double: made.join(more)) == "DRAWN_TWICE"
    assert before == (made.seats, made.waiting)


def test_designated_members_are_kept_or_named_again_and_new_ones_may_come() -> None:
    made = with_gaps("Q1")
    kept = keeping(made)
    chair, rest = kept[0], kept[1:]
    assert chair.id == "chair"
    named = (chair, Member("vice", "e-vice"))
    made.join(seating({"g.t": ("N1", "")}, kept=rest, designated=named))
    assert holders(made)["vice"] == "vice"
    assert holders(made)["chair"] == "chair"
    made.apply(Event(DECLINE, "chair"))
    gone = seating({"g.t": ("N2", "")}, kept=keeping(made), designated=(chair,))
    assert refused(lambda: made.join(gone)) == "KEPT_DIFFER"


def test_a_series_may_begin_with_kept_members_whose_seats_alternates_fill() -> None:
    kept = (Member("K1", "e", "s"), Member("K2", "f"))
    made = Succession(seating({"s": ("P1", "A1 A2")}, kept=kept))
    assert made.apply(Event(DECLINE, "K1")).entered == "A1"
    assert not made.apply(Event(DECLINE, "K2")).gap
    assert holders(made) == {"K1": "A1", "K2": None, "P1": "P1"}
