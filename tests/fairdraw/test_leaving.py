"""A supplement that is declared void leaves the roster as if it had never joined, but for what others did since."""

from __future__ import annotations

import json
from typing import Any

from fairdraw import Member, Quota
from fairdraw.substitution import (
    DECLINE,
    JOIN,
    RESERVE,
    REVERT,
    VOID,
    Event,
    Succession,
    roster_file,
)
from tests.fairdraw.seated import holders, keeping, refused, seating

SECOND = "2" * 64


def with_supplement(lists: dict[str, tuple[str, str]]) -> Succession:
    """Two seats and one alternate; both primaries decline, so one seat is empty when the supplement joins."""
    made = Succession(seating({"s": ("P1 P2", "A1")}))
    made.apply(Event(DECLINE, "P1"))
    made.apply(Event(DECLINE, "P2"))
    made.join(seating(lists, digest=SECOND, kept=keeping(made)))
    return made


def test_its_people_leave_and_the_seat_is_empty_again() -> None:
    made = with_supplement({"s": ("X1", "Y1")})
    assert holders(made) == {"P1": "A1", "P2": "X1"}
    assert made.leave(SECOND) == ("P2",)
    assert holders(made) == {"P1": "A1", "P2": None}
    assert (made.waiting, made.gaps, made.gone) == ((), {"s": 1}, ("P1", "P2"))
    assert refused(lambda: made.apply(Event(DECLINE, "X1"))) == "ANSWER_OF_STRANGER"
    assert refused(lambda: made.apply(Event(DECLINE, "Y1"))) == "ANSWER_OF_STRANGER"
    made.apply(Event(REVERT, "P2"))
    assert holders(made) == {"P1": "A1", "P2": "P2"}


def test_a_seat_that_only_it_made_goes_and_who_sat_there_waits_again() -> None:
    made = with_supplement({"s": ("X1 X2", "")})
    made.apply(Event(REVERT, "P1", choice=RESERVE))
    made.apply(Event(DECLINE, "X2"))
    assert holders(made) == {"P1": "A1", "P2": "X1", "X2": "P1"}
    assert made.leave(SECOND) == ("P2",)
    assert holders(made) == {"P1": "A1", "P2": None}
    assert (made.waiting, made.reserves) == (("P1",), {"P1": 1})


def test_somebody_of_the_first_draw_keeps_a_seat_that_the_supplement_had_filled() -> None:
    made = with_supplement({"s": ("X1", "")})
    made.apply(Event(REVERT, "P2", choice=RESERVE))
    made.apply(Event(DECLINE, "X1"))
    assert holders(made) == {"P1": "A1", "P2": "P2"}
    assert made.leave(SECOND) == ()
    assert holders(made) == {"P1": "A1", "P2": "P2"}


def test_another_supplement_may_join_in_its_place_and_only_the_newest_leaves() -> None:
    made = with_supplement({"s": ("X1", "Y1")})
    assert refused(lambda: made.leave("3" * 64)) == "NOT_THE_NEWEST_DRAW"
    made.leave(SECOND)
    assert refused(lambda: made.leave(SECOND)) == "NOT_THE_NEWEST_DRAW"
    made.join(seating({"s": ("X1", "Y2")}, digest="3" * 64, kept=keeping(made)))
    assert holders(made) == {"P1": "A1", "P2": "X1"}
    assert made.waiting == ("Y2",)


def test_what_its_plan_said_of_people_and_seats_goes_with_it() -> None:
    """Its kept members have no values and no group there; a cap and a quota count on both."""
    people: dict[str, dict[str, Any]] = {
        name: {"values": (("sex", "f" if name == "P1" else "m"),)}
        for name in ("P1", "P2", "A1", "A2")
    }
    rules = {"quotas": (Quota("sex", ("f",), 1, None),)}
    made = Succession(seating({"g.s": ("P1 P2", "A1 A2")}, people, **rules))
    made.apply(Event(DECLINE, "P2"))
    before, expected = made.seats, made.preview(Event(DECLINE, "A1"))
    assert expected.entered == "A2"
    made.join(seating({"*": ("X1", "")}, digest=SECOND, kept=keeping(made)))
    made.leave(SECOND)
    assert made.seats == before
    assert made.preview(Event(DECLINE, "A1")) == expected


def test_a_designated_member_of_a_void_supplement_goes_with_it() -> None:
    made = Succession(seating({"s": ("P1", "")}))
    made.apply(Event(DECLINE, "P1"))
    chair = (Member("chair", "e-chair"),)
    made.join(seating({"s": ("X1", "")}, digest=SECOND, kept=keeping(made), designated=chair))
    assert holders(made) == {"P1": "X1", "chair": "chair"}
    assert made.leave(SECOND) == ("P1",)
    assert holders(made) == {"P1": None}
    assert made.waiting == ()
    assert "chair" not in made.answers


def test_the_file_of_a_roster_says_which_supplement_left() -> None:
    first = seating({"s": ("P1 P2", "A1")})
    made = Succession(first)
    declined = [Event(DECLINE, "P1"), Event(DECLINE, "P2")]
    for event in declined:
        made.apply(event)
    second = seating({"s": ("X1", "")}, digest=SECOND, kept=keeping(made))
    data = roster_file([first, second], [*declined, Event(JOIN), Event(VOID, SECOND)])
    told = json.loads(data)
    assert told["events"][-1] == {"draw": SECOND, "kind": "VOID"}
    assert [seat["holder"] for seat in told["roster"]["seats"]] == ["A1", None]
