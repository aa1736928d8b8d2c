"""Whether all seats of an application can be filled at once: the short answer for forms and submissions."""

from __future__ import annotations

from typing import Any

import fairdraw
from fairdraw import Diagnosis, diagnose
from fairdraw.diagnosis.relaxation import Relaxation
from mingqian.draws.models import DrawApplication
from mingqian.draws.words import conflict_words

from .grid import Grid
from .pool import Snag, Survey, Verdict, assemble
from .series import SeriesNow

UNUSABLE = {
    "NO_SEATS": "还没有设置正选人数。",
    "NO_STRATA": "还没有设置正选人数。",
    "TOO_MANY_SEATS": "席位总数过大，请检查正选与备选人数。",
    "DESIGNATED_OVER_CAP": "指定或已在席的委员中，同一单位的人数超过同单位上限，请调整指定委员或同单位上限。",
    "ALTERNATES_UNDECIDED": "席位太多，未能确认每一种抽取结果之后备选都能抽满。请减少备选人数，或增加可抽专家。",
}


def plan_problem(error: fairdraw.FairdrawError) -> str:
    """Why the engine cannot take the plan, in words."""
    return UNUSABLE.get(error.code, "席位设置不能用于抽取，请检查人数与同单位上限。")


def verdict_of(
    application: DrawApplication, survey: Survey, grid: Grid, series: SeriesNow | None = None
) -> Verdict | None:
    """Feasible or not and why; None where there is nothing to judge yet."""
    if application.committee_id is None or grid.primaries == 0:
        return None
    try:
        assembled = assemble(application, survey=survey, series=series)
        diagnosis = diagnose(assembled.pool, assembled.plan)
    except fairdraw.FairdrawError as error:
        if error.code in ("NO_SEATS", "NO_STRATA"):
            return None
        return Verdict(False, 0, plan_problem(error))
    if diagnosis.feasible:
        return Verdict(True)
    snags = tuple(_snag(number, diagnosis, grid) for number in range(len(diagnosis.conflicts)))
    why = "".join(snag.words for snag in snags[:3])
    return Verdict(False, diagnosis.short, why, snags)


def _snag(number: int, diagnosis: Diagnosis, grid: Grid) -> Snag:
    conflict = diagnosis.conflicts[number]
    names = [row.name for row in (grid.row(code) for code in conflict.strata) if row]
    words = conflict_words(
        names or ["全库"],
        conflict.kind,
        conflict.need,
        conflict.short,
        len(conflict.caps),
        len(conflict.quotas),
        conflict.smallest,
    )
    ways = tuple(
        way_of(change, grid) for change in diagnosis.relaxations if number in change.solves
    )
    return Snag(conflict.strata, conflict.short, words, ways)


def way_of(change: Relaxation, grid: Grid) -> dict[str, Any]:
    """A way out as plain data, without an employer's pseudonym."""
    group = change.params.get("group")
    return {
        "code": change.code,
        "params": {key: value for key, value in change.params.items() if key != "employer"},
        "group_name": next((each.name for each in grid.groups if str(each.id) == group), ""),
    }
