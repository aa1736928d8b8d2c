"""The deeds of 确认专家参评 that need no form: 确认参评, and 移除 unless the seat has been taken."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mingqian.accounts.access import requires
from mingqian.draws.forms.answers import CHANNELS
from mingqian.draws.models import Answer, Channel, Roster
from mingqian.draws.queries.confirming import Confirmation
from mingqian.draws.queries.outbox import ended_link_words
from mingqian.draws.queries.succeeding import Return, returns
from mingqian.draws.services.answering import Done, confirm_seat, revert_seat
from mingqian.draws.services.taking_back import Step, after_confirming, before_reverting
from mingqian.draws.services.together import Asked, asked_of

from .confirm import Ask, answered
from .confirm_page import CHANNEL, UNREADABLE, Spot, found_roster, names_of, show
from .deed import key_of

FORMS = {"decline": "draws:confirm-decline", "contact": "draws:confirm-contact"}
CHOICES = {"SEAT": "恢复原席位", "RESERVE": "转为备选", "KEEP": "维持不参评"}


@requires("draws.confirm_seat")
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """A button of the bar or of the drawer: do it, or go to the form that asks for the rest."""
    roster, spot = found_roster(request, number), Spot.of(number, request.POST)
    asked, deed = asked_of(roster, request.POST.getlist("row")), request.POST.get("deed", "")
    if not asked:
        told = {"title": "请先勾选专家，再办理。", "people": []}
        return show(request, roster, spot, status=UNREADABLE, refusal=told)
    if deed == "revert":
        return revert(request, number)
    if deed == "send":
        return _to_messages(request, number, spot, asked)
    if deed in FORMS:
        more = {"row": [each.standing.pk for each in asked]}
        return redirect(spot.url(FORMS[deed], following=request.POST.get("following", ""), **more))
    return _confirm(request, roster, spot, asked)


def _to_messages(request: HttpRequest, number: str, spot: Spot, asked: list[Asked]) -> HttpResponse:
    """发送答复链接 has a page of its own, where the message is seen before it is written."""
    query = [("seat", str(each.standing.seat_id)) for each in asked]
    query += [("attempt", spot.attempt)] if spot.attempt else []
    address = f"{reverse('draws:send-links', args=[number])}?{urlencode(query)}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _confirm(request: HttpRequest, roster: Roster, spot: Spot, asked: list[Asked]) -> HttpResponse:
    channel = request.POST.get("channel", "")
    if channel not in dict(CHANNELS):
        channel = Channel.PHONE
    request.session[CHANNEL] = str(channel)

    def confirm(each: Asked) -> Done:
        return confirm_seat(each.standing, by=request.user, channel=channel, seen=each.seen)

    def steps(done: list[Done]) -> list[dict[str, Any]]:
        return [s.record() for each in reversed(asked) for s in after_confirming(each.standing)]

    return answered(request, roster, spot, asked, confirm, "确认参评", steps)


@requires("draws.confirm_seat")
@require_http_methods(["GET", "POST"])
def revert(request: HttpRequest, number: str) -> HttpResponse:
    """移除: back to 未确认. Where a seat has been taken the office chooses, person by person."""
    ask = Ask(request, number)
    if not ask.asked:
        return ask.nobody(request)
    page = Confirmation(ask.roster, request.user)
    found = returns(page, ask.people(page))
    typed = {row: request.POST.get(f"choice-{row}", "") for row in ask.rows}
    open_choices = [each for each in found if each.holder and typed[_row(each)] not in CHOICES]
    if request.method != "POST" or open_choices:
        asked_now = request.method == "POST" and any(typed.values())
        status = UNREADABLE if asked_now or request.POST.get("chosen") else 200
        return show(
            request, ask.roster, ask.spot, drawer="revert", page=page, status=status,
            returns=found, typed=typed, unchosen=[_row(each) for each in open_choices] if status != 200 else [],
            **ask.more,
        )  # fmt: skip
    wanted = [each for each in ask.asked if typed[str(each.standing.pk)] != "KEEP"]
    if not wanted:
        return redirect(ask.spot.url())
    steps: list[Step] = []
    # Whoever waits again has no seat to give up once more: nothing puts that back as it was.
    for_good = any(typed[str(each.standing.pk)] == "RESERVE" for each in wanted)

    def deed(each: Asked) -> Done:
        row = str(each.standing.pk)
        declined = each.standing.answer == Answer.DECLINED
        choice = typed[row] if declined and typed[row] in CHOICES else ""
        shown = key_of(request.POST.get(f"holder-{row}", ""))
        # Whoever gives way loses their answer by it, so what puts this back is asked for first.
        steps[:0] = before_reverting(each.standing, choice)
        return revert_seat(
            each.standing, by=request.user, choice=choice, seen=each.seen, seen_holder=shown
        )

    return answered(
        request, ask.roster, ask.spot, wanted, deed, "移除",
        lambda done: [] if for_good else [s.record() for s in steps],
        drawer="revert", words=_reverted,
        more=lambda now: {"returns": returns(now, ask.people(now)), "typed": typed, "following": ask.more["following"]},
    )  # fmt: skip


def _row(each: Return) -> str:
    return str(each.person.standing.pk)


def _reverted(done: list[Done], names: list[str]) -> str:
    said = f"{names_of(names)}已移除，回到「未确认」"
    waiting = [e for e in done if e.event.choice == "RESERVE"]
    if len(waiting) == len(done):
        said = f"{names_of(names)}已转为备选"
    left = [each.left.expert.name for each in done if each.left]
    said += f"，{names_of(left)}回到备选" if left else ""
    return said + ended_link_words(
        e.event.seat_id for e in done if e.event.seat_id and e.event.choice != "RESERVE"
    )
