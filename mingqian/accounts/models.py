"""Who may sign in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from mingqian.committees.models import CommitteeOffice

from . import roles
from .roles import Role

USERNAME = RegexValidator(
    r"^[a-zA-Z0-9][a-zA-Z0-9._-]{2,39}\Z",
    "账号为 3–40 个字母、数字、点、横线或下划线，以字母或数字开头。",
)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """Account names are told apart without regard to case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person with one role: in a committee office, in the HRSS department, an observer, or the administrator.

    `session_epoch` is part of every session's hash: raising it ends all sessions of the user.
    """

    username = models.CharField("账号", max_length=40, unique=True, validators=[USERNAME])
    real_name = models.CharField("姓名", max_length=30)
    role = models.CharField("角色", max_length=10, choices=Role)
    office = models.ForeignKey(
        CommitteeOffice,
        verbose_name="所属办公室",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    is_active = models.BooleanField("启用", default=True)
    must_change = models.BooleanField("首次登录须修改密码", default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "用户"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="office_roles_have_an_office",
                condition=models.Q(role__in=["clerk", "lead"], office__isnull=False)
                | (~models.Q(role__in=["clerk", "lead"]) & models.Q(office__isnull=True)),
            ),
            models.UniqueConstraint(Lower("username"), name="username_without_case"),
        ]

    def __str__(self) -> str:
        return self.real_name

    def get_full_name(self) -> str:
        return self.real_name

    def may(self, permission: str) -> bool:
        """Whether this user's role has the permission."""
        return self.is_active and roles.may(self.role, permission)

    @property
    def is_hrss(self) -> bool:
        return self.role in roles.HRSS

    @property
    def is_observer(self) -> bool:
        return self.role == Role.OBSERVER

    @property
    def is_sysadmin(self) -> bool:
        return self.role == Role.SYSADMIN

    @property
    def place(self) -> str:
        """Where the user works, in words: the office, or the role."""
        return self.office.name if self.office is not None else self.get_role_display()

    def _get_session_auth_hash(self, secret=None) -> str:
        """Sessions end when the password, the role or the epoch changes."""
        return salted_hmac(
            "mingqian.accounts.session",
            f"{self.password}|{self.role}|{self.office_id}|{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class FormerPassword(models.Model):
    """A password hash no longer in use, kept so that it is not used again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=200)
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = "旧密码"
        ordering = ["-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.replaced_at:%Y-%m-%d}"


class SignInThrottle(models.Model):
    """Failed sign-ins of one account name or one address, by digest (see `throttle.py`)."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    stops = models.PositiveSmallIntegerField(default=0)
    stopped_until = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "登录失败计数"

    def __str__(self) -> str:
        return self.key[:8]
