"""Single deeds on an expert's page: reveal, suspend, restore, days away."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from mingqian.accounts.access import requires

from ..forms import DeedForm, RevealForm, UnavailabilityForm
from ..models import ExpertUnavailability, MembershipStatus
from ..services import (
    NothingToDo,
    TooManyReveals,
    add_unavailability,
    restore_membership,
    reveal_field,
    suspend_membership,
    withdraw_unavailability,
)
from ..words import FIELDS
from .found import expert_of, membership_of


@requires("experts.reveal_field")
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, expert_no: str, field: str) -> HttpResponse:
    """Ask for the reason, then show one full number once. It is never part of another page."""
    expert = expert_of(request, expert_no)
    if field not in FIELDS:
        raise Http404
    form = RevealForm(request.POST or None)
    context = {"expert": expert, "field": field, "label": FIELDS[field], "form": form}
    context["masked"] = expert.id_masked if field == "id" else expert.mobile_masked
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                context["value"] = reveal_field(
                    expert, field=field, purpose=form.cleaned_data["reason"], by=request.user
                )
            except TooManyReveals as refused:
                context["refusal"], status = refused.told, 429
        else:
            status = 422
    fragment = request.headers.get("HX-Request") == "true"
    template = "experts/reveal_fragment.html" if fragment else "experts/reveal.html"
    # htmx leaves the page as it is on an error answer; the words are in the fragment.
    response = render(request, template, context, status=200 if fragment else status)
    response["Cache-Control"] = "no-store, private"
    return response


@requires("experts.edit_expert")
@require_http_methods(["GET", "POST"])
def move_membership(request: HttpRequest, expert_no: str, pk: int) -> HttpResponse:
    """Suspend an active membership, or restore a suspended one, with a reason."""
    membership = membership_of(request, expert_no, pk)
    suspends = membership.status == MembershipStatus.ACTIVE
    if not suspends and membership.status != MembershipStatus.SUSPENDED:
        messages.warning(request, "这段任期已经结束，不能暂停或恢复。")
        return redirect("experts:expert", expert_no)
    wanted = request.POST.get("deed", "suspend" if suspends else "restore")
    form = DeedForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            deed = suspend_membership if wanted == "suspend" else restore_membership
            try:
                deed(membership, reason=form.cleaned_data["reason"], by=request.user)
            except NothingToDo as nothing:
                messages.warning(request, str(nothing))
            else:
                messages.success(request, "已暂停抽取。" if wanted == "suspend" else "已恢复抽取。")
            return redirect("experts:expert", expert_no)
        status = 422
    context = {
        "expert": membership.expert,
        "membership": membership,
        "form": form,
        "deed": "suspend" if suspends else "restore",
    }
    return render(request, "experts/move.html", context, status=status)


@requires("experts.edit_expert")
@require_http_methods(["GET", "POST"])
def add_away(request: HttpRequest, expert_no: str) -> HttpResponse:
    """Note days on which an expert cannot come."""
    expert = expert_of(request, expert_no)
    form = UnavailabilityForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            add_unavailability(expert, by=request.user, **form.cleaned_data)
            messages.success(request, "已登记不可用时段。")
            return redirect("experts:expert", expert_no)
        status = 422
    return render(request, "experts/away.html", {"expert": expert, "form": form}, status=status)


@requires("experts.edit_expert")
@require_POST
def withdraw_away(request: HttpRequest, expert_no: str, pk: int) -> HttpResponse:
    """Take noted days back."""
    expert = expert_of(request, expert_no)
    away = get_object_or_404(
        ExpertUnavailability, pk=pk, expert=expert, office_id=request.user.office_id
    )
    try:
        withdraw_unavailability(away, by=request.user)
    except NothingToDo as nothing:
        messages.warning(request, str(nothing))
    else:
        messages.success(request, "已撤销。")
    return redirect("experts:expert", expert_no)
