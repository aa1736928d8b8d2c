"""The seats and people of a roster, and the single steps that change them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairdraw.entering import Room, Sitter, Skip
from fairdraw.errors import FairdrawError, shown
from fairdraw.events import UNCONFIRMED, Place
from fairdraw.rules import OPEN_STRATUM, Member, Plan
from fairdraw.seating import Person, Seating

#: A place in the list of those who wait: alternates by round and rank, then people in reserve.
Order = tuple[int, int, int, int]


@dataclass(frozen=True)
class Known:
    """What is known of somebody. ``home``: the seat they were drawn or appointed into, if any."""

    employer: str | None
    values: Mapping[str, str]
    strata: tuple[str, ...] = ()
    stratum: str | None = None
    type: tuple[int, int] | None = None
    home: str | None = None


@dataclass(frozen=True)
class Joined:
    """A supplement that joined: its digest, and what stood before it."""

    digest: str
    plan: Plan
    people: Mapping[str, Known]
    seats: Mapping[str, Place]
    supplied: frozenset[str]


class House:
    """Who sits, who waits, who is gone. Everybody known is exactly one of these."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.round = 1
        self.people: dict[str, Known] = {}
        self.seats: dict[str, Place] = {}
        self.seat_of: dict[str, str] = {}
        self.order: dict[str, Order] = {}
        self.waiting: set[str] = set()
        self.answers: dict[str, str] = {}
        #: Who declined, in order, with the seat they left and its stratum then.
        self.gone: dict[str, tuple[str, str | None] | None] = {}
        #: The seats that nobody holds, the longest empty first.
        self.empty: dict[str, None] = {}
        #: The strata that have had alternates of their own.
        self.supplied: set[str] = set()
        self.reserves = 0
        self.joined: tuple[Joined, ...] = ()

    def copy(self) -> House:
        """Another house in the same state."""
        other = copy.copy(self)
        for name, part in vars(self).items():
            if isinstance(part, (dict, set)):
                setattr(other, name, part.copy())
        return other

    # ------------------------------------------------------------------ who comes in

    def appoint(self, member: Member, stratum: str | None) -> None:
        """A designated or kept member gets a seat of their own."""
        self.people[member.id] = Known(
            member.employer, dict(member.values), stratum=stratum, home=member.id
        )
        group = self.plan.group_of(member)
        self.seat(member.id, Place(member.id, stratum, group, None, member.id, self.round))

    def update(self, member: Member) -> None:
        """What the newest plan says of somebody who sits. One without groups leaves them where they are."""
        known = self.people[member.id]
        self.people[member.id] = replace(
            known, employer=member.employer, values=dict(member.values)
        )
        group = self.plan.group_of(member)
        if group is not None:
            place = self.seats[self.seat_of[member.id]]
            self.seats[place.seat] = replace(place, group=group)

    def draw_into(self, person: Person, seat: str) -> None:
        """A primary sits down in a seat, which is now of their stratum, and of its group if that has one."""
        self._meet(person, home=seat)
        taken = self.seats.get(seat)
        group = self.group(person.stratum) or (taken.group if taken else None)
        self.seat(person.id, Place(seat, person.stratum, group, None, person.id, self.round))

    def list_alternates(self, seating: Seating) -> None:
        """The alternates of a draw wait, behind those of the draws before."""
        for person in seating.alternates:
            self._meet(person, home=None)
            number = self.plan.index[person.stratum]
            self.order[person.id] = (0, self.round, number, person.rank)
            self.supplied.add(person.stratum)
            self.wait(person.id)

    def _meet(self, person: Person, *, home: str | None) -> None:
        kind = (self.round, person.type)
        values = dict(person.values)
        self.people[person.id] = Known(
            person.employer, values, person.strata, person.stratum, kind, home
        )

    # ------------------------------------------------------------------ single steps

    def seat(self, person: str, place: Place) -> None:
        """Somebody sits down, without an answer yet."""
        first = person if self.people[person].home == place.seat else place.first
        self.seats[place.seat] = replace(place, holder=person, first=first)
        self.seat_of[person] = place.seat
        self.empty.pop(place.seat, None)
        self.waiting.discard(person)
        self.answers[person] = UNCONFIRMED

    def vacate(self, seat: str) -> None:
        """Whoever holds a seat leaves it."""
        place = self.seats[seat]
        assert place.holder is not None
        del self.seat_of[place.holder]
        self.seats[seat] = replace(place, holder=None)
        self.empty[seat] = None

    def wait(self, person: str) -> None:
        """Somebody waits, in their old place or, if they have none, as the last in reserve."""
        if person not in self.order:
            self.reserves += 1
            self.order[person] = (1, self.reserves, 0, 0)
        self.waiting.add(person)
        self.answers[person] = UNCONFIRMED

    def forget(self, person: str) -> None:
        """Somebody was never drawn: their draw is void."""
        self.waiting.discard(person)
        for table in (self.people, self.order, self.answers, self.gone):
            table.pop(person, None)  # type: ignore[attr-defined]

    # ------------------------------------------------------------------ questions

    def in_order(self) -> list[str]:
        """Everybody who waits, in order."""
        return sorted(self.waiting, key=self.order.__getitem__)

    def queue(self, stratum: str) -> list[str]:
        """Who waits for a seat of a stratum, in order."""
        return [person for person in self.in_order() if self.may_wait_for(person, stratum)]

    def may_wait_for(self, person: str, stratum: str) -> bool:
        """Whether somebody is of the stratum, or of the open one and may stand in for it."""
        known = self.people[person]
        if known.stratum == stratum:
            return True
        lent = stratum not in self.supplied and known.stratum == OPEN_STRATUM
        return lent and stratum in known.strata

    def forbids(self, person: str, place: Place) -> Skip | None:
        """What forbids somebody to take the place, whoever holds it now."""
        return self.room(place.seat).forbids(self.sitter(person, place.group))

    def room(self, seat: str) -> Room:
        """What the newest plan leaves free in a seat, whoever holds it now."""
        sitting = [
            self.sitter(place.holder, place.group)
            for place in self.seats.values()
            if place.holder is not None and place.seat != seat
        ]
        empty = [self.seats[name] for name in self.empty if name != seat]
        return Room(self.plan, sitting, [p.group for p in empty if p.stratum is not None])

    def sitter(self, person: str, group: str | None) -> Sitter:
        """What the rules ask about somebody in a seat of a group."""
        known = self.people[person]
        return Sitter(person, known.employer, known.values, group)

    def group(self, stratum: str) -> str | None:
        """The group of a stratum of the newest plan."""
        return self.plan.strata[self.plan.index[stratum]].group

    def place(self, seat: object) -> Place:
        """A seat by its name; SEAT_UNKNOWN."""
        if not isinstance(seat, str) or seat not in self.seats:
            raise FairdrawError("SEAT_UNKNOWN", seat=shown(seat))
        return self.seats[seat]

    def known(self, id: object) -> str:
        """The id itself; ANSWER_OF_STRANGER."""
        if not isinstance(id, str) or id not in self.people:
            raise FairdrawError("ANSWER_OF_STRANGER", id=shown(id))
        return id
