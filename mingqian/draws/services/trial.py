"""试抽取: tried, counted, told in numbers; and the ways out that a trial offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

import fairdraw
from fairdraw import Diagnosis, diagnose
from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import DrawApplication, DrawStatus, TrialDraw
from mingqian.draws.queries.ceremony import current_draw
from mingqian.draws.queries.grid import Grid
from mingqian.draws.queries.pool import Assembled, assemble
from mingqian.draws.queries.rules import read_case
from mingqian.draws.queries.trial_summary import summarise
from mingqian.draws.queries.verdict import plan_problem
from mingqian.web.jobs import Progress
from mingqian.workflow.models import MatterStatus

from .editing import SavedMeanwhile
from .relaxing import FixRefused, relax
from .seats import change

CLOSED = (MatterStatus.CANCELLED, MatterStatus.REJECTED)


class TrialRefused(ValueError):
    """A trial that makes no sense now; the text says why and what to do."""


def run_trial(
    application: DrawApplication,
    *,
    key: str,
    by: User,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> TrialDraw:
    """Try the draw under the present rules and pool; counted, never usable as a result.

    The same `key` (one rendered form) is one trial. `progress` is told of each stage. Raises TrialRefused,
    PermissionDenied.
    """
    check(by, "draws.run_trial")
    if not DrawApplication.objects.visible_to(by).filter(pk=application.pk).exists():
        raise PermissionDenied("another office")
    made = application.trials.filter(key=key).first()
    if made is not None:
        return made
    _refuse_if_pointless(application)
    if progress is not None:
        progress.start(total=4, message="正在核对评委库")
    case = read_case(application, errors={}, seats_up_to=0)
    _reach(progress, "正在建立抽取名单")
    try:
        assembled = assemble(application, survey=case.survey, series=case.series)
        _reach(progress, "正在计算入选机会")
        diagnosis = diagnose(assembled.pool, assembled.plan)
    except fairdraw.FairdrawError as error:
        raise TrialRefused(plan_problem(error)) from error
    _reach(progress, "正在试抽并汇总")
    tried = _Tried(application, assembled, diagnosis, case.grid)
    try:
        return _count(tried, key=key, by=by, at=at or timezone.now())
    except IntegrityError:
        # The same form was posted twice at the same moment; the other post counted.
        return application.trials.get(key=key)


def _reach(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress.advance(message=message)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was tried; the sample depends on the trial's number alone."""

    application: DrawApplication
    assembled: Assembled
    diagnosis: Diagnosis
    grid: Grid

    def summary(self, number: int) -> dict[str, Any]:
        pool, plan, solution = self.assembled.pool, self.assembled.plan, self.diagnosis.solution
        result = fairdraw.trial(pool, plan, number, solution) if solution is not None else None
        return summarise(self.application, self.assembled, self.diagnosis, result, self.grid)


def _count(tried: _Tried, *, key: str, by: User, at: datetime) -> TrialDraw:
    """Number the trial and store it. The drawing comes before the lock, on the number that is next; where
    somebody else took it meanwhile, on the one after."""
    rows = DrawApplication.objects.filter(pk=tried.application.pk)
    while True:
        number = rows.values_list("trial_count", flat=True).get() + 1
        summary = tried.summary(number)
        with transaction.atomic():
            if rows.filter(trial_count=number - 1).update(trial_count=number):
                # The row is ours now: a freeze at the same moment came before, or will count this trial.
                _refuse_if_drawing(tried.application)
                return _store(tried, number, summary, key, by, at)


def _refuse_if_pointless(application: DrawApplication) -> None:
    if application.committee_id is None:
        raise TrialRefused("请先选择评委会，再试抽取。")
    if application.primary_total == 0:
        raise TrialRefused("还没有设置正选人数，请先填写席位再试抽取。")
    if application.matter.status in CLOSED or application.ended_at is not None:
        raise TrialRefused("申请已终止，不再试抽取。")
    _refuse_if_drawing(application)


def _refuse_if_drawing(application: DrawApplication) -> None:
    """From the freeze on, the number of trials stands in what the parties commit to."""
    draw = current_draw(application)
    if draw is not None:
        raise TrialRefused(
            "已正式抽取，不再试抽取。"
            if draw.status == DrawStatus.EXECUTED
            else "评委库已冻结，正式抽取正在进行，不再试抽取。"
        )


def _store(
    tried: _Tried, number: int, summary: dict[str, Any], key: str, by: User, at: datetime
) -> TrialDraw:
    matter, diagnosis = tried.application.matter, tried.diagnosis
    made = TrialDraw.objects.create(
        application=tried.application,
        number=number,
        # A draft is on its way to the next submission; what lies with the reviewer is the last one.
        matter_version=matter.version + int(matter.is_editable),
        at=at,
        by=by,
        feasible=diagnosis.feasible,
        summary=summary,
        key=key,
    )
    record(
        "draws.run_trial",
        on=matter,
        by=by,
        office_id=tried.application.office_id,
        details={"number": number, "feasible": diagnosis.feasible, "lacking": diagnosis.short},
        at=at,
    )
    return made


def apply_fixes(
    application: DrawApplication,
    *,
    trial: TrialDraw,
    positions: Sequence[int],
    by: User,
    at: datetime | None = None,
) -> DrawApplication:
    """Take ways out of a trial: the grid gets the new numbers, in one change.

    Raises SavedMeanwhile if the draft is no longer the one that was tried, FixRefused for a way out
    that is no change of the application.
    """
    fixes = trial.summary.get("fixes", [])
    if not all(0 <= position < len(fixes) for position in positions):
        raise FixRefused("请从列出的改法中选择。")
    deed = partial(relax, fixes=[fixes[position] for position in positions])
    edit = change(
        application,
        deed,
        by=by,
        action="draws.apply_fix",
        revision=trial.summary.get("revision"),
        at=at,
    )
    return edit.application


__all__ = ["FixRefused", "SavedMeanwhile", "TrialRefused", "apply_fixes", "run_trial"]
