"""Signing in and out."""

from __future__ import annotations

import datetime as dt
import math

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import services, throttle
from ..access import public
from ..forms import SignInForm

REFUSED = "账号或密码不正确，或账号已停用。"
NEARLY = "再输错 {left} 次，将暂停登录 15 分钟。"
STOPPED = "连续登录失败次数过多，已暂停登录，请 {wait}后再试；急需使用时，请系统管理员重置密码。"
BUSY = "此刻登录的人较多，请过几秒再试。"


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page. The same answer for an unknown name, a wrong password and a disabled account."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "GET":
        return _page(request, form, 200)
    if not form.is_valid():
        return _page(request, form, 422)
    return _judge(request, form, form.cleaned_data["username"], form.cleaned_data["password"])


def _judge(request: HttpRequest, form: SignInForm, username: str, password: str) -> HttpResponse:
    """Ask the throttle first: what it stops costs no hash."""
    if wait := throttle.waiting_time(request, username):
        return _stopped(request, form, wait)
    try:
        with throttle.hashing_slot():
            user = auth.authenticate(request, username=username, password=password)
    except throttle.Busy:
        form.add_error(None, BUSY)
        return _page(request, form, 503)
    if user is not None:
        return _welcome(request, user)
    wait = throttle.waiting_time(request, username)
    if getattr(request, "failure_counted", False):
        services.note_failed_sign_in(username=username, stopped=bool(wait))
    if wait:
        return _stopped(request, form, wait)
    left = throttle.tries_left(username)
    form.add_error(None, REFUSED + (NEARLY.format(left=left) if left <= 2 else ""))
    return _page(request, form, 422)


def _stopped(request: HttpRequest, form: SignInForm, wait: dt.timedelta) -> HttpResponse:
    form.add_error(None, STOPPED.format(wait=in_words(wait)))
    response = _page(request, form, 429)
    response["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def in_words(wait: dt.timedelta) -> str:
    """A waiting time in whole minutes, rounded up."""
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    return (
        f"{hours} 小时 {rest} 分钟"
        if hours and rest
        else f"{hours} 小时"
        if hours
        else f"{minutes} 分钟"
    )


def _page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    return render(
        request, "accounts/login.html", {"form": form, "next": _asked_for(request)}, status=status
    )


def _welcome(request: HttpRequest, user) -> HttpResponse:
    # Django notes the time of this sign-in while it opens the session, so the one before is read first.
    before = user.last_login
    auth.login(request, user)
    services.note_sign_in(user=user)
    if before is not None:
        messages.info(
            request,
            f"上次登录 {timezone.localtime(before):%Y-%m-%d %H:%M}。如非本人操作，请立即修改密码。",
        )
    return HttpResponseRedirect(_next(request))


def _asked_for(request: HttpRequest) -> str:
    """The page of our own that the visitor wanted; blank for any other address."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if own else ""


def _next(request: HttpRequest) -> str:
    """Where to go after signing in."""
    return _asked_for(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        services.note_sign_out(user=request.user)
    auth.logout(request)
    return redirect("accounts:login")
