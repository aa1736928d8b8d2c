"""Who sits where after every answer: alternates enter, people return, supplements join.

The rule, fixed before the draw, stands in docs/draw-protocol.md, section 8. Nothing here draws lots:
the same draws and the same events give the same roster everywhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from fairdraw.canonical import instance_of
from fairdraw.entering import Skip
from fairdraw.errors import FairdrawError
from fairdraw.events import (
    ACCEPT,
    ACCEPTED,
    CHOOSE,
    DECLINE,
    DECLINED,
    RESERVE,
    REVERT,
    UNCONFIRMED,
    Event,
    Outcome,
    Place,
)
from fairdraw.house import House
from fairdraw.joining import bring_in, send_away
from fairdraw.seating import Seating


class Succession:
    """The roster of a series: a first draw, then supplements as they ``join``."""

    def __init__(self, first: Seating) -> None:
        plan = instance_of(first, Seating, "first").plan
        self._house = House(plan)
        for member in plan.designated:
            self._house.appoint(member, None)
        for member in plan.kept:
            self._house.appoint(member, member.stratum)
        for person in first.panel:
            self._house.draw_into(person, person.id)
        self._house.list_alternates(first)

    @property
    def seats(self) -> tuple[Place, ...]:
        """Every seat, in the order in which they came to be: first of members, then as drawn."""
        return tuple(self._house.seats.values())

    def seat(self, name: str) -> Place | None:
        """A seat by its name, None if there is no such seat."""
        return self._house.seats.get(name)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Alternates by round, stratum and rank, then people in reserve."""
        return tuple(self._house.in_order())

    @property
    def reserves(self) -> dict[str, int]:
        """Who waits behind everybody drawn, having come back to no place of their own: 1, 2, …"""
        order = self._house.order
        return {person: order[person][1] for person in self._house.waiting if order[person][0] == 1}

    @property
    def gone(self) -> tuple[str, ...]:
        """Who declined, in order."""
        return tuple(self._house.gone)

    @property
    def answers(self) -> dict[str, str]:
        """UNCONFIRMED, ACCEPTED or DECLINED for everybody of the series."""
        return dict(self._house.answers)

    @property
    def gaps(self) -> dict[str, int]:
        """Empty drawn seats by stratum."""
        strata = (self._house.seats[seat].stratum for seat in self._house.empty)
        return dict(Counter(stratum for stratum in strata if stratum is not None))

    def candidates(self, seat: str) -> tuple[tuple[str, Skip | None], ...]:
        """Who could be chosen for a seat, in order of waiting, each with what forbids it.

        Nobody, if it is a designated member's, or its holder was drawn into it. SEAT_UNKNOWN.
        """
        house = self._house
        place = house.place(seat)
        if place.stratum is None or place.holder == place.first:
            return ()
        room = house.room(place.seat)
        return tuple(
            (person, room.forbids(house.sitter(person, place.group)))
            for person in house.queue(place.stratum)
        )

    def may_return(self, id: str) -> Skip | None:
        """The cap or quota that forbids somebody who declined to take back the seat they left.

        None if nothing does, or they left none. ANSWER_OF_STRANGER.
        """
        left = self._house.gone.get(self._house.known(id))
        return None if left is None else self._house.forbids(id, self._house.seats[left[0]])

    def join(self, supplement: Seating) -> tuple[tuple[str, str], ...]:
        """A supplement's people come in; returns (seat id, person id) for each of its primaries.

        Each takes the seat that has been empty longest among those of the same stratum, else of the
        same group, else of all drawn seats, else a seat of its own; the same strata come first for
        all, then the same groups. Its plan holds from now on.

        Raises KEPT_DIFFER (whom it keeps must be who sits), DRAWN_TWICE; then nothing has changed.
        """
        bring_in(self._house, instance_of(supplement, Seating, "supplement"))
        return tuple((self._house.seat_of[person.id], person.id) for person in supplement.panel)

    def leave(self, digest: str) -> tuple[str, ...]:
        """The newest supplement was declared void: its people leave; returns the seats now empty.

        Nobody enters by it. What the supplement changed is as before it: the plan that holds, the
        strata of the seats it took; seats that only it made are gone, and whoever of an earlier draw
        sat there waits again. NOT_THE_NEWEST_DRAW.
        """
        return send_away(self._house, digest)

    def preview(self, event: Event) -> Outcome:
        """What ``apply`` would do; nothing changes."""
        other = Succession.__new__(Succession)
        other._house = self._house.copy()
        return other.apply(event)

    def apply(self, event: Event) -> Outcome:
        """One event. If it is refused (FairdrawError), nothing has changed.

        Raises ANSWER_OF_STRANGER, ANSWER_AFTER_DECLINE, ANSWER_WHILE_WAITING, NOTHING_TO_REVERT,
        SEAT_TAKEN, SEAT_IS_DRAWN, SEAT_UNKNOWN, NOT_WAITING, WRONG_STRATUM, ENTRY_FORBIDDEN.
        """
        deeds = {
            ACCEPT: self._accept,
            DECLINE: self._decline,
            REVERT: self._revert,
            CHOOSE: self._choose,
        }
        kind = instance_of(event, Event, "event").kind
        if kind not in deeds:
            raise FairdrawError("EVENT_UNKNOWN", kind=kind)
        self._house.known(event.id)
        return deeds[kind](event)

    def _accept(self, event: Event) -> Outcome:
        house, person = self._house, event.id
        if person in house.gone:
            raise FairdrawError("ANSWER_AFTER_DECLINE", id=person)
        if person in house.waiting:
            raise FairdrawError("ANSWER_WHILE_WAITING", id=person)
        house.answers[person] = ACCEPTED
        return Outcome(house.seat_of[person])

    def _decline(self, event: Event) -> Outcome:
        house, person = self._house, event.id
        if person in house.gone:
            raise FairdrawError("ANSWER_AFTER_DECLINE", id=person)
        house.answers[person] = DECLINED
        if person in house.waiting:
            house.waiting.discard(person)
            house.gone[person] = None
            return Outcome()
        place = house.seats[house.seat_of[person]]
        house.vacate(place.seat)
        house.gone[person] = (place.seat, place.stratum)
        return self._fill(house.seats[place.seat], person)

    def _fill(self, place: Place, vacated: str) -> Outcome:
        """The next alternate enters a seat that somebody has just left."""
        if place.stratum is None:
            return Outcome(place.seat)
        house = self._house
        kind = house.people[vacated].type
        listed = house.queue(place.stratum)
        queue = listed.copy()
        if kind is not None:
            queue.sort(key=lambda person: house.people[person].type != kind)
        room = house.room(place.seat)
        skips: list[Skip] = []
        for person in queue:
            skip = room.forbids(house.sitter(person, place.group))
            if skip is None:
                house.seat(person, place)
                tried = {each.id for each in skips}
                before = listed[: listed.index(person)]
                ahead = tuple(each for each in before if each not in tried)
                return Outcome(place.seat, person, None, tuple(skips), ahead=ahead)
            skips.append(skip)
        return Outcome(place.seat, None, None, tuple(skips), gap=True)

    def _revert(self, event: Event) -> Outcome:
        house, person = self._house, event.id
        if house.answers[person] == UNCONFIRMED:
            raise FairdrawError("NOTHING_TO_REVERT", id=person)
        if person not in house.gone:
            house.answers[person] = UNCONFIRMED
            return Outcome(house.seat_of[person])
        left = house.gone[person]
        drawn = house.people[person].stratum is not None
        if left is None or (event.choice == RESERVE and drawn):
            del house.gone[person]
            house.wait(person)
            return Outcome()
        place = house.seats[left[0]]
        if place.holder is not None and event.choice is None:
            raise FairdrawError("SEAT_TAKEN", id=person, holder=place.holder)
        if place.stratum != left[1]:
            raise FairdrawError("WRONG_STRATUM", id=person, seat=place.seat)
        outcome = self._take(person, place)
        del house.gone[person]
        return outcome

    def _choose(self, event: Event) -> Outcome:
        house, person = self._house, event.id
        if person not in house.waiting:
            raise FairdrawError("NOT_WAITING", id=person)
        place = house.place(event.seat)
        if place.stratum is None:
            raise FairdrawError("SEAT_UNKNOWN", seat=place.seat)
        if not house.may_wait_for(person, place.stratum):
            raise FairdrawError("WRONG_STRATUM", id=person, seat=place.seat)
        return self._take(person, place)

    def _take(self, person: str, place: Place) -> Outcome:
        """Somebody enters a seat; an alternate who holds it goes back to waiting."""
        if place.holder is not None and place.holder == place.first:
            raise FairdrawError("SEAT_IS_DRAWN", seat=place.seat, holder=place.holder)
        skip = self._house.forbids(person, place)
        if skip is not None:
            raise FairdrawError("ENTRY_FORBIDDEN", seat=place.seat, **asdict(skip))
        if place.holder is not None:
            self._house.vacate(place.seat)
            self._house.wait(place.holder)
        self._house.seat(person, place)
        return Outcome(place.seat, person, place.holder)
