"""Seatings made by hand, so that a test can say who sits where without drawing lots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairdraw import Member, Plan
from fairdraw.errors import FairdrawError
from fairdraw.seating import Person, Seating
from fairdraw.succession import Succession
from tests.fairdraw.invented import plan_of


def seating(
    lists: dict[str, tuple[str, str]],
    people: dict[str, dict[str, Any]] | None = None,
    *,
    digest: str = "1" * 64,
    **rules: Any,
) -> Seating:
    """``lists``: stratum -> ids of primaries and of alternates, parted by blanks.

    ``people``: what of somebody's record is not plain (employer, strata, values, type).
    """
    seats = {name: (len(p.split()), len(a.split())) for name, (p, a) in lists.items()}
    plan: Plan = plan_of(seats, **rules)
    told = people or {}

    def persons(which: int) -> Iterable[Person]:
        for stratum, names in lists.items():
            for rank, name in enumerate(names[which].split(), 1):
                plain = {"employer": f"e-{name}", "strata": (stratum,), "values": (), "type": 0}
                fields = {**plain, **told.get(name, {})}
                yield Person(id=name, stratum=stratum, rank=rank, **fields)

    return Seating(digest, plan, tuple(persons(0)), tuple(persons(1)))


def holders(succession: Succession) -> dict[str, str | None]:
    """Seat -> who holds it."""
    return {place.seat: place.holder for place in succession.seats}


def keeping(succession: Succession, *more: str) -> tuple[Member, ...]:
    """Everybody who sits, as members of the next plan; ``more`` besides."""
    sitting = [place.holder for place in succession.seats if place.holder is not None]
    return tuple(Member(name, f"e-{name}") for name in (*sitting, *more))


def refused(deed: Any) -> str:
    """The code of the error that a deed ends in."""
    try:
        deed()
    except FairdrawError as error:
        return error.code
    return "NOTHING"
