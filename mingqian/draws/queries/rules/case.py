"""What the checks look at: one application with its seats, its pool as judged, and the rules of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from mingqian.committees.models import CommitteeFiling
from mingqian.draws.models import DesignatedMember, DrawApplication
from mingqian.draws.queries.grid import Grid
from mingqian.draws.queries.pool import Survey
from mingqian.rulebook.queries import Rule, RuleSet

from .finding import Finding, Fix, Level

LEVEL_OF = {"BLOCK": Level.BLOCK, "WARN": Level.WARN, "INFO": Level.INFO}


@dataclass(frozen=True, slots=True)
class Rival:
    """Another initial application of the committee whose meeting lies at the same time."""

    number: str
    state: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that `check` functions read; they ask the database nothing more."""

    application: DrawApplication
    rules: RuleSet
    filing: CommitteeFiling | None
    survey: Survey
    grid: Grid
    designated: tuple[DesignatedMember, ...]
    avoided_units: int
    avoided_experts: int
    errors: Mapping[str, str]
    now: datetime
    rivals: tuple[Rival, ...] = ()

    @property
    def meeting_on(self) -> date | None:
        starts_at = self.application.starts_at
        return timezone.localtime(starts_at).date() if starts_at else None

    @property
    def members(self) -> int:
        """Primaries and designated members together: what R4 to R6 count."""
        return self.grid.primaries + len(self.designated)

    def finding(
        self,
        rule: str | Rule,
        title: str,
        text: str = "",
        *,
        key: str = "",
        ok: bool = False,
        level: Level | None = None,
        anchor: str = "",
        section: int = 0,
        fixes: tuple[Fix, ...] = (),
        specialty: str = "",
    ) -> Finding:
        """A finding under a rule of the rule book: as grave as the rule is enforced, or kept (`ok`)."""
        row = self.rules[rule] if isinstance(rule, str) else rule
        key = key or row.key
        return Finding(
            key=key,
            level=Level.OK if ok else level or LEVEL_OF[str(row.enforcement)],
            title=title,
            text=text,
            citation=row.citation,
            anchor=anchor,
            section=section,
            fixes=fixes,
            specialty=specialty,
            reason=str(self.application.warning_reasons.get(key, "")),
        )
