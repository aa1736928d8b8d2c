"""确认专家参评: the page, 撤销, and what every deed on it has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from mingqian.accounts.access import requires
from mingqian.draws.models import DrawKind, Roster
from mingqian.draws.queries.confirming import Confirmation, Person
from mingqian.draws.queries.outbox import ended_link_words
from mingqian.draws.services.answering import Done
from mingqian.draws.services.rosters import RosterRefused
from mingqian.draws.services.taking_back import take_back
from mingqian.draws.services.together import Asked, SomeRefused, answer_together, asked_of

from .confirm_page import (
    CONFLICT,
    KEPT,
    UNREADABLE,
    Spot,
    back,
    found_roster,
    keep,
    names_of,
    show,
)
from .lookup import application_or_404


@requires("draws.view_roster")
@require_safe
def show_confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """Three tabs with counters per group; the drawer of one person beside them."""
    application = application_or_404(request, number)
    if application.kind == DrawKind.SUPPLEMENTARY and application.parent is not None:
        return redirect("draws:confirm", number=application.parent.number)
    return show(request, found_roster(request, number), Spot.of(number, request.GET))


class Ask:
    """What every form here is about: the roster, where the reader is, the people asked."""

    def __init__(self, request: HttpRequest, number: str) -> None:
        data = request.POST if request.method == "POST" else request.GET
        self.roster: Roster = found_roster(request, number)
        self.spot = Spot.of(number, data)
        self.asked: list[Asked] = asked_of(self.roster, data.getlist("row"))
        self.rows = [str(each.standing.pk) for each in self.asked]
        self.more = {"picked": self.rows, "following": data.get("following", "")[:16]}

    def people(self, page: Confirmation) -> list[Person]:
        """Those asked, as the page knows them, in the order in which the deed is done."""
        found = {str(person.standing.pk): person for person in page.people}
        return [found[row] for row in self.rows if row in found]

    def nobody(self, request: HttpRequest) -> HttpResponse:
        """The page says that nobody was ticked."""
        told = {"title": "请先勾选专家，再办理。", "people": []}
        return show(request, self.roster, self.spot, status=UNREADABLE, refusal=told)


def answered(
    request: HttpRequest,
    roster: Roster,
    spot: Spot,
    asked: list[Asked],
    deed: Callable[[Asked], Done],
    word: str,
    steps: Callable[[list[Done]], list[dict[str, Any]]],
    *,
    drawer: str = "",
    more: Callable[[Confirmation], dict[str, Any]] = lambda page: {},
    words: Callable[[list[Done], list[str]], str] | None = None,
    locked_too: bool = False,
) -> HttpResponse:
    """Do a deed for everybody asked; say what came of it, or who could not and why, keeping what was typed."""
    names = [each.standing.expert.name for each in asked]
    try:
        done = answer_together(roster, asked, deed, by=request.user, locked_too=locked_too)
    except RosterRefused as refusal:
        roster = found_roster(request, spot.number)
        page = Confirmation(roster, request.user)
        return show(
            request,
            roster,
            spot,
            status=CONFLICT,
            drawer=drawer,
            page=page,
            refusal=refusal_told(refusal, len(asked), word),
            picked=[str(each.standing.pk) for each in asked],
            **more(page),
        )
    said = words(done, names) if words else f"{names_of(names)}已登记「{word}」"
    keep(request, roster, said, steps(done))
    return back(request, spot, [each.standing.pk for each in asked])


def refusal_told(refusal: RosterRefused, number: int, word: str) -> dict[str, Any]:
    """Why nothing was registered: of one person, or person by person."""
    if not isinstance(refusal, SomeRefused):
        return {"title": refusal.told, "people": []}
    people = [(standing.expert.name, each.told) for standing, each in refusal.refusals]
    if number == 1:
        return {"title": f"{people[0][0]}未登记「{word}」：{people[0][1]}", "people": []}
    rest = "，其余各人也未登记，可取消勾选后再办理" if len(people) < number else ""
    return {"title": f"{len(people)} 人不能登记「{word}」{rest}。", "people": people}


@requires("draws.confirm_seat")
@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """撤销 what one's own last deed on this roster changed."""
    roster, spot = found_roster(request, number), Spot.of(number, request.POST)
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None or kept["roster"] != roster.pk or not kept["steps"]:
        return redirect(spot.url())
    try:
        take_back(roster, kept["steps"], revision=kept["revision"], by=request.user)
    except RosterRefused as refusal:
        roster = found_roster(request, number)
        told = {"title": refusal.told, "people": []}
        return show(request, roster, spot, status=CONFLICT, refusal=told)
    people = [step["standing"] for step in kept["steps"] if step["do"] == "REVERT"]
    seats = roster.standings.filter(pk__in=people).values_list("seat_id", flat=True)
    keep(request, roster, f"已撤销：{kept['words']}{ended_link_words(seats)}")
    return redirect(spot.url())
