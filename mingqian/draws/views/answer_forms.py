"""The forms of 确认专家参评, each in the drawer of the page: 不参评, 联系记录, 另选递补."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.answers import ChooseForm, ContactForm, DeclineForm
from mingqian.draws.models import Roster, Standing
from mingqian.draws.queries.confirming import Confirmation
from mingqian.draws.queries.succeeding import heirs, vacancies
from mingqian.draws.services.answering import Done, decline_seat, log_contact
from mingqian.draws.services.rosters import RosterRefused
from mingqian.draws.services.taking_back import after_declining, choose_with_way_back
from mingqian.draws.services.together import Asked, answer_together

from .confirm import Ask, answered, refusal_told
from .confirm_page import (
    CHANNEL,
    CONFLICT,
    UNREADABLE,
    back,
    channel_of,
    found_roster,
    keep,
    names_of,
    place_of_roster,
    show,
)
from .deed import key_of


@requires("draws.confirm_seat")
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, number: str) -> HttpResponse:
    """确认不参评: the reason, and who enters for them; of one person another alternate may be chosen."""
    ask = Ask(request, number)
    if not ask.asked:
        return ask.nobody(request)
    first = {"reason": request.GET.get("reason", ""), "channel": channel_of(request)}
    form = DeclineForm(request.POST) if request.method == "POST" else DeclineForm(initial=first)

    def more(page: Confirmation) -> dict[str, Any]:
        people = ask.people(page)
        return {"form": form, "people": people, "vacancies": vacancies(page, people)}

    if request.method != "POST" or not form.is_valid():
        page = Confirmation(ask.roster, request.user)
        status = UNREADABLE if form.is_bound else 200
        context = ask.more | more(page)
        return show(request, ask.roster, ask.spot, drawer="decline", page=page, status=status, **context)  # fmt: skip
    said = form.cleaned_data
    request.session[CHANNEL] = said["channel"]
    instead = _alternate(ask.roster, said["instead"]) if len(ask.asked) == 1 else None

    def deed(each: Asked) -> Done:
        return decline_seat(
            each.standing,
            by=request.user,
            reason=said["reason"],
            channel=said["channel"],
            note=said["note"],
            seen=each.seen,
            instead=instead,
            instead_note=said["instead_note"],
        )

    def steps(done: list[Done]) -> list[dict[str, Any]]:
        pairs = reversed(list(zip(ask.asked, done, strict=True)))
        return [s.record() for each, one in pairs for s in after_declining(each.standing, one)]

    return answered(
        request, ask.roster, ask.spot, ask.asked, deed, "不参评", steps,
        drawer="decline", more=lambda page: {**more(page), "following": ask.more["following"]}, words=_declined,
    )  # fmt: skip


def _declined(done: list[Done], names: list[str]) -> str:
    said = f"{names_of(names)}已登记「不参评」"
    entered = [each.entered.expert.name for each in done if each.entered]
    gaps = sum(each.gap for each in done)
    if entered:
        said += f"，{names_of(entered)}递补入席，请联系确认"
    if gaps:
        said += f"；{gaps} 个席位没有备选可以递补"
    return said


def _alternate(roster: Roster, text: str) -> Standing | None:
    if not (text.isascii() and text.isdigit()):
        return None
    return roster.standings.select_related("seat", "roster__draw__application").filter(pk=int(text)).first()  # fmt: skip


@requires("draws.confirm_seat")
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """登记联系记录: nobody moves by it; possible on a locked roster too."""
    ask = Ask(request, number)
    if not ask.asked:
        return ask.nobody(request)
    form = (
        ContactForm(request.POST)
        if request.method == "POST"
        else ContactForm(initial={"channel": channel_of(request)})
    )
    if request.method != "POST" or not form.is_valid():
        page = Confirmation(ask.roster, request.user)
        status = UNREADABLE if form.is_bound else 200
        context = {**ask.more, "form": form, "people": ask.people(page)}
        return show(request, ask.roster, ask.spot, drawer="contact", page=page, status=status, **context)  # fmt: skip
    said = form.cleaned_data
    names = [each.standing.expert.name for each in ask.asked]
    try:
        answer_together(
            ask.roster,
            ask.asked,
            lambda each: log_contact(each.standing, by=request.user, **said),
            by=request.user,
            locked_too=True,
        )
    except RosterRefused as refusal:
        page = Confirmation(found_roster(request, number), request.user)
        told = refusal_told(refusal, len(ask.asked), "联系记录")
        context = {**ask.more, "form": form, "people": ask.people(page)}
        return show(
            request, page.roster, ask.spot, drawer="contact", page=page, status=CONFLICT, refusal=told, **context
        )  # fmt: skip
    keep(request, ask.roster, f"{names_of(names)}已登记联系记录")
    return back(request, ask.spot, [])


@requires("draws.confirm_seat")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, number: str) -> HttpResponse:
    """另选递补: another alternate for a seat that is empty or was filled by 递补."""
    ask = Ask(request, number)
    page = Confirmation(ask.roster, request.user)
    place = place_of_roster(page, request.POST.get("place") or request.GET.get("place", ""))
    form = ChooseForm(request.POST) if request.method == "POST" else ChooseForm()
    refusal = None
    status = UNREADABLE if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        alternate = _alternate(ask.roster, form.cleaned_data["alternate"])
        if alternate is None:
            form.add_error("alternate", "所选的人不在这份名单上，请重新选择。")
        else:
            try:
                note = form.cleaned_data["note"]
                done, steps = choose_with_way_back(
                    alternate,
                    place,
                    by=request.user,
                    note=note,
                    seen_holder=key_of(request.POST.get("holder", "")) or 0,
                )
            except RosterRefused as refused:
                refusal, status = {"title": refused.told, "people": []}, CONFLICT
                page = Confirmation(found_roster(request, number), request.user)
            else:
                words = f"{alternate.expert.name}另选递补入席，请联系确认"
                if done.left:
                    words += f"；{done.left.expert.name}回到备选"
                keep(request, ask.roster, words, [step.record() for step in steps])
                spot = replace(ask.spot, tab="open", seat=str(alternate.pk), group="", text="")
                return redirect(spot.url())
    holder = next((p for p in page.people if p.standing.place_id == place.pk), None)
    return show(
        request, page.roster, ask.spot, drawer="choose", page=page, status=status, refusal=refusal, form=form,
        place=place, place_words=page.place_words(place), holder=holder, heirs=heirs(page, place),
    )  # fmt: skip
