"""The seat grid: each specialty of the committee with its group, its pool and its seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mingqian.committees.models import DisciplineGroup
from mingqian.draws.models import DrawApplication, SeatQuota
from mingqian.draws.words import ordinal
from mingqian.rulebook.queries import RuleSet

from .pool import NO_COUNT, Count, Survey
from .seats import derived_alternates

UNGROUPED = "未分组"


@dataclass(slots=True)
class GridRow:
    """One specialty. In a whole-pool draw `primary` is the least number of that specialty."""

    specialty_id: int
    code: str
    name: str
    group_id: int | None
    group_name: str
    primary: int
    alternate: int
    alternate_typed: bool
    note: str
    count: Count
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    findings: list[Any] = field(default_factory=list)

    @property
    def primary_bad(self) -> bool:
        return f"primary-{self.code}" in self.errors

    @property
    def alternate_bad(self) -> bool:
        return f"alternate-{self.code}" in self.errors

    @property
    def need(self) -> int:
        return self.primary + self.alternate

    @property
    def lacking(self) -> int:
        return max(0, self.need - self.count.eligible)

    @property
    def multiple(self) -> Fraction | None:
        """Eligible people for each primary seat; None where no seat is asked for."""
        return Fraction(self.count.eligible, self.primary) if self.primary else None

    @property
    def primary_text(self) -> str:
        return self.typed.get(f"primary-{self.code}", str(self.primary))

    @property
    def alternate_text(self) -> str:
        return self.typed.get(f"alternate-{self.code}", str(self.alternate))

    @property
    def note_text(self) -> str:
        return self.typed.get(f"note-{self.code}", self.note)

    @property
    def has_faults(self) -> bool:
        return bool(self.findings or self.field_errors)

    @property
    def field_errors(self) -> list[tuple[str, str]]:
        """(field name, message) of the cells of this row that could not be read."""
        names = (f"primary-{self.code}", f"alternate-{self.code}", f"note-{self.code}")
        return [(name, self.errors[name]) for name in names if name in self.errors]


@dataclass(slots=True)
class GridGroup:
    """A discipline group with its rows; sums over the group."""

    id: int | None
    name: str
    place: int
    rows: list[GridRow]
    eligible: int
    in_pool: int
    before: int | None = None

    @property
    def ordinal(self) -> str:
        return ordinal(self.place)

    @property
    def span(self) -> int:
        """Table rows of the group: a specialty with something wrong has a second row that says what."""
        return sum(2 if row.has_faults else 1 for row in self.rows)

    @property
    def primary(self) -> int:
        return sum(row.primary for row in self.rows)

    @property
    def alternate(self) -> int:
        return sum(row.alternate for row in self.rows)

    @property
    def multiple(self) -> Fraction | None:
        return Fraction(self.eligible, self.primary) if self.primary else None


@dataclass(slots=True)
class Grid:
    """All rows. `primaries` and `alternates` are the totals of the draw in either mode."""

    rows: list[GridRow]
    groups: list[GridGroup]
    primaries: int
    alternates: int
    in_pool: int
    eligible: int
    by_group: bool
    ratio: Fraction
    least_alternates: int
    warn: Fraction
    block: Fraction

    @property
    def seats(self) -> int:
        return self.primaries + self.alternates

    @property
    def multiple(self) -> Fraction | None:
        return Fraction(self.eligible, self.primaries) if self.primaries else None

    @property
    def has_hand_typed(self) -> bool:
        return any(row.alternate_typed and row.alternate for row in self.rows)

    @property
    def least_sum(self) -> int:
        return sum(row.primary for row in self.rows)

    def row(self, code: str) -> GridRow | None:
        return next((row for row in self.rows if row.code == code), None)


def grid_of(
    application: DrawApplication,
    survey: Survey,
    rules: RuleSet,
    *,
    errors: Mapping[str, str] | None = None,
) -> Grid:
    """The grid of an application as stored, three queries."""
    committee = application.committee
    specialties = list(committee.specialties.active().order_by("code")) if committee else []
    quotas = {quota.specialty_id: quota for quota in application.quotas.all()}
    groups = list(
        DisciplineGroup.objects.filter(committee=committee, year=application.year)
        .order_by("order", "id")
        .prefetch_related("members")
        if committee
        else []
    )
    group_of = {member.specialty_id: group for group in groups for member in group.members.all()}
    errors = errors or {}
    rows = [
        _row(
            specialty,
            group_of.get(specialty.pk),
            quotas.get(specialty.pk),
            survey,
            application,
            errors,
        )
        for specialty in specialties
    ]
    order = {group.pk: place for place, group in enumerate(groups)}
    rows.sort(key=lambda row: (order.get(row.group_id or 0, len(order)), row.code))
    grouped = _grouped(rows, survey)
    primaries = (
        sum(row.primary for row in rows) if application.by_group else application.primary_total
    )
    alternates = (
        sum(row.alternate for row in rows) if application.by_group else application.alternate_total
    )
    return Grid(
        rows=rows,
        groups=grouped,
        primaries=primaries,
        alternates=alternates,
        in_pool=survey.in_pool,
        eligible=survey.eligible,
        by_group=application.by_group,
        ratio=rules["alternate_ratio"].exact,
        least_alternates=rules["alternate_min_per_specialty"].whole,
        warn=rules["pool_min_multiple_warn"].exact,
        block=rules["pool_min_multiple_block"].exact,
    )


def _row(specialty, group, quota: SeatQuota | None, survey: Survey, application, errors) -> GridRow:
    return GridRow(
        specialty_id=specialty.pk,
        code=specialty.code,
        name=specialty.name,
        group_id=group.pk if group else None,
        group_name=group.name if group else UNGROUPED if application.by_group else "全部专业",
        primary=quota.primary if quota else 0,
        alternate=quota.alternate if quota and application.by_group else 0,
        alternate_typed=quota.alternate_typed if quota else False,
        note=quota.note if quota else "",
        count=survey.counts.get(specialty.code, NO_COUNT),
        typed=application.typed,
        errors=errors,
    )


def _grouped(rows: list[GridRow], survey: Survey) -> list[GridGroup]:
    groups: list[GridGroup] = []
    for row in rows:
        if not groups or groups[-1].id != row.group_id:
            groups.append(GridGroup(row.group_id, row.group_name, len(groups) + 1, [], 0, 0))
        groups[-1].rows.append(row)
    for group in groups:
        group.in_pool, group.eligible = survey.people_in({row.code for row in group.rows})
    return groups


def alternates_for(primary: int, rules: RuleSet) -> int:
    """Derived alternates under the rule book: the ratio, and the least number per specialty."""
    return derived_alternates(
        primary,
        rules["alternate_ratio"].exact,
        least=rules["alternate_min_per_specialty"].whole,
    )
