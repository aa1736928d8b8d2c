"""Rules of the people: who may be drawn on the day, how many for each seat, whom to avoid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from mingqian.draws.queries.grid import GridRow
from mingqian.draws.queries.pool import Snag
from mingqian.draws.words import exclusion, fix_by, fix_label

from .case import Case
from .finding import Finding, Fix, Level
from .members import cap_by_rule

MOST_WAYS = 5
"""So many ways out stand under one finding; the trial lists all of them."""


def times(value: Fraction | None) -> str:
    """A multiple as people read it: 7.8 倍; rounded down, so that 2.96 is not called 3.0."""
    if value is None:
        return "–"
    tenths = value * 10 // 1
    return f"{tenths // 10}.{tenths % 10} 倍"


def removed_words(row: GridRow) -> str:
    """信息缺失 3、回避单位 2: what removed members of this specialty, the largest first."""
    return "、".join(
        f"{exclusion(code).label} {number}" for code, number in row.count.removed_most_first
    )


def check_eligibility(case: Case) -> Iterator[Finding]:
    """R7, R8: everyone is judged on the day of the meeting; what is unknown excludes."""
    if case.application.committee is None:
        return
    survey = case.survey
    day = f"按 {survey.on} 逐人核对" if case.meeting_on else f"会议时间未填，暂按 {survey.on} 核对"
    if survey.in_pool == 0:
        yield case.finding(
            "random_draw",
            "评委库没有专家",
            "请先在专家信息维护中导入本评委会的评委库名册。",
            anchor="#s3",
            section=3,
            fixes=(Fix("去导入评委库", href="experts:import"),),
        )
        return
    yield case.finding(
        "member_qualification",
        "职称层级、专业与聘期逐人核对",
        f"{day}，在库 {survey.in_pool} 人，可抽 {survey.eligible} 人",
        ok=True,
    )


def check_multiples(case: Case) -> Iterator[Finding]:
    """Enough eligible people for each seat: short blocks, scarce warns, by specialty."""
    grid = case.grid
    if grid.primaries == 0:
        return
    if grid.by_group:
        asked = [row for row in grid.rows if row.need]
        for row in asked:
            yield from _check_row(case, row)
        if asked and all(row.multiple is None or row.multiple >= grid.warn for row in asked):
            least = min((row.multiple for row in asked if row.multiple is not None), default=None)
            yield case.finding(
                "pool_min_multiple_warn",
                "可抽人数充足",
                f"各专业可抽至少为正选的 {times(least)}",
                ok=True,
            )
    else:
        yield from _check_whole(case)


def _check_row(case: Case, row: GridRow) -> Iterator[Finding]:
    eligible, anchor = row.count.eligible, f"#id_primary-{row.code}"
    if row.lacking:
        text = f"可抽 {eligible} 人，少于需要的 {row.need} 人（正选 {row.primary}＋备选 {row.alternate}）。"
        if row.count.removed:
            text += f"在库 {row.count.in_pool} 人中剔除 {row.count.cut} 人：{removed_words(row)}。"
        yield case.finding(
            "random_draw",
            f"{row.name}缺 {row.lacking} 人",
            text,
            key=f"short:{row.code}",
            anchor=anchor,
            section=3,
            specialty=row.code,
            fixes=(*_fewer(row), *_moves(case, row)),
        )
        return
    if row.multiple is None:
        return
    if row.multiple < case.grid.block:
        most = int(eligible / case.grid.block)
        yield case.finding(
            "pool_min_multiple_block",
            f"{row.name}可抽人数过少",
            f"可抽 {eligible} 人，为正选的 {times(row.multiple)}，低于 {case.rules['pool_min_multiple_block'].number} 倍。",
            key=f"pool_min_multiple_block:{row.code}",
            anchor=anchor,
            section=3,
            specialty=row.code,
            fixes=(Fix(f"正选改为 {most} 人", deed=f"set_primary:{row.code}:{most}"),),
        )
    elif row.multiple < case.grid.warn:
        yield case.finding(
            "pool_min_multiple_warn",
            f"{row.name}可选余地偏小",
            f"可抽 {eligible} 人，为正选的 {times(row.multiple)}，低于 {case.rules['pool_min_multiple_warn'].number} 倍，抽中机会过于集中。",
            key=f"pool_min_multiple_warn:{row.code}",
            anchor=anchor,
            section=3,
            specialty=row.code,
        )


def _fewer(row: GridRow) -> tuple[Fix, ...]:
    """Fewer seats that can be filled: alternates go first, then primaries."""
    eligible = row.count.eligible
    if eligible >= row.primary:
        left = eligible - row.primary
        return (Fix(f"备选改为 {left} 人", deed=f"set_alternate:{row.code}:{left}"),)
    return (
        Fix(f"正选改为 {eligible} 人、备选改为 0 人", deed=f"set_seats:{row.code}:{eligible}:0"),
    )


def _moves(case: Case, row: GridRow) -> tuple[Fix, ...]:
    """Seats that another specialty can take over, as the diagnosis found them."""
    snags = case.survey.verdict.snags if case.survey.verdict else ()
    return tuple(
        fix
        for snag in snags
        if snag.strata == (row.code,)
        for fix in _ways_out(case, snag)
        if fix.deed.startswith("move_seats:")
    )


def _check_whole(case: Case) -> Iterator[Finding]:
    grid = case.grid
    if grid.eligible < grid.seats:
        yield case.finding(
            "random_draw",
            f"可抽人数不足，缺 {grid.seats - grid.eligible} 人",
            f"可抽 {grid.eligible} 人，少于需要的 {grid.seats} 人（正选 {grid.primaries}＋备选 {grid.alternates}）。",
            key="short",
            anchor="#id_primary_total",
            section=3,
        )
    elif grid.multiple is not None and grid.multiple < grid.warn:
        below = "block" if grid.multiple < grid.block else "warn"
        rule = case.rules[f"pool_min_multiple_{below}"]
        yield case.finding(
            rule,
            "可抽人数过少" if below == "block" else "可选余地偏小",
            f"可抽 {grid.eligible} 人，为正选的 {times(grid.multiple)}，低于 {rule.number} 倍。",
            anchor="#id_primary_total",
            section=3,
        )
    else:
        yield case.finding(
            "pool_min_multiple_warn",
            "可抽人数充足",
            f"可抽为正选的 {times(grid.multiple)}",
            ok=True,
        )
    for row in grid.rows:
        if row.primary > row.count.eligible:
            yield case.finding(
                "random_draw",
                f"{row.name}最低人数超过可抽人数",
                f"最低 {row.primary} 人，可抽 {row.count.eligible} 人。",
                key=f"short:{row.code}",
                anchor=f"#id_primary-{row.code}",
                section=3,
                specialty=row.code,
                fixes=(
                    Fix(
                        f"最低人数改为 {row.count.eligible} 人",
                        deed=f"set_primary:{row.code}:{row.count.eligible}",
                    ),
                ),
            )


def check_feasible(case: Case) -> Iterator[Finding]:
    """R9: all seats can be filled at once, with every cap kept."""
    verdict = case.survey.verdict
    if verdict is None:
        return
    if verdict.feasible:
        yield case.finding(
            "random_draw", "随机抽取可行", "全部席位与同单位上限可以同时满足", ok=True
        )
        return
    if case.grid.eligible < case.grid.seats:
        return
    short = {row.code for row in case.grid.rows if row.lacking}
    for number, snag in enumerate(verdict.snags):
        # What a specialty lacks by itself is told under its own row, with the ways out.
        if short.isdisjoint(snag.strata):
            yield case.finding(
                "random_draw",
                f"席位不能同时满足，缺 {snag.short} 席",
                snag.words + _others_can(case, snag),
                key=f"infeasible:{number}" if number else "infeasible",
                anchor=f"#row-{snag.strata[0]}" if snag.strata else "#s3",
                section=3,
                specialty=snag.strata[0] if snag.strata else "",
                fixes=(*_ways_out(case, snag), Fix("试抽取，比较各种改法", deed="trial")),
            )
    if not verdict.snags and not short:
        yield case.finding(
            "random_draw",
            f"席位不能同时满足，缺 {verdict.lacking} 席",
            verdict.why,
            key="infeasible",
            anchor="#s3",
            section=3,
        )


def _ways_out(case: Case, snag: Snag) -> tuple[Fix, ...]:
    """A button for each way out that the office may take by itself, the cheapest first."""
    names = {row.code: row.name for row in case.grid.rows}
    fixes = []
    for way in snag.ways:
        deed = deed_of(way, cap_allowed=cap_by_rule(case))
        if deed:
            fixes.append(Fix(fix_label(dict(way), names), deed=deed))
    return tuple(fixes[:MOST_WAYS])


def deed_of(way: Mapping[str, Any], *, cap_allowed: int) -> str:
    """The deed of the form that takes a way out; "" for one that is not the office's to take."""
    code, params = way["code"], way["params"]
    if code == "MOVE_SEATS":
        seats = params["source_old"] - params["source_new"]
        return f"move_seats:{params['source']}:{params['target']}:{params['kind']}:{seats}"
    if code == "FEWER_SEATS":
        return f"fewer_seats:{params['stratum']}:{params['kind']}:{params['old'] - params['new']}"
    if code == "RAISE_CAP" and params["new"] <= cap_allowed:
        return f"set_cap:{params['new']}"
    return ""


def _others_can(case: Case, snag: Snag) -> str:
    """The first way out that is somebody else's to take, and whose."""
    names = {row.code: row.name for row in case.grid.rows}
    for way in snag.ways:
        if not deed_of(way, cap_allowed=cap_by_rule(case)):
            return f"也可{fix_label(dict(way), names)}（{fix_by(way['code'])}）。"
    return ""


def check_avoidance(case: Case) -> Iterator[Finding]:
    """R18: what is avoided, and how many people it removed."""
    if case.application.committee is None:
        return
    removed = case.survey.removed
    by_unit, by_person = removed.get("UNIT_AVOID", 0), removed.get("EXPERT_AVOID", 0)
    if case.avoided_units or case.avoided_experts:
        yield case.finding(
            "avoidance",
            "回避已设置",
            f"回避单位 {case.avoided_units} 个（在库 {by_unit} 人），回避专家 {case.avoided_experts} 人"
            f"（在库 {by_person} 人）",
            ok=True,
        )
    else:
        yield case.finding(
            "avoidance",
            "未设置回避",
            "如有应回避的单位或专家，请在提交前填写。",
            level=Level.INFO,
            anchor="#s4",
            section=4,
        )
    missing = removed.get("DATA_MISSING", 0)
    if missing:
        yield case.finding(
            "avoidance",
            f"{missing} 名专家信息缺失，未纳入",
            "未登记工作单位等信息，无法核对回避；缺项即不入选。",
            key="data_missing",
            level=Level.INFO,
            anchor="#s3",
            section=3,
        )


def check_age(case: Case) -> Iterator[Finding]:
    """Eligible people above the age of the rule book: a warning while the rule only warns."""
    rule, older = case.rules["age_max"], case.survey.older
    if case.application.committee is None or rule.number is None:
        return
    if older:
        yield case.finding(
            rule,
            f"{older} 名可抽专家超过 {rule.whole} 岁",
            f"按 {case.survey.on} 计算；规则只提醒，未剔除。",
            anchor="#s3",
            section=3,
        )


def check_secrecy(case: Case) -> Iterator[Finding]:
    """R12, R17: said once, for the record."""
    if case.application.committee is None:
        return
    yield case.finding(
        "list_not_public", "专家名单不向社会公布", "对外只公布不含姓名的抽取凭证", level=Level.INFO
    )
    yield case.finding(
        "defects_at_once", "一次性告知", "退回时一次告知全部需要补正的内容", level=Level.INFO
    )
