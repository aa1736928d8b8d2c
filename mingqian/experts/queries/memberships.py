"""Memberships as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from mingqian.web.components import Tone

from ..models import Expert, ExpertStatus, MembershipStatus, PoolMembership
from ..models.membership import OPEN_STATUSES

ENDING_WITHIN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a member can be drawn, in words, with the tone of its pill."""

    tone: Tone
    words: str


def standing_of_membership(membership: PoolMembership, *, on: date) -> Standing:
    """The derived state of one membership on a day: the one place where these words are chosen."""
    person = ExpertStatus(membership.expert.status)
    status = MembershipStatus(membership.status)
    if person not in (ExpertStatus.ACTIVE, ExpertStatus.CANDIDATE):
        return Standing("red" if person == ExpertStatus.DISQUALIFIED else "gray", person.label)
    if status == MembershipStatus.SUSPENDED:
        return Standing("amber", "暂停抽取")
    if status != MembershipStatus.ACTIVE:
        return Standing("red" if status == MembershipStatus.DISQUALIFIED else "gray", status.label)
    if on < membership.term_from:
        return Standing("blue", "聘期未到")
    if on > membership.term_to:
        return Standing("gray", "聘期已满")
    return Standing("green", "在库·可抽取")


def listed_memberships(user) -> QuerySet[PoolMembership]:
    """What the list of experts shows: every membership but those that a renewal has followed."""
    return (
        PoolMembership.objects.visible_to(user)
        .exclude(status=MembershipStatus.EXPIRED)
        .select_related("expert", "expert__unit", "committee")
        .prefetch_related("specialty_links__specialty")
    )


def memberships_of(expert: Expert, user) -> list[PoolMembership]:
    """Every term of an expert that the user may see, the latest first."""
    return list(
        expert.memberships.visible_to(user)
        .select_related("committee", "office", "expert")
        .prefetch_related("specialty_links__specialty")
        .order_by("-term_from", "-id")
    )


def ending(memberships: QuerySet[PoolMembership], *, on: date) -> QuerySet[PoolMembership]:
    """Active terms that end within sixty days from a day."""
    return memberships.filter(
        status=MembershipStatus.ACTIVE, term_to__gte=on, term_to__lte=on + ENDING_WITHIN
    )


def over(memberships: QuerySet[PoolMembership], *, on: date) -> QuerySet[PoolMembership]:
    """Open terms whose last day has passed."""
    return memberships.filter(Q(status__in=OPEN_STATUSES), term_to__lt=on)
