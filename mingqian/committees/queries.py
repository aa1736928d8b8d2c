"""Questions about committees."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from .models import (
    Committee,
    CommitteeFiling,
    Specialty,
)


def committees_with_valid_filing(user, on: date) -> QuerySet[Committee]:
    """Active committees that a user may work with and whose filing covers a day."""
    return (
        Committee.objects.visible_to(user)
        .active()
        .with_valid_filing(on)
        .select_related("series", "office")
    )


def filing_on(committee: Committee, on: date) -> CommitteeFiling | None:
    """The filing that covers a day; of several, the one that lasts longest."""
    return (
        committee.filings.filter(valid_from__lte=on, valid_to__gte=on)
        .order_by("-valid_to", "-id")
        .first()
    )


def specialties_of(committee: Committee) -> QuerySet[Specialty]:
    """The active specialties that a committee judges, by code."""
    return committee.specialties.filter(active=True).order_by("code")


def names_by_code() -> dict[str, str]:
    """The name of every active committee by its code."""
    return dict(Committee.objects.active().values_list("code", "name"))
