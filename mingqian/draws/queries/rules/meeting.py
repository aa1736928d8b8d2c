"""Rules of the document and the meeting: what must be filled in, committee, filing, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from mingqian.committees.models import Status
from mingqian.draws.queries.working_days import days_back

from .case import Case
from .finding import Finding, Fix, Level

FORM_CITATION = "申请表填写要求"
PROCEDURE = "抽取程序要求"

REQUIRED: tuple[tuple[str, str, int], ...] = (
    ("year", "年度", 1),
    ("committee", "评委会", 1),
    ("meeting_name", "评审会议名称", 1),
    ("starts_at", "开始时间", 1),
    ("ends_at", "结束时间", 1),
    ("planned_draw_at", "计划抽取时间", 1),
    ("mode", "抽取方式", 2),
    ("handler_name", "经办人", 5),
    ("handler_phone", "联系电话", 5),
)


def check_filled(case: Case) -> Iterator[Finding]:
    """Every required field is there, and everything typed can be read."""
    application = case.application
    missing = [
        (name, label, section)
        for name, label, section in REQUIRED
        if name not in case.errors and not getattr(application, name)
    ]
    if (case.avoided_units or case.avoided_experts) and not application.avoidance_ground:
        missing.append(("avoidance_ground", "回避事由", 4))
    for section in sorted({section for _, _, section in missing}):
        here = [
            (f"请填写{label}", f"#id_{name}") for name, label, part in missing if part == section
        ]
        labels = "、".join(label for _, label, part in missing if part == section)
        yield Finding(
            key=f"missing:{section}",
            level=Level.BLOCK,
            title=f"还有 {len(here)} 项必填未填",
            text=labels,
            citation=FORM_CITATION,
            anchor=here[0][1],
            section=section,
            items=tuple(here),
        )
    if case.errors:
        places = tuple((message, f"#id_{name}") for name, message in case.errors.items())
        yield Finding(
            key="unreadable",
            level=Level.BLOCK,
            title=f"有 {len(places)} 处填写无法识别",
            text="已按原样保留，请改正。",
            citation=FORM_CITATION,
            anchor=places[0][1],
            section=_section_of(next(iter(case.errors))),
            items=places,
        )


def _section_of(name: str) -> int:
    if "-" in name:
        return 3
    if name in ("mode",):
        return 2
    if name in ("avoidance_ground",):
        return 4
    if name in ("handler_name", "handler_phone", "observer_names", "remarks"):
        return 5
    return 1


def check_committee(case: Case) -> Iterator[Finding]:
    """R1: one committee, in use, with specialties to draw from."""
    committee = case.application.committee
    if committee is None:
        return
    anchor = "#id_committee"
    if committee.status != Status.ACTIVE:
        yield case.finding(
            "one_committee_per_draw",
            "评委会已停用",
            "请选择在用的评委会。",
            anchor=anchor,
            section=1,
        )
    elif not case.grid.rows:
        yield case.finding(
            "one_committee_per_draw",
            "评委会没有评审专业",
            "该评委会未登记评审专业，无法分配席位。",
            anchor=anchor,
            section=1,
        )
    else:
        yield case.finding(
            "one_committee_per_draw",
            "一次抽取只属于一个评委会",
            f"{committee.name}，{committee.get_basis_display()}",
            ok=True,
        )


def check_filing(case: Case) -> Iterator[Finding]:
    """R3: the filing covers every day of the meeting; a reminder before it ends."""
    application, meeting_on = case.application, case.meeting_on
    if application.committee is None or meeting_on is None:
        return
    anchor, filing = "#id_starts_at", case.filing
    last_day = timezone.localtime(application.ends_at).date() if application.ends_at else meeting_on
    if filing is None or not filing.covers(meeting_on) or not filing.covers(last_day):
        span = (
            f"备案有效期 {filing.valid_from} 至 {filing.valid_to}，" if filing else "没有核准备案，"
        )
        yield case.finding(
            "filing_required",
            "会议日期不在核准备案有效期内",
            f"{span}会议 {meeting_on} 至 {last_day}。请先办理备案，或把会议改到有效期内。",
            anchor=anchor,
            section=1,
        )
        return
    yield case.finding(
        "filing_required",
        "会议当日备案有效",
        f"{filing.filing_no}，有效期至 {filing.valid_to}",
        ok=True,
    )
    left = (filing.valid_to - timezone.localtime(case.now).date()).days
    if left <= case.rules["filing_warn_days"].whole:
        yield case.finding(
            "filing_warn_days",
            f"核准备案 {left} 天后到期",
            f"备案有效期至 {filing.valid_to}，本次会议在有效期内；请尽早办理换届备案。",
            anchor=anchor,
            section=1,
        )


def check_dates(case: Case) -> Iterator[Finding]:
    """The meeting lies ahead; the draw lies the prescribed working days before it."""
    application = case.application
    if case.too_late_at and case.too_late_at <= case.now:
        ended = case.is_supplement
        yield Finding(
            key="meeting_ahead",
            level=Level.BLOCK,
            title="会议已经结束" if ended else "会议开始时间已过",
            text="会议结束后不再补充抽取。" if ended else "抽取须在会议之前进行，请改正开始时间。",
            citation=PROCEDURE,
            anchor="#id_starts_at",
            section=1,
        )
    if application.starts_at and application.year:
        held = timezone.localtime(application.starts_at).year
        if abs(held - application.year) > 1:
            yield Finding(
                key="year_of_meeting",
                level=Level.BLOCK,
                title="年度与会议日期不符",
                text=f"年度 {application.year}，会议在 {held} 年。",
                citation=FORM_CITATION,
                anchor="#id_year",
                section=1,
            )
    yield from _check_lead(case)


def check_same_meeting(case: Case) -> Iterator[Finding]:
    """A second application for a meeting would be a repeat of its draw without the two people of a void."""
    drawn = [rival for rival in case.rivals if rival.drawn]
    for rival in drawn:
        yield Finding(
            key="drawn_elsewhere",
            level=Level.BLOCK,
            title="同一评委会同一时间的会议已另行抽取",
            text=f"申请 {rival.number} {rival.state}；重新抽取须先将其作废。",
            citation=PROCEDURE,
            anchor="#id_starts_at",
            section=1,
        )
    waiting = [rival for rival in case.rivals if not rival.drawn]
    if waiting and not drawn:
        numbers = "、".join(f"{rival.number}（{rival.state}）" for rival in waiting)
        yield Finding(
            key="same_meeting",
            level=Level.WARN,
            title="同一评委会同一时间另有抽取申请",
            text=f"{numbers}。同一会议只能抽取一次，先抽取的一份有效。",
            citation=PROCEDURE,
            anchor="#id_starts_at",
            section=1,
            reason=str(case.application.warning_reasons.get("same_meeting", "")),
        )


def _check_lead(case: Case) -> Iterator[Finding]:
    application, meeting_on = case.application, case.meeting_on
    if meeting_on is None or application.planned_draw_at is None:
        return
    anchor = "#id_planned_draw_at"
    lead = case.lead_rule
    least, most = case.rules[lead].whole, case.rules["draw_lead_days_max"].whole
    planned = application.planned_draw_at
    days = case.days_ahead(planned, meeting_on)
    latest = days_back(meeting_on, least)
    fix = Fix(f"改为 {latest} 09:00", deed=f"set_draw_time:{latest}")
    if case.too_late_at and planned >= case.too_late_at:
        end = "结束" if case.is_supplement else "开始"
        yield case.finding(
            lead,
            f"计划抽取时间在会议{end}之后",
            f"抽取须在会议{end}之前进行。",
            anchor=anchor,
            section=1,
            level=Level.BLOCK,
            fixes=(fix,),
        )
    elif planned < case.now - timedelta(minutes=1):
        yield case.finding(
            lead,
            "计划抽取时间已过",
            f"请改到会前 {least} 至 {most} 个工作日。",
            anchor=anchor,
            section=1,
            level=Level.BLOCK,
            fixes=(fix,),
        )
    elif days < least or days > most:
        rule = lead if days < least else "draw_lead_days_max"
        yield case.finding(
            rule,
            f"计划抽取在会前 {days} 个工作日",
            f"应在会前 {least} 至 {most} 个工作日，即 {days_back(meeting_on, most)} 至 {latest}。",
            anchor=anchor,
            section=1,
            fixes=(fix,),
        )
    else:
        yield case.finding(
            lead,
            "抽取时间合适",
            f"会前 {days} 个工作日，应在 {least} 至 {most} 个工作日之间",
            ok=True,
        )
