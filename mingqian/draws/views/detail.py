"""The record of an application: facts, life, history, and what may be done with it now."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mingqian.accounts.access import refuse, requires
from mingqian.committees.queries import filing_on
from mingqian.draws.models import DrawApplication, DrawStatus
from mingqian.draws.queries.applications import DRAWN as DRAWN_STATE
from mingqian.draws.queries.applications import ENDED as ENDED_STATE
from mingqian.draws.queries.applications import state_of
from mingqian.draws.queries.ceremony import latest_draw
from mingqian.draws.queries.roster import DRAWN
from mingqian.draws.services.ending import may_be_ended
from mingqian.draws.subjects import PERMISSIONS
from mingqian.workflow.models import Action
from mingqian.workflow.queries import attachments_of, last_opinion, possible_actions
from mingqian.workflow.reasons import reason_labels
from mingqian.workflow.services import NoSuchMove, NotReady, SomebodyWasFaster, perform

from .chance_page import picture_draw
from .life import history_entries, steps_of
from .lookup import application_or_404
from .record import facts_of, seat_groups, shown_content, trial_words

OFFICE_MOVES = {
    "WITHDRAW": ("已撤回，可以继续修改。", "申请已有审核结论，不能撤回。"),
    "CANCEL": ("草稿已作废，编号保留。", "申请已不是草稿，不能作废。"),
}


@requires("draws.view_application")
@require_safe
def show_application(request: HttpRequest, number: str) -> HttpResponse:
    """The page prints as 评委抽取申请表."""
    application = application_or_404(request, number)
    matter, user = application.matter, request.user
    content, version = shown_content(application, user)
    opinion = last_opinion(matter)
    state = state_of(application)
    draw = latest_draw(application)
    return render(
        request,
        "draws/application_detail.html",
        {
            "application": application,
            "matter": matter,
            "state": state,
            "steps": steps_of(application),
            "content": content,
            "facts": facts_of(content, filing=_filing(application)),
            "groups": seat_groups(content),
            "version": version,
            "under_work": bool(version) and matter.is_editable,
            "attachments": attachments_of(matter),
            "trials": [(trial, trial_words(trial)) for trial in application.trials.all()[:20]],
            "history": history_entries(application),
            "answers_url": reverse(
                "draws:confirm", args=[(application.parent or application).number]
            )
            if state.key == DRAWN_STATE.key and user.may("draws.view_roster")
            else "",
            "opinion": opinion,
            "opinion_reasons": reason_labels(opinion.reasons) if opinion else [],
            "versions": matter.versions.order_by("-number"),
            "actions": possible_actions(matter, user),
            "may_edit": user.may("draws.edit_application")
            and user.office_id == application.office_id,
            "may_try": user.may("draws.run_trial")
            and matter.status not in ("CANCELLED", "REJECTED")
            and state.key not in (DRAWN_STATE.key, ENDED_STATE.key)
            and (draw is None or draw.status not in (DrawStatus.FROZEN, DrawStatus.COMMITTED)),
            "may_end": user.may("draws.end_supplement") and may_be_ended(application),
            "may_review": user.may("draws.review_application"),
            "onward": onward_links(application),
            "supplements": DrawApplication.objects.visible_to(user)
            .filter(parent=application)
            .exclude(matter__status="CANCELLED")
            .select_related("matter")
            .order_by("round_no"),
            "draw": draw,
            "chances": picture_draw(draw, named=user.may("draws.export_roster")) if draw else None,
            "form_key": uuid4().hex,
        },
    )


def _filing(application: DrawApplication) -> Any:
    if application.committee is None or application.starts_at is None:
        return None
    return filing_on(application.committee, timezone.localtime(application.starts_at).date())


def onward_links(application: DrawApplication) -> list[tuple[str, str, str]]:
    """(label, icon, address) of what follows approval, the next deed first."""
    if application.matter.status != "APPROVED":
        return []
    number = application.number
    official = reverse("draws:official", args=[number])
    if application.ended_at is not None:
        return [("抽取现场", "presentation", official)] if application.draws.exists() else []
    if not application.draws.filter(status__in=DRAWN).exists():
        return [("正式抽取", "dice-5", official)]
    roster = reverse("draws:roster", args=[number])
    confirm = reverse("draws:confirm", args=[number])
    return [
        ("确认专家参评", "user-check", confirm),
        ("评委名单", "list-numbers", roster),
        ("抽取现场", "presentation", official),
    ]


@requires("draws.view_application")
@require_safe
def show_version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One submission as it was, word for word."""
    application = application_or_404(request, number)
    kept = application.matter.versions.filter(number=version).select_related("submitted_by").first()
    if kept is None:
        raise Http404("no such version")
    return render(
        request,
        "draws/application_version.html",
        {
            "application": application,
            "kept": kept,
            "facts": facts_of(kept.content),
            "groups": seat_groups(kept.content),
        },
    )


@requires("draws.edit_application")
@require_POST
def move_application(request: HttpRequest, number: str) -> HttpResponse:
    """撤回 and 作废草稿, by the office."""
    application = application_or_404(request, number)
    action = request.POST.get("action", "")
    if action not in OFFICE_MOVES:
        raise Http404("no such move")
    if not request.user.may(PERMISSIONS[Action(action)]):
        refuse(request, PERMISSIONS[Action(action)])
    done, late = OFFICE_MOVES[action]
    try:
        perform(action, on=application.matter, by=request.user)
    except (SomebodyWasFaster, NoSuchMove):
        application.matter.refresh_from_db()
        reached = {"WITHDRAW": "DRAFT", "CANCEL": "CANCELLED"}[action]
        # A second click finds the move made: that is no failure.
        if application.matter.status == reached:
            messages.success(request, done)
        else:
            messages.warning(request, late)
    except NotReady as refusal:
        messages.error(request, "；".join(defect.sentence for defect in refusal.defects))
    else:
        messages.success(request, done)
        if action == "WITHDRAW":
            return redirect("draws:edit", number=number)
    return redirect("draws:application", number=number)
