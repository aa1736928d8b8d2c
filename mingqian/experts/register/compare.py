"""A judged row beside what stands in the database: add, change, leave alone, or one more fault."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from mingqian.committees.models import Committee, TitleGrade
from mingqian.web.sealed import mask_mobile

from ..models import (
    Degree,
    Education,
    ExpertStatus,
    Gender,
    MemberDuty,
    MembershipStatus,
    PoolMembership,
    RowVerdict,
)
from ..queries.standing import Standing
from ..sealing import mobile_index
from .columns import BY_KEY, Header
from .faults import Fault, FaultFinder
from .judge import JudgedRow

EXPERT_FIELDS = (
    "gender", "birth_date", "department", "post", "title_name", "title_level", "title_date", "title_cert_no",
    "field", "phone", "email", "education", "degree", "region_name",
)  # fmt: skip
MEMBERSHIP_FIELDS = ("group_name", "duty", "status", "note")
LABELS = {
    "gender": Gender, "title_level": TitleGrade, "education": Education, "degree": Degree,
    "duty": MemberDuty, "status": MembershipStatus,
}  # fmt: skip
HIDDEN = "（由其他办公室登记）"
BLANK = "（空）"
GONE = {ExpertStatus.DISQUALIFIED: "已被取消评审专家资格", ExpertStatus.DECEASED: "已登记为已故"}


@dataclass(slots=True)
class PlannedRow:
    """What one row will do. `deed` is admit (a new membership), renew (the same after an old one), change, or blank."""

    row: JudgedRow
    verdict: RowVerdict
    note: str = ""
    deed: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    standing: Standing | None = None

    def as_json(self) -> list[object]:
        """What the clerk sees of it, and nothing else: the matter of the digest."""
        faults = [fault.as_json() for fault in self.faults]
        return [self.row.number, str(self.verdict), self.note, self.changes, faults]


def digest_of(plan: Iterable[PlannedRow]) -> str:
    """SHA-256 of a dry run's rows in canonical form."""
    body = json.dumps([row.as_json() for row in plan], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


class Comparison:
    """Plans rows one after the other, against what was read beforehand."""

    def __init__(
        self, header: Header, committee: Committee, specialty_names: dict[int, str]
    ) -> None:
        self.header = header
        self.committee = committee
        self.specialty_names = specialty_names

    def plan(
        self, row: JudgedRow, standing: Standing | None, unit_faults: list[Fault]
    ) -> PlannedRow:
        """The verdict on one row."""
        finder = FaultFinder(self.header)
        finder.found = [*row.faults, *unit_faults]
        if standing is not None:
            self._judge_person(row, standing, finder)
        if finder.found:
            order = list(self.header.places)
            faults = sorted(
                finder.found, key=lambda fault: order.index(fault.key) if fault.key in order else 99
            )
            return PlannedRow(row, RowVerdict.BAD, faults=faults, standing=standing)
        if standing is None:
            return PlannedRow(row, RowVerdict.ADD, "新专家", "admit", self._first_facts(row))
        changes = self._expert_changes(row, standing)
        if standing.membership is None:
            return PlannedRow(
                row, RowVerdict.ADD, "已有专家，加入本评委库", "admit", [*self._first_facts(row), *changes],
                standing=standing,
            )  # fmt: skip
        return self._beside_membership(row, standing, changes)

    def _beside_membership(
        self, row: JudgedRow, standing: Standing, changes: list[dict[str, str]]
    ) -> PlannedRow:
        membership = standing.membership
        assert membership is not None
        start = row.record.values["term_from"]
        assert isinstance(start, date)
        if standing.is_open and start > membership.term_to:
            verdict, note, deed = RowVerdict.CHANGE, "续聘", "renew"
        elif not standing.is_open and start > membership.term_from:
            verdict, note, deed = RowVerdict.ADD, "重新入库", "admit"
        else:
            verdict, note, deed = RowVerdict.CHANGE, "", "change"
        changes = [*changes, *self._membership_changes(row, standing, membership)]
        if not changes:
            verdict, deed = RowVerdict.SAME, ""
        return PlannedRow(row, verdict, note, deed, changes, standing=standing)

    def _judge_person(self, row: JudgedRow, standing: Standing, finder: FaultFinder) -> None:
        values, expert, membership = row.record.values, standing.expert, standing.membership
        number = str(values.get("id_number", ""))
        if "name" in values and expert.name != values["name"] and not finder.blames("id_number"):
            whose = f"「{expert.name}」" if standing.seen_by_office else "另一位专家"
            finder.add(
                "id_of_another", "id_number", number, f"证件号码已登记在{whose}名下，与本行姓名不同",
                "请核对证件号码；确是同一人改名的，先在专家信息页修改姓名，再导入。",
            )  # fmt: skip
        if expert.status in GONE:
            finder.add(
                "gone",
                "name",
                expert.name,
                f"该专家{GONE[ExpertStatus(expert.status)]}",
                "请从名册中删去这一行。",
            )
        elif membership is not None and membership.status == MembershipStatus.DISQUALIFIED:
            finder.add(
                "gone",
                "name",
                expert.name,
                "该专家已被取消本评委会的评审专家资格",
                "请从名册中删去这一行。",
            )
        elif membership is not None and "term_to" in values:
            end = values["term_to"]
            assert isinstance(end, date)
            if end <= membership.term_from:
                finder.add(
                    "older_term", "term_to", end.isoformat(),
                    f"聘期早于库中已有的聘期（{membership.term_from} 至 {membership.term_to}）",
                    "这可能是往年的名册；请核对聘期，或从名册中删去这一行。",
                )  # fmt: skip

    def _expert_changes(self, row: JudgedRow, standing: Standing) -> list[dict[str, str]]:
        values, expert = row.record.values, standing.expert
        changes = []

        def note(key: str, old: str, new: str) -> None:
            shown = (old or BLANK) if standing.seen_by_office else HIDDEN
            changes.append(change(key, shown, new))

        if expert.unit is None or expert.unit.uscc != values["uscc"]:
            note("unit_name", expert.unit.name if expert.unit else "", row.record.text("unit_name"))
        if expert.mobile_index != mobile_index(row.record.text("mobile")):
            old, new = expert.mobile_masked, mask_mobile(row.record.text("mobile"))
            note("mobile", old, f"{new}（中间几位不同）" if old == new else new)
        for key in EXPERT_FIELDS:
            if key in values and getattr(expert, key) != values[key]:
                note(key, shown_value(key, getattr(expert, key)), shown_value(key, values[key]))
        return changes

    def _membership_changes(
        self, row: JudgedRow, standing: Standing, membership: PoolMembership
    ) -> list[dict[str, str]]:
        values = row.record.values
        changes = []
        if values["specialties"] != standing.specialties:
            old, new = self._names(standing.specialties), self._names(values["specialties"])
            changes.append(change("specialties", old or BLANK, new))
        old_term = f"{membership.term_from} 至 {membership.term_to}"
        new_term = f"{values['term_from']} 至 {values['term_to']}"
        if old_term != new_term:
            changes.append({"field": "term", "label": "聘期", "old": old_term, "new": new_term})
        for key in MEMBERSHIP_FIELDS:
            old_value = getattr(membership, key)
            if key in values and old_value != values[key]:
                old = shown_value(key, old_value) or BLANK
                changes.append(change(key, old, shown_value(key, values[key])))
        return changes

    def _first_facts(self, row: JudgedRow) -> list[dict[str, str]]:
        """What a clerk wants to see of somebody new."""
        values = row.record.values
        title = f"{values['title_name']}（{shown_value('title_level', values['title_level'])}）"
        term = f"{values['term_from']} 至 {values['term_to']}"
        facts = [
            change("unit_name", "", row.record.text("unit_name")),
            change("title_name", "", title),
            change("specialties", "", self._names(values["specialties"])),
            {"field": "term", "label": "聘期", "old": "", "new": term},
        ]
        status = values.get("status", MembershipStatus.ACTIVE)
        if status != MembershipStatus.ACTIVE:
            facts.append(change("status", "", shown_value("status", status)))
        return facts

    def _names(self, ids: object) -> str:
        assert isinstance(ids, list)
        return "、".join(self.specialty_names.get(key, "（已停用的专业）") for key in ids)


def change(key: str, old: str, new: str) -> dict[str, str]:
    """One line of a row's changes."""
    return {"field": key, "label": BY_KEY[key].heading, "old": old, "new": new}


def shown_value(key: str, value: object) -> str:
    """A stored value in words."""
    if value is None or value == "":
        return ""
    if key in LABELS:
        return str(LABELS[key](value).label)
    return value.isoformat() if isinstance(value, date) else str(value)
