"""Judging what was typed into the forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from mingqian.committees.models import CommitteeOffice

from .models import USERNAME, User
from .passwords import LONGEST
from .roles import OFFICE, Role

TOO_LONG = f"密码最长 {LONGEST} 个字符。"


class SignInForm(forms.Form):
    """Account name and password. Whether they match is not this form's business."""

    username = forms.CharField(
        label="账号",
        max_length=60,
        error_messages={"required": "请填写账号。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=LONGEST,
        error_messages={"required": "请填写密码。", "max_length": TOO_LONG},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """Old password, new password, new password once more. The service judges the policy again."""

    old = forms.CharField(
        label="原密码",
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写原密码。", "max_length": TOO_LONG},
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "data-policy": "password-policy"}
        ),
        error_messages={"required": "请填写新密码。", "max_length": TOO_LONG},
    )
    again = forms.CharField(
        label="再次输入新密码",
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再输入一次新密码。", "max_length": TOO_LONG},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Everything that can be said at once: the policy, and whether both entries agree."""
        data = super().clean() or {}
        new, again = data.get("new"), data.get("again")
        if new:
            try:
                validate_password(new, self.user)
            except forms.ValidationError as refusal:
                self.add_error("new", refusal)
        if new and again and new != again:
            self.add_error("again", "两次输入的新密码不一致。")
        return data


class UserForm(forms.Form):
    """An account as the administrator fills it in."""

    username = forms.CharField(
        label="账号",
        max_length=40,
        validators=[USERNAME],
        help_text="登录用，设定后不变。",
        error_messages={"required": "请填写账号。"},
    )
    real_name = forms.CharField(
        label="姓名", max_length=30, error_messages={"required": "请填写姓名。"}
    )
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    office = forms.ModelChoiceField(
        label="所属评委会办公室",
        queryset=CommitteeOffice.objects.order_by("name"),
        required=False,
        empty_label="（不属于任何办公室）",
        help_text="经办人和负责人必须选择；其他角色不填。",
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user is not None:
            del self.fields["username"]

    def clean_username(self) -> str:
        """Names differ in more than case."""
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("这个账号已经有人使用，请换一个。")
        return username

    def clean(self) -> dict[str, Any]:
        """The office goes with the roles of an office, and with no other."""
        data = super().clean() or {}
        role = data.get("role")
        if role in OFFICE and not data.get("office") and "office" not in self.errors:
            self.add_error("office", "经办人和负责人必须选择所属办公室。")
        if role and role not in OFFICE and data.get("office"):
            self.add_error("office", "这个角色不属于任何评委会办公室，请清空此项。")
        return data
