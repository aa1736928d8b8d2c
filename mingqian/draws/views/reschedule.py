"""会议改期."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.meeting import RescheduleForm
from mingqian.draws.models import Answer, Roster, RosterEvent
from mingqian.draws.queries.clashes import clashes
from mingqian.draws.services.release_roster import DeadlineRefused
from mingqian.draws.services.reschedule import MeetingRefused, reschedule_meeting
from mingqian.draws.services.rosters import RosterRefused, open_lock

from .lookup import roster_or_404


@requires("draws.reschedule_meeting")
@require_http_methods(["GET", "POST"])
def reschedule(request: HttpRequest, number: str) -> HttpResponse:
    """The form with who may not be able to come; 核对 looks without writing, 确认改期 moves the meeting."""
    roster = roster_or_404(request, number)
    form = RescheduleForm(request.POST or None, initial=_as_it_is(roster))
    looked = False
    if request.method == "POST" and form.is_valid():
        if request.POST.get("step") == "look":
            looked = True
        elif _moved(request, roster, form):
            return redirect("draws:reschedule", number=number)
    return _page(request, roster, form, looked=looked)


def _moved(request: HttpRequest, roster: Roster, form: RescheduleForm) -> bool:
    values = form.cleaned_data
    seen = request.POST.get("seen", "")
    try:
        moved = reschedule_meeting(
            roster,
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            place=values["place"],
            reason=values["reason"],
            answer_by=values["answer_by"],
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
            by=request.user,
        )
    except MeetingRefused as refusal:
        form.add_error(refusal.field, refusal.told)
    except DeadlineRefused as refusal:
        form.add_error("answer_by", refusal.told)
    except RosterRefused as refusal:
        form.add_error(None, refusal.told)
    else:
        told = f"会议已改期，{moved.asked_again} 人需重新确认。"
        if moved.messages:
            told += f"{len(moved.messages)} 份通知已在发件箱待发送。"
        roster.refresh_from_db(fields=["released_at", "answer_by"])
        if roster.released_at and roster.answer_by and roster.answer_by <= timezone.now():
            told += "答复截止时间已过，没有写改期通知，原答复链接已停用：请逐一电话告知。"
        messages.success(request, told)
        return True
    return False


def _as_it_is(roster: Roster) -> dict[str, Any]:
    application = roster.draw.application
    return {
        "starts_at": _typed(application.starts_at),
        "ends_at": _typed(application.ends_at),
        "place": application.place,
    }


def _typed(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _page(
    request: HttpRequest, roster: Roster, form: RescheduleForm, *, looked: bool
) -> HttpResponse:
    application = roster.draw.application
    starts, ends = application.starts_at, application.ends_at
    if form.is_bound and form.is_valid() and not form.errors:
        starts, ends = form.cleaned_data["starts_at"], form.cleaned_data["ends_at"]
    moves = roster.events.filter(kind=RosterEvent.Kind.RESCHEDULE).select_related("by")
    # A form that was refused because the list moved on is sent again with the revision of now.
    context = {
        "roster": roster,
        "draw": roster.draw,
        "application": application,
        "form": form,
        "looked": looked,
        "clashes": clashes(roster, starts, ends, reader=request.user) if starts and ends else [],
        "confirmed": roster.standings.filter(answer=Answer.PARTICIPATING).count(),
        "locked": open_lock(roster) is not None,
        "moves": moves.order_by("-seq"),
        "revision": Roster.objects.values_list("revision", flat=True).get(pk=roster.pk),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "draws/reschedule.html", context, status=status)
