"""名单凭证: the draws of a series and every answer since, by pseudonym, from which anybody recomputes the roster."""

from __future__ import annotations

from fairdraw.substitution import JOIN, VOID, Event, roster_file
from mingqian.draws.models import Roster, RosterEvent

from .succession import engine_events, seating_of, series_of_roster


def roster_proof(roster: Roster) -> bytes:
    """The file `fairdraw-roster/1` of a roster as it stands: no name, no reason, no time."""
    kept = list(roster.events.select_related("seat", "place", "draw").order_by("seq"))
    series = series_of_roster(roster, events=kept)
    seatings, told = [seating_of(roster.draw)], []
    for event in kept:
        if event.kind == RosterEvent.Kind.JOIN and event.draw is not None:
            seatings.append(seating_of(event.draw))
            told.append(Event(JOIN, event.draw.transcript_hash))
        elif event.kind == RosterEvent.Kind.VOID and event.draw is not None:
            told.append(Event(VOID, event.draw.transcript_hash))
        else:
            told += engine_events(series, event)
    return roster_file(seatings, told)
