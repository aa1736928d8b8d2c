"""Everything that the form of an application shows, gathered once for the page and for its live parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from mingqian.committees.models import Committee
from mingqian.committees.queries import committees_with_valid_filing
from mingqian.draws.forms.application import ApplicationForm, texts_of
from mingqian.draws.models import DesignatedMember, DrawApplication, DrawMode
from mingqian.draws.queries.applications import last_year_by_group, last_year_of, state_of
from mingqian.draws.queries.picks import (
    avoided_experts,
    avoided_people,
    avoided_units,
    found_picks,
    main_specialties,
)
from mingqian.draws.queries.rules import Findings, findings_of, read_case
from mingqian.draws.queries.rules.case import Case
from mingqian.draws.queries.rules.members import cap_by_rule, least_members
from mingqian.draws.queries.working_days import working_days_before
from mingqian.experts.queries import pick_members, pick_units
from mingqian.web.components import Tone
from mingqian.workflow.queries import attachments_of, last_opinion

from . import undo
from .creation import MODE_NOTES
from .life import steps_of

SECTIONS = ("评审会议", "抽取方式", "专业组人数分布设置", "回避与指定委员", "联系与附件")
LIVE_UP_TO = 20_000
FIND_KINDS = {"unit": "单位", "expert": "回避专家", "member": "指定委员"}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form in its table of contents."""

    number: int
    title: str
    tone: Tone
    word: str


def own_committees(request: HttpRequest, application: DrawApplication) -> QuerySet[Committee]:
    """Committees to choose from: of the own office, filed and valid today; and the one already chosen."""
    valid = committees_with_valid_filing(request.user, timezone.localdate())
    return Committee.objects.visible_to(request.user).filter(
        Q(pk__in=valid.values("pk")) | Q(pk=application.committee_id)
    )


def edit_context(
    request: HttpRequest,
    application: DrawApplication,
    *,
    form_key: str = "",
    insist: bool = False,
) -> dict[str, Any]:
    """The context of the page. `insist`: somebody asked to submit, so that what is missing is shown as an error."""
    form = _display_form(request, application)
    errors = unreadable(application, form)
    case = read_case(application, errors=errors, seats_up_to=LIVE_UP_TO)
    findings = findings_of(application, case=case)
    if insist:
        _mark_missing(form, findings)
    last_year = last_year_by_group(application)
    for group in case.grid.groups:
        group.before = last_year.get(group.name)
        for row in group.rows:
            row.findings = findings.for_specialty(row.code)
    longest = max(
        [group.primary + group.alternate for group in case.grid.groups]
        + list(last_year.values())
        + [1]
    )
    return {
        "application": application,
        "matter": application.matter,
        "state": state_of(application),
        "steps": steps_of(application),
        "form": form,
        "case": case,
        "grid": case.grid,
        "findings": findings,
        "insist": insist,
        "blockers": blockers(findings, insist=insist),
        "sections": contents(application, findings, errors),
        **_hints(application, case),
        "last_year": last_year,
        "has_last_year": last_year_of(application) is not None,
        "longest": longest,
        "units": avoided_units(application, case.survey),
        "experts": avoided_experts(application),
        "avoided_people": avoided_people(case.survey),
        "designated": designated_rows(application, case.survey.codes_of),
        "duties": DesignatedMember.Duty.choices,
        "designated_max": case.rules["designated_max"].whole,
        "attachments": attachments_of(application.matter),
        "opinion": last_opinion(application.matter)
        if application.matter.status == "RETURNED"
        else None,
        "form_key": form_key or uuid4().hex,
        "may_submit": request.user.may("draws.submit_application"),
        "spread_total": case.grid.primaries or _usual_total(case),
        "found": _found(request, application),
        "undo": undo.offered(request, application),
        "ask_clear": "cleared" in request.GET and case.grid.has_hand_typed,
    }


def _hints(application: DrawApplication, case: Case) -> dict[str, Any]:
    """Words beside the fields, and the numbers the grid's script reckons with."""
    committee, filing, grid = application.committee, case.filing, case.grid
    parts = []
    if committee is not None:
        parts = [
            committee.get_level_display(),
            committee.series.name,
            committee.get_basis_display(),
            f"组建单位 {committee.convening_unit.name}",
            f"备案至 {filing.valid_to}" if filing else "没有核准备案",
        ]
    least, most = case.rules[case.lead_rule].whole, case.rules["draw_lead_days_max"].whole
    lead = f"应在会前 {least} 至 {most} 个工作日"
    if application.planned_draw_at and case.meeting_on:
        drawn_on = timezone.localtime(application.planned_draw_at).date()
        lead = f"会前 {working_days_before(drawn_on, case.meeting_on)} 个工作日，{lead}"
    total = (
        f"加指定 {len(case.designated)} 人共 {case.members} 人"
        if case.designated
        else f"共 {case.members} 人"
    )
    if case.is_supplement:
        total = f"加在席 {case.seated} 人，{total}"
    return {
        "committee_hint": "·".join(parts),
        "lead_hint": lead,
        "cap_placeholder": str(cap_by_rule(case)) if grid.primaries else "自动",
        "total_words": f"{total}，{'单数' if case.members % 2 else '双数'}"
        if grid.primaries
        else "",
        "ratio_text": f"{float(grid.ratio):.6g}",
        "block_text": f"{float(grid.block):.1f}",
        "warn_text": f"{float(grid.warn):.1f}",
        "mode_notes": MODE_NOTES,
    }


def _usual_total(case: Case) -> int:
    """The least odd number of primaries that the rules allow, as a first proposal."""
    if case.series is not None:
        return max(1, case.series.gap)
    committee = case.application.committee
    rule = least_members(committee, case.rules) if committee else None
    least = rule.whole if rule is not None and rule.number is not None else 5
    total = max(1, least - len(case.designated))
    return total + (total + len(case.designated) + 1) % 2


def _display_form(request: HttpRequest, application: DrawApplication) -> ApplicationForm:
    form = ApplicationForm(texts_of(application), committees=own_committees(request, application))
    form.use_required_attribute = False
    form.is_valid()
    # What could be read but stands alone in its column is no error; what is kept as typed is.
    for name in list(form.errors):
        if name not in application.typed:
            del form.errors[name]
    for name, attrs in WIDGETS.items():
        form.fields[name].widget.attrs.update(attrs)
    for name in ("year", "committee", "meeting_name", "starts_at", "ends_at", "planned_draw_at"):
        form.fields[name].required = True
    for name in ("handler_name", "handler_phone", "mode"):
        form.fields[name].required = True
    form.fields["avoidance_ground"].required = application.avoidances.exists()
    form.fields["mode"].widget = forms.RadioSelect(choices=DrawMode.choices)
    return form


WIDGETS: dict[str, dict[str, str]] = {
    "year": {"inputmode": "numeric", "maxlength": "20", "autocomplete": "off"},
    "committee": {"data-picker": "1"},
    "starts_at": {"data-date": "datetime", "autocomplete": "off", "placeholder": "年-月-日 时:分"},
    "ends_at": {"data-date": "datetime", "autocomplete": "off", "placeholder": "年-月-日 时:分"},
    "planned_draw_at": {
        "data-date": "datetime",
        "autocomplete": "off",
        "placeholder": "年-月-日 时:分",
    },
    "same_unit_cap": {"inputmode": "numeric", "autocomplete": "off"},
    "primary_total": {"inputmode": "numeric", "autocomplete": "off"},
    "alternate_total": {"inputmode": "numeric", "autocomplete": "off"},
    "avoidance_ground": {"rows": "2", "data-count": "500"},
    "remarks": {"rows": "3", "data-count": "500", "placeholder": "需要审核人知道的情况"},
    "observer_names": {"placeholder": "姓名（单位）"},
    "handler_phone": {"autocomplete": "tel"},
}


def unreadable(application: DrawApplication, form: ApplicationForm) -> dict[str, str]:
    """Field name -> message, for everything that is kept as typed."""
    errors: dict[str, str] = {}
    for name in application.typed:
        if name in form.errors:
            errors[name] = str(form.errors[name][0])
        elif "-" in name:
            errors[name] = cell_message(name)
    return errors


def cell_message(name: str) -> str:
    """What is wrong with a cell of the grid that could not be read."""
    if name.startswith("note-"):
        return "说明最多 100 个字，且不能含空字符。"
    return "请填写 0 至 999 的整数。"


def _mark_missing(form: ApplicationForm, findings: Findings) -> None:
    for finding in findings.blocking:
        if finding.key.startswith("missing:"):
            for label, anchor in finding.items:
                name = anchor.removeprefix("#id_")
                if name in form.fields and name not in form.errors:
                    form.errors[name] = form.error_class([f"{label}。"])


def blockers(findings: Findings, *, insist: bool) -> list[tuple[str, str]]:
    """What the summary on top lists. An untouched draft is not scolded for what is still empty."""
    places: list[tuple[str, str]] = []
    for finding in findings.blocking:
        if insist or not (finding.key.startswith("missing:") or finding.key == "no_seats"):
            places.extend(finding.items or [(finding.sentence, finding.anchor)])
    if insist:
        places.extend(
            (f"{each.title}：请填写说明", f"#reason-{each.key}") for each in findings.unreasoned
        )
    return places


def contents(
    application: DrawApplication, findings: Findings, errors: dict[str, str]
) -> list[Section]:
    """The table of contents with what each section still lacks."""
    wrong = findings.section_errors()
    missing = {
        each.section: len(each.items)
        for each in findings.blocking
        if each.key.startswith("missing:")
    }
    asked = {each.section for each in findings.unreasoned}
    sections = []
    for number, title in enumerate(SECTIONS, start=1):
        faults = wrong.get(number, 0) - missing.get(number, 0)
        tone: Tone = "green"
        word = "已填"
        if faults:
            tone, word = "red", f"{faults} 处错误"
        elif missing.get(number):
            tone, word = "gray", f"{missing[number]} 项未填"
        elif number in asked:
            tone, word = "amber", "需说明"
        elif (
            number == 4
            and not application.avoidances.exists()
            and not application.designated.exists()
        ):
            tone, word = "gray", "未设置"
        sections.append(Section(number, title, tone, word))
    return sections


def designated_rows(
    application: DrawApplication, codes_of: Any
) -> list[tuple[DesignatedMember, str, bool]]:
    """(member, unit and main specialty in words, whether unfit)."""
    members = list(application.designated.select_related("expert__unit"))
    main = main_specialties(application, [member.expert_id for member in members])
    rows = []
    for member in members:
        unit = member.expert.unit.name if member.expert.unit else "未登记工作单位"
        words = "·".join(part for part in (unit, main.get(member.expert_id, "")) if part)
        unfit = any(
            code not in ("DESIGNATED", "ROTATION", "LOAD")
            for code in codes_of.get(member.expert_id, ("NOT_IN_POOL",))
        )
        rows.append((member, words, unfit))
    return rows


def _found(request: HttpRequest, application: DrawApplication) -> dict[str, Any] | None:
    """What 查找 found, where scripts do not run."""
    kind, words = request.GET.get("find", ""), request.GET.get("q", "").replace("\x00", "")[:60]
    if kind not in FIND_KINDS:
        return None
    if kind == "unit":
        rows = pick_units(Committee.objects.visible_to(request.user), words)
    else:
        rows = pick_members(application.committee, words) if application.committee else []
    return {"kind": kind, "words": words, "rows": found_picks(rows)}
