"""Making and ending the links by which experts answer. Whoever calls these holds the roster.

A new link works beside the one a person already has until its message has left; only then does the older one end,
so that nobody stands there with none that works.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

from mingqian.accounts.models import User
from mingqian.draws.models import AnswerLink, DrawSeat, Message, Roster
from mingqian.draws.queries.answer_links import hash_of

from .sealed_text import drop_link

SECRET_BYTES = 32
OPEN = (Message.Status.WAITING, Message.Status.FAILED)


def make_link(
    seat: DrawSeat, *, expires_at: datetime, by: User | None, at: datetime
) -> tuple[AnswerLink, str]:
    """A link with its secret, which is kept nowhere. A message that waits with an earlier one is not sent any more."""
    withdraw(Message.objects.filter(seat=seat, link__isnull=False, status__in=OPEN), at=at)
    token = secrets.token_urlsafe(SECRET_BYTES)
    link = AnswerLink.objects.create(
        seat=seat, token_hash=hash_of(token), made_at=at, made_by=by, expires_at=expires_at
    )
    return link, token


def link_sent(message: Message, *, at: datetime) -> None:
    """A message has left: its link is the one in force, its person's others end."""
    if message.link_id is None:
        return
    others = AnswerLink.objects.filter(seat=message.seat_id, revoked_at=None)
    others.exclude(pk=message.link_id).update(revoked_at=at)
    AnswerLink.objects.filter(pk=message.link_id, revoked_at=None).update(sent_at=at)


def end_links(seats: Collection[int], *, at: datetime) -> None:
    """These people's links stop working, and messages that would carry them are not sent any more."""
    withdraw(Message.objects.filter(link__seat__in=seats, status__in=OPEN), at=at)
    AnswerLink.objects.filter(seat__in=seats, revoked_at=None).update(revoked_at=at)


def withdraw(messages: Iterable[Message], *, at: datetime) -> list[Message]:
    """Cancel those that have not left: the link leaves the text, and one that nobody has opened ends.

    One that was opened had been handed over before the office noted it, and goes on working.
    """
    gone = []
    for message in messages:
        drop_link(message)
        # Whoever hands it on claims it by its status, too: one of the two gets it.
        gone += [message] * Message.objects.filter(pk=message.pk, status__in=OPEN).update(
            status=Message.Status.CANCELLED, sealed=message.sealed
        )
    AnswerLink.objects.filter(
        pk__in=[each.link_id for each in gone if each.link_id],
        revoked_at=None,
        sent_at=None,
        opened_at=None,
        answered_at=None,
    ).update(revoked_at=at)
    return gone


def drop_unsent(
    roster: Roster, *, at: datetime, but: Collection[Message.Kind] = ()
) -> list[Message]:
    """What waits on a held roster says something that no longer holds: it is cancelled, and the links it carries end."""
    rows = roster.messages.filter(status__in=OPEN).exclude(kind__in=but)
    gone = withdraw(rows.select_related("seat"), at=at)
    links = [each.link_id for each in gone if each.link_id]
    AnswerLink.objects.filter(pk__in=links, revoked_at=None).update(revoked_at=at)
    return gone


def stop_asking(seat: DrawSeat, *, at: datetime) -> None:
    """Somebody has answered: a reminder that still waits is not sent."""
    withdraw(Message.objects.filter(seat=seat, kind=Message.Kind.REMINDER, status__in=OPEN), at=at)
