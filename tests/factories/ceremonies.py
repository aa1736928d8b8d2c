"""Official draws in every state, made through the services, at times inside the draw window."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

import fairdraw
from mingqian.accounts.models import User
from mingqian.draws import protection
from mingqian.draws.models import Contribution, Draw, DrawApplication
from mingqian.draws.services.contribute import close_commitments, contribute, reveal
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.freeze import freeze_draw
from mingqian.draws.services.void import void_draw

from .accounts import make_user
from .draws import approved, make_application, make_ground


@dataclass
class Cast:
    """Those who stand at a ceremony, and what it is about."""

    application: DrawApplication
    clerk: User
    lead: User
    reviewer: User
    hrss_lead: User
    observer: User
    at: datetime

    def minute(self, number: int) -> datetime:
        return self.at + timedelta(minutes=number)


def make_cast(sizes: dict[str, int] | None = None, **application) -> Cast:
    """An approved application with its people, at its planned time of drawing."""
    committee, clerk, lead = make_ground(sizes)
    reviewer = make_user("reviewer")
    made = approved(make_application(committee, lead, **application), lead, reviewer)
    return Cast(
        application=made,
        clerk=clerk,
        lead=lead,
        reviewer=reviewer,
        hrss_lead=make_user("hrss_lead"),
        observer=make_user("observer"),
        at=made.planned_draw_at,
    )


def frozen(cast: Cast) -> Draw:
    return freeze_draw(cast.application, by=cast.clerk, at=cast.at)


def number_of(draw: Draw, user: User) -> bytes:
    """The number that this person keeps for this draw."""
    return hashlib.sha256(f"{draw.pk}/{user.pk}".encode()).digest()


def commitment_for(draw: Draw, user: User) -> str:
    """What this person hands in for it."""
    return fairdraw.nonce_commitment(number_of(draw, user))


def give(draw: Draw, user: User, *, at: datetime | None = None) -> Contribution:
    """This person's party commits to the number that the person keeps."""
    return contribute(draw, by=user, commitment=commitment_for(draw, user), at=at)


def show(draw: Draw, user: User, *, at: datetime | None = None) -> Contribution:
    """This person's party reveals it."""
    return reveal(draw, by=user, nonce=number_of(draw, user).hex(), at=at)


def committed(cast: Cast, *, parties: int = 3) -> Draw:
    """All parties in, or the observer and the office with `parties=2` and closed by hand."""
    draw = frozen(cast)
    give(draw, cast.clerk, at=cast.minute(1))
    give(draw, cast.observer, at=cast.minute(2))
    if parties == 3:
        give(draw, cast.reviewer, at=cast.minute(3))
    else:
        close_commitments(draw, by=cast.clerk, at=cast.minute(3))
    draw.refresh_from_db()
    return draw


def revealed(cast: Cast, *, parties: int = 3) -> Draw:
    draw = committed(cast, parties=parties)
    for user in (cast.clerk, cast.observer, cast.reviewer)[:parties]:
        show(draw, user, at=cast.minute(4))
    return draw


def executed(cast: Cast, *, parties: int = 3) -> Draw:
    draw = revealed(cast, parties=parties)
    return execute_draw(draw, by=cast.clerk, key=draw.commit_hash, at=cast.minute(5))


def voided(cast: Cast, *, reason: str = "会议改期至下月") -> Draw:
    draw = executed(cast)
    void_draw(draw, by=cast.hrss_lead, reason=reason, at=cast.minute(60))
    return void_draw(draw, by=cast.observer, at=cast.minute(61))


@contextmanager
def unprotected() -> Iterator[None]:
    """What a database administrator could do: the triggers on the tables of the draw are gone."""
    _settle()
    protection.remove(connection)
    yield
    _settle()
    protection.install(connection)


def _settle() -> None:
    """PostgreSQL changes no table while rows of it still wait for their foreign keys to be checked."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
