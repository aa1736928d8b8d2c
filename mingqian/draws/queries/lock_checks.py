"""The rules of a roster's composition, one check each, with citation and what mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.urls import reverse

from mingqian.draws.models import Answer, Draw, Roster, Standing
from mingqian.draws.words import FAMILY_OF, exclusion
from mingqian.rulebook.queries import Rule, RuleSet
from mingqian.web.sealed import mask_name

from .answer_links import kept_declines
from .ceremony import frozen_plan
from .judging import judge_members
from .pool_facts import gather
from .rules.case import LEVEL_OF
from .rules.finding import Finding, Fix, Level
from .rules.members import least_members
from .series import supplement_in_draw
from .standing import TABS, StandingRoster, draws_of

# What a draw asks of a newcomer but not of somebody who already sits.
PASSED_BY = frozenset({"ALREADY_DRAWN", "DECLINED_EARLIER", "DESIGNATED", "ROTATION", "LOAD"})
# Under which rule a code stands that has none in the table of words.
RULE_OF_FAMILY = {
    "integrity": "expert_archive",
    "missing": "avoidance",
    "rotation": "same_unit_cap_share",
}
ANSWER_RULE, SEATS_RULE = "decline_cutoff_hours", "random_draw"


@dataclass(frozen=True)
class Sitting:
    """Everything the checks read."""

    roster: Roster
    rules: RuleSet
    plan_draw: Draw
    people: StandingRoster
    seated: list[Standing]
    reasons: Mapping[str, str]
    masked: bool
    listing: bool = True  # those who have not answered are named
    may_apply: bool = False  # the reader may apply for a supplement

    @property
    def number(self) -> str:
        return self.roster.draw.application.number

    @property
    def confirmed(self) -> list[Standing]:
        return [each for each in self.seated if each.answer == Answer.PARTICIPATING]

    @property
    def due(self) -> int:
        """Seats of the plan, filled or not."""
        return len(self.people.series.succession.seats)

    def name(self, standing: Standing) -> str:
        name = standing.expert.name
        return mask_name(name) if self.masked else name

    def finding(
        self,
        rule: str | Rule,
        title: str,
        text: str = "",
        *,
        key: str = "",
        ok: bool = False,
        level: Level | None = None,
        fixes: tuple[Fix, ...] = (),
    ) -> Finding:
        """A finding as grave as the rule is enforced, or kept; the rule's own page is always a way to go."""
        row = self.rules[rule] if isinstance(rule, str) else rule
        key = key or row.key
        own = Fix("查看规则", href=reverse("rulebook:rule", args=[row.key]))
        return Finding(
            key=key,
            level=Level.OK if ok else level or LEVEL_OF[str(row.enforcement)],
            title=title,
            text=text,
            citation=row.citation,
            fixes=(*(fix for fix in fixes if fix.href), own),
            reason=str(self.reasons.get(key, "")),
        )

    def answers(self, label: str, tab: Answer = Answer.UNCONFIRMED) -> Fix:
        """The page where answers are registered, at one of its tabs."""
        key = next(key for key, (answer, _) in TABS.items() if answer == tab)
        return Fix(label, href=address("draws:confirm", self.number, query=f"?tab={key}"))

    def supplement(self) -> Fix:
        """The page where a supplement is applied for, of those who may."""
        if not self.may_apply:
            return Fix("补充抽取")
        query = f"?roster={self.number}"
        return Fix("补充抽取", href=address("draws:supplement-new", query=query))


def address(name: str, *args: str, query: str = "") -> str:
    """The address of a page with its query."""
    return reverse(name, args=args) + query


def _check_answers(sitting: Sitting) -> Iterator[Finding]:
    """Everybody who sits has said so."""
    silent = [each for each in sitting.seated if each.answer != Answer.PARTICIPATING]
    if not silent:
        yield sitting.finding(ANSWER_RULE, "在席专家均已答复", f"{len(sitting.seated)} 人", ok=True)
        return
    listed = f"{_listed(sitting, silent)}；" if sitting.listing else ""
    yield sitting.finding(
        ANSWER_RULE,
        f"还有 {len(silent)} 人未确认",
        f"{listed}请逐一登记参评或不参评。",
        level=Level.BLOCK,
        fixes=(sitting.answers("去确认"),),
    )


def _check_empty(sitting: Sitting) -> Iterator[Finding]:
    """Seats of the plan that nobody holds: locked with a reason only."""
    if not sitting.people.empty:
        yield sitting.finding(SEATS_RULE, "席位均已有人", f"{sitting.due} 席", ok=True)
        return
    yield sitting.finding(
        SEATS_RULE,
        f"有 {sitting.people.empty} 席空缺",
        f"应到 {sitting.due} 席，在席 {len(sitting.seated)} 人；可补充抽取，或说明不再补充的理由。",
        key="empty_seats",
        level=Level.WARN,
        fixes=(sitting.supplement(), sitting.answers("看不参评", Answer.DECLINED)),
    )


def _check_odd(sitting: Sitting) -> Iterator[Finding]:
    """R4: those who confirmed are an odd number, designated members with them."""
    count = len(sitting.confirmed)
    if count % 2:
        yield sitting.finding("member_count_odd", "委员人数为单数", f"确认参评 {count} 人", ok=True)
        return
    yield sitting.finding(
        "member_count_odd",
        "委员人数应为单数",
        f"确认参评 {count} 人，是双数；请补足空缺或未确认的席位，或减少 1 人。",
        fixes=(sitting.answers("去确认"), sitting.supplement()),
    )


def _check_least(sitting: Sitting) -> Iterator[Finding]:
    """R5, R6: enough members for the committee's level and basis."""
    committee = sitting.roster.draw.application.committee
    rule = least_members(committee, sitting.rules) if committee else None
    if committee is None or rule is None:
        return
    count = len(sitting.confirmed)
    what = f"{committee.get_basis_display()}的{committee.get_level_display()}评委会"
    if rule.number is None:
        title = f"{what}人数下限由各地自定"
        yield sitting.finding(rule, title, f"{count} 人，规则库未设下限", level=Level.INFO)
    elif count >= rule.whole:
        yield sitting.finding(rule, f"{what}不少于 {rule.whole} 人", f"{count} 人", ok=True)
    else:
        yield sitting.finding(
            rule,
            f"{what}不少于 {rule.whole} 人",
            f"确认参评 {count} 人，还差 {rule.whole - count} 人。",
            fixes=(sitting.answers("去确认"), sitting.supplement()),
        )


def _check_attendance(sitting: Sitting) -> Iterator[Finding]:
    """R13, looked at ahead: too few for the meeting to be held even if everybody comes."""
    rule, count = sitting.rules["attendance_min_share"], len(sitting.confirmed)
    figure = f"应到 {sitting.due} 人，确认参评 {count} 人"
    if sitting.due and Fraction(count, sitting.due) >= rule.exact:
        yield sitting.finding(rule, f"确认人数不少于应到的 {rule.number}", figure, ok=True)
        return
    yield sitting.finding(
        rule,
        f"确认人数不足应到的 {rule.number}",
        f"{figure}，全部到会也不能开会。",
        fixes=(sitting.answers("去确认"), sitting.supplement()),
    )


def _check_groups(sitting: Sitting) -> Iterator[Finding]:
    """R15: every group that has seats has enough people in them."""
    if not sitting.roster.draw.application.by_group:
        return
    rule, least = sitting.rules["min_group_size"], sitting.rules["min_group_size"].whole
    sizes: dict[str, int] = {}
    keys: dict[str, str] = {}
    series = sitting.people.series
    for place in series.succession.seats:
        group = series.as_it_is(series.seat_of[place.seat]).group
        if place.stratum is not None and group is not None:
            sizes[group.name] = 0
            keys[group.name] = str(group.pk)
    for standing in sitting.confirmed:
        if standing.place is not None and standing.place.group is not None:
            sizes[standing.place.group.name] += 1
    small = {name: size for name, size in sizes.items() if size < least}
    for name, size in small.items():
        yield sitting.finding(
            rule,
            f"{name}少于 {least} 人",
            f"确认参评 {size} 人，评议组不少于 {least} 人。",
            key=f"min_group_size:{keys[name]}",
            fixes=(sitting.answers("去确认"), sitting.supplement()),
        )
    if sizes and not small:
        words = "、".join(str(size) for size in sizes.values())
        yield sitting.finding(
            rule, f"评议组不少于 {least} 人", f"{len(sizes)} 组：{words} 人", ok=True
        )


def _check_units(sitting: Sitting) -> Iterator[Finding]:
    """Same unit, overall and in each group, under the caps of the newest plan; units as registered today."""
    plan = frozen_plan(sitting.plan_draw)
    overall: Counter[tuple[int, str]] = Counter()
    within: Counter[tuple[str, str, int, str]] = Counter()
    for standing in sitting.seated:
        unit = standing.expert.unit
        if unit is None:
            continue
        overall[unit.pk, unit.name] += 1
        group = standing.place.group if standing.place else None
        if group is not None:
            within[str(group.pk), group.name, unit.pk, unit.name] += 1
    cap = plan.employer_cap
    over = {unit: count for unit, count in overall.items() if cap is not None and count > cap}
    for (pk, name), count in over.items():
        yield sitting.finding(
            "same_unit_cap_share",
            f"{name}超过同单位上限",
            f"在席 {count} 人，上限 {cap} 人。",
            key=f"same_unit_cap:{pk}",
            fixes=(sitting.answers("去调整", Answer.PARTICIPATING),),
        )
    caps = plan.group_cap
    if not isinstance(caps, Mapping):
        caps = {group: caps for group, *_ in within} if caps else {}
    crowded = {
        each: count for each, count in within.items() if each[0] in caps and count > caps[each[0]]
    }
    for (group_id, group_name, pk, name), count in crowded.items():
        yield sitting.finding(
            "same_unit_group_share",
            f"{group_name}中{name}超过组内上限",
            f"在席 {count} 人，组内上限 {caps[group_id]} 人。",
            key=f"same_unit_group:{group_id}:{pk}",
            fixes=(sitting.answers("去调整", Answer.PARTICIPATING),),
        )
    if not over and not crowded and cap is not None:
        most = max(overall.values(), default=0)
        yield sitting.finding(
            "same_unit_cap_share", f"同单位不超过 {cap} 人", f"最多的单位 {most} 人", ok=True
        )


def check_people(sitting: Sitting) -> Iterator[Finding]:
    """Everybody who sits would still be eligible on the day of the meeting."""
    application = sitting.roster.draw.application
    who = {each.expert_id: each for each in sitting.seated}
    facts = gather(
        application, window_years=sitting.rules["conflict_window_years"].whole, only=who.keys()
    )
    codes_of, _ = judge_members(application, facts, sitting.rules)
    unfit = 0
    for expert, standing in who.items():
        codes = [c for c in codes_of.get(expert, ("NOT_IN_POOL",)) if c not in PASSED_BY]
        if not codes:
            continue
        unfit += 1
        family = FAMILY_OF[exclusion(codes[0]).family]
        time = family.key == "time"
        rule = family.rule_key or RULE_OF_FAMILY.get(family.key, "member_qualification")
        yield sitting.finding(
            rule,
            f"{sitting.name(standing)}已不符合条件",
            "；".join(exclusion(code).why for code in codes)
            + ("；请与本人核实。" if time else "；请登记不参评，由备选递补。"),
            key=f"unfit:{expert}",
            level=Level.WARN if time else None,
            fixes=(sitting.answers("去办理", Answer(standing.answer)),),
        )
    if who and not unfit:
        yield sitting.finding(
            "member_qualification", "在席专家均仍符合条件", f"按 {facts.on} 会议当日核对", ok=True
        )


def _check_under_way(sitting: Sitting) -> Iterator[Finding]:
    """A draw that rests on whoever sits now, declines that waited for it, and a void that one side has asked for."""
    supplement = supplement_in_draw(sitting.roster)
    if supplement is not None:
        yield sitting.finding(
            SEATS_RULE,
            f"补充抽取 {supplement.number} 的评委库已冻结",
            "抽取完成或终止后才能锁定",
            key="supplement_in_draw",
            level=Level.BLOCK,
            fixes=(Fix("正式抽取", href=address("draws:official", supplement.number)),),
        )
    kept = kept_declines().filter(roster=sitting.roster).count()
    if kept:
        yield sitting.finding(
            ANSWER_RULE,
            f"{kept} 人经链接答复不参评，尚未登记",
            "补充抽取期间席位不能变动，现在请逐人登记，或移除后重新确认",
            key="kept_declines",
            level=Level.BLOCK,
            fixes=(sitting.answers("去登记"),),
        )
    for draw in draws_of(sitting.roster):
        if draw.void_hrss_at or draw.void_observer_at:
            number = draw.application.number
            yield sitting.finding(
                SEATS_RULE,
                f"{number} 的抽取已有一方提出作废",
                "另一方确认，或提出的一方撤回后才能锁定",
                key=f"void_asked_{number}",
                level=Level.BLOCK,
                fixes=(Fix("正式抽取", href=address("draws:official", number)),),
            )


CHECKS = (
    _check_under_way,
    _check_answers,
    _check_empty,
    _check_odd,
    _check_least,
    _check_attendance,
    _check_groups,
    _check_units,
    check_people,
)


def _listed(sitting: Sitting, standings: list[Standing]) -> str:
    names = "、".join(sitting.name(each) for each in standings[:6])
    return names + (f"等 {len(standings)} 人" if len(standings) > 6 else "")
