"""The door: which permission a page asks for, and what happens to those who lack it.

It stands beside the log because a refusal is an entry in the log, and because the chapters below accounts have pages
too. It knows no role: it asks the user. Which roles there are, and what they may do, is `accounts/roles.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from .services import record

View = Callable[..., Any]


class Refused(PermissionDenied):
    """A refusal that the log knows of already."""


def requires(permission: str) -> Callable[[View], View]:
    """A view for those with the permission. Others get 403, and the log gets an entry. Signing in comes first.

    On a class-based view it goes where other view decorators go: `method_decorator(requires("…"), name="dispatch")`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user: Any = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not user.may(permission):
                refuse(request, permission)
            try:
                return view(request, *args, **kwargs)
            except Refused:
                raise
            except PermissionDenied as denied:
                # A service said no to somebody whom the page had let in; that is worth an entry too.
                note_refusal(request, str(denied) or permission)
                raise

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse(request: HttpRequest, permission: str) -> None:
    """Log the attempt and raise PermissionDenied."""
    note_refusal(request, permission)
    raise Refused(permission)


@transaction.atomic
def note_refusal(request: HttpRequest, permission: str) -> None:
    """One entry for one attempt at something the user may not do."""
    record(
        "access.denied",
        by=request.user,  # type: ignore[arg-type]
        details={
            "permission": permission[:80],
            "path": request.path[:200],
            "method": request.method,
        },
    )


def public(view: View) -> View:
    """A view for everybody, signed in or not."""
    guarded = login_not_required(view)
    guarded.is_public = True  # type: ignore[attr-defined]
    return guarded


def check(user: Any, permission: str) -> None:
    """For services: raise PermissionDenied unless the user has the permission."""
    if not user.may(permission):
        raise PermissionDenied(permission)
