"""Pages of draws whose frozen records cannot be read say so, instead of failing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingqian.draws.queries.ceremony import FrozenUnreadable


def tells_unreadable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view about one application that answers with a named page where its draw cannot be read."""

    @wraps(view)
    def told(request: HttpRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, number, *args, **kwargs)
        except FrozenUnreadable:
            return render(request, "draws/unreadable.html", {"number": number}, status=409)

    return told
