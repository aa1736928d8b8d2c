"""Slowing down those who guess: counted before any password is hashed, because one hash costs a quarter of a second.

Three brakes. Per account name: 5 failures within 15 minutes stop it for 15 minutes, doubling with each further stop of
the same day, whether or not such an account exists. Per address: the same at 20 failures, since a whole office may
share one address. Per process: one password is hashed at a time and few may wait, so that a flood from everywhere
leaves the other pages their processor. django-axes calls the handler below before and after every attempt.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from mingqian.web.middleware import client_address

from .models import SignInThrottle

PER_ACCOUNT = 5
PER_ADDRESS = 20
WINDOW = dt.timedelta(minutes=15)
FIRST_STOP = dt.timedelta(minutes=15)
LONGEST_STOP = dt.timedelta(hours=4)
FORGOTTEN_AFTER = dt.timedelta(days=1)

WAITING_ROOM = 8
PATIENCE_SECONDS = 4
_room = threading.BoundedSemaphore(WAITING_ROOM)
_slot = threading.BoundedSemaphore(1)


class Busy(RuntimeError):
    """More people sign in at once than this process hashes passwords for."""


@contextmanager
def hashing_slot() -> Iterator[None]:
    """The right to hash one password. Raises Busy at once when too many wait, or after a few seconds of waiting."""
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        if not _slot.acquire(timeout=PATIENCE_SECONDS):
            raise Busy
        try:
            yield
        finally:
            _slot.release()
    finally:
        _room.release()


def waiting_time(request: HttpRequest, username: str) -> dt.timedelta:
    """How long this account name, or this address, still has to wait; zero when it may try."""
    now = timezone.now()
    keys = [key for key, _ in _keys(request, username)]
    until = SignInThrottle.objects.filter(key__in=keys, stopped_until__gt=now).aggregate(
        Max("stopped_until")
    )
    latest: dt.datetime | None = until["stopped_until__max"]
    return latest - now if latest is not None else dt.timedelta()


def tries_left(username: str) -> int:
    """How many more failures the account name has before it is stopped."""
    row = SignInThrottle.objects.filter(
        key=_digest("account", username), since__gt=timezone.now() - WINDOW
    ).first()
    return PER_ACCOUNT - (row.failures if row is not None else 0)


def forgive(username: str) -> None:
    """Forget the failures of an account: after a sign-in, or a new password from the administrator."""
    SignInThrottle.objects.filter(key=_digest("account", username)).delete()


@transaction.atomic
def count_failure(request: HttpRequest, username: str) -> None:
    """One more failure for the account name and for the address; the last one allowed starts a stop."""
    now = timezone.now()
    allowed = dict(_keys(request, username))
    SignInThrottle.objects.filter(touched_at__lt=now - FORGOTTEN_AFTER).delete()
    # Always in the order of the keys, so that two requests never wait for each other.
    fresh = [SignInThrottle(key=key, since=now, touched_at=now) for key in sorted(allowed)]
    SignInThrottle.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = list(SignInThrottle.objects.select_for_update().filter(key__in=allowed).order_by("key"))
    for row in rows:
        _add_failure(row, allowed[row.key], now)
    SignInThrottle.objects.bulk_update(
        rows, ["failures", "since", "stops", "stopped_until", "touched_at"]
    )


def knocking_time(address: str, door: str) -> dt.timedelta:
    """How long this address still has to wait at a door without a name, as with a link that it guesses."""
    now = timezone.now()
    key = _digest(door, _network(address))
    row = SignInThrottle.objects.filter(key=key, stopped_until__gt=now).first()
    return row.stopped_until - now if row and row.stopped_until else dt.timedelta()


@transaction.atomic
def count_knock(address: str, door: str) -> None:
    """One more failure of this address at that door; as many as in signing in are allowed."""
    now = timezone.now()
    key = _digest(door, _network(address))
    fresh = SignInThrottle(key=key, since=now, touched_at=now)
    SignInThrottle.objects.bulk_create([fresh], ignore_conflicts=True)
    row = SignInThrottle.objects.select_for_update().get(key=key)
    _add_failure(row, PER_ADDRESS, now)
    row.save()


def _add_failure(row: SignInThrottle, allowed: int, now: dt.datetime) -> None:
    if row.stopped_until is not None and row.stopped_until > now:
        return
    if now - row.since > WINDOW:
        row.failures, row.since = 0, now
    row.failures += 1
    row.touched_at = now
    if row.failures >= allowed:
        row.stopped_until = now + min(FIRST_STOP * 2**row.stops, LONGEST_STOP)
        row.stops = min(row.stops + 1, 20)
        row.failures, row.since = 0, now


def _keys(request: HttpRequest, username: str) -> list[tuple[str, int]]:
    """(key, failures allowed) for the account name and for the address."""
    return [
        (_digest("account", username), PER_ACCOUNT),
        (_digest("address", _network(client_address(request))), PER_ADDRESS),
    ]


def _digest(kind: str, text: str) -> str:
    """Account names are kept as digests: people type passwords into that field."""
    return hashlib.sha256(
        f"{kind}\n{text.strip().casefold()}".encode("utf-8", "replace")
    ).hexdigest()


def _network(address: str) -> str:
    """An IPv6 customer owns a whole /64, so that is the address that counts."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class Handler(AbstractAxesHandler, AxesBaseHandler):
    """What django-axes asks before a password is hashed and tells after it was judged."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this attempt may be judged at all."""
        return not waiting_time(request, _name_in(credentials))

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """The opposite, for callers inside axes."""
        return not self.is_allowed(request, credentials)

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures of the account name so far."""
        return PER_ACCOUNT - tries_left(_name_in(credentials))

    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **kwargs: Any,
    ) -> None:
        """Count it, unless it was refused unjudged: knocking at a closed door does not keep it closed."""
        if request is not None and self.is_allowed(request, credentials):
            request.failure_counted = True  # type: ignore[attr-defined]
            count_failure(request, _name_in(credentials))

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """The account is forgiven; the address is not, or one good account would clear the way for guessing others."""
        forgive(user.get_username())

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Nothing to do."""


def _name_in(credentials: dict[str, Any] | None) -> str:
    return str((credentials or {}).get("username") or "")
