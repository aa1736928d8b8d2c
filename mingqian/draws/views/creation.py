"""新增抽取申请: one small step, then the draft has its number."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.creation import CreationForm
from mingqian.draws.queries.applications import copyable
from mingqian.draws.services.create import create_application

MODE_NOTES = {
    "BY_GROUP": "按专业设定正选与备选人数，各专业分别随机抽取；备选只在同专业内递补",
    "WHOLE_POOL": "在整个评委库内抽取一个总数，备选排成一个顺序；可给专业设最低人数",
}


@requires("draws.edit_application")
@require_http_methods(["GET", "POST"])
def new_application(request: HttpRequest) -> HttpResponse:
    """The form's key makes one draft of a double click."""
    initial = (
        {"source": request.GET.get("source")} if request.GET.get("source", "").isdigit() else {}
    )
    data = request.POST if request.method == "POST" else None
    form = CreationForm(data, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        application = create_application(
            year=form.cleaned_data["year"],
            committee=form.cleaned_data["committee"],
            mode=form.cleaned_data["mode"],
            source=form.cleaned_data["source"],
            key=request.POST.get("key", "")[:36] or uuid4().hex,
            by=request.user,
        )
        return redirect("draws:edit", number=application.number)
    if form.initial.get("source") and not form.is_bound:
        source = copyable(request.user).filter(pk=form.initial["source"]).first()
        if source is not None:
            form.initial = {**form.initial, "committee": source.committee_id, "mode": source.mode}
    return render(
        request,
        "draws/application_new.html",
        {
            "form": form,
            "key": request.POST.get("key", "")[:36] or uuid4().hex,
            "mode_notes": MODE_NOTES,
        },
        status=422 if form.is_bound else 200,
    )
