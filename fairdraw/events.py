"""What happens to a roster after a draw, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from fairdraw.canonical import clean_text
from fairdraw.entering import Skip
from fairdraw.errors import FairdrawError, shown

ACCEPT, DECLINE, REVERT, CHOOSE = "ACCEPT", "DECLINE", "REVERT", "CHOOSE"
#: Of a whole draw: the next supplement joins, the newest leaves again.
JOIN, VOID = "JOIN", "VOID"
#: Choices of a REVERT when somebody else has the seat.
SEAT, RESERVE = "SEAT", "RESERVE"
#: What is known of somebody's answer.
UNCONFIRMED, ACCEPTED, DECLINED = "UNCONFIRMED", "ACCEPTED", "DECLINED"


@dataclass(frozen=True)
class Event:
    """One thing that happened: ``kind`` ACCEPT, DECLINE, REVERT or CHOOSE, of the person ``id``.

    ``choice``: SEAT or RESERVE, of a REVERT. ``seat``: which one a CHOOSE is about. In the file of a
    roster there are also JOIN, whose ``id`` is the digest of the next supplement or empty, and VOID,
    whose ``id`` is the digest of the supplement that leaves.

    Raises EVENT_UNKNOWN, CHOICE_UNKNOWN, FIELD_MISSING, FIELD_UNKNOWN, and those of texts.
    """

    kind: str
    id: str = ""
    choice: str | None = None
    seat: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in (ACCEPT, DECLINE, REVERT, CHOOSE, JOIN, VOID):
            raise FairdrawError("EVENT_UNKNOWN", kind=shown(self.kind))
        name = clean_text(self.id, "event.id", empty=self.kind == JOIN)
        object.__setattr__(self, "id", name)
        if self.choice is not None and self.kind != REVERT:
            raise FairdrawError("FIELD_UNKNOWN", field="event.choice")
        if self.choice not in (None, SEAT, RESERVE):
            raise FairdrawError("CHOICE_UNKNOWN", choice=shown(self.choice))
        if self.seat is not None and self.kind != CHOOSE:
            raise FairdrawError("FIELD_UNKNOWN", field="event.seat")
        if self.kind == CHOOSE:
            if self.seat is None:
                raise FairdrawError("FIELD_MISSING", field="event.seat")
            object.__setattr__(self, "seat", clean_text(self.seat, "event.seat"))


@dataclass(frozen=True)
class Outcome:
    """What an event did: ``entered`` took ``seat`` by it, ``left`` went back to waiting by it.

    ``skips``: who was passed over, and why. ``gap``: a drawn seat stays empty. ``ahead``: who waited
    before whoever entered and was not tried, because that one is of the same type as who left.
    """

    seat: str | None = None
    entered: str | None = None
    left: str | None = None
    skips: tuple[Skip, ...] = ()
    gap: bool = False
    ahead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A seat, named by the id of whoever was drawn into it when it was made.

    ``stratum`` (None: of a designated member; nobody is drawn into it), ``group`` and ``round``
    (1: the first draw) are those of the latest draw into it. ``first``: of those drawn into it, who
    sat there last; any other ``holder`` is an alternate. ``holder`` None: empty.
    """

    seat: str
    stratum: str | None
    group: str | None
    holder: str | None
    first: str
    round: int
