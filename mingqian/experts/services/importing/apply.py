"""The import itself: the good rows of a dry run, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import batched

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Committee, Unit, UnitType
from mingqian.committees.services import NotAccepted, save_unit

from ...models import Expert, ImportRow, PoolImport, RowVerdict
from ...queries.standing import units_by_code
from ...register.compare import PlannedRow
from ..numbers import lock_numbers
from .content import content_of
from .dry_run import (
    Plan,
    Reading,
    expectations_for,
    import_row,
    keep_plan,
    plan_import,
    read_register,
    rows_of,
)
from .writer import PoolWriter

BATCH = 500
# What the first two characters of a credit code say about a unit (GB 32100).
UNIT_TYPES = {"11": UnitType.ORGAN, "12": UnitType.INSTITUTION, "92": UnitType.SELF_EMPLOYED}
UNIT_TYPES |= {"51": UnitType.SOCIAL, "52": UnitType.SOCIAL, "53": UnitType.SOCIAL}


class PoolChanged(Exception):
    """The pool is no longer as the dry run saw it; a new dry run has taken its place."""

    told = "检查之后评委库有了变动，已按现在的情况重新检查，请核对后再导入。"


def import_pool(pool_import: PoolImport, *, by: User) -> PoolImport:
    """Import the good rows in one transaction, with one audit entry.

    The dry run is repeated inside the transaction. If its outcome is another than the clerk saw, nothing is imported,
    the new dry run is kept for him to look at, and PoolChanged is raised. Also raises PermissionDenied, ContentGone.
    """
    check(by, "experts.import_pool")
    committee = pool_import.committee
    if committee.office_id != by.office_id:
        raise PermissionDenied("experts.import_pool")
    expectations = expectations_for(committee, on=timezone.localdate())
    reading = read_register(content_of(pool_import), expectations)
    try:
        changed = _import_if_unchanged(pool_import, reading, committee, by)
    except (IntegrityError, NotAccepted):
        # Somebody entered the same person or unit in between, past our lock: look again.
        changed = plan_import(reading, committee)
    if changed is not None:
        with transaction.atomic():
            keep_plan(pool_import, changed, rechecked=True)
        raise PoolChanged
    pool_import.refresh_from_db()
    return pool_import


def _import_if_unchanged(
    pool_import: PoolImport, reading: Reading, committee: Committee, by: User
) -> Plan | None:
    """None when imported; the new plan when the old one no longer holds."""
    now = timezone.now()
    with transaction.atomic():
        # One lock for all imports and all new experts, taken first: two offices may hand in the same person.
        lock_numbers(now)
        plan = plan_import(reading, committee)
        if plan.digest != pool_import.outcome_digest:
            return plan
        taken = PoolImport.objects.filter(
            pk=pool_import.pk, stage__in=[PoolImport.Stage.CHECKED, PoolImport.Stage.IMPORTING]
        ).update(stage=PoolImport.Stage.IMPORTED, imported_at=now, imported_by=by)
        if not taken:
            # Imported by a request that was faster: done already, once.
            return None
        units = bring_units(plan, by)
        rows = rows_of(plan, RowVerdict.ADD, RowVerdict.CHANGE)
        experts = PoolWriter(committee, units, at=now).write(rows)
        _note_rows(pool_import, rows, experts, now)
        record(
            "experts.import_pool",
            on=pool_import,
            by=by,
            office_id=committee.office_id,
            details={
                "committee": committee.name,
                "filename": pool_import.filename,
                "sha256": pool_import.sha256,
                "rows_digest": plan.digest,
                "counts": plan.counts,
                "new_units": len(plan.new_units),
            },
        )
    return None


def _note_rows(
    pool_import: PoolImport, rows: Sequence[PlannedRow], experts: dict[int, Expert], at: datetime
) -> None:
    """Write down at each row whom it concerned and when: an expert's history reads from here."""
    for some in batched(rows, BATCH):
        pool_import.rows.filter(number__in=[row.row.number for row in some]).delete()
    done = []
    for row in rows:
        stored = import_row(pool_import, row)
        stored.expert, stored.applied_at = experts[row.row.number], at
        done.append(stored)
    ImportRow.objects.bulk_create(done, batch_size=1000)


def bring_units(plan: Plan, by: User) -> dict[str, Unit]:
    """Every unit that the good rows name, by credit code; those not on record yet are entered."""
    for code, name in plan.new_units.items():
        save_unit(name=name, uscc=code, by=by, unit_type=UNIT_TYPES.get(code[:2], UnitType.OTHER))
    good = rows_of(plan, RowVerdict.ADD, RowVerdict.CHANGE)
    return units_by_code(row.row.record.text("uscc") for row in good)
