"""First passwords are for one use: until it is changed, every page is the change page."""

from __future__ import annotations

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from .passwords import expired

OPEN = ("accounts:password", "accounts:logout")


class PasswordChangeMiddleware:
    """Sends users with a first or an outlived password to 密码修改."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        """Redirect when a change is due, except on the change page itself and to public pages."""
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Runs after the address is resolved, so that public pages are told apart."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.resolver_match.view_name in OPEN:
            return None
        if request.user.must_change or expired(request.user, timezone.now()):
            return HttpResponseRedirect(reverse("accounts:password"))
        return None
