"""Planned rows become experts and memberships, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import batched

from django.utils import timezone

from mingqian.committees.models import Committee, Unit

from ...models import Expert, MembershipSpecialty, MembershipStatus, PoolMembership
from ...pinyin import initials_of, pinyin_of
from ...register.compare import EXPERT_FIELDS, MEMBERSHIP_FIELDS, PlannedRow
from ...sealing import keep_id, keep_mobile, mobile_index
from ..numbers import expert_numbers

BATCH = 500
MOBILE_COLUMNS = ("mobile_sealed", "mobile_index", "mobile_masked")


def put_name(expert: Expert, name: str) -> None:
    """Set the name with the pinyin it is found by."""
    expert.name, expert.name_pinyin, expert.name_initials = name, pinyin_of(name), initials_of(name)


def put_facts(expert: Expert, values: dict[str, object], units: dict[str, Unit]) -> set[str]:
    """Carry judged values over to an expert, not saved here; which columns changed. Blank ones are left alone."""
    touched: set[str] = set()
    if "mobile" in values and expert.mobile_index != mobile_index(str(values["mobile"])):
        keep_mobile(expert, str(values["mobile"]))
        touched.update(MOBILE_COLUMNS)
    unit = units[str(values["uscc"])]
    if expert.unit_id != unit.pk:
        expert.unit = unit
        touched.add("unit")
    for key in EXPERT_FIELDS:
        if key in values and getattr(expert, key) != values[key]:
            setattr(expert, key, values[key])
            touched.add(key)
    return touched


def put_membership(
    membership: PoolMembership, values: dict[str, object], *, today: date, reason: str
) -> set[str]:
    """Carry judged values over to a membership, not saved here; which columns changed."""
    touched: set[str] = set()
    for key in ("term_from", "term_to", *MEMBERSHIP_FIELDS):
        if key in values and getattr(membership, key) != values[key]:
            setattr(membership, key, values[key])
            touched.add(key)
    if "status" in touched:
        membership.status_reason = reason
        ended = membership.status == MembershipStatus.LEFT
        membership.ended_on = (membership.ended_on or today) if ended else None
        touched.update(("status_reason", "ended_on"))
    return touched


class PoolWriter:
    """Gathers what rows ask for, then writes it with a number of queries that grows by the five hundred."""

    def __init__(self, committee: Committee, units: dict[str, Unit], *, at: datetime) -> None:
        self.committee = committee
        self.units = units
        self.at = at
        self.today = timezone.localdate(at)
        self.new_experts: list[Expert] = []
        self.changed_experts: list[Expert] = []
        self.expert_columns = {"version", "updated_at"}
        self.changed_memberships: list[PoolMembership] = []
        self.membership_columns: set[str] = set()
        self.new_memberships: list[tuple[PoolMembership, list[int]]] = []
        self.relinked: list[tuple[PoolMembership, list[int]]] = []

    def write(self, rows: Sequence[PlannedRow]) -> dict[int, Expert]:
        """Write rows to be added or changed; row number → expert. Call with the numbers locked, in a transaction."""
        strangers = sum(row.standing is None for row in rows)
        numbers = iter(expert_numbers(strangers, at=self.at))
        experts: dict[int, Expert] = {}
        for row in rows:
            if row.standing is None:
                experts[row.row.number] = self._new_expert(row, next(numbers))
            else:
                experts[row.row.number] = self._known_expert(row, row.standing.expert)
            self._plan_membership(row, experts[row.row.number])
        self._save()
        return experts

    def _new_expert(self, row: PlannedRow, number: str) -> Expert:
        expert = Expert(
            expert_no=number,
            id_type=row.row.record.text("id_type"),
            created_in_office_id=self.committee.office_id,
            created_at=self.at,
            updated_at=self.at,
        )
        put_name(expert, row.row.record.text("name"))
        keep_id(expert, row.row.record.text("id_number"))
        put_facts(expert, row.row.record.values, self.units)
        self.new_experts.append(expert)
        return expert

    def _known_expert(self, row: PlannedRow, expert: Expert) -> Expert:
        self.expert_columns |= put_facts(expert, row.row.record.values, self.units)
        # A changed membership counts too: one version guards the whole page of an expert.
        expert.version += 1
        expert.updated_at = self.at
        self.changed_experts.append(expert)
        return expert

    def _plan_membership(self, row: PlannedRow, expert: Expert) -> None:
        values, standing = row.row.record.values, row.standing
        specialties = values["specialties"]
        assert isinstance(specialties, list)
        old = standing.membership if standing is not None else None
        if row.deed == "change" and old is not None and standing is not None:
            if touched := put_membership(old, values, today=self.today, reason="名册导入"):
                self.membership_columns |= touched
                self.changed_memberships.append(old)
            if standing.specialties != specialties:
                self.relinked.append((old, specialties))
            return
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
            self.membership_columns |= {"status", "status_reason", "ended_on"}
            self.changed_memberships.append(old)
        put_membership(membership, values, today=self.today, reason="名册导入")
        self.new_memberships.append((membership, specialties))

    def _save(self) -> None:
        Expert.objects.bulk_create(self.new_experts, batch_size=BATCH)
        if self.changed_experts:
            Expert.objects.bulk_update(
                self.changed_experts, sorted(self.expert_columns), batch_size=BATCH
            )
        # Old terms end before new ones begin: one open membership at a time.
        if self.changed_memberships:
            PoolMembership.objects.bulk_update(
                self.changed_memberships, sorted(self.membership_columns), batch_size=BATCH
            )
        PoolMembership.objects.bulk_create(
            [membership for membership, _ in self.new_memberships], batch_size=BATCH
        )
        for some in batched(self.relinked, BATCH):
            stale = [membership for membership, _ in some]
            MembershipSpecialty.objects.filter(membership__in=stale).delete()
        MembershipSpecialty.objects.bulk_create(
            [
                MembershipSpecialty(membership=membership, specialty_id=key, order=order)
                for membership, keys in (*self.new_memberships, *self.relinked)
                for order, key in enumerate(keys, start=1)
            ],
            batch_size=1000,
        )
