"""Signing in by account name and password."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from .models import User
from .passwords import LONGEST


class AccountBackend(BaseBackend):
    """Finds the user without regard to case; an unknown name costs the same time as a wrong password."""

    def authenticate(self, request, username=None, password=None, **kwargs) -> User | None:
        """The user, or None. Disabled accounts never authenticate."""
        if not username or password is None or "\x00" in username or len(password) > LONGEST:
            return None
        user = User.objects.filter(username__iexact=username[:60]).first()
        if user is None or not user.is_active:
            make_password(password)
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id) -> User | None:
        """The user of a session, while active; with the office, so that every page needs one query."""
        return User.objects.select_related("office").filter(pk=user_id, is_active=True).first()
