"""The file ``fairdraw-roster/1``: draws, what happened after them, and the roster that comes of it.

Whoever has the transcripts recomputes the roster from the events and sees whether the file says the
same. docs/draw-protocol.md, section 8, lists the fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from fairdraw.canonical import canonical, hex_hash, instances_of, listed
from fairdraw.errors import FairdrawError
from fairdraw.events import JOIN, VOID, Event
from fairdraw.seating import Seating
from fairdraw.succession import Succession
from fairdraw.transcript import digest_of, document_of

FORMAT = "fairdraw-roster/1"
_FIELDS = {"draws", "events", "format", "roster"}
_UNREADABLE = {"ROSTER_UNREADABLE", "TRANSCRIPT_UNREADABLE"}


@dataclass(frozen=True)
class RosterReport:
    """Whether a file says what follows; ``error``: the first problem, if it does not.

    ``succession``: the roster recomputed, as far as it went.
    """

    error: FairdrawError | None = None
    succession: Succession | None = None

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return self.error is None

    @property
    def code(self) -> str | None:
        """Of the problem."""
        return None if self.error is None else self.error.code

    @property
    def params(self) -> dict[str, Any]:
        """Of the problem; ``event``: the number of the event that is one, from 1."""
        return {} if self.error is None else self.error.params

    @property
    def readable(self) -> bool:
        """Whether the file and the transcripts could be read at all."""
        return self.code not in _UNREADABLE


def roster_file(seatings: Iterable[Seating], events: Iterable[Event]) -> bytes:
    """The roster after these events, with the draws of a series in order.

    A JOIN event stands where the next supplement joined, VOID with its digest where it was declared
    void. Raises NO_DRAWS, PARTS_DO_NOT_FIT (if the
    JOINs are not those of the supplements), and what an event is refused with, and its number.
    """
    draws = _series(instances_of(seatings, Seating, "seatings"))
    told = instances_of(events, Event, "events")
    succession = Succession(draws[0])
    _follow(succession, draws[1:], told)
    later = iter(draws[1:])
    return canonical(
        {
            "draws": [seating.digest for seating in draws],
            "events": [
                {"draw": next(later).digest, "kind": JOIN} if event.kind == JOIN else _told(event)
                for event in told
            ],
            "format": FORMAT,
            "roster": standing(succession),
        }
    )


def standing(succession: Succession) -> dict[str, Any]:
    """Who sits, waits and is gone, as the file says it."""
    return {
        "declined": list(succession.gone),
        "seats": [
            {"holder": place.holder, "seat": place.seat, "stratum": place.stratum}
            for place in succession.seats
        ],
        "waiting": list(succession.waiting),
    }


def check_roster(data: bytes, transcripts: Iterable[bytes | Mapping[str, Any]]) -> RosterReport:
    """Whether a file says what follows from the transcripts of its draws and its events.

    The transcripts are compared with the digests in the file, and each later one must name an
    earlier one as the draw before it; whether they are fair, ``verify`` says.
    """
    papers = listed(transcripts, "transcripts")
    succession: Succession | None = None
    try:
        draws, events, roster = _read(data)
        seatings = _series(_seatings(papers, draws))
        succession = Succession(seatings[0])
        _follow(succession, seatings[1:], (_event(record) for record in events))
        _compare(standing(succession), roster)
    except FairdrawError as error:
        return RosterReport(error, succession)
    return RosterReport(None, succession)


def _follow(
    succession: Succession, supplements: Sequence[Seating], events: Iterable[Event]
) -> None:
    """Apply events; a JOIN brings in the next supplement, and all must have come in the end."""
    waiting = list(supplements)
    number = 0
    source = iter(events)
    while True:
        number += 1
        try:
            event = next(source, None)
            if event is None:
                break
            if event.kind == VOID:
                succession.leave(event.id)
                continue
            if event.kind != JOIN:
                succession.apply(event)
                continue
            if not waiting or event.id not in ("", waiting[0].digest):
                raise FairdrawError("PARTS_DO_NOT_FIT", piece="supplement")
            succession.join(waiting.pop(0))
        except FairdrawError as error:
            raise FairdrawError(error.code, **{**error.params, "event": number}) from None
    if waiting:
        raise FairdrawError("PARTS_DO_NOT_FIT", piece="supplement")


def _series(seatings: list[Seating]) -> list[Seating]:
    if not seatings:
        raise FairdrawError("NO_DRAWS")
    return seatings


def _told(event: Event) -> dict[str, Any]:
    if event.kind == VOID:
        return {"draw": event.id, "kind": VOID}
    return {"choice": event.choice, "id": event.id, "kind": event.kind, "seat": event.seat}


def _event(record: Mapping[str, Any]) -> Event:
    """An event of the file."""
    of_a_draw = record.get("kind") in (JOIN, VOID)
    if of_a_draw and set(record) == {"draw", "kind"}:
        return Event(record["kind"], hex_hash(record["draw"], "event.draw"))
    if of_a_draw or set(record) != {"choice", "id", "kind", "seat"}:
        raise FairdrawError("ROSTER_UNREADABLE")
    return Event(**record)


def _read(data: Any) -> tuple[list[str], list[dict[str, Any]], dict[str, Any]]:
    """The parts of a file; ROSTER_UNREADABLE, NOT_CANONICAL."""
    if not isinstance(data, (bytes, bytearray)):
        raise FairdrawError("ROSTER_UNREADABLE")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise FairdrawError("ROSTER_UNREADABLE") from None
    if not isinstance(document, dict) or set(document) != _FIELDS or document["format"] != FORMAT:
        raise FairdrawError("ROSTER_UNREADABLE")
    if canonical(document) != bytes(data):
        raise FairdrawError("NOT_CANONICAL", where="$")
    draws, events, roster = document["draws"], document["events"], document["roster"]
    lists = isinstance(draws, list) and isinstance(events, list) and isinstance(roster, dict)
    if not lists or not all(isinstance(event, dict) for event in events):
        raise FairdrawError("ROSTER_UNREADABLE")
    return draws, events, roster


def _seatings(papers: list[Any], draws: list[str]) -> list[Seating]:
    """The draws of the transcripts, which must be those that the file names."""
    made: list[Seating] = []
    for number, (paper, named) in enumerate(zip_longest(papers, draws), 1):
        document = {} if paper is None else document_of(paper)
        found = digest_of(document) if document else None
        if found is None or found != named:
            raise FairdrawError("DRAW_DIFFERS", draw=number, expected=named, found=found)
        if document["kind"] != "official":
            raise FairdrawError("RESULT_IS_TRIAL")
        earlier = {seating.digest for seating in made}
        if made and document.get("previous") not in earlier:
            raise FairdrawError("PARTS_DO_NOT_FIT", piece="draw before")
        made.append(Seating.of({**document, "digest": found}))
    return made


def _compare(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The first seat, then the first person on another list, of which the file says otherwise."""
    if set(theirs) != set(ours) or not all(isinstance(part, list) for part in theirs.values()):
        raise FairdrawError("ROSTER_UNREADABLE")
    # None on our side: the file lists more than there is.
    for seat, said in zip_longest(ours["seats"], theirs["seats"]):
        if seat is None or seat != said:
            name = said.get("seat") if seat is None and isinstance(said, dict) else None
            name = name if seat is None else seat["seat"]
            raise FairdrawError("SEAT_DIFFERS", seat=name, expected=seat, found=said)
    for part in ("waiting", "declined"):
        for number, (person, said) in enumerate(zip_longest(ours[part], theirs[part]), 1):
            if person is None or person != said:
                raise FairdrawError(
                    "LIST_DIFFERS", list=part, number=number, expected=person, found=said
                )
