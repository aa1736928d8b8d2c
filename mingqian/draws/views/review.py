"""业务审核→抽取审核: the difference first, then the document, the rules looked at again, the decision."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.review import LEAST_OPINION, ReviewForm
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.applications import awaiting_review, last_year_by_group, state_of
from mingqian.draws.queries.rules import findings_of, read_case
from mingqian.draws.queries.rules.case import Case
from mingqian.draws.queries.rules.people import times
from mingqian.draws.queries.versions import Change, differences
from mingqian.web.components import Check, Step
from mingqian.web.todos import span
from mingqian.workflow.models import Action
from mingqian.workflow.queries import (
    attachments_of,
    last_opinion,
    opinions_of,
    possible_actions,
    previous_version,
)
from mingqian.workflow.reasons import REASONS, reason_labels
from mingqian.workflow.services import (
    FourEyes,
    NoSuchMove,
    NotReady,
    OpinionRefused,
    SomebodyWasFaster,
    perform,
)

from .life import history_entries, steps_of
from .lookup import application_or_404
from .record import facts_of, seat_groups, shown_content, trial_words

DONE = {
    "APPROVE": "已审核通过，办公室可在规定时间内正式抽取。",
    "RETURN": "已退回修改，经办人可在待办事项中看到全部意见。",
    "REJECT": "已不予通过，本申请终止。",
}
DECISION_NOTES = {
    "APPROVE": "办公室可在规定时间内正式抽取",
    "RETURN": "申请编号不变，修改后成为下一版",
    "REJECT": "本申请终止，不能再次提交",
}
LEVELS = {"BLOCK": "block", "WARN": "warn", "OK": "pass", "INFO": "info"}


@requires("draws.review_application")
@require_http_methods(["GET", "POST"])
def review_application(request: HttpRequest, number: str) -> HttpResponse:
    """The reviewer's page, and the decision by POST."""
    application = application_or_404(request, number)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        answer = _decide(request, application, form)
        if answer is not None:
            return answer
    context = review_context(request, application, form)
    return render(request, "draws/review.html", context, status=422 if form.is_bound else 200)


def _decide(
    request: HttpRequest, application: DrawApplication, form: ReviewForm
) -> HttpResponse | None:
    """Perform the decision; None where the form has to be shown again."""
    if not form.is_valid():
        return None
    decision = form.cleaned_data["decision"]
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
    back = redirect("draws:review", number=application.number)
    try:
        perform(
            decision,
            on=application.matter,
            by=request.user,
            opinion=form.cleaned_data["opinion"],
            reasons=form.cleaned_data["reasons"],
            version=seen,
        )
    except FourEyes:
        messages.error(request, "提交人不能审核自己提交的申请，请由另一人审核。")
        return back
    except OpinionRefused as refusal:
        form.add_error(refusal.field, refusal.message)
        return None
    except NotReady as refusal:
        words = "；".join(defect.sentence for defect in refusal.defects)
        form.add_error(
            "decision",
            f"按现在的评委库与规则，还有 {len(refusal.defects)} 项不符合，不能通过：{words}",
        )
        return None
    except (SomebodyWasFaster, NoSuchMove):
        return _late(request, application, decision, back)
    messages.success(request, DONE[decision])
    return back


def _late(
    request: HttpRequest, application: DrawApplication, decision: str, back: HttpResponse
) -> HttpResponse:
    """Somebody was faster: the same person's second click, another reviewer, or a withdrawal."""
    opinion = last_opinion(application.matter)
    if opinion is not None and opinion.actor_id == request.user.pk and opinion.decision == decision:
        messages.success(request, DONE[decision])
    elif (
        opinion is not None
        and opinion.actor_id != request.user.pk
        and opinion.version == application.matter.version
    ):
        messages.warning(
            request,
            f"{opinion.actor.real_name} 已于 {timezone.localtime(opinion.at):%m-%d %H:%M} 作出结论：{opinion.get_decision_display()}。",
        )
    else:
        messages.warning(request, "申请已被撤回或有新的版本，请重新核对后再审核。")
    return back


def review_context(
    request: HttpRequest, application: DrawApplication, form: ReviewForm
) -> dict[str, Any]:
    """Everything on the reviewer's page."""
    matter, user = application.matter, request.user
    content, version = shown_content(application, user)
    before = previous_version(matter)
    changes = differences(before.content, content) if before and version else []
    case = read_case(application, errors={})
    findings = findings_of(application, case=case)
    trials = list(application.trials.select_related("by")[:50])
    actions = possible_actions(matter, user)
    previous, following = _neighbours(request, application)
    last_year = last_year_by_group(application)
    opinion = last_opinion(matter) if matter.status != "SUBMITTED" else None
    groups = seat_groups(content, {change.specialty for change in changes if change.specialty})
    return {
        "application": application,
        "matter": matter,
        "state": state_of(application),
        "steps": _waiting(steps_of(application), application),
        "content": content,
        "version": version,
        "facts": facts_of(content, filing=case.filing),
        "groups": groups,
        "bars": [(group, last_year.get(group.name)) for group in groups],
        "has_last_year": bool(last_year),
        "longest": max([g.primary + g.alternate for g in groups] + list(last_year.values()) + [1]),
        "before": before,
        "returned": opinions_of(matter).filter(version=before.number).first() if before else None,
        "changes": [(change, effect_of(change, case)) for change in changes],
        "multiple": times(case.grid.multiple),
        "checks": [*_checks(findings, content), _four_eyes(application, user)],
        "case": case,
        "trials": [(trial, trial_words(trial)) for trial in trials],
        "history": history_entries(application),
        "attachments": attachments_of(matter),
        "may_decide": Action.APPROVE in actions,
        "own_submission": matter.submitted_by_id == user.pk,
        "form": form,
        "reasons": REASONS,
        "chosen_reasons": form["reasons"].value() or [],
        "notes": DECISION_NOTES,
        "tones": {"RETURN": "back", "REJECT": "stop"},
        "opinion_hint": f"退回或不予通过时至少 {LEAST_OPINION} 字；经办人会看到全文",
        "opinion": opinion,
        "opinion_labels": reason_labels(opinion.reasons) if opinion else [],
        "previous": previous,
        "following": following,
        "now": timezone.now(),
    }


def _waiting(steps: list[Step], application: DrawApplication) -> list[Step]:
    matter = application.matter
    if matter.status == "SUBMITTED" and matter.submitted_at:
        waited = span(timezone.now() - matter.submitted_at)
        steps[2] = Step("审核", f"等待 {waited}", "here")
    return steps


def _checks(findings: Any, content: dict[str, Any]) -> list[Check]:
    """The findings as they stand now, with the reasons that were submitted for warnings."""
    reasons = content.get("warning_reasons") or {}
    checks = []
    for finding in findings:
        if finding.key.startswith("missing:"):
            continue
        text = finding.text
        if finding.warns:
            text = "\n".join(
                part
                for part in (text, f"办公室说明：{reasons.get(finding.key) or '未说明'}")
                if part
            )
        checks.append(Check(LEVELS[finding.level], finding.title, text, finding.citation))  # type: ignore[arg-type]
    return checks


def _four_eyes(application: DrawApplication, user: Any) -> Check:
    submitter = application.matter.submitted_by
    same = submitter is not None and submitter.pk == user.pk
    names = f"{user.real_name} / {submitter.real_name if submitter else '未提交'}"
    title = "审核人与提交人是同一人" if same else "审核人与提交人不是同一人"
    return Check("block" if same else "pass", title, names, "内控要求")


def effect_of(change: Change, case: Case) -> str:
    """What a change of seats does: 可抽 19 人，倍率 9.5 → 6.3，符合."""
    row = case.grid.row(change.specialty) if change.specialty else None
    if row is None or change.field != "primary" or not change.old.isdigit():
        return ""
    eligible, old = row.count.eligible, int(change.old)
    was = times(Fraction(eligible, old) if old else None)
    now = times(row.multiple)
    if row.lacking:
        verdict = f"缺 {row.lacking} 人"
    elif row.multiple is not None and row.multiple < case.grid.block:
        verdict = "低于下限"
    elif row.multiple is not None and row.multiple < case.grid.warn:
        verdict = "低于提醒线"
    else:
        verdict = "符合"
    return f"可抽 {eligible} 人，倍率 {was} → {now}，{verdict}"


def _neighbours(request: HttpRequest, application: DrawApplication) -> tuple[str, str]:
    """Addresses of the waiting applications before and after this one; blank where there is none."""
    numbers = list(awaiting_review(request.user).values_list("number", flat=True)[:500])
    if application.number in numbers:
        place = numbers.index(application.number)
        before, after = numbers[:place][-1:], numbers[place + 1 :][:1]
    else:
        before, after = [], numbers[:1]

    def address(found: list[str]) -> str:
        return reverse("draws:review", args=found) if found else ""

    return address(before), address(after)
