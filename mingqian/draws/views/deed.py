"""What a button of the form is: a change of the draft as it is saved, and an answer; and how its argument is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.seats import MOST_SEATS
from mingqian.draws.services.editing import Edit

Change = Callable[[Edit], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """`change(request, argument)` gives what is done to the draft while it is saved (None: nothing more);
    `answer(request, application, argument, outcome)` redirects."""

    answer: Callable[[HttpRequest, DrawApplication, str, str], HttpResponse]
    change: Callable[[HttpRequest, str], Change | None] = lambda request, argument: None
    action: str = "draws.save_application"


def back(application: DrawApplication, anchor: str = "", **query: str) -> HttpResponse:
    """To the form, at a place."""
    address = reverse("draws:edit", args=[application.number])
    return redirect(f"{address}{'?' + urlencode(query) if query else ''}{anchor}")


def whole(text: str) -> int:
    """A number of seats, or 0 for anything else."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
        return 0
    return int(plain) if int(plain) <= MOST_SEATS else 0


def key_of(text: str) -> int | None:
    """A row's key as it may stand in a button."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def code_of(text: str) -> str:
    """A specialty's code as it may stand in an address."""
    return "".join(sign for sign in text[:8] if sign.isascii() and sign.isalnum())
