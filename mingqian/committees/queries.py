"""Questions about committees."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, QuerySet

from .models import (
    Committee,
    CommitteeFiling,
    DisciplineGroup,
    GroupSpecialty,
    Series,
    Specialty,
    Unit,
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


def last_filing(committee: Committee) -> CommitteeFiling | None:
    """The filing that ends last, in force or not; None for a committee never filed."""
    return committee.filings.order_by("-valid_to", "-id").first()


def groups_of(committee: Committee, year: int) -> list[DisciplineGroup]:
    """The discipline groups of a committee in a year, in order, each with `.members` and their specialty."""
    members = GroupSpecialty.objects.select_related("specialty").order_by("specialty__code")
    return list(
        DisciplineGroup.objects.filter(committee=committee, year=year)
        .order_by("order", "id")
        .prefetch_related(Prefetch("members", queryset=members))
    )


def group_of_specialty(committee: Committee, year: int) -> dict[int, DisciplineGroup]:
    """Which group each specialty (by id) belongs to in a year."""
    members = GroupSpecialty.objects.filter(committee=committee, year=year).select_related("group")
    return {member.specialty_id: member.group for member in members}


def latest_group_year(committee: Committee, *, before: int) -> int | None:
    """The last year before a given one in which groups were set."""
    years = DisciplineGroup.objects.filter(committee=committee, year__lt=before)
    return years.order_by("-year").values_list("year", flat=True).first()


def specialties_of(committee: Committee) -> QuerySet[Specialty]:
    """The active specialties that a committee judges, by code."""
    return committee.specialties.filter(active=True).order_by("code")


def series_by_code() -> dict[str, Series]:
    """All title series by their two-digit code."""
    return {series.code: series for series in Series.objects.all()}


def unit_by_name(name: str) -> Unit | None:
    """The active unit of this name, or the one that used to bear it; None where there is none or several."""
    unit = Unit.objects.active().filter(name=name).first()
    if unit is not None:
        return unit
    former = [unit for unit in Unit.objects.active().exclude(aliases=[]) if name in unit.aliases]
    return former[0] if len(former) == 1 else None


def names_by_code() -> dict[str, str]:
    """The name of every active committee by its code."""
    return dict(Committee.objects.active().values_list("code", "name"))
