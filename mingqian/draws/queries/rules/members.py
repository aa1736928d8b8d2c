"""Rules of numbers: odd, least members, group size, totals, alternates, caps, designated members."""

from __future__ import annotations

from collections.abc import Iterator

from mingqian.committees.models import Basis, Committee, CommitteeLevel
from mingqian.draws.queries.grid import UNGROUPED, alternates_for
from mingqian.draws.queries.seats import MOST_SEATS, unit_cap
from mingqian.rulebook.queries import Rule, RuleSet

from .case import Case
from .finding import Finding, Fix, Level

GRID = "#s3"
UNTOUCHED_BY = ("DESIGNATED", "ROTATION", "LOAD")
"""Codes that keep somebody out of the lots but not from being appointed."""


def check_totals(case: Case) -> Iterator[Finding]:
    """Seats are asked for at all; minimums fit under the total of a whole-pool draw."""
    grid = case.grid
    if case.application.committee is None:
        return
    if grid.primaries == 0:
        yield Finding(
            key="no_seats",
            level=Level.BLOCK,
            title="还没有设置正选人数",
            text="请在各专业填写正选人数。" if grid.by_group else "请填写正选合计。",
            citation="申请表填写要求",
            anchor=GRID if grid.by_group else "#id_primary_total",
            section=3,
        )
    if not grid.by_group and grid.least_sum > grid.primaries:
        yield Finding(
            key="minimums_over_total",
            level=Level.BLOCK,
            title="各专业最低人数之和超过正选合计",
            text=f"最低人数相加 {grid.least_sum} 人，正选合计 {grid.primaries} 人。",
            citation="申请表填写要求",
            anchor="#id_primary_total",
            section=3,
            fixes=(Fix(f"正选合计改为 {grid.least_sum} 人", deed=f"set_total:{grid.least_sum}"),),
        )
    if grid.by_group and any(row.group_name == UNGROUPED and row.need for row in grid.rows):
        names = "、".join(row.name for row in grid.rows if row.group_name == UNGROUPED and row.need)
        yield case.finding(
            "min_group_size",
            "有专业未编入学科组",
            f"{case.application.year} 年度的学科组不含 {names}；请改为不按学科组，或先编组。",
            key="ungrouped",
            level=Level.BLOCK,
            anchor=GRID,
            section=3,
        )


def check_odd(case: Case) -> Iterator[Finding]:
    """R4: primaries and designated members together are an odd number."""
    if case.grid.primaries == 0:
        return
    figure = case.members_figure
    if case.members % 2:
        yield case.finding("member_count_odd", "委员人数为单数", figure, ok=True)
        return
    yield case.finding(
        "member_count_odd",
        "委员人数应为单数",
        f"{figure}，是双数；请增加或减少 1 人。",
        anchor=GRID,
        section=3,
        fixes=_one_more_or_less(case),
    )


def _one_more_or_less(case: Case) -> tuple[Fix, ...]:
    if not case.grid.by_group:
        total = case.grid.primaries
        return (
            Fix(f"正选合计改为 {total + 1} 人", deed=f"set_total:{total + 1}"),
            Fix(f"正选合计改为 {total - 1} 人", deed=f"set_total:{total - 1}"),
        )
    roomy = max(
        (row for row in case.grid.rows if row.primary),
        key=lambda row: (row.count.eligible - row.need, row.code),
        default=None,
    )
    if roomy is None or roomy.primary >= MOST_SEATS:
        return ()
    seats = roomy.primary + 1
    return (Fix(f"{roomy.name}正选改为 {seats} 人", deed=f"set_primary:{roomy.code}:{seats}"),)


def least_members(committee: Committee, rules: RuleSet) -> Rule | None:
    """The rule of the least number of members for a committee's level and basis; None: there is none."""
    if committee.level == CommitteeLevel.SENIOR:
        by_series = committee.basis == Basis.BY_SERIES
        return rules["min_members_senior_series" if by_series else "min_members_senior_specialty"]
    junior = committee.level == CommitteeLevel.JUNIOR
    return rules.get("min_members_junior" if junior else "min_members_intermediate")


def check_least(case: Case) -> Iterator[Finding]:
    """R5, R6: enough members for the committee's level and basis."""
    committee = case.application.committee
    if committee is None or case.grid.primaries == 0:
        return
    rule = least_members(committee, case.rules)
    what = f"{committee.get_basis_display()}的{committee.get_level_display()}评委会"
    if rule is None or rule.number is None:
        if rule is not None:
            yield case.finding(
                rule,
                f"{what}人数下限由各地自定",
                f"{case.members} 人，规则库未设下限",
                level=Level.INFO,
            )
        return
    if case.members >= rule.whole:
        yield case.finding(rule, f"{what}不少于 {rule.whole} 人", f"{case.members} 人", ok=True)
    else:
        short = rule.whole - case.members
        yield case.finding(
            rule,
            f"{what}不少于 {rule.whole} 人",
            f"现 {case.members} 人，还差 {short} 人。",
            anchor=GRID,
            section=3,
        )


def check_groups(case: Case) -> Iterator[Finding]:
    """R15: every group that gets seats gets at least the least number."""
    if not case.grid.by_group:
        return
    least = case.rules["min_group_size"].whole
    series = case.series
    held = {
        group.id: series.seated_in(str(group.id)) if series else 0 for group in case.grid.groups
    }
    seated = [
        group
        for group in case.grid.groups
        if group.id is not None and (group.primary or held[group.id])
    ]
    for group in seated:
        if group.primary + held[group.id] < least:
            there = f"在席 {held[group.id]} 人，补充" if series else "正选"
            yield case.finding(
                "min_group_size",
                f"{group.name}少于 {least} 人",
                f"{there} {group.primary} 人，评议组不少于 {least} 人。",
                key=f"min_group_size:{group.id}",
                anchor=f"#group-{group.id}",
                section=3,
            )
    if seated and all(group.primary + held[group.id] >= least for group in seated):
        sizes = "、".join(str(group.primary + held[group.id]) for group in seated)
        yield case.finding(
            "min_group_size", f"评议组不少于 {least} 人", f"{len(seated)} 组：{sizes} 人", ok=True
        )


def check_alternates(case: Case) -> Iterator[Finding]:
    """Alternates by the ratio; fewer typed by hand is a warning."""
    grid = case.grid
    if grid.primaries == 0:
        return
    rule = case.rules["alternate_ratio"]
    if not grid.by_group:
        asked = alternates_for(grid.primaries, case.rules)
        if grid.alternates < asked:
            yield case.finding(
                rule,
                "备选偏少",
                f"备选 {grid.alternates} 人，按比例应为 {asked} 人；有人不参评时可能须补充抽取。",
                anchor="#id_alternate_total",
                section=3,
                fixes=(Fix(f"备选合计改为 {asked} 人", deed=f"set_alternate_total:{asked}"),),
            )
        else:
            yield case.finding(rule, "备选人数充足", f"备选 {grid.alternates} 人", ok=True)
        return
    few = [
        row
        for row in grid.rows
        if row.primary and row.alternate < alternates_for(row.primary, case.rules)
    ]
    if few:
        words = "、".join(f"{row.name} {row.alternate} 人" for row in few[:6])
        more = f"等 {len(few)} 个专业" if len(few) > 6 else ""
        yield case.finding(
            rule,
            f"{len(few)} 个专业备选偏少",
            f"{words}{more}，少于正选的 {rule.number} 倍；有人不参评时可能须补充抽取。",
            anchor=f"#id_alternate-{few[0].code}",
            section=3,
            fixes=(Fix("备选按比例补齐", deed="derive_alternates"),),
        )
    else:
        yield case.finding(
            rule,
            "备选人数充足",
            f"备选 {grid.alternates} 人，不少于正选的 {rule.number} 倍",
            ok=True,
        )


def cap_by_rule(case: Case) -> int:
    """The cap per employer that the rule book gives for this number of primaries."""
    return cap_for(case.drawn_to_come, case.rules)


def cap_for(primaries: int, rules: RuleSet) -> int:
    """The same where nobody has looked at the pool."""
    return unit_cap(
        primaries,
        least=rules["same_unit_cap_min"].whole,
        share=rules["same_unit_cap_share"].exact,
    )


def check_unit_cap(case: Case) -> Iterator[Finding]:
    """The cap typed may be lower than the rule's, not higher."""
    if case.grid.primaries == 0:
        return
    rule, allowed = case.rules["same_unit_cap_share"], cap_by_rule(case)
    least, typed = case.rules["same_unit_cap_min"].whole, case.application.same_unit_cap
    if typed is not None and typed > allowed:
        yield case.finding(
            rule,
            f"同单位上限高于 {allowed} 人",
            f"填写 {typed} 人；取 {least} 人与正选的 {rule.number} 中较大者，最多 {allowed} 人。",
            anchor="#id_same_unit_cap",
            section=1,
            fixes=(Fix(f"改为 {allowed} 人", deed=f"set_cap:{allowed}"),),
        )
    else:
        yield case.finding(
            rule,
            f"同单位不超过 {typed or allowed} 人",
            f"取 {least} 人与正选的 {rule.number} 中较大者，最多 {allowed} 人",
            ok=True,
        )


def check_designated(case: Case) -> Iterator[Finding]:
    """Designated members: not more than allowed, each with a reason, each from the pool and fit on the day."""
    rule, most = case.rules["designated_max"], case.rules["designated_max"].whole
    count = len(case.designated) + (case.series.designated if case.series else 0)
    if not case.designated:
        return
    anchor = "#designated"
    if count > most:
        yield case.finding(
            rule, f"指定委员超过 {most} 人", f"共指定 {count} 人。", anchor=anchor, section=4
        )
    silent = [member.expert.name for member in case.designated if not member.reason.strip()]
    if silent:
        yield case.finding(
            rule,
            "指定委员须写明理由",
            f"{'、'.join(silent)}未写理由。",
            key="designated_reason",
            level=Level.BLOCK,
            anchor=anchor,
            section=4,
        )
    for member in case.designated:
        codes = [
            code
            for code in case.survey.codes_of.get(member.expert_id, ("NOT_IN_POOL",))
            if code not in UNTOUCHED_BY
        ]
        if codes:
            yield case.finding(
                "member_qualification",
                f"指定委员 {member.expert.name} 不符合条件",
                f"{case.survey.why(codes)}。",
                key=f"designated:{member.expert_id}",
                anchor=anchor,
                section=4,
            )
    if count <= most and not silent:
        names = "、".join(
            f"{each.expert.name}（{each.get_duty_display()}）" for each in case.designated
        )
        yield case.finding(rule, f"指定委员不超过 {most} 人", names, ok=True)
