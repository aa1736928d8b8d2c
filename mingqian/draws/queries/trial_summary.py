"""The outcome of one trial as plain data: numbers, shortfalls, ways out, and a masked sample. No names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import fairdraw
from fairdraw import Diagnosis
from fairdraw.diagnosis.relaxation import Relaxation
from mingqian.draws.models import DrawApplication
from mingqian.experts.models import Expert
from mingqian.web.sealed import mask_name

from .chances import chances_of
from .grid import Grid, GridRow
from .pool import Assembled, Survey
from .verdict import way_of

SAMPLE_SIZE = 10
WHOLE = fairdraw.OPEN_STRATUM


def summarise(
    application: DrawApplication,
    assembled: Assembled,
    diagnosis: Diagnosis,
    result: fairdraw.Result | None,
    grid: Grid,
) -> dict[str, Any]:
    """Everything that the page of a trial shows. A row's chance is a float, rounded to six places."""
    survey = assembled.survey
    lacking = diagnosis.short
    return {
        "revision": application.revision,
        "on": survey.on.isoformat(),
        "mode": application.mode,
        "in_pool": survey.in_pool,
        "eligible": survey.eligible,
        "primary": grid.primaries,
        "alternate": grid.alternates,
        "feasible": diagnosis.feasible,
        "lacking": lacking,
        "cap": assembled.plan.employer_cap,
        "removed": dict(survey.removed),
        "rows": [_row(row, diagnosis, survey) for row in grid.rows],
        "chances": _chances(assembled, diagnosis, grid),
        "gaps": [
            _gap(number, diagnosis, grid, assembled) for number in range(len(diagnosis.conflicts))
        ],
        "fixes": [_fix(change, grid) for change in diagnosis.relaxations],
        "remedy": list(diagnosis.remedy),
        "sample": _sample(assembled, result, grid) if result else [],
    }


def _row(row: GridRow, diagnosis: Diagnosis, survey: Survey) -> dict[str, Any]:
    mine = [each for each in diagnosis.shortages if each.stratum == row.code]
    short = sum(each.short for each in mine)
    # People enough, and yet seats stay empty: caps per employer are in the way, or other rules.
    capped = row.count.eligible >= row.need and any(
        diagnosis.conflicts[each.conflict].caps for each in mine
    )
    return {
        "code": row.code,
        "name": row.name,
        "group": row.group_name if row.group_id else "",
        "in_pool": row.count.in_pool,
        "eligible": row.count.eligible,
        "removed": dict(row.count.removed),
        "primary": row.primary,
        "alternate": row.alternate,
        "short": short,
        "capped": capped,
        "chance": _mean(diagnosis.solution, row.code),
    }


def _mean(solution: fairdraw.Solution | None, stratum: str) -> float | None:
    if solution is None:
        return None
    for chances in solution.summary:
        if chances.stratum == stratum and chances.primary:
            return round(float(chances.mean), 6)
    return None


def _chances(assembled: Assembled, diagnosis: Diagnosis, grid: Grid) -> dict[str, Any] | None:
    """Everybody's chance; people above one half or without one by the key of the expert, never by name."""
    if diagnosis.solution is None:
        return None
    names = {row.code: row.name for row in grid.rows} | {WHOLE: "全库"}
    return chances_of(
        diagnosis.solution,
        names,
        eligible=assembled.survey.eligible,
        key_of=assembled.expert_of.__getitem__,
    )


def _gap(number: int, diagnosis: Diagnosis, grid: Grid, assembled: Assembled) -> dict[str, Any]:
    conflict = diagnosis.conflicts[number]
    rows = [row for row in (grid.row(code) for code in conflict.strata) if row is not None]
    removed: Counter[str] = Counter()
    for row in rows:
        removed.update(row.count.removed)
    single = rows[0] if len(rows) == 1 else None
    eligible = sum(row.count.eligible for row in rows) if rows else assembled.eligible
    caps = [
        {
            "unit": _unit_name(cap.employer, assembled),
            "group": _group_name(cap.group, grid),
            "room": cap.room,
            "people": _employed(cap.employer, conflict.strata, assembled),
        }
        for cap in conflict.caps[:4]
    ]
    return {
        "kind": conflict.kind,
        "names": [row.name for row in rows] or ["全库"],
        "codes": list(conflict.strata),
        "in_pool": sum(row.count.in_pool for row in rows) if rows else assembled.in_pool,
        "eligible": eligible,
        "need": single.need if single else conflict.need,
        "seats": [[row.primary, row.alternate] for row in rows],
        "conflict_need": conflict.need,
        "short": conflict.short,
        "removed": dict(removed),
        "caps": caps,
    }


def _unit_name(employer: str, assembled: Assembled) -> str:
    return assembled.employer_of.get(employer, "")


def _employed(employer: str, strata: Iterable[str], assembled: Assembled) -> int:
    wanted = set(strata)
    return sum(
        1
        for person in assembled.pool.eligible
        if person.employer == employer and (WHOLE in wanted or wanted.intersection(person.strata))
    )


def _group_name(group: str | None, grid: Grid) -> str:
    return next((each.name for each in grid.groups if str(each.id) == group), "") if group else ""


def _fix(change: Relaxation, grid: Grid) -> dict[str, Any]:
    return way_of(change, grid) | {
        "cost": change.cost,
        "solves": list(change.solves),
        "complete": change.complete,
    }


def _sample(assembled: Assembled, result: fairdraw.Result, grid: Grid) -> list[dict[str, str]]:
    """A few seats spread over the whole result, the people masked."""
    seats = [("正选", seat) for seat in result.panel] + [
        ("备选", seat) for seat in result.alternates
    ]
    step = max(1, -(-len(seats) // SAMPLE_SIZE))
    shown = seats[::step][:SAMPLE_SIZE]
    experts = Expert.objects.select_related("unit").in_bulk(
        [assembled.expert_of[seat.id] for _, seat in shown]
    )
    main = {m.expert_id: m.specialties[0] for m in assembled.survey.members if m.specialties}
    sample = []
    for kind, seat in shown:
        expert = experts[assembled.expert_of[seat.id]]
        # A seat of the whole pool has no specialty of its own: the person's main one is told.
        row = grid.row(seat.stratum) or grid.row(main.get(expert.pk, ""))
        sample.append(
            {
                "kind": kind,
                "name": mask_name(expert.name),
                "unit": mask_unit(expert.unit.name if expert.unit else ""),
                "specialty": row.name if row else "全库",
                "group": row.group_name if row and row.group_id else "",
                "title": expert.title_name,
            }
        )
    return sample


def mask_unit(name: str) -> str:
    """南江省第三建筑工程有限公司 -> 南江省***公司: the beginning and the end of a name."""
    if len(name) <= 4:
        return name[:1] + "***"
    return f"{name[:3]}***{name[-2:]}"
