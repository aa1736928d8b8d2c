"""Verbs of accounts. Each one is a transaction, checks its permission, and leaves one entry in the log."""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mingqian.audit.services import record
from mingqian.committees.models import CommitteeOffice

from .access import check
from .models import FormerPassword, User
from .passwords import profile, was_used
from .roles import OFFICE, Role

# No 0 O 1 l I: first passwords are read from paper.
READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class OldPasswordWrong(ValueError):
    """The old password does not match."""


class OwnAccount(ValueError):
    """Administrators do not disable or demote themselves: the last one would lock the door from outside."""


def random_password() -> str:
    """A first password: four groups of four readable characters, meeting either policy."""
    while True:
        groups = ["".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if any(c.isdigit() for c in password) and any(c.isupper() for c in password):
            return password


@transaction.atomic
def create_user(
    *,
    username: str,
    real_name: str,
    role: str,
    office: CommitteeOffice | None = None,
    by: User | None,
    at: dt.datetime | None = None,
    password: str | None = None,
    must_change: bool = True,
) -> tuple[User, str]:
    """Make an account. Returns it with its first password, which is stored nowhere in the clear.

    `by` None is the installation itself (the first administrator, the demo). Raises ValidationError.
    """
    if by is not None:
        check(by, "accounts.manage_user")
    at = at or timezone.now()
    password = password or random_password()
    user = User(
        username=username,
        real_name=real_name,
        role=Role(role),
        office=office if role in OFFICE else None,
        must_change=must_change,
        password_changed_at=at,
    )
    user.set_password(password)
    user.full_clean()
    user.save()
    record("accounts.created", on=user, by=by, details={"username": username, "role": user.role}, at=at)
    return user, password


@transaction.atomic
def change_user(
    *, user: User, real_name: str, role: str, office: CommitteeOffice | None, by: User, at: dt.datetime | None = None
) -> User:
    """Change name, role or office; a change of role or office ends the user's sessions."""
    check(by, "accounts.manage_user")
    if user.pk == by.pk and role != user.role:
        raise OwnAccount
    before = {"real_name": user.real_name, "role": user.role, "office": user.office_id}
    user.real_name, user.role = real_name, Role(role)
    user.office = office if role in OFFICE else None
    user.full_clean(exclude=["password"])
    user.save(update_fields=["real_name", "role", "office"])
    after = {"real_name": user.real_name, "role": user.role, "office": user.office_id}
    record("accounts.changed", on=user, by=by, details={"before": before, "after": after}, at=at)
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, at: dt.datetime | None = None) -> User:
    """Disable or enable an account. Disabling ends its sessions."""
    check(by, "accounts.manage_user")
    if user.pk == by.pk:
        raise OwnAccount
    user.is_active = active
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    record("accounts.enabled" if active else "accounts.disabled", on=user, by=by, at=at)
    return user


@transaction.atomic
def reset_password(*, user: User, by: User, at: dt.datetime | None = None) -> str:
    """Give the account a new first password, to be changed at the next sign-in. Returns it once."""
    check(by, "accounts.manage_user")
    password = random_password()
    _replace_password(user, password, must_change=True, at=at or timezone.now())
    record("accounts.password_reset", on=user, by=by, at=at)
    return password


@transaction.atomic
def change_own_password(*, user: User, old: str, new: str, at: dt.datetime | None = None) -> User:
    """Change one's own password. Raises OldPasswordWrong, or ValidationError with every line not met."""
    check(user, "accounts.change_password")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.check_password(old):
        raise OldPasswordWrong
    validate_password(new, user)
    if was_used(user, new):
        raise ValidationError(f"新密码不能与最近 {profile().remembered} 次用过的密码相同。", code="used")
    _replace_password(user, new, must_change=False, at=at or timezone.now())
    record("accounts.password_changed", on=user, by=user, at=at)
    return user


def _replace_password(user: User, password: str, *, must_change: bool, at: dt.datetime) -> None:
    FormerPassword.objects.create(user=user, password=user.password, replaced_at=at)
    kept = user.former_passwords.values_list("pk", flat=True)[: profile().remembered]
    user.former_passwords.exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.must_change = must_change
    user.password_changed_at = at
    user.session_epoch += 1
    user.save(update_fields=["password", "must_change", "password_changed_at", "session_epoch"])


@transaction.atomic
def note_sign_in(*, user: User, at: dt.datetime | None = None) -> dt.datetime | None:
    """Record a sign-in; returns when the user signed in before this, or None the first time."""
    before = user.last_login
    user.last_login = at or timezone.now()
    user.save(update_fields=["last_login"])
    record("accounts.signed_in", on=user, by=user, at=at)
    return before


@transaction.atomic
def note_sign_out(*, user: User, at: dt.datetime | None = None) -> None:
    """Record a sign-out."""
    record("accounts.signed_out", on=user, by=user, at=at)


@transaction.atomic
def note_failed_sign_in(*, username: str, locked: bool = False) -> None:
    """Record a refused sign-in. The name is kept as typed, cut short; the password never."""
    shown = username.replace("\x00", "")[:40]
    record("accounts.locked_out" if locked else "accounts.sign_in_failed", by=None, label=shown)
