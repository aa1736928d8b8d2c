"""What the row says about standing: unit, title, specialties, term, duty, status."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from stdnum.cn import uscc as credit_code

from mingqian.committees.models import TitleGrade

from ..models import Degree, Education, MemberDuty, MembershipStatus
from .cleaning import code_of, date_of, name_of, parts_of, text_of
from .faults import FaultFinder, last_day_of_term
from .identity import missing_or, optional_text, required_text
from .sheet import Cell

if TYPE_CHECKING:
    from .judge import Expectations

EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
GRADES = {label: TitleGrade(value) for value, label in TitleGrade.choices} | {
    "正高": TitleGrade.FULL_SENIOR,
    "副高": TitleGrade.ASSOCIATE_SENIOR,
    "助理": TitleGrade.ASSISTANT,
}
DUTIES = {label: MemberDuty(value) for value, label in MemberDuty.choices}
DUTIES |= {"主任": MemberDuty.CHAIR, "副主任": MemberDuty.VICE_CHAIR}
STATUSES = {
    "正常": MembershipStatus.ACTIVE,
    "在库": MembershipStatus.ACTIVE,
    "暂停": MembershipStatus.SUSPENDED,
    "离库": MembershipStatus.LEFT,
    "已离库": MembershipStatus.LEFT,
}
EDUCATIONS = {label: Education(value) for value, label in Education.choices} | {
    "博士研究生": Education.POSTGRADUATE,
    "硕士研究生": Education.POSTGRADUATE,
    "博士": Education.POSTGRADUATE,
    "硕士": Education.POSTGRADUATE,
    "本科": Education.BACHELOR,
    "大学": Education.BACHELOR,
    "专科": Education.COLLEGE,
    "大专": Education.COLLEGE,
    "中专": Education.VOCATIONAL,
    "高中": Education.SENIOR_SCHOOL,
}
DEGREES = {label: Degree(value) for value, label in Degree.choices}


def judge_unit(raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder) -> None:
    """Unit name and credit code; whether they belong together is judged against the register of units."""
    required_text(raw, values, finder, "unit_name", most=100)
    optional_text(raw, values, finder, "department", most=100)
    optional_text(raw, values, finder, "post", most=100)
    code = code_of(raw.get("uscc"))
    if finder.blames("uscc") or (not code and finder.blames("unit_name")):
        # One missing unit is one fault, not two.
        return
    if code and not credit_code.is_valid(code):
        wrong = (
            f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
            if len(code) != 18
            else "统一社会信用代码校验码错"
        )
        finder.add("uscc", "uscc", code, wrong, "请对照单位的法人证书或营业执照核对。")
    elif code:
        values["uscc"] = code


def judge_title(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, expected: Expectations
) -> None:
    """Title, grade, date of the title, field, education."""
    required_text(raw, values, finder, "title_name", most=50)
    optional_text(raw, values, finder, "title_cert_no", most=50)
    required_text(raw, values, finder, "field", most=100)
    grade = _choice(raw, values, finder, "title_level", GRADES, TitleGrade.labels)
    if grade is not None and int(grade) < expected.minimum_level:
        finder.add(
            "level_too_low",
            "title_level",
            text_of(raw.get("title_level")),
            f"级别低于本评委会要求的{expected.minimum_level_name}",
            "请核对级别；确未达到的请从名册中删去。",
        )
    obtained = _day(raw, finder, "title_date")
    if obtained is not None:
        if obtained > expected.on:
            finder.add(
                "in_future",
                "title_date",
                obtained.isoformat(),
                "取得日期晚于今天",
                "请核对职称证书上的日期。",
            )
        else:
            values["title_date"] = obtained
    _choice(raw, values, finder, "education", EDUCATIONS, Education.labels)
    if text_of(raw.get("degree")):
        _choice(raw, values, finder, "degree", DEGREES, Degree.labels)


def judge_membership(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, expected: Expectations
) -> None:
    """Specialties, group, term, duty, status and remarks."""
    _judge_specialties(raw, values, finder, expected)
    optional_text(raw, values, finder, "group_name", most=50)
    optional_text(raw, values, finder, "note", most=500)
    if text_of(raw.get("duty")):
        _choice(raw, values, finder, "duty", DUTIES, MemberDuty.labels)
    if text_of(raw.get("status")):
        _choice(raw, values, finder, "status", STATUSES, ["正常", "暂停", "离库"])
    start, end = _day(raw, finder, "term_from"), _day(raw, finder, "term_to")
    if start is None or end is None:
        return
    last = last_day_of_term(start, expected.term_years)
    if end <= start:
        finder.add(
            "term_backwards", "term_to", end.isoformat(), "聘期止不晚于聘期起", "请核对两个日期。"
        )
    elif end > last:
        finder.add(
            "term_too_long",
            "term_to",
            end.isoformat(),
            f"聘期超过 {expected.term_years} 年（{expected.term_citation}）",
            f"聘期自 {start.isoformat()} 起，最迟可到 {last.isoformat()}。",
        )
    else:
        values["term_from"], values["term_to"] = start, end


def _judge_specialties(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, expected: Expectations
) -> None:
    if finder.blames("specialties"):
        return
    names = parts_of(raw.get("specialties"))
    if not names:
        finder.add(
            "missing",
            "specialties",
            "",
            "未填写推荐专业",
            "请填写本评委会的评审专业，多个用分号隔开。",
        )
        return
    unknown = [name for name in names if name not in expected.specialties]
    if unknown:
        near = get_close_matches(unknown[0], expected.specialties, n=3, cutoff=0.5)
        choices = near or list(expected.specialties)[:8]
        lead = "是否为" if near else "可填"
        finder.add(
            "unknown_specialty",
            "specialties",
            "；".join(names),
            f"「{'」「'.join(name[:20] for name in unknown[:5])}」不是本评委会的评审专业",
            f"{lead}：{'、'.join(choices)}{'' if near or len(expected.specialties) <= 8 else ' 等'}。",
        )
        return
    values["specialties"] = [expected.specialties[name] for name in names]


def _choice[C](
    raw: dict[str, Cell],
    values: dict[str, object],
    finder: FaultFinder,
    key: str,
    choices: dict[str, C],
    labels: list[str],
) -> C | None:
    """One of a few words; what is stored is the choice's value."""
    if finder.blames(key):
        return None
    text = name_of(raw.get(key))
    chosen = choices.get(text)
    if chosen is None:
        heading = finder.header.headings[key]
        missing_or(finder, key, text, f"不认识的{heading}", f"请填：{'、'.join(labels)}。")
        return None
    values[key] = chosen.value  # type: ignore[attr-defined]
    return chosen


def _day(raw: dict[str, Cell], finder: FaultFinder, key: str) -> date | None:
    if finder.blames(key):
        return None
    cell = raw.get(key)
    day = date_of(cell)
    if day is None or not EARLIEST <= day <= LATEST:
        heading = finder.header.headings[key]
        missing_or(
            finder, key, text_of(cell), f"{heading}不是有效的日期", "请写到日，例如 2026-04-01。"
        )
        return None
    return day
