"""Links by which experts answer for themselves: found by their secret, and what their page may tell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from mingqian.draws.models import (
    Answer,
    AnswerLink,
    Channel,
    ContactOutcome,
    DesignatedMember,
    DrawApplication,
    DrawSeat,
    Position,
    Roster,
    RosterEvent,
    Standing,
)
from mingqian.web.sealed import mask_name

from .rules.check import rules_for
from .strata import OPEN_WORDS

LONGEST_TOKEN = 200


def hash_of(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token[:LONGEST_TOKEN].encode("utf-8", "replace")).hexdigest()


def find_link(token: str) -> AnswerLink | None:
    """The link made with this secret, in force or not; None if there never was one.

    One query either way, by the hash: how long it takes says nothing about the secret.
    """
    return (
        AnswerLink.objects.select_related("seat__draw__application__committee", "seat__expert")
        .filter(token_hash=hash_of(token))
        .first()
    )


def answer_url(token: str) -> str:
    """The address that an expert opens."""
    return f"{settings.MINGQIAN['PUBLIC_URL']}{reverse('draws:answer', args=[token])}"


def last_moment(application: DrawApplication, starts_at: datetime | None = None) -> datetime:
    """Until when an expert may answer by the rules: so many hours before the meeting begins."""
    begins = starts_at or application.starts_at
    assert begins is not None, "an approved application has its time"
    hours = rules_for(application)["decline_cutoff_hours"].exact
    return begins - timedelta(hours=float(hours))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the holder of a link may see: the meeting, their own seat and answer, the deadline, whom to phone.

    Nobody else is named, and of the holder's own name only the surname is shown.
    """

    link: AnswerLink
    standing: Standing
    roster: Roster

    @property
    def application(self) -> DrawApplication:
        return self.roster.draw.application

    @property
    def name(self) -> str:
        return mask_name(self.standing.seat.expert.name)

    @property
    def seat_words(self) -> str:
        return seat_words(self.standing.seat)

    @property
    def answer(self) -> str:
        return self.standing.answer

    @property
    def answered(self) -> bool:
        return self.standing.answer != Answer.UNCONFIRMED

    @property
    def declined(self) -> bool:
        return self.standing.answer == Answer.DECLINED

    def expired(self, now: datetime | None = None) -> bool:
        """The last moment for an answer has passed."""
        return self.link.expires_at <= (now or timezone.now())


def invitation_of(link: AnswerLink) -> Invitation | None:
    """What a link leads to; None where it was replaced, has ended, or its person has left the roster."""
    if link.revoked_at is not None:
        return None
    standing = (
        Standing.objects.select_related(
            "seat__expert",
            "seat__group",
            "seat__specialty",
            "roster__draw__application__committee",
            "roster__draw__application__matter",
            "roster__office",
        )
        .filter(seat=link.seat_id)
        .first()
    )
    if standing is None or standing.position == Position.WAITING:
        return None
    return Invitation(link, standing, standing.roster)


def seat_words(seat: DrawSeat) -> str:
    """A seat in words: duty of an appointed member, else group and specialty."""
    if seat.duty:
        return str(DesignatedMember.Duty(seat.duty).label)
    specialty = seat.specialty.name if seat.specialty else OPEN_WORDS
    return "·".join(part for part in (seat.group.name if seat.group else "", specialty) if part)


def kept_declines() -> QuerySet[Standing]:
    """Who sits, and said 不参评 by link while nobody could leave: the office has not dealt with it since."""
    answers = (RosterEvent.Kind.CONFIRM, RosterEvent.Kind.DECLINE, RosterEvent.Kind.REVERT)
    since = RosterEvent.objects.filter(
        seat=OuterRef("seat"), seq__gt=OuterRef("seq"), kind__in=answers
    )
    said = RosterEvent.objects.filter(
        ~Exists(since),
        kind=RosterEvent.Kind.CONTACT,
        channel=Channel.LINK,
        outcome=ContactOutcome.REFUSED,
        by=None,
    )
    return Standing.objects.filter(position=Position.SEATED, seat__in=said.values("seat"))
