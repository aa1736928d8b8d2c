"""What differs between two submitted versions, told as a reviewer reads it: old, new, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mingqian.draws.models import SupplementReason

MODE_WORDS = {"BY_GROUP": "按学科组", "WHOLE_POOL": "不按学科组"}
REASON_WORDS = {str(value): str(label) for value, label in SupplementReason.choices}
DUTY_WORDS = {"CHAIR": "主任委员", "VICE_CHAIR": "副主任委员"}

PLAIN_FIELDS: tuple[tuple[str, str], ...] = (
    ("year", "年度"),
    ("committee", "评委会"),
    ("meeting_name", "评审会议名称"),
    ("starts_at", "开始时间"),
    ("ends_at", "结束时间"),
    ("place", "地点"),
    ("planned_draw_at", "计划抽取时间"),
    ("mode", "抽取方式"),
    ("primary_total", "正选合计"),
    ("alternate_total", "备选合计"),
    ("same_unit_cap", "同单位上限"),
    ("avoidance_ground", "回避事由"),
    ("handler_name", "经办人"),
    ("handler_phone", "联系电话"),
    ("observer_names", "监督人员"),
    ("remarks", "备注"),
    ("reason", "补充事由"),
    ("reason_text", "事由说明"),
)
LIST_FIELDS: tuple[tuple[str, str], ...] = (
    ("avoided_units", "回避单位"),
    ("avoided_experts", "回避专家"),
    ("designated", "指定委员"),
    ("attachments", "附件"),
)
SEAT_WORDS = {"primary": "正选", "alternate": "备选", "note": "说明"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `specialty` names the seat row, if it is one; `delta` only for numbers."""

    label: str
    old: str
    new: str
    delta: int | None = None
    specialty: str = ""
    field: str = ""

    @property
    def shrunk(self) -> int:
        """By how much a number fell."""
        return -(self.delta or 0)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference between two contents made by `snapshot`, seats first."""
    changes = [*_seat_changes(old, new)]
    seats_changed = bool(changes)
    for field, label in PLAIN_FIELDS:
        was, now = old.get(field), new.get(field)
        if was == now or (
            seats_changed and field.endswith("_total") and new.get("mode") == "BY_GROUP"
        ):
            continue
        changes.append(_change(label, was, now, field=field))
    for field, label in LIST_FIELDS:
        changes.extend(_list_changes(label, field, old.get(field) or [], new.get(field) or []))
    changes.extend(
        _reason_changes(old.get("warning_reasons") or {}, new.get("warning_reasons") or {})
    )
    return changes


def _seat_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Change]:
    before = {row["specialty"]: row for row in old.get("quotas") or []}
    after = {row["specialty"]: row for row in new.get("quotas") or []}
    order = {row["specialty"]: place for place, row in enumerate(new.get("quotas") or [])}
    for code in sorted({*before, *after}, key=lambda code: (order.get(code, len(order)), code)):
        row = after.get(code) or before[code]
        place = " · ".join(part for part in (row.get("group", ""), row["name"]) if part)
        for field, word in SEAT_WORDS.items():
            empty: int | str = "" if field == "note" else 0
            was = before.get(code, {}).get(field, empty)
            now = after.get(code, {}).get(field, empty)
            if was != now:
                yield _change(f"{place} · {word}", was, now, specialty=code, field=field)


def _list_changes(
    label: str, field: str, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterable[Change]:
    before, after = {_words(item) for item in old}, {_words(item) for item in new}
    for gone in sorted(before - after):
        yield Change(label, gone, "移除", field=field)
    for added in sorted(after - before):
        yield Change(label, "无", added, field=field)


def _reason_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[Change]:
    for key in sorted({*old, *new}):
        if old.get(key, "") != new.get(key, ""):
            yield Change(
                "提醒的说明",
                old.get(key) or "未填",
                new.get(key) or "未填",
                field="warning_reasons",
            )


def _change(label: str, was: Any, now: Any, *, specialty: str = "", field: str = "") -> Change:
    both_numbers = type(was) is int and type(now) is int
    return Change(
        label,
        plain(field, was),
        plain(field, now),
        now - was if both_numbers and field != "year" else None,
        specialty,
        field,
    )


def plain(field: str, value: Any) -> str:
    """A value of a snapshot in words."""
    if value is None or value == "":
        return "未填"
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if field == "mode":
        return MODE_WORDS.get(str(value), str(value))
    if field == "reason":
        return REASON_WORDS.get(str(value), str(value))
    if field.endswith("_at"):
        return str(value).replace("T", " ")[:16]
    return str(value)


def _words(item: Mapping[str, Any]) -> str:
    if "duty" in item:
        return f"{item['name']}（{DUTY_WORDS.get(item['duty'], item['duty'])}，{item.get('reason') or '未写理由'}）"
    return str(item.get("name") or item.get("filename") or "")
