"""The expert's own page: no sign-in, one link, nobody else's name.

A link that was never made, was replaced or has ended gets one and the same page at any moment; only one that was
never made counts as a guess, and a link in force works whatever others guessed from the same address. The page says
where the browser came from to nobody but ourselves, and of that the host alone: `no-referrer` would make browsers
send `Origin: null` with the form, which the protection against forged requests refuses.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingqian.accounts import throttle
from mingqian.accounts.access import public
from mingqian.draws.forms.meeting import AnswerForm
from mingqian.draws.letters import meeting_time, office_phone
from mingqian.draws.models import Channel
from mingqian.draws.queries.answer_links import Invitation, find_link, invitation_of
from mingqian.draws.services.expert_answers import (
    LinkExpired,
    LinkGone,
    answer_by_link,
    note_opened,
)
from mingqian.draws.services.rosters import RosterLocked, RosterRefused, RosterVoid, open_lock
from mingqian.web.context import current

DOOR = "answer"


def _kept_to_oneself(view: Any) -> Any:
    """No cache, no search engine, no address handed on; refusals of every kind alike."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        response: HttpResponse = view(request, token)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.setdefault("Referrer-Policy", "strict-origin")
        return response

    return guarded


@public
@_kept_to_oneself
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the answer; posted, the answer is taken and the page shown anew."""
    link = find_link(token)
    invitation = invitation_of(link) if link is not None else None
    if invitation is None:
        return _gone(request, guessed=link is None)
    if request.method == "POST":
        return _take(request, token, invitation)
    if request.method == "GET":
        note_opened(invitation.link)
    return _page(request, invitation)


def _take(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, invitation, form=form, status=422)
    try:
        answer_by_link(
            token,
            answer=form.cleaned_data["answer"],
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            seen=request.POST.get("seen", "")[:20],
        )
    except LinkGone:
        return _gone(request)
    except (LinkExpired, RosterLocked, RosterVoid):
        return _page(request, _again(token, invitation), status=409)
    except RosterRefused as refusal:
        return _page(
            request, _again(token, invitation), form=form, refused=refusal.told, status=409
        )
    return redirect("draws:answer", token=token)


def _again(token: str, invitation: Invitation) -> Invitation:
    link = find_link(token)
    return (invitation_of(link) if link is not None else None) or invitation


def _page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    form: AnswerForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    roster, standing = invitation.roster, invitation.standing
    closed = ""
    if roster.is_void:
        closed = "void"
    elif open_lock(roster) is not None:
        closed = "locked"
    elif invitation.expired():
        closed = "expired"
    # What the office noted about a call is not for this page.
    own = standing.channel == Channel.LINK
    said = {"reason": standing.reason, "note": standing.note} if own else {}
    context = {
        "own": own,
        "invitation": invitation,
        "application": invitation.application,
        "roster": roster,
        "standing": standing,
        "time": meeting_time(invitation.application),
        "phone": office_phone(roster),
        "closed": closed,
        # Past its time a link says nothing more of anybody: who opens it then may be anybody.
        "silent": roster.is_void or invitation.expired(),
        "form": form or AnswerForm(initial=said),
        "wants": (form.data.get("answer") if form else standing.answer) or "",
        "refused": refused,
        "left": _time_left(invitation),
    }
    if closed == "expired":
        status = 404 if status == 200 else status
    return render(request, "draws/answer.html", context, status=status)


def _time_left(invitation: Invitation) -> str:
    left = invitation.link.expires_at - timezone.now()
    hours = int(left.total_seconds() // 3600)
    if hours < 1:
        return f"还有 {max(1, int(left.total_seconds() // 60))} 分钟"
    return f"还有 {hours // 24} 天" if hours >= 48 else f"还有 {hours} 小时"


def _gone(request: HttpRequest, *, guessed: bool = False) -> HttpResponse:
    """The same words and status whatever is wrong with the link; a guess counts, and too many are refused unjudged."""
    if wait := throttle.knocking_time(current().ip, DOOR):
        return _too_often(request, math.ceil(wait.total_seconds()))
    if guessed:
        throttle.count_knock(current().ip, DOOR)
    response = render(request, "draws/answer_gone.html", status=404)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    minutes = max(1, math.ceil(seconds / 60))
    response = render(request, "draws/answer_gone.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(seconds)
    response["Referrer-Policy"] = "no-referrer"
    return response
