"""The page of one trial, built from its summary alone: numbers in, words and pictures out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mingqian.draws.models import DrawApplication, TrialDraw
from mingqian.draws.queries.rules.people import deed_of
from mingqian.draws.queries.trial_summary import WHOLE
from mingqian.draws.words import FAMILIES, exclusion, fix_by, fix_words, ordinal
from mingqian.experts.models import Expert
from mingqian.web.components import FunnelStage

from .chance_page import Chances, Person, picture_chances

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Removal:
    """What one family of rules removed: words, number, the codes in it, the citation."""

    tone: str
    label: str
    number: int
    words: str
    citation: str


def removals(removed: Mapping[str, int]) -> list[Removal]:
    """Families with anybody in them, in the order of the colours."""
    found = []
    for family in FAMILIES:
        inside = [
            (code, number)
            for code, number in removed.items()
            if exclusion(code).family == family.key
        ]
        number = sum(count for _, count in inside)
        if number:
            words = "、".join(
                f"{exclusion(code).label} {count}"
                for code, count in sorted(inside, key=lambda item: -item[1])
            )
            found.append(Removal(family.tone, family.label, number, words, family.citation))
    return found


def bar_parts(removed: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(tone, label, number) for a bar."""
    return [(each.tone, each.label, each.number) for each in removals(removed)]


def result_groups(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the result table by group."""
    groups: list[dict[str, Any]] = []
    whole = summary["mode"] == "WHOLE_POOL"
    for row in summary["rows"]:
        name = row["group"] or ("评委库" if whole else "未分组")
        if not groups or groups[-1]["name"] != name:
            groups.append({"name": name, "ordinal": ordinal(len(groups) + 1), "rows": []})
        need = row["primary"] + row["alternate"]
        left = row["eligible"] - need
        short = max(row["short"], -left)
        if short > 0:
            enough = "备选难保" if row["eligible"] >= need else "人数不足"
            state, tone, word = "bad", "red", "同单位受限" if row["capped"] else enough
        elif need and left == 0:
            state, tone, word = "tight", "amber", "刚好"
        elif need:
            state, tone, word = "", "green", "满足"
        else:
            state, tone, word = "", "gray", "不设席位" if not whole else "未设最低"
        groups[-1]["rows"].append(
            row
            | {
                "need": need,
                "left": f"缺 {short}" if short > 0 else f"余 {left}",
                "left_class": "lacking" if short > 0 else "none" if need and left == 0 else "",
                "state": state,
                "tone": tone,
                "word": word,
                "parts": bar_parts(row["removed"]),
            }
        )
    return groups


def chances(summary: Mapping[str, Any], *, named: bool) -> Chances | None:
    """The picture of everybody's chance; people at its ends by name for those who may see names."""
    data = summary.get("chances")
    keys = [key for run in data["extremes"] for key in run["people"]] if data else []
    names: dict[int, str] = {}
    if named and keys:
        names = dict(Expert.objects.filter(pk__in=keys).values_list("pk", "name"))
    return picture_chances(data, lambda key: Person("", names.get(key, "一名专家")))


def gaps(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is short, lettered, as an equation and a sentence."""
    found = []
    for letter, gap in zip(LETTERS, summary["gaps"], strict=False):
        by_cap = bool(gap["caps"])
        reach = gap["conflict_need"] - gap["short"]
        kind = "正选" if gap["kind"] == "primary" else "备选"
        causes = [
            f"{exclusion(code).label} {number}" for code, number in _most_first(gap["removed"])
        ]
        if by_cap:
            causes = [
                f"{cap['unit'] or '同一单位'} {cap['people']} 人，{cap['group'] or '全部席位'}内上限剩 {cap['room']} 席"
                for cap in gap["caps"]
            ]
        found.append(
            gap
            | {
                "letter": letter,
                "title": "、".join(gap["names"][:3])
                + (f"等 {len(gap['names'])} 个专业" if len(gap["names"]) > 3 else ""),
                "by_cap": by_cap,
                "cut": gap["in_pool"] - gap["eligible"],
                "reach": reach,
                "causes": causes,
                "sentence": _gap_sentence(gap, kind, by_cap),
            }
        )
    return found


def _most_first(removed: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(removed.items(), key=lambda item: (-item[1], item[0]))


def _gap_sentence(gap: Mapping[str, Any], kind: str, by_cap: bool) -> str:
    seats = "；".join(
        f"{name}正选 {primary}、备选 {alternate}"
        for name, (primary, alternate) in zip(gap["names"][:4], gap["seats"], strict=False)
    )
    need = f"需要{seats}。" if seats else ""
    if by_cap:
        return f"{need}人数够，但可抽专家集中在少数单位，受同单位上限限制，{kind} {gap['conflict_need']} 席只能坐满 {gap['conflict_need'] - gap['short']} 席。"
    if gap["kind"] == "alternate" and gap["eligible"] >= gap["need"]:
        return f"{need}部分专家可坐多个专业，正选抽定后，最不利时备选只剩 {gap['conflict_need'] - gap['short']} 席可坐满。"
    return f"{need}可抽 {gap['eligible']} 人，{kind} {gap['conflict_need']} 席只能坐满 {gap['conflict_need'] - gap['short']} 席。"


def fixes(summary: Mapping[str, Any], *, cap_allowed: int, by_group: bool) -> list[dict[str, Any]]:
    """Ways out, cheapest first, each with what it changes and whether it may be taken here."""
    names = {row["code"]: row["name"] for row in summary["rows"]} | {WHOLE: "全库"}
    remedy = set(summary["remedy"])
    found = []
    for position, fix in enumerate(summary["fixes"]):
        title, sentence = fix_words(fix, names)
        params, code = fix["params"], fix["code"]
        applicable = bool(deed_of(fix, cap_allowed=cap_allowed))
        tone, word = _price(code, params, applicable)
        found.append(
            {
                "position": position,
                "rank": position + 1,
                "title": title,
                "sentence": sentence,
                "changes": _changes(code, params, names),
                "solves": "、".join(
                    f"缺口 {LETTERS[n]}" for n in fix["solves"] if n < len(LETTERS)
                ),
                "tone": tone,
                "word": word,
                "best": position in remedy and applicable,
                "applicable": applicable,
                "link": _link(code, params),
                "stratum": params.get("stratum", ""),
                "by": fix_by(code),
            }
        )
    return found


def _changes(
    code: str, params: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, int, int]]:
    kind = {"primary": "正选", "alternate": "备选"}.get(params.get("kind", ""), "")
    if code == "MOVE_SEATS":
        return [
            (
                f"{names.get(params['source'], '')} {kind}",
                params["source_old"],
                params["source_new"],
            ),
            (
                f"{names.get(params['target'], '')} {kind}",
                params["target_old"],
                params["target_new"],
            ),
        ]
    if code == "FEWER_SEATS":
        return [(f"{names.get(params['stratum'], '')} {kind}", params["old"], params["new"])]
    return []


def _price(code: str, params: Mapping[str, Any], applicable: bool) -> tuple[str, str]:
    if code in ("MOVE_SEATS", "MORE_CANDIDATES"):
        if params.get("kind") == "alternate" and params.get("source_new") == 0:
            return "amber", "该专业无备选，需写说明"
        return "green", "不放宽任何规则"
    if code == "FEWER_SEATS":
        return "amber", "合计减少"
    return ("amber", "改变同单位上限") if applicable else ("red", "放宽规则，须人社部门同意")


def _link(code: str, params: Mapping[str, Any]) -> str:
    """Where to go for a way out that is no change of the application."""
    if code == "MORE_CANDIDATES":
        return "removals"
    return "rules"


def funnel(summary: Mapping[str, Any]) -> list[FunnelStage]:
    """在库 → 剔除 → 可抽 → 需要 or 可满足."""
    need = summary["primary"] + summary["alternate"]
    stages = [
        FunnelStage(str(summary["in_pool"]), "在库"),
        FunnelStage(f"−{summary['in_pool'] - summary['eligible']}", "规则剔除", "cut"),
        FunnelStage(str(summary["eligible"]), "可抽"),
    ]
    if summary["feasible"]:
        return [*stages, FunnelStage(str(need), "需要")]
    return [*stages, FunnelStage(str(need - summary["lacking"]), "可满足", "bad", of=str(need))]


def verdict(trial: TrialDraw, summary: Mapping[str, Any]) -> tuple[str, str]:
    """(headline, sentence)."""
    need = summary["primary"] + summary["alternate"]
    if trial.feasible:
        tight = [
            row["name"]
            for row in summary["rows"]
            if row["primary"] and row["eligible"] == row["primary"] + row["alternate"]
        ]
        bare = [
            row["name"]
            for row in summary["rows"]
            if summary["mode"] == "BY_GROUP" and row["primary"] and not row["alternate"]
        ]
        text = f"{need} 个席位（正选 {summary['primary']}、备选 {summary['alternate']}）都能满足，全部规则同时成立。"
        if tight:
            text += f"{'、'.join(tight[:3])}可抽与需要相等，没有余量。"
        if bare:
            text += f"{'、'.join(bare[:3])}不设备选。"
        return "可以抽取", text
    ranks = [str(position + 1) for position in summary["remedy"]]
    text = f"{need} 个席位中 {need - summary['lacking']} 席可以满足。"
    if ranks:
        text += f"采用改法 {' 和 '.join(ranks)} 即可全部满足。"
    return f"暂不能抽取：缺 {summary['lacking']} 席", text


def total_row(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The foot of the result table."""
    need = summary["primary"] + summary["alternate"]
    left = summary["eligible"] - need
    short = summary["lacking"]
    return {
        "in_pool": summary["in_pool"],
        "cut": summary["in_pool"] - summary["eligible"],
        "eligible": summary["eligible"],
        "need": need,
        "left": f"缺 {short}" if short else f"余 {left}",
        "chance": summary["primary"] / summary["eligible"]
        if summary["feasible"] and summary["eligible"]
        else None,
    }


def is_stale(application: DrawApplication, summary: Mapping[str, Any]) -> bool:
    """Whether the draft was changed after the trial."""
    return bool(summary.get("revision") != application.revision)
