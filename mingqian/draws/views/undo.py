"""撤销: what one's own last deed on the grid changed, kept in the session until something else changes it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mingqian.draws.models import DrawApplication
from mingqian.draws.services.relaxing import SeatsAsSet, seats_as_set

KEY = "draws:undo"


def keep(
    request: HttpRequest, application: DrawApplication, *, before: SeatsAsSet, words: str
) -> None:
    """Remember how the seats stood before a deed; one that changed nothing leaves what is kept."""
    after = seats_as_set(application)
    if before != after:
        request.session[KEY] = {
            "number": application.number,
            "before": before,
            "after": after,
            "words": words,
        }


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What was kept last, of whichever application."""
    found: dict[str, Any] | None = request.session.get(KEY)
    return found


def forget(request: HttpRequest) -> None:
    """After it was taken back, or cannot be any more."""
    request.session.pop(KEY, None)


def offered(request: HttpRequest, application: DrawApplication) -> str:
    """What can be taken back now, in words; "" where nothing can."""
    found = kept(request)
    if found is None or found["number"] != application.number:
        return ""
    if not application.matter.is_editable or found["after"] != seats_as_set(application):
        return ""
    return str(found["words"])
