"""Around every request: its id and log line, and the limits of a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from .context import RequestFacts, acting, new_request_id

log = structlog.get_logger("mingqian.web")

Answer = Callable[[HttpRequest], HttpResponse]

STARTED = "_started_at"
SEEN = "_seen_at"
# Writing the session on each request would cost a database write a page; a grain of half a minute is enough.
SEEN_GRAIN_SECONDS = 30
# Sent by pages that poll on their own, so that an open progress page does not keep a session alive.
BACKGROUND_HEADER = "X-Background"


class RequestFactsMiddleware:
    """Gives each request an id, makes its facts current, and logs it once it is answered."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then log method, path (never the query, which may name a person), status and time."""
        request.request_id = new_request_id()  # type: ignore[attr-defined]
        started = time.perf_counter()
        with acting(RequestFacts(request.request_id, client_address(request))):  # type: ignore[attr-defined]
            response = self.get_response(request)
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


def client_address(request: HttpRequest) -> str:
    """The caller's address; behind our own proxy the last one it added, never one the caller wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded[:45]
    return request.META.get("REMOTE_ADDR", "")


class SessionLimitMiddleware:
    """Ends a session after 15 idle minutes or 10 hours, and keeps signed-in pages out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Redirect an outlived session to the sign-in page, which says why and comes back here."""
        signed_in = request.user.is_authenticated
        if signed_in:
            now = int(time.time())
            reason = _outlived(request, now)
            if reason:
                return _to_sign_in(request, reason)
            _touch(request, now)
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response


def _outlived(request: HttpRequest, now: int) -> str:
    started = request.session.get(STARTED, now)
    seen = request.session.get(SEEN, now)
    if now - started > settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    if now - seen > settings.SESSION_IDLE_SECONDS:
        return "idle"
    return ""


def _touch(request: HttpRequest, now: int) -> None:
    if STARTED not in request.session:
        request.session[STARTED] = now
        request.session[SEEN] = now
    elif (
        request.headers.get(BACKGROUND_HEADER) is None
        and now - request.session.get(SEEN, 0) >= SEEN_GRAIN_SECONDS
    ):
        request.session[SEEN] = now


def _to_sign_in(request: HttpRequest, reason: str) -> HttpResponse:
    """The way back is the page itself, or for a form the page it stood on."""
    log.info("session_ended", reason=reason, user=request.user.pk)
    logout(request)
    target = _page_of(request)
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'timeout': reason, 'next': target})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    if request.headers.get("HX-Request"):
        page = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return request.get_full_path()
    else:
        page = request.headers.get("Referer", "")
    if page and url_has_allowed_host_and_scheme(page, {request.get_host()}):
        parts = urlsplit(page)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return resolve_url(settings.LOGIN_REDIRECT_URL)
