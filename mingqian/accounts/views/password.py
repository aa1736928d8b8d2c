"""密码修改."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from .. import services
from ..access import requires
from ..forms import PasswordForm
from ..passwords import expired, profile


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@requires("accounts.change_password")
def password(request: HttpRequest) -> HttpResponse:
    """Old, new, repeat; the policy beside it is ticked as one types."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid() and _change(request, form):
            messages.info(request, "密码已修改，其他设备上的登录已退出。")
            return redirect("portal:home")
    context = {
        "form": form,
        "policy": profile(),
        "first": request.user.must_change,
        "expired": expired(request.user, timezone.now()),
    }
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


def _change(request: HttpRequest, form: PasswordForm) -> bool:
    try:
        user = services.change_own_password(
            user=request.user, old=form.cleaned_data["old"], new=form.cleaned_data["new"]
        )
    except services.OldPasswordWrong:
        form.add_error("old", "原密码不正确。")
        return False
    except ValidationError as refusal:
        form.add_error("new", refusal)
        return False
    update_session_auth_hash(request, user)
    return True
