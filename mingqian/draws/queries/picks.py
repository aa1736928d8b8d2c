"""What the pickers of the form show: avoided units and experts, designated members, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass

from mingqian.draws.models import DrawApplication, DrawAvoidance
from mingqian.experts.models import MembershipSpecialty

from .pool import Survey
from .pool_facts import IN_POOL


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen or found subject: its id, its name and what tells it from others."""

    id: int
    name: str
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}（{self.note}）" if self.note else self.name


def avoided_units(application: DrawApplication, survey: Survey) -> list[Pick]:
    """The avoided units with how many of the pool they employ."""
    employed: dict[int | None, int] = {}
    for member in survey.members:
        employed[member.unit_id] = employed.get(member.unit_id, 0) + 1
    rows = application.avoidances.filter(kind=DrawAvoidance.Kind.UNIT).select_related("unit")
    return [
        Pick(row.unit.pk, row.unit.name, f"{employed.get(row.unit_id, 0)} 人")
        for row in rows
        if row.unit is not None
    ]


def avoided_experts(application: DrawApplication) -> list[Pick]:
    """The avoided experts with their main specialty."""
    rows = application.avoidances.filter(kind=DrawAvoidance.Kind.EXPERT).select_related("expert")
    experts = [row.expert for row in rows if row.expert is not None]
    main = main_specialties(application, [expert.pk for expert in experts])
    return [Pick(each.pk, each.name, main.get(each.pk, each.expert_no)) for each in experts]


def main_specialties(application: DrawApplication, experts: list[int]) -> dict[int, str]:
    """expert id -> name of the main specialty in the committee's pool."""
    rows = MembershipSpecialty.objects.filter(
        membership__committee_id=application.committee_id or 0,
        membership__status__in=IN_POOL,
        membership__expert_id__in=experts,
        order=1,
    )
    return dict(rows.values_list("membership__expert_id", "specialty__name"))


def found_picks(rows: list[dict[str, object]]) -> list[Pick]:
    """What a picker's query answered, for pages without scripts."""
    return [Pick(int(str(row["value"])), str(row["text"]), str(row["note"])) for row in rows]


def avoided_people(survey: Survey) -> int:
    """How many of the pool the avoidance keeps out, whatever else does."""
    return sum(
        1 for codes in survey.codes_of.values() if "UNIT_AVOID" in codes or "EXPERT_AVOID" in codes
    )
