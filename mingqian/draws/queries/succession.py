"""What the engine knows of a roster: the draws of its series and every answer, replayed from the beginning.

Nothing here is stored: standings follow from it, and an invariant compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field

from fairdraw.seating import Seating
from fairdraw.substitution import Event, Succession
from mingqian.committees.models import DisciplineGroup
from mingqian.draws.models import Draw, DrawSeat, FrozenMember, Roster, RosterEvent, SeatType

Kind = RosterEvent.Kind
ENGINE_KINDS = {
    Kind.CONFIRM: "ACCEPT",
    Kind.DECLINE: "DECLINE",
    Kind.REVERT: "REVERT",
    Kind.CHOOSE: "CHOOSE",
}


@dataclass
class Series:
    """A succession with the way between pseudonyms and seats."""

    succession: Succession
    seat_of: dict[str, DrawSeat]
    name_of: dict[int, str]  # seat id -> pseudonym
    groups: dict[str, DisciplineGroup] = field(default_factory=dict)  # as plans name them

    def name(self, seat: DrawSeat) -> str:
        """The pseudonym of whoever was drawn into a seat, or appointed."""
        return self.name_of[seat.pk]

    def seat_of_pk(self, seat: int) -> DrawSeat:
        """A seat of the series by its key."""
        return self.seat_of[self.name_of[seat]]

    def as_it_is(self, seat: DrawSeat) -> DrawSeat:
        """A seat of the series with the specialty and group that it has now: a supplement may have drawn another
        specialty into it. For reading, not for saving."""
        place = self.succession.seat(self.name_of.get(seat.pk, ""))
        if place is None or place.stratum is None:
            return seat
        latest, group = self.seat_of[place.first], self.groups.get(place.group or "")
        now = (latest.specialty_id, group.pk if group else None)
        if now == (seat.specialty_id, seat.group_id):
            return seat
        shown = copy(seat)
        shown.specialty, shown.group = latest.specialty, group
        return shown

    def take_in(self, draw: Draw, seating: Seating) -> None:
        """Know the people of one more draw."""
        seats = DrawSeat.objects.filter(draw=draw).order_by("id")
        designated = seats.filter(seat_type=SeatType.DESIGNATED)
        members = FrozenMember.objects.filter(draw=draw, expert__in=designated.values("expert"))
        appointed = dict(members.values_list("expert_id", "pseudonym"))
        for seat in seats.select_related("group", "specialty"):
            name = seat.pseudonym or appointed[seat.expert_id]
            self.seat_of[name] = seat
            self.name_of[seat.pk] = name
        for person in seating.drawn:
            group = seating.plan.strata[seating.plan.index[person.stratum]].group
            of_seat = self.seat_of[person.id].group
            if group is not None and of_seat is not None:
                self.groups[group] = of_seat


def seating_of(draw: Draw) -> Seating:
    """What a roster needs of a draw's transcript: as kept, or read from the file in draws older than that."""
    if draw.seating is not None:
        return Seating.from_record(json.loads(bytes(draw.seating)))
    assert draw.transcript is not None
    return Seating.of(bytes(draw.transcript))


def series_of_roster(roster: Roster, *, events: Iterable[RosterEvent] | None = None) -> Series:
    """Replay: the first draw, then every event in order."""
    first = seating_of(roster.draw)
    series = Series(Succession(first), {}, {})
    series.take_in(roster.draw, first)
    if events is None:
        events = roster.events.select_related("seat", "place", "draw").order_by("seq")
    for event in events:
        replay(series, event)
    return series


def replay(series: Series, event: RosterEvent) -> None:
    """One stored event; those that move nobody are passed over."""
    succession = series.succession
    if event.kind == Kind.JOIN:
        assert event.draw is not None
        supplement = seating_of(event.draw)
        series.take_in(event.draw, supplement)
        succession.join(supplement)
    elif event.kind == Kind.VOID:
        assert event.draw is not None
        succession.leave(event.draw.transcript_hash)
    else:
        for each in engine_events(series, event):
            succession.apply(each)


def engine_events(series: Series, event: RosterEvent) -> list[Event]:
    """What an event is to the engine: one deed, none, or one for everybody a new date asks again."""
    if event.kind == Kind.RESCHEDULE:
        return [Event("REVERT", name) for name in event.details["asked_again"]]
    if event.kind not in ENGINE_KINDS:
        return []
    assert event.seat is not None
    place = series.name(event.place) if event.kind == Kind.CHOOSE and event.place else None
    return [
        Event(
            ENGINE_KINDS[Kind(event.kind)],
            series.name(event.seat),
            choice=event.choice or None,
            seat=place,
        )
    ]
