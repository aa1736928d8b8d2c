"""The door: which permission a page asks for, and what happens to those who lack it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from mingqian.audit.services import record

from .roles import PERMISSIONS

View = Callable[..., HttpResponse]


def requires(permission: str) -> Callable[[View], View]:
    """A view for those with the permission. Others get 403, and the log gets an entry. Signing in comes first."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.may(permission):
                refuse(request, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse(request: HttpRequest, permission: str) -> None:
    """Log the attempt and raise PermissionDenied."""
    with transaction.atomic():
        record(
            "access.denied",
            by=request.user,
            details={"permission": permission, "path": request.path, "method": request.method},
        )
    raise PermissionDenied(permission)


def public(view: View) -> View:
    """A view for everybody, signed in or not."""
    guarded = login_not_required(view)
    guarded.is_public = True  # type: ignore[attr-defined]
    return guarded


def check(user, permission: str) -> None:
    """For services: raise PermissionDenied unless the user has the permission."""
    if not user.may(permission):
        raise PermissionDenied(permission)
