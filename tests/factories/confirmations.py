"""Rosters of executed draws, and the people on them."""

from __future__ import annotations

from mingqian.draws.models import Answer, Position, Roster, Standing

from .ceremonies import Cast, executed, make_cast

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def drawn(sizes: dict[str, int] | None = None, **application) -> tuple[Cast, Roster]:
    """A cast whose draw has just been held, and its roster: everybody unconfirmed."""
    cast = make_cast(sizes or SIZES, **application)
    return cast, executed(cast).roster


def seated(roster: Roster, specialty: str = "", **facts) -> list[Standing]:
    """Who sits, in the order of the seats."""
    return _people(roster, specialty, position=Position.SEATED, **facts)


def waiting(roster: Roster, specialty: str = "") -> list[Standing]:
    """Who waits, in the order of substitution within a specialty."""
    return _people(roster, specialty, position=Position.WAITING)


def unconfirmed(roster: Roster, specialty: str = "") -> list[Standing]:
    """Who sits and has not answered."""
    return seated(roster, specialty, answer=Answer.UNCONFIRMED)


def again(standing: Standing) -> Standing:
    """As the database now has it."""
    return Standing.objects.select_related("seat", "place", "expert", "roster__draw__application").get(pk=standing.pk)  # fmt: skip


def _people(roster: Roster, specialty: str, **facts) -> list[Standing]:
    found = roster.standings.filter(**facts).select_related(
        "seat", "place", "expert", "roster__draw__application"
    )
    if specialty:
        found = found.filter(seat__specialty__name=specialty)
    return list(found.order_by("seat__specialty__code", "seat__rank", "pk"))
