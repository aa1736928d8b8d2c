"""The administrator's list of users."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingqian.audit.queries import timeline_of
from mingqian.web.components import Empty
from mingqian.web.filters import ListingFilter
from mingqian.web.listing import Column, Listing, respond
from mingqian.web.templatetags.web import pill

from .. import services
from ..access import requires
from ..forms import UserForm
from ..models import User
from ..queries import UserFilter


class UserListing(Listing):
    """Every account."""

    name = "users"
    title = "用户"
    unit = "个账号"
    filters: type[ListingFilter] = UserFilter
    columns = (
        Column("username", "账号", sort="username", link=True, phone="title"),
        Column("real_name", "姓名", sort="real_name", phone="line"),
        Column("role", "角色", value="get_role_display", sort="role", phone="line"),
        Column("office", "所属办公室", value="office.name", wrap=True),
        Column(
            "last_login", "最近登录", value=lambda user: user.last_login or "从未登录", phone="line"
        ),
        Column(
            "is_active",
            "状态",
            value=lambda user: "启用" if user.is_active else "停用",
            cell=lambda user: pill("green", "启用") if user.is_active else pill("gray", "停用"),
            sort="is_active",
            phone="badge",
        ),
    )
    order = "username"
    empty = Empty("users", "没有符合条件的账号", "换一个条件，或新增用户。")

    def row_url(self, row: User) -> str:
        """Its page."""
        return reverse("accounts:user_edit", args=[row.pk])


@require_GET
@requires("accounts.manage_user")
def user_list(request: HttpRequest) -> HttpResponseBase:
    """All accounts, with filters."""
    return respond(
        request, UserListing(), User.objects.select_related("office"), "accounts/users.html"
    )


@never_cache
@require_http_methods(["GET", "POST"])
@requires("accounts.manage_user")
def user_create(request: HttpRequest) -> HttpResponse:
    """A new account; the first password is shown once, on the page that follows."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, first = services.create_user(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return render(
                request,
                "accounts/first_password.html",
                {"account": user, "first": first, "created": True},
            )
    return render(
        request, "accounts/user_form.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@requires("accounts.manage_user")
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, role and office of one account."""
    account = get_object_or_404(User, pk=pk)
    initial = {"real_name": account.real_name, "role": account.role, "office": account.office}
    form = UserForm(request.POST or None, user=account, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_user(user=account, by=request.user, **form.cleaned_data)
        except services.OwnAccount:
            form.add_error("role", "不能修改自己的角色，请由另一位系统管理员办理。")
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.info(request, f"{account.real_name}（{account.username}）已保存。")
            return redirect("accounts:users")
    context = {"form": form, "account": account, "timeline": timeline_of(account)}
    return render(request, "accounts/user_form.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@requires("accounts.manage_user")
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A new first password, shown once."""
    account = get_object_or_404(User, pk=pk)
    try:
        first = services.reset_password(user=account, by=request.user)
    except services.OwnAccount:
        messages.error(request, "自己的密码请在“密码修改”中修改。")
        return redirect("accounts:user_edit", account.pk)
    return render(request, "accounts/first_password.html", {"account": account, "first": first})


@require_POST
@requires("accounts.manage_user")
def user_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Disable an account, or enable it again."""
    account = get_object_or_404(User, pk=pk)
    active = request.POST.get("active") == "1"
    try:
        services.set_active(user=account, active=active, by=request.user)
    except services.OwnAccount:
        messages.error(request, "不能停用自己的账号。")
    else:
        messages.info(
            request, f"{account.real_name}（{account.username}）已{'启用' if active else '停用'}。"
        )
    return redirect("accounts:user_edit", account.pk)
