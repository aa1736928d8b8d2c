"""Rosters with empty seats, and supplements in every state, made through the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from mingqian.draws.models import Draw, DrawApplication, Position, Roster, Standing
from mingqian.draws.services.answering import decline_seat, revert_seat
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.supplement import create_supplement

from .ceremonies import Cast, executed, make_cast
from .draws import approved, give_reasons, refreshed

SIZES = {"建筑设计": 24, "结构工程": 24, "给水排水": 24}
SEATS = {"建筑设计": 5, "结构工程": 5, "给水排水": 5}


def make_roster(**application) -> tuple[Cast, Roster]:
    """A drawn committee of fifteen with its alternates, nobody confirmed."""
    application.setdefault("seats", SEATS)
    cast = make_cast(SIZES, **application)
    return cast, Roster.objects.get(draw=executed(cast))


def decline(standing: Standing, cast: Cast, *, reason: str = "TRAVEL"):
    """The office registers that somebody does not serve."""
    standing = Standing.objects.get(pk=standing.pk)
    return decline_seat(standing, by=cast.clerk, reason=reason, channel="PHONE")


def use_up(roster: Roster, cast: Cast, specialty: str = "建筑设计", *, gaps: int = 1) -> None:
    """Primaries of a specialty decline until it has no alternate left and so many seats stay empty."""
    empty = 0
    while empty < gaps:
        seated = roster.standings.filter(
            position=Position.SEATED, place__specialty__name=specialty
        ).order_by("pk")
        empty += decline(seated[0], cast).gap


def supplement_of(roster: Roster, cast: Cast, **values) -> DrawApplication:
    """A draft of a supplement with everything filled in."""
    made = create_supplement(roster, by=cast.clerk, key=uuid4().hex, **values)
    return planned(made, cast)


def planned(supplement: DrawApplication, cast: Cast) -> DrawApplication:
    """With a time for the lots: the day of the first draw, an hour later."""
    at = {"planned_draw_at": cast.at + timedelta(hours=1)}
    return save_application(
        supplement, draft=Draft(values=at), revision=supplement.revision, by=cast.clerk
    )


def cast_of(supplement: DrawApplication, cast: Cast, *, hours: int = 1) -> Cast:
    """The same people at the ceremony of a supplement, once it is approved."""
    supplement = give_reasons(refreshed(supplement), cast.lead)
    made = approved(supplement, cast.lead, cast.reviewer)
    return replace(cast, application=made, at=cast.at + timedelta(hours=hours))


def drawn_supplement(roster: Roster, cast: Cast, *, hours: int = 1, **values) -> tuple[Cast, Draw]:
    """A supplement made, approved and drawn."""
    own = cast_of(supplement_of(roster, cast, **values), cast, hours=hours)
    return own, executed(own)


def bring_back(roster: Roster, cast: Cast, specialty: str = "建筑设计") -> None:
    """Whoever of a specialty declined last serves after all, in the seat that stayed empty."""
    gone = roster.standings.filter(position=Position.OUT, seat__specialty__name=specialty)
    last = gone.order_by("-answered_at", "-pk")[0]
    revert_seat(last, by=cast.clerk)
