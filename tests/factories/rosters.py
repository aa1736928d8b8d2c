"""Rosters after the draw, made through the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mingqian.accounts.models import User
from mingqian.draws.models import Channel, DeclineReason, Draw, Position, Roster, Standing
from mingqian.draws.services.answering import Done, confirm_seat, decline_seat
from mingqian.experts.models import Expert

from .accounts import make_user
from .ceremonies import Cast, executed
from .draws import approved, make_application, make_ground, make_units


def roster_of(draw: Draw) -> Roster:
    """The roster that began with this draw, read anew."""
    return Roster.objects.select_related("draw__application__matter").get(draw=draw)


def seated(draw: Draw) -> list[Standing]:
    """Who sits now, in the order of the draw."""
    standings = Standing.objects.filter(roster__draw=draw, position=Position.SEATED)
    return list(standings.select_related("roster", "seat", "place", "expert").order_by("pk"))


def confirm(draw: Draw, by: User, *, but: int = 0, at: datetime | None = None) -> list[Standing]:
    """Everybody who sits confirms by telephone, but for the last so many."""
    people = [each for each in seated(draw) if each.answer == "UNCONFIRMED"]
    asked = people[: len(people) - but]
    for standing in asked:
        confirm_seat(standing, by=by, channel=Channel.PHONE, at=at)
    return asked


def decline(standing: Standing, by: User, *, at: datetime | None = None) -> Done:
    """This person is on duty elsewhere, as they say by telephone."""
    return decline_seat(
        standing, by=by, reason=DeclineReason.DUTY, channel=Channel.PHONE, note="出国考察", at=at
    )


def use_up_alternates(draw: Draw, by: User) -> Standing:
    """Everybody who waits declines, then one who sits: the seat stays empty. Gives who left it."""
    waiting = Standing.objects.filter(roster__draw=draw, position=Position.WAITING)
    for standing in waiting.select_related("roster").order_by("pk"):
        decline(standing, by)
    leaver = seated(draw)[-1]
    decline(leaver, by)
    return leaver


def make_crowded(
    sizes: Mapping[str, int], seats: Mapping[str, int], *, units: int, **application: Any
) -> tuple[Cast, Roster]:
    """A drawn committee from a pool whose people share so few units that caps forbid some entries."""
    committee, clerk, lead = make_ground(sizes)
    shared = make_units(units)
    for place, expert in enumerate(Expert.objects.filter(memberships__committee=committee)):
        Expert.objects.filter(pk=expert.pk).update(unit=shared[place % units])
    reviewer = make_user("reviewer")
    draft = make_application(committee, lead, seats=seats, **application)
    made = approved(draft, lead, reviewer)
    cast = Cast(
        application=made,
        clerk=clerk,
        lead=lead,
        reviewer=reviewer,
        hrss_lead=make_user("hrss_lead"),
        observer=make_user("observer"),
        at=made.planned_draw_at,
    )
    return cast, roster_of(executed(cast))
