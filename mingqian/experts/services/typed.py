"""What was typed into a form, judged by the same rules as the cells of a register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.utils import timezone

from mingqian.committees.models import Committee

from ..idnumber import BadIdNumber, read_id_number
from ..models import Expert, Gender, IdType
from ..queries.standing import active_units_by_name, standing_of, units_by_code
from ..register.cleaning import code_of, has_control_characters
from ..register.columns import BY_KEY, Header
from ..register.compare import Comparison, PlannedRow
from ..register.faults import Fault, FaultFinder
from ..register.identity import ID_TYPES, judge_contact, judge_identity
from ..register.judge import Judge, JudgedRow, Record
from ..register.sheet import Cell, Sheet
from ..register.standing import judge_membership, judge_title, judge_unit
from ..register.units import UnitBook
from ..sealing import id_index
from .importing.dry_run import Reading, expectations_for

PERSON_KEYS = (
    "name", "id_type", "id_number", "gender", "birth_date", "mobile", "unit_name", "uscc", "department", "post",
    "title_name", "title_level", "title_date", "title_cert_no", "field", "education", "degree", "phone", "email",
    "region_name",
)  # fmt: skip
MEMBERSHIP_KEYS = ("specialties", "group_name", "term_from", "term_to", "duty", "note")
# What an empty field of a form clears; an empty cell of a register leaves it alone.
CLEARED_PERSON = ("department", "post", "title_cert_no", "degree", "phone", "email")
CLEARED_MEMBERSHIP = ("group_name", "note")


class NotAccepted(ValueError):
    """Fields that cannot be stored, every one of them at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("；".join(fault.reason for fault in faults))
        self.faults = list(faults)


def typed_header(keys: Sequence[str]) -> Header:
    """A header for judging fields instead of cells."""
    places = {key: place for place, key in enumerate(keys)}
    return Header(Sheet("", []), 0, places, {key: BY_KEY[key].heading for key in keys})


def with_gender(typed: Mapping[str, str]) -> dict[str, Cell]:
    """The typed values; a resident's gender is read from the number where it was not asked for."""
    raw: dict[str, Cell] = dict(typed)
    id_type = ID_TYPES.get(str(raw.get("id_type") or "身份证"))
    if not raw.get("gender") and id_type is IdType.RESIDENT:
        with suppress(BadIdNumber):
            facts = read_id_number(code_of(raw.get("id_number")), on=timezone.localdate())
            raw["gender"] = str((Gender.MALE if facts.male else Gender.FEMALE).label)
    return raw


def judge_newcomer(typed: Mapping[str, str], committee: Committee) -> Reading:
    """A form for somebody new, as if it were a register of one row."""
    keys = (*PERSON_KEYS, *MEMBERSHIP_KEYS)
    raw = with_gender(typed)
    header = typed_header(keys)
    judge = Judge(header, expectations_for(committee, on=timezone.localdate()))
    row = judge.judge(1, [raw.get(key) for key in keys])
    if "id_number" not in row.record.values:
        # Without a number, a missing gender is no fault of its own.
        row.faults = [fault for fault in row.faults if fault.key != "gender"]
    return Reading(header, [row])


def plan_newcomer(reading: Reading, committee: Committee) -> PlannedRow:
    """What entering them would do; every fault at once."""
    row = reading.rows[0]
    values = row.record.values
    standing = None
    if "id_number" in values:
        key = (row.record.text("id_type"), id_index(row.record.text("id_number")))
        standing = standing_of([key], committee).get(key)
    names = dict(committee.specialties.values_list("pk", "name"))
    units = _unit_book(values)
    planned = Comparison(reading.header, committee, names).plan(
        row, standing, units.judge(row, reading.header)
    )
    if not planned.faults and standing is not None and standing.is_open:
        finder = FaultFinder(reading.header)
        finder.add(
            "already_in_pool", "id_number", row.record.text("id_number"),
            f"该专家已在本评委库中（{standing.expert.expert_no}）", "请在专家列表中打开其页面修改。",
        )  # fmt: skip
        planned.faults = finder.found
    return planned


def _unit_book(values: Mapping[str, object]) -> UnitBook:
    return UnitBook(
        units_by_code([str(values["uscc"])] if "uscc" in values else []),
        active_units_by_name([str(values["unit_name"])] if "unit_name" in values else []),
    )


def judge_person(
    typed: Mapping[str, str], expert: Expert, committee: Committee
) -> tuple[dict[str, object], UnitBook]:
    """The fields of a known person. A blank identity number or mobile means: as it is. Raises NotAccepted."""
    raw = with_gender(typed)
    header = typed_header(PERSON_KEYS)
    finder = FaultFinder(header)
    record = Record(0)
    expectations = expectations_for(committee, on=timezone.localdate())
    _refuse_control_characters(raw, finder)
    judge_identity(raw, record.values, finder, on=expectations.on)
    judge_contact(raw, record.values, finder)
    judge_unit(raw, record.values, finder)
    judge_title(raw, record.values, finder, expectations)
    kept = {key for key in ("id_number", "mobile") if not code_of(raw.get(key))}
    if "id_number" not in record.values and expert.id_type == IdType.RESIDENT:
        # Gender and birth date come from the number; where it is kept or wrong, they are not asked for.
        kept |= {"gender", "birth_date"}
    faults = [fault for fault in finder.found if fault.key not in kept or fault.value]
    units = _unit_book(record.values)
    faults += units.judge(JudgedRow(0, "", "", record, faults, []), header)
    faults += _number_of_another(record, expert, header)
    if faults:
        raise NotAccepted(faults)
    for key in CLEARED_PERSON:
        record.values.setdefault(key, "")
    return record.values, units


def _number_of_another(record: Record, expert: Expert, header: Header) -> list[Fault]:
    if "id_number" not in record.values:
        return []
    number = record.text("id_number")
    taken = Expert.objects.filter(id_type=record.text("id_type"), id_index=id_index(number))
    if not taken.exclude(pk=expert.pk).exists():
        return []
    finder = FaultFinder(header)
    finder.add(
        "id_of_another",
        "id_number",
        number,
        "证件号码已登记在另一位专家名下",
        "请对照证件原件核对。",
    )
    return finder.found


def judge_term(typed: Mapping[str, str], committee: Committee) -> dict[str, object]:
    """The fields of a membership. Raises NotAccepted."""
    raw: dict[str, Cell] = dict(typed)
    finder = FaultFinder(typed_header(MEMBERSHIP_KEYS))
    values: dict[str, object] = {}
    _refuse_control_characters(raw, finder)
    judge_membership(raw, values, finder, expectations_for(committee, on=timezone.localdate()))
    if finder.found:
        raise NotAccepted(finder.found)
    for key in CLEARED_MEMBERSHIP:
        values.setdefault(key, "")
    return values


def _refuse_control_characters(raw: dict[str, Cell], finder: FaultFinder) -> None:
    for key in finder.header.places:
        cell = raw.get(key)
        if isinstance(cell, str) and has_control_characters(cell):
            finder.add(
                "control_characters",
                key,
                cell,
                "含有看不见的控制字符",
                "请清空这一栏，重新输入内容。",
            )
            raw[key] = None
