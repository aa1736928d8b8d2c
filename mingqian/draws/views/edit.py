"""新增抽取申请: the form. Every deed of the page first saves the draft, then does its work and redirects."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.application import COLUMN_FIELDS, Reading, read
from mingqian.draws.models import DrawApplication
from mingqian.draws.services.editing import Edit, SavedMeanwhile
from mingqian.draws.services.relaxing import SeatsAsSet, seats_as_set
from mingqian.draws.services.save import Draft, save_application
from mingqian.workflow.services import NotEditable

from . import undo
from .conflict import conflict_page
from .deed import Change
from .edit_deeds import DEEDS
from .edit_page import edit_context, own_committees, unreadable
from .grid_deeds import UNDONE
from .lookup import application_or_404


@requires("draws.edit_application")
@require_http_methods(["GET", "POST"])
def edit_application(request: HttpRequest, number: str) -> HttpResponse:
    """The page; its deeds by POST; autosave by htmx."""
    application = application_or_404(request, number)
    if request.method == "POST":
        return _post(request, application)
    if not application.matter.is_editable:
        messages.info(request, "申请已提交，不能再修改；需要修改时请先撤回。")
        return redirect("draws:application", number=number)
    context = edit_context(request, application, insist="insist" in request.GET)
    return render(request, "draws/application_edit.html", context)


def _post(request: HttpRequest, application: DrawApplication) -> HttpResponse:
    reading = reading_of(request, application)
    draft = draft_of(request, reading)
    kind = (application.committee_id, application.year, application.mode)
    name, _, argument = request.POST.get("deed", "").partition(":")
    deed = DEEDS.get(name, DEEDS["save"])
    done: list[Edit] = []
    before: list[SeatsAsSet] = []
    change = deed.change(request, argument)
    try:
        save_application(
            application,
            draft=draft,
            revision=_number(request.POST.get("revision"), application.revision),
            form_key=request.POST.get("form_key", "")[:36],
            tick=_number(request.POST.get("tick"), 0),
            deed=partial(_follow, change, done, before),
            action=deed.action if change else "draws.save_application",
            by=request.user,
        )
        saved = application_or_404(request, application.number)
        if request.headers.get("HX-Request") and name in ("", "save"):
            return _live(request, saved, kind)
        if name in UNDONE:
            undo.keep(request, saved, before=before[0], words=UNDONE[name])
        return deed.answer(request, saved, argument, done[0].outcome)
    except (SavedMeanwhile, NotEditable) as refusal:
        return conflict_page(request, application, reading, refusal)


def _follow(change: Change | None, done: list[Edit], before: list[SeatsAsSet], edit: Edit) -> None:
    """Do the deed of the button, if it has one; keep the edit for what it has to tell, and the seats as typed."""
    done.append(edit)
    before.append(seats_as_set(edit.application))
    if change is not None:
        change(edit)


def _live(request: HttpRequest, saved: DrawApplication, before: tuple[Any, ...]) -> HttpResponse:
    """What autosave answers: the live parts of the page, or word that the page must be loaded anew."""
    if before != (saved.committee_id, saved.year, saved.mode):
        return HttpResponse(
            headers={"HX-Redirect": reverse("draws:edit", args=[saved.number]) + "#s3"}
        )
    context = edit_context(request, saved, form_key=request.POST.get("form_key", "")[:36])
    response = render(request, "draws/application_live.html", context)
    errors = unreadable(saved, context["form"])
    response["HX-Trigger-After-Swap"] = json.dumps(
        {"draft-saved": {"errors": errors, "at": f"{saved.saved_at:%H:%M}"}}
    )
    return response


def reading_of(request: HttpRequest, application: DrawApplication) -> Reading:
    """What was typed, judged field by field."""
    committee = application.committee
    codes = list(committee.specialties.values_list("code", flat=True)) if committee else []
    return read(request.POST, committees=own_committees(request, application), specialties=codes)


def draft_of(request: HttpRequest, reading: Reading) -> Draft:
    """The reading as the service takes it; pickers count only where they were on the page."""
    data = request.POST
    names = [*COLUMN_FIELDS, *(key for key in data if "-" in key)]
    picked = "picks" in data
    return Draft(
        values=reading.values,
        typed=reading.typed,
        fields_read={name for name in names if name in data},
        seats=reading.seats,
        reasons=reading.reasons,
        units=_ids(data.getlist("units")) if picked else None,
        experts=_ids(data.getlist("experts")) if picked else None,
        designated=_designated(data) if picked else None,
    )


def _designated(data: Any) -> list[tuple[int, str, str]]:
    return [
        (
            expert,
            data.get(f"duty-{expert}", ""),
            data.get(f"why-{expert}", "").replace("\x00", "").strip(),
        )
        for expert in _ids(data.getlist("designated"))
    ]


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16]


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else default
