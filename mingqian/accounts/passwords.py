"""What a password must be: one policy, chosen by the deployment, judged on the server and shown as one types.

Profile `dengbao` (GB/T 22239-2019 level 3 practice): at least 12 characters of 3 of 4 classes, changed every 90 days,
none of the last 5 again. Profile `nist` (NIST SP 800-63B): at least 15 characters, no composition rule, no expiry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LONGEST = 128
# Words that attackers try first: the name of the platform and what keyboards suggest.
COMMON = ("password", "mingqian", "qwerty", "123456", "abcdef", "zhicheng", "admin")


@dataclass(frozen=True)
class Line:
    """One line of the policy: its key (the script ticks it by this), its words, and the judgement."""

    key: str
    words: str
    holds: Callable[[str, str], bool]  # (password, username)


@dataclass(frozen=True)
class Profile:
    """A whole policy. `max_age_days` 0 means no expiry; `remembered` counts former passwords refused."""

    lines: tuple[Line, ...]
    max_age_days: int
    remembered: int


def classes(password: str) -> int:
    """How many of lower case, upper case, digits and other signs occur."""
    return sum(
        (
            any("a" <= c <= "z" for c in password),
            any("A" <= c <= "Z" for c in password),
            any("0" <= c <= "9" for c in password),
            any(not (c.isascii() and c.isalnum()) for c in password),
        )
    )


@cache
def _list_of_common() -> frozenset[str]:
    """The twenty thousand that leak most often, as Django ships them."""
    return frozenset(CommonPasswordValidator().passwords)


def _not_common(password: str, username: str) -> bool:
    lower = password.lower()
    return (
        bool(password)
        and lower not in _list_of_common()
        and not any(word in lower for word in COMMON)
    )


def _not_username(password: str, username: str) -> bool:
    return bool(password) and not (username and username.lower() in password.lower())


PROFILES = {
    "dengbao": Profile(
        (
            Line("length-12", "至少 12 个字符", lambda p, u: len(p) >= 12),
            Line(
                "classes-3",
                "大写字母、小写字母、数字、其他符号中至少三类",
                lambda p, u: classes(p) >= 3,
            ),
            Line("no-username", "不含账号", _not_username),
            Line("no-common", "不含 123456、password 等常见密码", _not_common),
        ),
        max_age_days=90,
        remembered=5,
    ),
    "nist": Profile(
        (
            Line("length-15", "至少 15 个字符", lambda p, u: len(p) >= 15),
            Line("no-username", "不含账号", _not_username),
            Line("no-common", "不含 123456、password 等常见密码", _not_common),
        ),
        max_age_days=0,
        remembered=1,
    ),
}


def profile() -> Profile:
    """The policy of this deployment."""
    return PROFILES[str(settings.MINGQIAN["PASSWORD_PROFILE"])]


def expired(user, now: dt.datetime) -> bool:
    """Whether the user's password is older than the policy allows."""
    days = profile().max_age_days
    if not days or user.password_changed_at is None:
        return False
    return now - user.password_changed_at > dt.timedelta(days=days)


def was_used(user, password: str) -> bool:
    """Whether the password is the current one or one of the last few."""
    former = user.former_passwords.values_list("password", flat=True)[: profile().remembered - 1]
    return any(check_password(password, encoded) for encoded in [user.password, *former] if encoded)


class PolicyValidator:
    """The policy as Django's password validator: every line that fails, all at once."""

    def validate(self, password: str, user=None) -> None:
        """Raise ValidationError with one message for each line not met."""
        username = getattr(user, "username", "") or ""
        errors = [
            ValidationError(f"密码不符合要求：{line.words}。", code=line.key)
            for line in profile().lines
            if not line.holds(password, username)
        ]
        if len(password) > LONGEST:
            errors.append(ValidationError(f"密码最长 {LONGEST} 个字符。", code="too-long"))
        if "\x00" in password:
            errors.append(ValidationError("密码里有不能使用的控制字符。", code="control"))
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        """The policy in one sentence."""
        return "；".join(line.words for line in profile().lines)
