"""新增专家, 修改专家信息, 修改入库信息."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.committees.models import Committee

from ..forms import MembershipForm, NewcomerForm, PersonForm
from ..forms.expert import TypedForm
from ..models import Expert
from ..models.membership import OPEN_STATUSES
from ..services import EditedMeanwhile, NotAccepted, admit_expert, change_expert, change_membership
from ..services.typed import judge_newcomer, plan_newcomer
from .found import committee_of, expert_of, membership_of


@dataclass(frozen=True, slots=True)
class Difference:
    """One field where the newer version and what was typed differ."""

    label: str
    stored: str
    typed: str


@requires("experts.edit_expert")
@require_http_methods(["GET", "POST"])
def new_expert(request: HttpRequest) -> HttpResponse:
    """Enter one expert by hand."""
    own = Committee.objects.visible_to(request.user).active()
    asked = request.POST.get("committee") or request.GET.get("committee")
    if asked and not asked.isdigit():
        asked = "0"
    committee = get_object_or_404(own, pk=asked) if asked else own.order_by("code").first()
    if committee is None:
        return render(request, "experts/no_committee.html")
    data = request.POST if request.method == "POST" else None
    person = NewcomerForm(data, initial={"id_type": "居民身份证"})
    term = MembershipForm(data, committee=committee, initial={"duty": "委员"})
    status = 200
    if data is not None:
        typed = {**person.typed(), **term.typed()}
        if person.is_valid() & term.is_valid():
            try:
                membership = admit_expert(committee, typed=typed, by=request.user)
            except NotAccepted as refused:
                show(refused, person, term)
            else:
                messages.success(request, f"{membership.expert.name} 已入库。")
                return redirect("experts:expert", membership.expert.expert_no)
        else:
            planned = plan_newcomer(judge_newcomer(typed, committee), committee)
            show(NotAccepted(planned.faults), person, term)
        status = 422
    context = {"person": person, "term": term, "committee": committee, "committees": own}
    return render(request, "experts/new.html", context, status=status)


def show(refused: NotAccepted, person: TypedForm, term: TypedForm) -> None:
    """Put every fault into the form that has its field."""
    own = [
        fault for fault in refused.faults if fault.key == "specialties" or fault.key in term.fields
    ]
    term.show(own)
    person.show(fault for fault in refused.faults if fault not in own)


@requires("experts.edit_expert")
@require_http_methods(["GET", "POST"])
def edit_expert(request: HttpRequest, expert_no: str) -> HttpResponse:
    """Change the facts of a person."""
    found = expert_of(request, expert_no)
    committee = committee_of(request, found)
    version, differences, status = found.version, [], 200
    if request.method == "POST":
        form = PersonForm(request.POST, expert=found, committee=committee)
        status = 422
        if form.is_valid():
            try:
                change_expert(
                    found,
                    typed=form.typed(),
                    version=version_of(request),
                    committee=committee,
                    by=request.user,
                )
            except EditedMeanwhile as newer:
                found, version, status = newer.expert, newer.expert.version, 409
                differences = differences_of(form, PersonForm.initial_of(found))
            except NotAccepted as refused:
                form.show(refused.faults)
            else:
                messages.success(request, "已保存。")
                return redirect("experts:expert", expert_no)
    else:
        form = PersonForm(initial=PersonForm.initial_of(found), expert=found, committee=committee)
    return render(
        request,
        "experts/edit.html",
        _context(found, form, version, differences, status),
        status=status,
    )


@requires("experts.edit_expert")
@require_http_methods(["GET", "POST"])
def edit_membership(request: HttpRequest, expert_no: str, pk: int) -> HttpResponse:
    """Change one membership."""
    membership = membership_of(request, expert_no, pk)
    found, committee = membership.expert, membership.committee
    if membership.status not in OPEN_STATUSES:
        messages.warning(request, "这段任期已经结束，不能修改。")
        return redirect("experts:expert", expert_no)
    version, differences, status = found.version, [], 200
    if request.method == "POST":
        form = MembershipForm(request.POST, committee=committee)
        status = 422
        if form.is_valid():
            try:
                change_membership(
                    membership, typed=form.typed(), version=version_of(request), by=request.user
                )
            except EditedMeanwhile as newer:
                found, version, status = newer.expert, newer.expert.version, 409
                membership.refresh_from_db()
                differences = differences_of(form, MembershipForm.initial_of(membership))
            except NotAccepted as refused:
                form.show(refused.faults)
            else:
                messages.success(request, "已保存。")
                return redirect("experts:expert", expert_no)
    else:
        form = MembershipForm(committee=committee, initial=MembershipForm.initial_of(membership))
    context = _context(found, form, version, differences, status)
    context["membership"] = membership
    return render(request, "experts/edit_membership.html", context, status=status)


def _context(
    expert: Expert, form: TypedForm, version: int, differences: list[Difference], status: int
) -> dict[str, object]:
    return {
        "expert": expert,
        "form": form,
        "version": version,
        "differences": differences,
        "conflict": status == 409,
    }


def version_of(request: HttpRequest) -> int:
    """The version that the page was made from; a broken one is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def differences_of(form: TypedForm, stored: dict[str, object] | dict[str, str]) -> list[Difference]:
    """Where what was typed differs from the newer version."""
    found = []
    for name, field in form.fields.items():
        value = (
            cast(QueryDict, form.data).getlist(name)
            if name == "others"
            else form.data.get(name, "")
        )
        typed = "、".join(value) if isinstance(value, list) else str(value).strip()
        kept = stored.get(name, "")
        now = "、".join(kept) if isinstance(kept, list) else str(kept)
        if name in ("id_number", "mobile"):
            if typed:
                found.append(
                    Difference(
                        str(field.label), field.help_text.split("；")[0], "（您填写了新号码）"
                    )
                )
        elif typed != now and name in form.data:
            found.append(Difference(str(field.label), now or "（空）", typed or "（空）"))
    return found
