"""The import itself: the good rows of a dry run, all of them or none."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Committee, Unit, UnitType
from mingqian.committees.services import NotAccepted, save_unit

from ...models import (
    Expert,
    ImportRow,
    MembershipSpecialty,
    MembershipStatus,
    PoolImport,
    PoolMembership,
    RowVerdict,
)
from ...pinyin import initials_of, pinyin_of
from ...queries.standing import units_by_code
from ...register.compare import EXPERT_FIELDS, MEMBERSHIP_FIELDS, PlannedRow
from ...sealing import keep_id, keep_mobile, mobile_index
from ..numbers import expert_numbers, lock_numbers
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
        units = _bring_units(plan, by)
        _Importer(pool_import, committee, units, by, now).run(plan)
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


def _bring_units(plan: Plan, by: User) -> dict[str, Unit]:
    for code, name in plan.new_units.items():
        save_unit(name=name, uscc=code, by=by, unit_type=UNIT_TYPES.get(code[:2], UnitType.OTHER))
    good = rows_of(plan, RowVerdict.ADD, RowVerdict.CHANGE)
    return units_by_code(row.row.record.text("uscc") for row in good)


class _Importer:
    """Gathers what the rows ask for and writes it in bulk."""

    def __init__(
        self,
        pool_import: PoolImport,
        committee: Committee,
        units: dict[str, Unit],
        by: User,
        now: Any,
    ) -> None:
        self.pool_import = pool_import
        self.committee = committee
        self.units = units
        self.by = by
        self.now = now
        self.today: date = timezone.localdate(now)
        self.changed_experts: list[Expert] = []
        self.changed_memberships: list[PoolMembership] = []
        self.new_memberships: list[tuple[PoolMembership, list[int]]] = []
        self.relinked: list[tuple[PoolMembership, list[int]]] = []

    def run(self, plan: Plan) -> None:
        """Write everything; call inside the transaction."""
        rows = rows_of(plan, RowVerdict.ADD, RowVerdict.CHANGE)
        experts = self._experts(rows)
        for row in rows:
            self._membership(row, experts[row.row.number])
        self._write()
        numbers = [row.row.number for row in rows]
        for start in range(0, len(numbers), BATCH):
            self.pool_import.rows.filter(number__in=numbers[start : start + BATCH]).delete()
        done = []
        for row in rows:
            stored = import_row(self.pool_import, row)
            stored.expert, stored.applied_at = experts[row.row.number], self.now
            done.append(stored)
        ImportRow.objects.bulk_create(done, batch_size=1000)

    def _experts(self, rows: list[PlannedRow] | Any) -> dict[int, Expert]:
        """Row number → expert, the new ones created."""
        strangers = [row for row in rows if row.standing is None]
        numbers = iter(expert_numbers(len(strangers), at=self.now))
        experts: dict[int, Expert] = {}
        created = []
        for row in rows:
            if row.standing is None:
                expert = Expert(
                    expert_no=next(numbers), created_in_office_id=self.committee.office_id,
                    created_at=self.now, updated_at=self.now,
                )  # fmt: skip
                self._fill(expert, row, is_new=True)
                created.append(expert)
            else:
                expert = row.standing.expert
                if self._fill(expert, row, is_new=False):
                    expert.version += 1
                    expert.updated_at = self.now
                    self.changed_experts.append(expert)
            experts[row.row.number] = expert
        Expert.objects.bulk_create(created, batch_size=BATCH)
        return experts

    def _fill(self, expert: Expert, row: PlannedRow, *, is_new: bool) -> bool:
        """Carry a row's values over; true if any differed."""
        values, text = row.row.record.values, row.row.record.text
        changed = is_new
        if is_new:
            expert.name = text("name")
            expert.name_pinyin, expert.name_initials = (
                pinyin_of(expert.name),
                initials_of(expert.name),
            )
            expert.id_type = text("id_type")
            keep_id(expert, text("id_number"))
        if is_new or expert.mobile_index != mobile_index(text("mobile")):
            keep_mobile(expert, text("mobile"))
            changed = True
        unit = self.units[text("uscc")]
        if expert.unit_id != unit.pk:
            expert.unit = unit
            changed = True
        for key in EXPERT_FIELDS:
            if key in values and getattr(expert, key) != values[key]:
                setattr(expert, key, values[key])
                changed = True
        return changed

    def _membership(self, row: PlannedRow, expert: Expert) -> None:
        values = row.row.record.values
        specialties = values["specialties"]
        assert isinstance(specialties, list)
        if (
            row.deed == "change"
            and row.standing is not None
            and row.standing.membership is not None
        ):
            membership = row.standing.membership
            if self._fill_membership(membership, values):
                self.changed_memberships.append(membership)
            if row.standing.specialties != specialties:
                self.relinked.append((membership, specialties))
            return
        old = row.standing.membership if row.standing is not None else None
        membership = PoolMembership(
            expert=expert,
            committee=self.committee,
            office_id=self.committee.office_id,
            admitted_on=self.today,
        )
        if old is not None:
            # What the register leaves blank goes on as it was.
            membership.group_name, membership.duty, membership.note = (
                old.group_name,
                old.duty,
                old.note,
            )
        if row.deed == "renew" and old is not None:
            old.status, old.status_reason, old.ended_on = (
                MembershipStatus.EXPIRED,
                "续聘",
                self.today,
            )
            self.changed_memberships.append(old)
        self._fill_membership(membership, values)
        self.new_memberships.append((membership, specialties))

    def _fill_membership(self, membership: PoolMembership, values: dict[str, object]) -> bool:
        changed = False
        for key in ("term_from", "term_to", *MEMBERSHIP_FIELDS):
            if key in values and getattr(membership, key) != values[key]:
                setattr(membership, key, values[key])
                changed = True
                if key == "status":
                    membership.status_reason = "名册导入"
        if membership.status == MembershipStatus.LEFT:
            membership.ended_on = membership.ended_on or self.today
        else:
            membership.ended_on = None
        return changed

    def _write(self) -> None:
        Expert.objects.bulk_update(
            self.changed_experts,
            [
                *EXPERT_FIELDS,
                "unit",
                "mobile_sealed",
                "mobile_index",
                "mobile_masked",
                "version",
                "updated_at",
            ],
            batch_size=BATCH,
        )
        # Old terms end before new ones begin: one open membership at a time.
        PoolMembership.objects.bulk_update(
            self.changed_memberships,
            ["term_from", "term_to", *MEMBERSHIP_FIELDS, "status_reason", "ended_on"],
            batch_size=BATCH,
        )
        PoolMembership.objects.bulk_create(
            [membership for membership, _ in self.new_memberships], batch_size=BATCH
        )
        for start in range(0, len(self.relinked), BATCH):
            stale = [membership for membership, _ in self.relinked[start : start + BATCH]]
            MembershipSpecialty.objects.filter(membership__in=stale).delete()
        MembershipSpecialty.objects.bulk_create(
            [
                MembershipSpecialty(membership=membership, specialty_id=key, order=order)
                for membership, keys in (*self.new_memberships, *self.relinked)
                for order, key in enumerate(keys, start=1)
            ],
            batch_size=1000,
        )
