"""The page 确认专家参评: finding its roster, where on it a reader is, and what every state of it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from mingqian.draws.forms.answers import CHANNELS
from mingqian.draws.models import Channel, DrawSeat, Roster
from mingqian.draws.queries.confirming import NO, OPEN, TABS, WAITING, Confirmation, Person
from mingqian.draws.queries.locking import lock_state
from mingqian.draws.queries.roster import roster_draw
from mingqian.draws.queries.seat_story import MOST_SHOWN, Story
from mingqian.draws.queries.series import supplement_under_way
from mingqian.draws.services.rosters import open_lock
from mingqian.web.components import Tab

from .deed import key_of
from .lookup import application_or_404

KEPT, CHANNEL = "draws:answered", "draws:channel"
CONFLICT, UNREADABLE = 409, 422


@dataclass(frozen=True, slots=True)
class Spot:
    """Where on the page somebody is: tab, group, text, whose drawer is open; and which attempt's roster."""

    number: str
    tab: str = OPEN
    group: str = ""
    text: str = ""
    seat: str = ""
    attempt: str = ""

    @classmethod
    def of(cls, number: str, data: QueryDict) -> Spot:
        """As an address or a form says it; what makes no sense is left out."""
        tab = data.get("tab", OPEN)
        return cls(
            number,
            tab if tab in TABS else OPEN,
            data.get("group", "")[:100],
            data.get("q", "")[:60],
            data.get("seat", "")[:16],
            data.get("attempt", "")[:5],
        )

    @property
    def fields(self) -> dict[str, str]:
        """As hidden fields and as the query of an address."""
        pairs = {
            "tab": "" if self.tab == OPEN else self.tab,
            "group": self.group,
            "q": self.text,
            "seat": self.seat,
            "attempt": self.attempt,
        }
        return {name: value for name, value in pairs.items() if value}

    def url(self, name: str = "draws:confirm", **more: Any) -> str:
        """The address of the page, or of one of its forms, from here."""
        query = urlencode({**self.fields, **more}, doseq=True)
        return f"{reverse(name, args=[self.number])}{'?' + query if query else ''}"

    def at(self, person: Person) -> Spot:
        """The same with somebody's drawer open, on their own tab."""
        elsewhere = person.tab != self.tab
        return replace(
            self,
            tab=person.tab,
            seat=str(person.standing.pk),
            group="" if elsewhere else self.group,
            text="" if elsewhere else self.text,
        )


def found_roster(request: HttpRequest, number: str) -> Roster:
    """The roster of an application within what the user may see; 404 where nothing was drawn."""
    application = application_or_404(request, number)
    asked = request.POST if request.method == "POST" else request.GET
    draw = roster_draw(application, asked.get("attempt", "")[:5])
    roster = (
        Roster.objects.select_related("draw__application__matter", "draw__application__committee")
        .filter(draw=draw)
        .first()
    )
    if draw is None or roster is None:
        raise Http404("not drawn")
    return roster


def show(
    request: HttpRequest,
    roster: Roster,
    spot: Spot,
    *,
    drawer: str = "",
    status: int = 200,
    refusal: dict[str, Any] | None = None,
    page: Confirmation | None = None,
    picked: list[str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page with a drawer: a person's, or a form's. `refusal`: why a deed was not done, and of whom."""
    page = page or Confirmation(roster, request.user)
    draw, user = roster.draw, request.user
    shown = page.shown(spot.tab, group=spot.group, text=spot.text)
    person = page.find(spot.seat) if spot.seat else None
    lock = open_lock(roster)
    may = user.may("draws.confirm_seat") and not roster.is_void
    context = {
        "roster": roster,
        "draw": draw,
        "application": draw.application,
        "page": page,
        "spot": spot,
        "tabs": _tabs(page, spot),
        "shown": shown,
        "person": person,
        "drawer": drawer or ("person" if person else ""),
        "lock": lock,
        "may_answer": may and lock is None,
        "may_contact": may,
        "may_export": user.may("draws.export_roster"),
        "channels": CHANNELS,
        "channel": channel_of(request),
        "answered": _answered(request, roster),
        "refusal": refusal,
        "picked": picked or [],
        "gaps": [(seat, page.place_words(seat), seat.specialty) for seat in page.empty],
        "under_way": supplement_under_way(draw.application) if page.empty else None,
        "supplement_url": f"{reverse('draws:supplement-new')}?{urlencode({'roster': spot.number})}"
        if user.may("draws.edit_application")
        else "",
        "lock_url": reverse("draws:lock", args=[spot.number]),
        # The page lists everybody by tab and filter: the notice does not name them over again.
        "lock_checks": None
        if lock or roster.is_void
        else lock_state(roster, reader=user, listing=False),
        "waiting_url": replace(spot, tab=WAITING, seat="", group="", text="").url(),
        "close_url": replace(spot, seat="").url(),
        "declined_tab": NO,
        # The words of the last deed stand in the page itself, where they offer to take it back.
        "messages": [],
    }
    if person is not None:
        context |= _drawer(page, person, spot, shown)
    answer = render(request, "draws/confirm.html", {**context, **more}, status=status)
    if status != 200:
        answer["HX-Push-Url"] = "false"
    return answer


def _tabs(page: Confirmation, spot: Spot) -> list[Tab]:
    keys = [key for key in TABS if key != WAITING or spot.tab == WAITING]
    return [
        Tab(
            TABS[key],
            replace(spot, tab=key, seat="").url(),
            page.counts[key],
            current=key == spot.tab,
        )
        for key in keys
    ]


def _drawer(page: Confirmation, person: Person, spot: Spot, shown: list[Person]) -> dict[str, Any]:
    """What the drawer of one person needs: the story, and the neighbours on the list."""
    story = Story(page, person)
    keys = [each.standing.pk for each in shown]
    before = after = None
    if person.standing.pk in keys:
        place = keys.index(person.standing.pk)
        before = shown[place - 1] if place else None
        after = shown[place + 1] if place + 1 < len(shown) else None
    promoted = page.series.succession.candidates(
        page.series.name(page.series.seat_of_pk(person.standing.place_id))
    ) if person.standing.place_id else ()  # fmt: skip
    history = story.history
    return {
        "source": [(part, spot.at(part.person).url() if part.person else "") for part in story.source],
        "contacts": story.contacts,
        "contact_words": f"{person.standing.contacts} 次",
        "history": history[:MOST_SHOWN],
        "earlier": history[MOST_SHOWN:],
        "before_url": spot.at(before).url() if before else "",
        "after_url": spot.at(after).url() if after else "",
        "following": after.standing.pk if after else "",
        "may_choose": bool(promoted),
    }  # fmt: skip


def back(request: HttpRequest, spot: Spot, acted: list[int]) -> HttpResponse:
    """To the list; an open drawer goes on to the next person if its own has been dealt with."""
    if key_of(spot.seat) in acted:
        following = key_of(request.POST.get("following", ""))
        spot = replace(spot, seat="" if following is None or following in acted else str(following))
    return redirect(spot.url())


def keep(
    request: HttpRequest, roster: Roster, words: str, steps: list[dict[str, Any]] | None = None
) -> None:
    """Remember what was done and how it is put back; offered as long as nothing else has happened."""
    revision = Roster.objects.values_list("revision", flat=True).get(pk=roster.pk)
    request.session[KEPT] = {
        "roster": roster.pk,
        "revision": revision,
        "words": words,
        "steps": steps or [],
    }


def _answered(request: HttpRequest, roster: Roster) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept and (kept["roster"], kept["revision"]) == (roster.pk, roster.revision):
        return kept
    return None


def channel_of(request: HttpRequest) -> str:
    """The channel last chosen in this session."""
    return str(request.session.get(CHANNEL, Channel.PHONE))


def names_of(people: list[str]) -> str:
    """张三、李四等 5 人."""
    return "、".join(people[:3]) + (f"等 {len(people)} 人" if len(people) > 3 else "")


def place_of_roster(page: Confirmation, text: str) -> DrawSeat:
    """A seat of this roster by its key, as an address gives it; 404 otherwise."""
    found = next((seat for seat in page.places if str(seat.pk) == text), None)
    if found is None:
        raise Http404("no such seat")
    return found
