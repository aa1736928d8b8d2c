"""Units and the offices that run committees."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction

from mingqian.audit import services as audit

from ..models import CommitteeOffice, Status, Unit, UnitType
from .judging import NotAccepted, check, judged_credit_code, named, save_once


def save_unit(
    *,
    name: str,
    uscc: str,
    by,
    unit_type: str = UnitType.OTHER,
    parent: Unit | None = None,
    region_code: str = "",
    aliases: Iterable[str] = (),
) -> Unit:
    """Add a unit, or bring the one with this credit code up to date; nothing changed leaves no trace.

    A new name turns the old one into an alias. Raises NotAccepted (name, uscc, region_code).
    """
    name, uscc = named(name), judged_credit_code(uscc)
    if region_code and not re.fullmatch(r"\d{6}", region_code):
        raise NotAccepted("region_code", "行政区划代码应为 6 位数字。")
    with transaction.atomic():
        unit = Unit.objects.select_for_update().filter(uscc=uscc).first()
        is_new = unit is None
        if unit is None:
            unit = Unit(uscc=uscc, name=name)
        before = {} if is_new else _unit_facts(unit)
        former = [*unit.aliases, *aliases]
        if unit.name != name:
            former.append(unit.name)
        unit.name = name
        unit.aliases = [alias for alias in dict.fromkeys(former) if alias != name]
        unit.unit_type = (
            UnitType(unit_type).value if is_new or unit_type != UnitType.OTHER else unit.unit_type
        )
        unit.parent = parent or unit.parent
        unit.region_code = region_code or unit.region_code
        if not is_new and _unit_facts(unit) == before:
            return unit
        save_once(unit, "name", "已有同名的在用单位，请核对统一社会信用代码。")
        audit.record(
            "committees.add_unit" if is_new else "committees.change_unit",
            on=unit,
            by=by,
            details={"before": before, "after": _unit_facts(unit)},
        )
    return unit


def _unit_facts(unit: Unit) -> dict[str, object]:
    return {
        "name": unit.name,
        "unit_type": str(unit.unit_type),
        "parent": unit.parent_id,
        "region_code": unit.region_code,
        "aliases": list(unit.aliases),
    }


def close_unit(unit: Unit, *, by) -> Unit:
    """Take a unit out of use; its name becomes free for another. Raises PermissionDenied."""
    check(by, "committees.manage_committee")
    with transaction.atomic():
        if Unit.objects.filter(pk=unit.pk, status=Status.ACTIVE).update(status=Status.CLOSED):
            audit.record("committees.close_unit", on=unit, by=by)
    unit.refresh_from_db()
    return unit


def create_office(
    *,
    name: str,
    unit: Unit,
    contact_name: str,
    contact_mobile: str,
    address: str,
    by,
    head: str = "",
    contact_phone: str = "",
    fax: str = "",
    email: str = "",
    postcode: str = "",
    office_hours: str = "",
) -> CommitteeOffice:
    """Set up a committee office. Raises PermissionDenied and NotAccepted."""
    check(by, "committees.manage_committee")
    if not re.fullmatch(r"1\d{10}", contact_mobile):
        raise NotAccepted("contact_mobile", "手机应为 11 位数字，以 1 开头。")
    if postcode and not re.fullmatch(r"\d{6}", postcode):
        raise NotAccepted("postcode", "邮编应为 6 位数字。")
    if not contact_name.strip() or not address.strip():
        raise NotAccepted("contact_name" if not contact_name.strip() else "address", "必填。")
    with transaction.atomic():
        office = CommitteeOffice(
            name=named(name),
            unit=unit,
            head=head,
            contact_name=contact_name.strip(),
            contact_mobile=contact_mobile,
            contact_phone=contact_phone,
            fax=fax,
            email=email,
            address=address.strip(),
            postcode=postcode,
            office_hours=office_hours,
        )
        save_once(office, "name", "已有同名的日常工作部门。")
        audit.record(
            "committees.create_office",
            on=office,
            by=by,
            office_id=office.pk,
            details={"unit": unit.name},
        )
    return office
