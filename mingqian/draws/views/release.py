"""发布名单, and 更正答复截止时间 of a released one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.meeting import DeadlineForm, ReleaseForm
from mingqian.draws.models import Position, Roster, RosterEvent
from mingqian.draws.queries.answer_links import last_moment
from mingqian.draws.queries.rules.check import rules_for
from mingqian.draws.services.deadline import DeadlineMoved, moment_words, move_deadline
from mingqian.draws.services.holding import CeremonyRefused
from mingqian.draws.services.release_roster import DeadlineRefused, release_roster
from mingqian.draws.services.rosters import RosterRefused, open_lock

from .lookup import roster_or_404


@requires("draws.release_roster")
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, number: str) -> HttpResponse:
    """What releasing does, until when experts may answer, and the deed; of a released list another last moment."""
    roster = roster_or_404(request, number)
    if roster.released_at is not None and roster.answer_by is not None:
        return _released(request, roster, number)
    application = roster.draw.application
    latest = last_moment(application)
    form = ReleaseForm(
        request.POST or None,
        initial={"answer_by": f"{timezone.localtime(latest):%Y-%m-%d %H:%M}"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            release_roster(roster, by=request.user, answer_by=form.cleaned_data["answer_by"])
        except DeadlineRefused as refusal:
            form.add_error("answer_by", refusal.told)
        except RosterRefused as refusal:
            messages.error(request, refusal.told)
            return redirect("draws:release", number=number)
        else:
            messages.success(request, "名单已发布，可以通知专家。")
            return redirect("draws:messages", number=number)
    seated = roster.standings.filter(position=Position.SEATED).count()
    return _page(request, roster, form, seated=seated)


def _released(request: HttpRequest, roster: Roster, number: str) -> HttpResponse:
    """When it was released and by whom; the last moment may be corrected. A form to release it comes too late."""
    assert roster.answer_by is not None
    now = moment_words(roster.answer_by)
    correcting = request.method == "POST" and request.POST.get("step") == "move"
    form = DeadlineForm(request.POST if correcting else None, initial={"answer_by": now})
    if request.method == "POST" and not correcting:
        messages.warning(request, "名单此前已经发布，答复截止时间没有变动。")
        return redirect("draws:release", number=number)
    if correcting and form.is_valid():
        try:
            moved = move_deadline(
                roster,
                answer_by=form.cleaned_data["answer_by"],
                reason=form.cleaned_data["reason"],
                seen=request.POST.get("seen", "")[:16],
                by=request.user,
            )
        except DeadlineRefused as refusal:
            form.add_error("answer_by", refusal.told)
        except RosterRefused as refusal:
            form.add_error(None, refusal.told)
        except CeremonyRefused as refusal:
            form.add_error("reason", refusal.told)
        else:
            messages.success(request, _told(moved))
            return redirect("draws:release", number=number)
    corrections = roster.events.filter(kind=RosterEvent.Kind.RELEASE, details__has_key="old")
    # A form that was refused because the moment had moved is sent again with the moment of now.
    roster.refresh_from_db(fields=["answer_by"])
    return _page(
        request,
        roster,
        form,
        corrections=corrections.select_related("by").order_by("-seq"),
        seen=moment_words(roster.answer_by),
    )


def _told(moved: DeadlineMoved) -> str:
    told = f"答复截止时间已更正为 {moved.event.details['new']}，已发出的链接随之调整。"
    if moved.rewritten:
        told += f"{moved.rewritten} 份待发送的信息已改写，此前打印的请重新打印。"
    if moved.told_before:
        told += (
            f"{moved.told_before} 位尚未答复的专家收到的通知写的是原时间，请发答复提醒或电话告知。"
        )
    return told


def _page(
    request: HttpRequest, roster: Roster, form: ReleaseForm | DeadlineForm, **more: Any
) -> HttpResponse:
    application = roster.draw.application
    latest = last_moment(application)
    context = more | {
        "roster": roster,
        "draw": roster.draw,
        "application": application,
        "form": form,
        "latest": latest,
        "too_late": latest <= timezone.now(),
        "rule": rules_for(application)["decline_cutoff_hours"],
        "locked": open_lock(roster) is not None,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "draws/release.html", context, status=status)
