"""The dry run: read, judge, compare, and write down what would happen, row by row. Nothing in the pool changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from mingqian.committees.models import Committee, TitleGrade
from mingqian.committees.queries import specialties_of
from mingqian.rulebook.queries import rule

from ...models import ImportRow, PoolImport, RowVerdict
from ...queries.standing import (
    Standing,
    active_units_by_name,
    open_members_but,
    standing_of,
    units_by_code,
)
from ...register.columns import Header, HeaderNotFound, find_header
from ...register.compare import Comparison, PlannedRow, digest_of
from ...register.judge import Expectations, Judge, JudgedRow
from ...register.sheet import UnreadableWorkbook, read_sheets
from ...register.units import UnitBook
from ...sealing import id_index
from .content import content_of

REPORT_EVERY = 200


class Watch(Protocol):
    """Somebody who wants to know how far the work is, and may raise to stop it."""

    def begin(self, rows: int) -> None:
        """The register has so many rows; each will be passed twice, once judged and once compared."""

    def passed(self, rows: int) -> None:
        """So many rows more."""


class Nobody:
    """Nobody watches."""

    def begin(self, rows: int) -> None:
        pass

    def passed(self, rows: int) -> None:
        pass


UNWATCHED = Nobody()


@dataclass(slots=True)
class Reading:
    """A workbook read and judged by itself: its header and its rows."""

    header: Header
    rows: list[JudgedRow]


@dataclass(slots=True)
class Plan:
    """What an import would do now."""

    header: Header
    rows: list[PlannedRow]
    new_units: dict[str, str] = field(default_factory=dict)
    not_listed: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each verdict, all four named."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict.value: counted[verdict] for verdict in RowVerdict}

    @property
    def digest(self) -> str:
        return digest_of(self.rows)


def expectations_for(committee: Committee, *, on: date) -> Expectations:
    """What this committee asks of a row today."""
    term = rule("expert_term_max_years", committee_code=committee.code, on=on)
    return Expectations(
        specialties={specialty.name: specialty.pk for specialty in specialties_of(committee)},
        minimum_level=committee.minimum_level,
        minimum_level_name=TitleGrade(committee.minimum_level).label,
        term_years=term.whole,
        term_citation=term.citation,
        on=on,
    )


def read_register(
    content: bytes, expectations: Expectations, *, watch: Watch = UNWATCHED
) -> Reading:
    """Parse and judge. Raises UnreadableWorkbook and HeaderNotFound, both with words for the clerk."""
    header = find_header(read_sheets(content))
    judge = Judge(header, expectations)
    rows = []
    data = header.data_rows()
    watch.begin(len(data))
    for batch in batched(data, REPORT_EVERY):
        rows += [judge.judge(number, cells) for number, cells in batch]
        watch.passed(len(batch))
    if not rows:
        raise HeaderNotFound("表头下面没有数据行。请确认名册已填写，再上传。")
    return Reading(header, rows)


def plan_import(reading: Reading, committee: Committee, *, watch: Watch = UNWATCHED) -> Plan:
    """Compare judged rows with the pool as it stands. The number of queries grows by the five hundred rows."""
    keys = [_identity(row) for row in reading.rows]
    standings = standing_of([key for key in keys if key is not None], committee)
    texts = [row.record.values for row in reading.rows]
    units = UnitBook(
        units_by_code(str(values["uscc"]) for values in texts if "uscc" in values),
        active_units_by_name(str(values["unit_name"]) for values in texts if "unit_name" in values),
    )
    names = dict(committee.specialties.values_list("pk", "name"))
    comparison = Comparison(reading.header, committee, names)
    planned = []
    listed = set()
    for batch in batched(zip(reading.rows, keys, strict=True), REPORT_EVERY):
        for row, key in batch:
            standing: Standing | None = standings.get(key) if key else None
            if standing is not None:
                listed.add(standing.expert.pk)
            planned.append(comparison.plan(row, standing, units.judge(row, reading.header)))
        watch.passed(len(batch))
    good = {row.row.record.values.get("uscc") for row in planned if row.verdict != RowVerdict.BAD}
    new_units = {code: name for code, name in units.brought.items() if code in good}
    return Plan(reading.header, planned, new_units, open_members_but(committee, listed))


def _identity(row: JudgedRow) -> tuple[str, str] | None:
    values = row.record.values
    if "id_number" not in values:
        return None
    return row.record.text("id_type"), id_index(row.record.text("id_number"))


def check_import(pool_import: PoolImport, *, watch: Watch = UNWATCHED) -> PoolImport:
    """Run the dry run and keep its outcome. A workbook that cannot be read ends as REFUSED, with the reason."""
    committee = pool_import.committee
    try:
        reading = read_register(
            content_of(pool_import),
            expectations_for(committee, on=timezone.localdate()),
            watch=watch,
        )
    except (UnreadableWorkbook, HeaderNotFound) as refusal:
        pool_import.stage = PoolImport.Stage.REFUSED
        pool_import.refusal = str(refusal)[:500]
        pool_import.content_sealed = None
        pool_import.save(update_fields=["stage", "refusal", "content_sealed"])
        return pool_import
    plan = plan_import(reading, committee, watch=watch)
    with transaction.atomic():
        keep_plan(pool_import, plan)
    return pool_import


def keep_plan(pool_import: PoolImport, plan: Plan, *, rechecked: bool = False) -> None:
    """Write a dry run down in place of the one before, unless it was dropped or imported meanwhile.

    Call inside a transaction.
    """
    stage = PoolImport.Stage
    current = PoolImport.objects.select_for_update().get(pk=pool_import.pk)
    if current.stage in (stage.DROPPED, stage.IMPORTED):
        pool_import.stage = current.stage
        return
    pool_import.rows.all().delete()
    ImportRow.objects.bulk_create(
        [import_row(pool_import, row) for row in plan.rows], batch_size=1000
    )
    pool_import.summary = {
        "counts": plan.counts,
        "rows": len(plan.rows),
        "sheet": plan.header.sheet.name,
        "header_row": plan.header.row + 1,
        "ignored": plan.header.ignored[:50],
        "new_units": len(plan.new_units),
        "not_listed": plan.not_listed,
        "rechecked": rechecked,
    }
    pool_import.outcome_digest = plan.digest
    pool_import.checked_at = timezone.now()
    pool_import.stage = stage.CHECKED
    pool_import.refusal = ""
    pool_import.save(update_fields=["summary", "outcome_digest", "checked_at", "stage", "refusal"])


def import_row(pool_import: PoolImport, row: PlannedRow) -> ImportRow:
    """The stored form of one planned row."""
    return ImportRow(
        pool_import=pool_import,
        office_id=pool_import.office_id,
        number=row.row.number,
        verdict=row.verdict,
        name=row.row.name[:100],
        id_masked=row.row.id_masked[:30],
        note=row.note,
        changes=row.changes,
        faults=[fault.as_json() for fault in row.faults],
        expert=row.standing.expert if row.standing and row.standing.seen_by_office else None,
    )


def rows_of(plan: Plan, *verdicts: RowVerdict) -> Sequence[PlannedRow]:
    """The planned rows of some verdicts, in order."""
    return [row for row in plan.rows if row.verdict in verdicts]
