"""Every check in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone

from mingqian.committees.models import CommitteeFiling
from mingqian.draws.models import Draw, DrawApplication, DrawAvoidance, DrawKind
from mingqian.draws.queries.grid import Grid, grid_of
from mingqian.draws.queries.pool import Survey, survey_of, with_verdict
from mingqian.draws.queries.series import series_now
from mingqian.draws.queries.verdict import verdict_of
from mingqian.rulebook.queries import RuleSet, rule_set
from mingqian.workflow.models import MatterStatus

from . import meeting, members, people, supplement
from .case import Case, Rival
from .finding import Finding, Findings

CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    meeting.check_filled,
    meeting.check_committee,
    meeting.check_filing,
    meeting.check_dates,
    meeting.check_same_meeting,
    supplement.check_series,
    supplement.check_gap,
    members.check_totals,
    people.check_multiples,
    people.check_feasible,
    members.check_odd,
    members.check_least,
    members.check_groups,
    members.check_alternates,
    members.check_unit_cap,
    members.check_designated,
    people.check_eligibility,
    people.check_avoidance,
    people.check_age,
    people.check_secrecy,
)


def read_case(
    application: DrawApplication,
    *,
    now: datetime | None = None,
    errors: Mapping[str, str] | None = None,
    survey: Survey | None = None,
    seats_up_to: int | None = None,
) -> Case:
    """Read everything the checks need. The rules are those of the meeting's day, or of today without one.

    `seats_up_to`: whether all seats can be filled at once is looked at in pools up to this size only (None:
    of any size); with a hundred thousand members it takes seconds, too long for a form that saves by itself.
    """
    now = now or timezone.now()
    rules = rules_for(application, now=now)
    survey = survey or survey_of(application, rules=rules)
    series = series_now(application)
    grid: Grid = grid_of(application, survey, rules, errors=errors)
    if survey.verdict is None and (seats_up_to is None or survey.in_pool <= seats_up_to):
        verdict = verdict_of(application, survey, grid, series)
        if verdict is not None:
            survey = with_verdict(survey, verdict)
    kinds = [avoidance.kind for avoidance in application.avoidances.all()]
    return Case(
        application=application,
        rules=rules,
        filing=_filing(application),
        survey=survey,
        grid=grid,
        designated=tuple(application.designated.select_related("expert")),
        avoided_units=kinds.count(DrawAvoidance.Kind.UNIT),
        avoided_experts=kinds.count(DrawAvoidance.Kind.EXPERT),
        errors=errors if errors is not None else dict.fromkeys(application.typed, "无法识别"),
        now=now,
        rivals=tuple(_rivals(application)),
        series=series,
    )


def _rivals(application: DrawApplication) -> Iterator[Rival]:
    """Those under way, drawn, submitted or approved; a supplement is meant to share its meeting."""
    starts_at, ends_at = application.starts_at, application.ends_at
    if application.kind != DrawKind.INITIAL or not (starts_at and ends_at):
        return
    others = DrawApplication.objects.filter(
        kind=DrawKind.INITIAL,
        committee=application.committee_id,
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
        matter__status__in=(MatterStatus.SUBMITTED, MatterStatus.APPROVED),
    ).exclude(pk=application.pk)
    for other in others.select_related("matter").prefetch_related(
        Prefetch("draws", Draw.objects.current(), to_attr="current_draws")
    ):
        draw = next(iter(other.current_draws), None)
        state = draw.get_status_display() if draw else other.matter.get_status_display()
        yield Rival(other.number, state, draw is not None)


def rules_for(application: DrawApplication, *, now: datetime | None = None) -> RuleSet:
    """The rules of the meeting's day, or of today while there is none."""
    day = timezone.localtime(application.starts_at or now or timezone.now()).date()
    committee = application.committee
    return rule_set(committee_code=committee.code if committee else None, on=day)


def _filing(application: DrawApplication) -> CommitteeFiling | None:
    """The filing that covers the meeting, or else the one that ends last."""
    if application.committee_id is None:
        return None
    filings = list(CommitteeFiling.objects.filter(committee_id=application.committee_id))
    if application.starts_at:
        day = timezone.localtime(application.starts_at).date()
        covering = [filing for filing in filings if filing.covers(day)]
        filings = covering or filings
    return max(filings, key=lambda filing: filing.valid_to, default=None)


def findings_of(
    application: DrawApplication,
    *,
    now: datetime | None = None,
    errors: Mapping[str, str] | None = None,
    case: Case | None = None,
) -> Findings:
    """Every finding on an application, all at once (R12)."""
    case = case or read_case(application, now=now, errors=errors)
    return Findings.of(finding for check in CHECKS for finding in check(case))
