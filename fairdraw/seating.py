"""What a roster needs of a transcript: who was drawn, who sits beside them, and the rules.

A transcript holds everybody who could have been drawn; a ``Seating`` only those who were. It is
small, so that whoever keeps a roster need not read a large transcript again for every answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairdraw import transcript as transcripts
from fairdraw.canonical import (
    clean_text,
    hex_hash,
    instance_of,
    instances_of,
    listed,
    mapping_of,
    whole_number,
)
from fairdraw.errors import FairdrawError
from fairdraw.quotas import value_pairs
from fairdraw.rules import Member, Plan


@dataclass(frozen=True)
class Person:
    """Somebody drawn: what the record in the pool says, and the seat on the list by lot.

    ``strata``: those the record names. ``stratum``, ``rank`` (from 1): of the seat. ``type``: the
    number of the person's type in this draw. ``values``: (category, value) pairs.
    """

    id: str
    employer: str | None
    strata: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    stratum: str
    rank: int
    type: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", clean_text(self.id, "id"))
        if self.employer is not None:
            object.__setattr__(self, "employer", clean_text(self.employer, "employer"))
        strata = tuple(clean_text(name, "strata") for name in listed(self.strata, "strata"))
        object.__setattr__(self, "strata", strata)
        object.__setattr__(self, "values", value_pairs(self.values, self.id))
        object.__setattr__(self, "stratum", clean_text(self.stratum, "stratum"))
        whole_number(self.rank, "rank", low=1)
        whole_number(self.type, "type")

    def record(self) -> dict[str, Any]:
        """JSON-ready; its fields are the arguments of the class."""
        return {
            "employer": self.employer,
            "id": self.id,
            "rank": self.rank,
            "strata": list(self.strata),
            "stratum": self.stratum,
            "type": self.type,
            "values": [list(pair) for pair in self.values],
        }


@dataclass(frozen=True)
class Seating:
    """Who was drawn by the draw whose transcript has this ``digest``, under which plan.

    Raises DRAWN_TWICE (of somebody on two lists), STRATUM_UNKNOWN, and those of the fields.
    """

    digest: str
    plan: Plan
    panel: tuple[Person, ...]
    alternates: tuple[Person, ...]

    def __post_init__(self) -> None:
        hex_hash(self.digest, "digest")
        instance_of(self.plan, Plan, "plan")
        for field in ("panel", "alternates"):
            people = instances_of(getattr(self, field), Person, field)
            object.__setattr__(self, field, tuple(people))
        for person in self.drawn:
            if person.stratum not in self.plan.index:
                raise FairdrawError("STRATUM_UNKNOWN", stratum=person.stratum)
        named = [member.id for member in self.members] + [person.id for person in self.drawn]
        for name, times in Counter(named).items():
            if times > 1:
                raise FairdrawError("DRAWN_TWICE", id=name)

    @property
    def members(self) -> tuple[Member, ...]:
        """Designated members and those kept from the draw before."""
        return self.plan.members

    @property
    def drawn(self) -> tuple[Person, ...]:
        """Everybody by lot: primaries, then alternates."""
        return self.panel + self.alternates

    @classmethod
    def of(cls, transcript: bytes | Mapping[str, Any]) -> Seating:
        """Out of a transcript, which is believed: verify it first. TRANSCRIPT_UNREADABLE."""
        document = transcripts.document_of(transcript)
        try:
            return cls(
                digest=document["digest"],
                plan=Plan.from_record(document["plan"]),
                panel=_people(document, "panel"),
                alternates=_people(document, "alternates"),
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            raise FairdrawError("TRANSCRIPT_UNREADABLE") from None

    def record(self) -> dict[str, Any]:
        """JSON-ready: texts, whole numbers, lists."""
        return {
            "alternates": [person.record() for person in self.alternates],
            "digest": self.digest,
            "panel": [person.record() for person in self.panel],
            "plan": self.plan.record(),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Seating:
        """The inverse of ``record``; RECORD_INVALID if a field is missing or misshapen."""
        fields = mapping_of(record, "seating")
        try:
            return cls(
                digest=fields["digest"],
                plan=Plan.from_record(fields["plan"]),
                panel=_persons(fields["panel"]),
                alternates=_persons(fields["alternates"]),
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            raise FairdrawError("RECORD_INVALID", field="seating") from None


def _persons(records: Iterable[Mapping[str, Any]]) -> tuple[Person, ...]:
    return tuple(Person(**record) for record in listed(records, "persons"))


def _people(document: Mapping[str, Any], part: str) -> tuple[Person, ...]:
    """The people of one list, with what their records say."""
    seats = document[part]
    wanted = {seat["id"] for seat in seats}
    records = {r["id"]: r for r in document["pool"]["records"] if r["id"] in wanted}
    return tuple(
        Person(
            id=seat["id"],
            employer=records[seat["id"]]["employer"],
            strata=records[seat["id"]]["strata"],
            values=records[seat["id"]]["values"],
            stratum=seat["stratum"],
            rank=seat["rank"],
            type=seat["type"],
        )
        for seat in seats
    )
