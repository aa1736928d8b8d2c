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
from .throttle import forgive

# No 0 O 1 l I: first passwords are read from paper.
READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class OldPasswordWrong(ValueError):
    """The old password does not match."""


class OwnAccount(ValueError):
    """Administrators do not disable, demote or reset themselves: the last one would lock the door from outside."""


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
    record(
        "accounts.create_user",
        on=user,
        by=by,
        details={"username": username, "role": user.role},
        at=at,
    )
    return user, password


@transaction.atomic
def change_user(
    *,
    user: User,
    real_name: str,
    role: str,
    office: CommitteeOffice | None,
    by: User,
    at: dt.datetime | None = None,
) -> User:
    """Change name, role or office; a change of role or office ends the user's sessions.

    Raises OwnAccount for one's own role, ValidationError. Nothing changed leaves no entry.
    """
    check(by, "accounts.manage_user")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk and role != user.role:
        raise OwnAccount
    before = _facts(user)
    user.real_name, user.role = real_name, Role(role)
    user.office = office if role in OFFICE else None
    after = _facts(user)
    if before == after:
        return user
    if (before["role"], before["office"]) != (after["role"], after["office"]):
        # Without this an old session would wake up once the role is changed back.
        user.session_epoch += 1
    user.full_clean(exclude=["password"])
    user.save(update_fields=["real_name", "role", "office", "session_epoch"])
    record(
        "accounts.change_user", on=user, by=by, details={"before": before, "after": after}, at=at
    )
    return user


def _facts(user: User) -> dict[str, str]:
    return {
        "real_name": user.real_name,
        "role": Role(user.role).label,
        "office": user.office.name if user.office is not None else "",
    }


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, at: dt.datetime | None = None) -> User:
    """Disable or enable an account. Disabling ends its sessions. Raises OwnAccount for one's own."""
    check(by, "accounts.manage_user")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise OwnAccount
    if user.is_active == active:
        return user
    user.is_active = active
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    record("accounts.enable_user" if active else "accounts.disable_user", on=user, by=by, at=at)
    return user


@transaction.atomic
def reset_password(*, user: User, by: User, at: dt.datetime | None = None) -> str:
    """Give the account a new first password, to be changed at the next sign-in. Returns it once.

    Ends the user's sessions and any stop after failed sign-ins. Raises OwnAccount: one's own is changed, not reset.
    """
    check(by, "accounts.manage_user")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise OwnAccount
    password = random_password()
    _replace_password(user, password, must_change=True, at=at or timezone.now())
    forgive(user.username)
    record("accounts.reset_password", on=user, by=by, at=at)
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
        raise ValidationError(
            f"新密码不能与最近 {profile().remembered} 次用过的密码相同。", code="used"
        )
    _replace_password(user, new, must_change=False, at=at or timezone.now())
    record("accounts.change_own_password", on=user, by=user, at=at)
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
def note_sign_in(*, user: User, at: dt.datetime | None = None) -> None:
    """Record a sign-in and its time."""
    user.last_login = at or timezone.now()
    user.save(update_fields=["last_login"])
    record("accounts.sign_in", on=user, by=user, at=at)


@transaction.atomic
def note_sign_out(*, user: User, at: dt.datetime | None = None) -> None:
    """Record a sign-out."""
    record("accounts.sign_out", on=user, by=user, at=at)


@transaction.atomic
def note_failed_sign_in(*, username: str, stopped: bool, at: dt.datetime | None = None) -> None:
    """Record a refused sign-in, and whether it was the one that stopped the account.

    A name that no account has is not kept: people type their password into that field, and the log is for ever.
    """
    user = User.objects.filter(username__iexact=username).first()
    action = "accounts.stop_sign_in" if stopped else "accounts.fail_sign_in"
    record(action, on=user, by=None, label="" if user is not None else "不存在的账号", at=at)


@transaction.atomic
def note_wrong_old_password(*, user: User, at: dt.datetime | None = None) -> None:
    """Record that somebody signed in as the user could not name the old password."""
    record("accounts.fail_password_change", on=user, by=user, at=at)
