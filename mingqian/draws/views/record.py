"""What a record of an application shows, read from its content: facts, seats by group, trials."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mingqian.accounts.models import User
from mingqian.draws.models import DrawApplication, TrialDraw
from mingqian.draws.queries.contents import content_of
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.queries.versions import DUTY_WORDS, MODE_WORDS, REASON_WORDS
from mingqian.workflow.queries import current_version


@dataclass(slots=True)
class SeatGroup:
    """One group's seats: rows of (specialty, primary, alternate, note, changed)."""

    name: str
    rows: list[tuple[str, int, int, str, bool]] = field(default_factory=list)

    @property
    def primary(self) -> int:
        return sum(row[1] for row in self.rows)

    @property
    def alternate(self) -> int:
        return sum(row[2] for row in self.rows)


def shown_content(application: DrawApplication, user: User) -> tuple[dict[str, Any], int]:
    """(content, version shown). The reviewing side sees what was submitted, never a draft under work; 0: live."""
    if user.office_id is None:
        version = current_version(application.matter)
        if version is not None:
            return version.content, version.number
    return content_of(application, rules=rules_for(application)), 0


def seat_groups(content: Mapping[str, Any], changed: Collection[str] = ()) -> list[SeatGroup]:
    """Seats by group, in the order of the content."""
    groups: list[SeatGroup] = []
    for row in content.get("quotas") or []:
        name = row.get("group") or (
            "各专业最低人数" if content.get("mode") == "WHOLE_POOL" else "未分组"
        )
        if not groups or groups[-1].name != name:
            groups.append(SeatGroup(name))
        groups[-1].rows.append(
            (
                row["name"],
                row["primary"],
                row["alternate"],
                row.get("note", ""),
                row["specialty"] in changed,
            )
        )
    return groups


def facts_of(content: Mapping[str, Any], *, filing: Any = None) -> list[tuple[str, str, str]]:
    """(label, words, width class) of everything but the seats."""
    committee = content.get("committee") or {}
    groups = {row["group"] for row in content.get("quotas") or [] if row["group"]}
    specialties = [row for row in content.get("quotas") or [] if row["primary"]]
    mode = MODE_WORDS.get(content.get("mode", ""), "")
    if content.get("mode") == "BY_GROUP":
        mode += f"（{len(groups)} 组 {len(specialties)} 个专业）"
    designated = "、".join(
        f"{each['name']}（{DUTY_WORDS.get(each['duty'], each['duty'])}：{each.get('reason') or '未写理由'}）"
        for each in content.get("designated") or []
    )
    meeting = " 至 ".join(
        part for part in (content.get("starts_at"), content.get("ends_at")) if part
    )
    rows = [
        *_supplement(content),
        ("评委会", committee.get("name"), "w2"),
        ("核准备案", f"{filing.filing_no}，至 {filing.valid_to}" if filing else "", ""),
        ("评审会议", content.get("meeting_name"), "w2"),
        ("年度", f"{content.get('year')} 年", ""),
        ("会议时间", meeting, "w2"),
        ("地点", content.get("place"), ""),
        ("组建单位", committee.get("convening_unit"), ""),
        ("抽取方式", mode, ""),
        ("计划抽取", content.get("planned_draw_at"), ""),
        ("正选 / 备选", f"{content.get('primary_total')} / {content.get('alternate_total')}", ""),
        ("同单位上限", f"{content.get('same_unit_cap')} 人", ""),
        ("监督人员", content.get("observer_names"), ""),
        ("回避单位", _names(content.get("avoided_units")), "w2"),
        ("回避专家", _names(content.get("avoided_experts")), ""),
        ("回避事由", content.get("avoidance_ground"), "w3"),
        ("指定委员", designated, "w3"),
        (
            "经办人",
            f"{content.get('handler_name', '')}　{content.get('handler_phone', '')}".strip(),
            "",
        ),
        ("备注", content.get("remarks"), "w2"),
    ]
    return [(label, str(words or "无"), width) for label, words, width in rows]


def _supplement(content: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """What only a supplement says."""
    if "parent" not in content:
        return []
    reason = REASON_WORDS.get(content["reason"], "")
    text = content.get("reason_text")
    return [
        ("首次抽取", content["parent"], ""),
        ("轮次", f"第 {content['round_no']} 轮", ""),
        ("补充事由", f"{reason}：{text}" if text else reason, ""),
    ]


def _names(rows: Any) -> str:
    return "、".join(str(row["name"]) for row in rows or [])


def trial_words(trial: TrialDraw) -> str:
    """可以抽取, or how many seats were missing."""
    return "可以抽取" if trial.feasible else f"缺 {trial.summary.get('lacking', 0)} 席"
