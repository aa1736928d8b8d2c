"""What the checks look at: one application with its seats, its pool as judged, and the rules of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from mingqian.committees.models import CommitteeFiling
from mingqian.draws.models import DesignatedMember, DrawApplication, DrawKind
from mingqian.draws.queries.grid import Grid
from mingqian.draws.queries.pool import Survey
from mingqian.draws.queries.series import SeriesNow
from mingqian.draws.queries.working_days import working_days_before
from mingqian.rulebook.queries import Rule, RuleSet

from .finding import Finding, Fix, Level


def lead_rule(application: DrawApplication) -> str:
    """A supplement may be drawn later than a first draw: it has a rule of its own."""
    if application.kind == DrawKind.SUPPLEMENTARY:
        return "supplement_lead_days_min"
    return "draw_lead_days_min"


def to_come(series: SeriesNow | None, primaries: int) -> int:
    """Seats by lot on the roster to come."""
    return series.drawn_to_come(primaries) if series else primaries


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
    series: SeriesNow | None = None

    @property
    def is_supplement(self) -> bool:
        return self.application.kind == DrawKind.SUPPLEMENTARY

    @property
    def seated(self) -> int:
        """Who sits already in the series of a supplement; nobody before a first draw."""
        return self.series.seated if self.series else 0

    @property
    def drawn_to_come(self) -> int:
        """Seats by lot that caps count: those asked for, and with a supplement those of the roster to come."""
        return to_come(self.series, self.grid.primaries)

    @property
    def lead_rule(self) -> str:
        """The rule on how many working days before the meeting lots are drawn at the latest."""
        return lead_rule(self.application)

    @property
    def too_late_at(self) -> datetime | None:
        """When nothing can be drawn any more: the meeting's start, or its end for somebody who stays away."""
        application = self.application
        return application.ends_at if self.is_supplement else application.starts_at

    def days_ahead(self, at: datetime, meeting_on: date) -> int:
        """Working days from a moment to the meeting; a supplement during the meeting counts as on its day."""
        days = working_days_before(timezone.localtime(at).date(), meeting_on)
        return max(days, 0) if self.is_supplement else days

    @property
    def meeting_on(self) -> date | None:
        starts_at = self.application.starts_at
        return timezone.localtime(starts_at).date() if starts_at else None

    @property
    def members(self) -> int:
        """Who sits, primaries and designated members together: what R4 to R6 count."""
        return self.seated + self.grid.primaries + len(self.designated)

    @property
    def members_figure(self) -> str:
        """正选 24＋指定 1＝25 人; a supplement begins with who sits."""
        seated = f"在席 {self.seated}＋" if self.is_supplement else ""
        asked = f"{'补充' if self.is_supplement else '正选'} {self.grid.primaries}"
        return f"{seated}{asked}＋指定 {len(self.designated)}＝{self.members} 人"

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
