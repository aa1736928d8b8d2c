"""Who enters when somebody cannot serve.

``Succession`` keeps the roster of a series of draws, event by event; ``roster_file`` writes it down
and ``check_roster`` recomputes it. ``replay`` and ``next_alternate`` are the same for one draw and
declines alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairdraw.canonical import pairs_in
from fairdraw.entering import Skip
from fairdraw.errors import FairdrawError, shown
from fairdraw.events import (
    ACCEPT,
    ACCEPTED,
    CHOOSE,
    DECLINE,
    DECLINED,
    JOIN,
    RESERVE,
    REVERT,
    SEAT,
    UNCONFIRMED,
    VOID,
    Event,
    Outcome,
    Place,
)
from fairdraw.roster_file import RosterReport, check_roster, roster_file
from fairdraw.seating import Person, Seating
from fairdraw.succession import Succession

__all__ = [
    "ACCEPT",
    "ACCEPTED",
    "CHOOSE",
    "DECLINE",
    "DECLINED",
    "JOIN",
    "RESERVE",
    "REVERT",
    "SEAT",
    "UNCONFIRMED",
    "VOID",
    "Event",
    "Outcome",
    "Person",
    "Place",
    "Roster",
    "RosterReport",
    "Seating",
    "Skip",
    "Substitution",
    "Succession",
    "check_roster",
    "next_alternate",
    "replay",
    "roster_file",
]


@dataclass(frozen=True)
class Substitution:
    """``alternate`` enters for ``vacated`` in ``stratum``; None: nobody can, the seat stays empty."""

    vacated: str
    stratum: str
    alternate: str | None
    skips: tuple[Skip, ...]


@dataclass(frozen=True)
class Roster:
    """After all answers: who sits where by lot, every substitution in order, the empty seats."""

    seated: dict[str, str]
    substitutions: tuple[Substitution, ...]
    waiting: tuple[str, ...]

    @property
    def gaps(self) -> dict[str, int]:
        """Empty seats by stratum."""
        empty = Counter(s.stratum for s in self.substitutions if s.alternate is None)
        return dict(empty)


def replay(transcript: bytes | Mapping[str, Any], answers: Iterable[tuple[str, str]]) -> Roster:
    """Apply answers (id, ACCEPTED or DECLINED) in the order in which they came.

    A decline of somebody seated brings in the next alternate at once; a decline of an alternate
    takes them off the list. Raises ANSWER_UNKNOWN and the errors of ``Succession.apply``.
    """
    succession, done = _answered(transcript, answers)
    seated = {
        place.holder: place.stratum
        for place in succession.seats
        if place.holder is not None and place.stratum is not None
    }
    return Roster(seated, tuple(done), succession.waiting)


def next_alternate(
    transcript: bytes | Mapping[str, Any], vacated: str, answers: Iterable[tuple[str, str]] = ()
) -> Substitution:
    """Who would enter if ``vacated`` declined now, after the answers so far."""
    succession, _ = _answered(transcript, answers)
    last = _answer(succession, vacated, DECLINED)
    if last is None:
        raise FairdrawError("NOT_SEATED", id=vacated)
    return last


def _answered(
    transcript: bytes | Mapping[str, Any], answers: Iterable[tuple[str, str]]
) -> tuple[Succession, list[Substitution]]:
    succession = Succession(Seating.of(transcript))
    done = [_answer(succession, *pair) for pair in pairs_in(answers, "answers")]
    return succession, [substitution for substitution in done if substitution is not None]


def _answer(succession: Succession, person: Any, answer: Any) -> Substitution | None:
    """One answer of one person, and what it changed in a drawn seat."""
    if answer not in (ACCEPTED, DECLINED):
        raise FairdrawError("ANSWER_UNKNOWN", answer=shown(answer))
    if not isinstance(person, str) or person not in succession.answers:
        raise FairdrawError("ANSWER_OF_STRANGER", id=shown(person))
    outcome = succession.apply(Event(ACCEPT if answer == ACCEPTED else DECLINE, person))
    if answer == ACCEPTED or outcome.seat is None:
        return None
    place = next(place for place in succession.seats if place.seat == outcome.seat)
    if place.stratum is None:
        return None
    return Substitution(person, place.stratum, outcome.entered, outcome.skips)
