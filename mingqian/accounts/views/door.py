"""Signing in and out."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import services
from ..access import public
from ..forms import SignInForm
from ..throttle import cool_off

REFUSED = "账号或密码不正确，或账号已停用。"


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page. The same answer for an unknown name, a wrong password and a disabled account."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            credentials = {"username": form.cleaned_data["username"]}
            if not AxesProxyHandler.is_allowed(request, credentials):
                return locked_out(request, None, credentials)
            user = auth.authenticate(
                request, username=form.cleaned_data["username"], password=form.cleaned_data["password"]
            )
            if user is not None:
                return _welcome(request, user)
            services.note_failed_sign_in(username=form.cleaned_data["username"])
            if not AxesProxyHandler.is_allowed(request, credentials):
                return locked_out(request, None, credentials)
            form.add_error(None, REFUSED)
        status = 422
    return render(request, "accounts/login.html", {"form": form, "next": _next(request)}, status=status)


def _welcome(request: HttpRequest, user) -> HttpResponse:
    auth.login(request, user)
    before = services.note_sign_in(user=user)
    if before is not None:
        messages.info(request, f"上次登录：{timezone.localtime(before):%Y-%m-%d %H:%M}。如非本人操作，请立即修改密码。")
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: only to a page of our own."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None = None) -> HttpResponse:
    """The answer while a sign-in is throttled: how long to wait, and nothing else."""
    form = SignInForm({"username": request.POST.get("username", "")})
    form.errors.clear()
    minutes = int(cool_off(request).total_seconds() // 60)
    form.add_error(None, f"连续输错 {settings.AXES_FAILURE_LIMIT} 次，已暂停登录。请 {minutes} 分钟后再试，或联系系统管理员重置密码。")
    return render(request, "accounts/login.html", {"form": form, "next": _next(request)}, status=429)


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        services.note_sign_out(user=request.user)
    auth.logout(request)
    return redirect("accounts:login")
