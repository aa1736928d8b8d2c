"""密码修改."""

from __future__ import annotations

from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from .. import services
from ..access import requires
from ..forms import PasswordForm
from ..passwords import COMMON, expired, profile

WRONG = "_wrong_old_passwords"
ALLOWED_WRONG = 5


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@requires("accounts.change_password")
def password(request: HttpRequest) -> HttpResponse:
    """Old, new, repeat; the policy beside it is ticked as one types."""
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.change_own_password(
                user=request.user, old=form.cleaned_data["old"], new=form.cleaned_data["new"]
            )
        except services.OldPasswordWrong:
            if _guessing(request):
                return redirect("accounts:login")
            form.add_error("old", "原密码不正确。")
        except ValidationError as refusal:
            form.add_error("new", refusal)
        else:
            request.session.pop(WRONG, None)
            auth.update_session_auth_hash(request, user)
            messages.info(request, "密码已修改，在其他设备上的登录已退出。")
            return redirect("portal:home")
    context = {
        "form": form,
        "policy": profile(),
        "common": " ".join(COMMON),
        "first": request.user.must_change,
        "expired": expired(request.user, timezone.now()),
    }
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


def _guessing(request: HttpRequest) -> bool:
    """Whether somebody at an open desk has tried too many old passwords; the session ends with that."""
    services.note_wrong_old_password(user=request.user)
    wrong = request.session.get(WRONG, 0) + 1
    request.session[WRONG] = wrong
    if wrong < ALLOWED_WRONG:
        return False
    auth.logout(request)
    messages.error(request, f"原密码连续 {ALLOWED_WRONG} 次不正确，已退出登录。")
    return True
