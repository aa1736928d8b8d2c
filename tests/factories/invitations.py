"""Rosters after the draw: released, with experts told and links in hand."""

from __future__ import annotations

from mingqian.accounts.models import User
from mingqian.draws.models import Message, Position, Roster, Standing
from mingqian.draws.services.messages import mark_sent, read_message, write_messages
from mingqian.draws.services.release_roster import release_roster

from .ceremonies import Cast, executed


def drawn_roster(cast: Cast) -> Roster:
    """The roster of an official draw just executed: nobody told, nobody asked."""
    return Roster.objects.select_related("draw__application__matter").get(draw=executed(cast))


def released(cast: Cast) -> Roster:
    """The same after its release."""
    return release_roster(drawn_roster(cast), by=cast.lead)


def seated(roster: Roster, place: int = 0) -> Standing:
    """Somebody drawn who sits, in the order of the seats."""
    return list(roster.standings.filter(position=Position.SEATED).select_related("seat__expert"))[
        place
    ]


def standing_of(standing: Standing) -> Standing:
    """The standing as the database now has it."""
    return Standing.objects.select_related("seat__expert", "roster").get(pk=standing.pk)


def token_in(message: Message, by: User) -> str:
    """The secret of the link in a message, as its expert would copy it."""
    text = read_message(message, by=by)
    return text.split("/answer/")[1].split()[0]


def link_for(standing: Standing, by: User, *, kind: str = "INVITATION") -> str:
    """Write to this person, hand it over, and give the secret of the link."""
    (message,) = write_messages(
        standing.roster, kind=kind, by=by, seats=[standing.seat_id]
    ).messages
    token = token_in(message, by)
    mark_sent(standing.roster, [message.pk], by=by)
    return token
