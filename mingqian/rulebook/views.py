"""规则库: every number from a regulation with its source, its history, and the page that changes it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingqian.audit.access import requires

from . import services
from .defaults import DEFINITIONS, Definition
from .forms import AsOfForm, ChangeForm, EndForm
from .models import RuleParameter
from .queries import history_of, lines_by_group, newest_row, province_row
from .scopes import committee_names


@require_GET
@requires("rulebook.view_rule")
def book(request: HttpRequest) -> HttpResponse:
    """All rules by group, as they stand on a day."""
    form = AsOfForm(request.GET or None)
    typed = form.cleaned_data if form.is_valid() else {}
    on = typed.get("on") or timezone.localdate()
    groups = lines_by_group(on=on, text=typed.get("q", ""))
    lines = [line for _, group in groups for line in group]
    names = committee_names()
    context = {
        "form": form,
        "on": on,
        "today": timezone.localdate(),
        "groups": [
            (group, [(line, _named(line.own, names)) for line in found]) for group, found in groups
        ],
        "count": len(lines),
        "unchecked": sum(1 for line in lines if line.row and not line.row.checked_on),
    }
    return render(request, "rulebook/list.html", context)


@require_http_methods(["GET", "POST"])
@requires("rulebook.view_rule")
def rule_page(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: what holds, what held, and for the department's lead the form that changes it."""
    definition = _definition(key)
    form: ChangeForm | None = None
    if request.user.may("rulebook.change_rule"):
        form = _change_form(request, definition)
        if request.method == "POST" and form.is_valid() and _changed(request, definition, form):
            return redirect("rulebook:rule", key)
    elif request.method == "POST":
        # The service would say the same; asking it keeps the refusal in one place.
        services.refuse_change(request.user)
    return _page(request, definition, form)


@require_POST
@requires("rulebook.change_rule")
def end_own_value(request: HttpRequest, key: str) -> HttpResponse:
    """A committee goes back to the province's value."""
    definition = _definition(key)
    form = EndForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
        return redirect("rulebook:rule", key)
    typed = form.cleaned_data
    try:
        services.end_committee_rule(
            key,
            committee_code=typed["committee"],
            from_day=typed["from_day"],
            reason=typed["reason"],
            by=request.user,
        )
    except services.RuleRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"「{definition.title}」自 {typed['from_day']} 起适用全省值。")
    return redirect("rulebook:rule", key)


def _definition(key: str) -> Definition:
    try:
        return DEFINITIONS[key]
    except KeyError:
        raise Http404(key) from None


def _change_form(request: HttpRequest, definition: Definition) -> ChangeForm:
    today = timezone.localdate()
    facts: dict[str, Any] = {
        "definition": definition,
        "row": province_row(definition.key, on=today),
        "today": today,
    }
    form = ChangeForm(request.POST if request.method == "POST" else None, **facts)
    newest = newest_row(definition.key)
    form.initial["seen"] = newest.pk if newest else None
    return form


def _changed(request: HttpRequest, definition: Definition, form: ChangeForm) -> bool:
    typed = form.cleaned_data
    try:
        row = services.change_rule(
            definition.key,
            value=typed.get("value", ""),
            enforcement=typed["enforcement"],
            valid_from=typed["valid_from"],
            citation=typed["citation"],
            checked_on=timezone.localdate() if typed["checked"] else None,
            reason=typed["reason"],
            committee_code=typed["scope"],
            seen=typed["seen"],
            by=request.user,
        )
    except services.RuleRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    except services.RuleChangedMeanwhile:
        newest = newest_row(definition.key)
        who = newest.changed_by_name if newest else ""
        form.add_error(None, f"{who}刚刚修改了这条规则，最新内容见变更历史；请核对后再次保存。")
        form.data = {**form.data, "seen": str(newest.pk if newest else "")}
        return False
    messages.success(request, f"已登记「{definition.title}」的新值，自 {row.valid_from} 起执行。")
    return True


def _page(request: HttpRequest, definition: Definition, form: ChangeForm | None) -> HttpResponse:
    today = timezone.localdate()
    rows = history_of(definition.key)
    now = [row for row in rows if row.holds_on(today)]
    names = committee_names()
    context = {
        "definition": definition,
        "form": form,
        "today": today,
        "current": next((row for row in now if not row.committee_code), None),
        "own": _named([row for row in now if row.committee_code], names),
        "coming": _named(
            [row for row in rows if row.valid_from > today and not row.never_held], names
        ),
        "rows": [(row, name, *_state(row, today)) for row, name in _named(rows, names)],
    }
    return render(
        request, "rulebook/rule.html", context, status=422 if form and form.errors else 200
    )


def _named(rows: list[RuleParameter], names: dict[str, str]) -> list[tuple[RuleParameter, str]]:
    """Each row with the name of its scope."""
    return [
        (row, names.get(row.committee_code, row.committee_code) if row.committee_code else "全省")
        for row in rows
    ]


def _state(row: RuleParameter, today: date) -> tuple[str, str]:
    if row.never_held:
        return "gray", "未生效即被替换"
    if row.holds_on(today):
        return "green", "现行"
    return ("blue", "待生效") if row.valid_from > today else ("gray", "已失效")
