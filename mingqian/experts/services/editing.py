"""Changing one expert by hand: a newcomer, the person's facts, a membership."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Committee
from mingqian.committees.services import save_unit
from mingqian.web.sealed import mask_id, mask_mobile, mask_name

from ..models import Expert, MembershipSpecialty, PoolMembership
from ..register.columns import BY_KEY
from ..register.compare import EXPERT_FIELDS, shown_value
from ..register.units import UnitBook
from ..sealing import id_index, keep_id, mobile_index
from .importing.apply import UNIT_TYPES, bring_units
from .importing.dry_run import plan_import
from .importing.writer import PoolWriter, put_facts, put_membership, put_name
from .numbers import lock_numbers
from .typed import NotAccepted, judge_newcomer, judge_person, judge_term, plan_newcomer

Change = dict[str, str]
# Contact data is masked in the log: the log is kept for ever and shown to more people.
MASKED = {"phone": mask_mobile, "email": mask_id, "birth_date": mask_id}


class EditedMeanwhile(Exception):
    """Somebody saved a newer version; `expert` is it."""

    def __init__(self, expert: Expert) -> None:
        super().__init__(expert.expert_no)
        self.expert = expert


def admit_expert(committee: Committee, *, typed: Mapping[str, str], by: User) -> PoolMembership:
    """Enter one expert into a pool: somebody new, or somebody another pool knows. Raises NotAccepted."""
    check(by, "experts.edit_expert")
    if committee.office_id != by.office_id:
        raise PermissionDenied("experts.edit_expert")
    now = timezone.now()
    reading = judge_newcomer(typed, committee)
    with transaction.atomic():
        lock_numbers(now)
        planned = plan_newcomer(reading, committee)
        if planned.faults:
            raise NotAccepted(planned.faults)
        units = bring_units(plan_import(reading, committee), by)
        expert = PoolWriter(committee, units, at=now).write([planned])[planned.row.number]
        membership = PoolMembership.objects.open().get(expert=expert, committee=committee)
        record(
            "experts.admit_expert",
            on=expert,
            by=by,
            office_id=committee.office_id,
            details={"committee": committee.name},
        )
    return membership


def change_expert(
    expert: Expert, *, typed: Mapping[str, str], version: int, committee: Committee, by: User
) -> Expert:
    """Change a person's facts. Raises NotAccepted, EditedMeanwhile, PermissionDenied; nothing changed leaves no trace."""
    check(by, "experts.edit_expert")
    now = timezone.now()
    with transaction.atomic():
        expert = _locked(expert, version, by)
        values, units = judge_person(typed, expert, committee)
        changes = _person_changes(expert, values, units)
        if not changes:
            return expert
        for code, name in units.brought.items():
            units.by_code[code] = save_unit(
                name=name, uscc=code, by=by, unit_type=UNIT_TYPES.get(code[:2], "OTHER")
            )
        if "id_number" in values:
            expert.id_type = str(values["id_type"])
            keep_id(expert, str(values["id_number"]))
        put_name(expert, str(values["name"]))
        put_facts(expert, values, units.by_code)
        _save(expert, now)
        record(
            "experts.change_expert",
            on=expert,
            by=by,
            office_id=by.office_id,
            details={"changes": changes},
        )
    return expert


def change_membership(
    membership: PoolMembership, *, typed: Mapping[str, str], version: int, by: User
) -> PoolMembership:
    """Change specialties, group, term, duty or remarks. Raises as `change_expert`."""
    check(by, "experts.edit_expert")
    now = timezone.now()
    with transaction.atomic():
        expert = _locked(membership.expert, version, by)
        membership = PoolMembership.objects.visible_to(by).open().get(pk=membership.pk)
        values = judge_term(typed, membership.committee)
        before = _term_facts(membership)
        put_membership(membership, values, today=timezone.localdate(now), reason="")
        membership.save()
        specialties = values["specialties"]
        assert isinstance(specialties, list)
        relink(membership, specialties)
        after = _term_facts(membership)
        changes = [
            {"field": key, "label": label, "old": before[key][1], "new": text}
            for key, (label, text) in after.items()
            if before[key][1] != text
        ]
        if not changes:
            return membership
        _save(expert, now)
        record(
            "experts.change_membership",
            on=expert,
            by=by,
            office_id=membership.office_id,
            details={"committee": membership.committee.name, "changes": changes},
        )
    return membership


def relink(membership: PoolMembership, specialties: list[int]) -> None:
    """Set a membership's specialties in their order."""
    links = membership.specialty_links.order_by("order")
    if list(links.values_list("specialty_id", flat=True)) == specialties:
        return
    links.delete()
    MembershipSpecialty.objects.bulk_create(
        MembershipSpecialty(membership=membership, specialty_id=key, order=order)
        for order, key in enumerate(specialties, start=1)
    )


def _locked(expert: Expert, version: int, by: User) -> Expert:
    """The expert's row, locked, in the version that the page was made from."""
    current = (
        Expert.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=expert.pk).first()
    )
    if current is None:
        raise PermissionDenied("experts.edit_expert")
    if current.version != version:
        raise EditedMeanwhile(current)
    return current


def _save(expert: Expert, now: datetime) -> None:
    expert.version += 1
    expert.updated_at = now
    try:
        with transaction.atomic():
            expert.save()
    except IntegrityError:
        # The number was entered for somebody else since it was judged; judging again says so.
        raise EditedMeanwhile(expert) from None


def _person_changes(expert: Expert, values: dict[str, object], units: UnitBook) -> list[Change]:
    changes: list[Change] = []

    def note(key: str, old: str, new: str) -> None:
        changes.append(
            {
                "field": key,
                "label": BY_KEY[key].heading,
                "old": old or "（空）",
                "new": new or "（空）",
            }
        )

    if expert.name != values["name"]:
        note("name", mask_name(expert.name), mask_name(str(values["name"])))
    if "id_number" in values and expert.id_index != id_index(str(values["id_number"])):
        note("id_number", expert.id_masked, mask_id(str(values["id_number"])))
    elif "id_number" in values:
        # The same number typed again is no change.
        del values["id_number"]
    if "mobile" in values and expert.mobile_index != mobile_index(str(values["mobile"])):
        note("mobile", expert.mobile_masked, mask_mobile(str(values["mobile"])))
    old_unit = expert.unit
    if old_unit is None or old_unit.uscc != values["uscc"]:
        note("unit_name", old_unit.name if old_unit else "", _unit_name(values, units))
    for key in EXPERT_FIELDS:
        if key in values and getattr(expert, key) != values[key]:
            mask = MASKED.get(key, str)
            old, new = shown_value(key, getattr(expert, key)), shown_value(key, values[key])
            note(key, mask(old), mask(new))
    return changes


def _unit_name(values: dict[str, object], units: UnitBook) -> str:
    known = units.by_code.get(str(values["uscc"]))
    return known.name if known else str(values["unit_name"])


def _term_facts(membership: PoolMembership) -> dict[str, tuple[str, str]]:
    links = membership.specialty_links.select_related("specialty").order_by("order")
    return {
        "specialties": ("推荐专业", "、".join(link.specialty.name for link in links)),
        "group_name": ("学科组", membership.group_name or "（空）"),
        "term": ("聘期", f"{_day(membership.term_from)} 至 {_day(membership.term_to)}"),
        "duty": ("委员职务", membership.get_duty_display()),
        "note": ("备注", membership.note or "（空）"),
    }


def _day(day: date) -> str:
    return day.isoformat()
