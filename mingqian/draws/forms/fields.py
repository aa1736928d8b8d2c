"""Fields that read what people in an office type: full-width digits, stray blanks, three ways to write a time."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.utils import timezone

NULLS = ProhibitNullCharactersValidator
TIME_FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H:%M",
    "%Y-%m-%dT%H:%M",
)
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100

phone_number = RegexValidator(
    r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)$",
    "请填写 11 位手机号，或带区号的固定电话，例如 0790-5550126。",
)


NULL_SIGN = "␀"
"""How a NUL, which no database takes, is shown and kept."""


def refuse_null(text: str) -> None:
    """A NUL, or its sign where a text was kept as typed, is told rather than dropped."""
    if "\x00" in text or NULL_SIGN in text:
        raise ValidationError("含有不可见的空字符，请删去后重新填写。", code="null")


def plain(text: str) -> str:
    """Full-width digits and signs as their plain selves, without blanks at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


class LineField(forms.CharField):
    """One line of text, kept as typed but for blanks and line ends."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(
            max_length=max_length,
            error_messages={
                "max_length": "最多 %(limit_value)d 个字，现有 %(show_value)d 个字，请删减。",
            },
            **kwargs,
        )
        self.validators = [v for v in self.validators if not isinstance(v, NULLS)]

    def to_python(self, value: Any) -> str:
        text = re.sub(r"[\r\n\t]+", " ", super().to_python(value) or "").strip()
        refuse_null(text)
        return text


class TextField(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(
            max_length=max_length,
            error_messages={
                "max_length": "最多 %(limit_value)d 个字，现有 %(show_value)d 个字，请删减。",
            },
            **kwargs,
        )
        self.validators = [v for v in self.validators if not isinstance(v, NULLS)]

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").strip()
        refuse_null(text)
        return text


class PhoneField(LineField):
    """A mobile or a landline number."""

    default_validators = [phone_number]

    def to_python(self, value: Any) -> str:
        text = plain(super().to_python(value))
        return re.sub(r"[\s()]+", "", text).replace("–", "-").replace("—", "-")


class NumberField(forms.IntegerField):
    """A whole number within bounds; the message names the bounds."""

    widget = forms.TextInput

    def __init__(self, *, least: int, most: int, unit: str = "", **kwargs: Any) -> None:
        self.least, self.most, self.unit = least, most, unit
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = plain(str(value or ""))
        if not text:
            return None
        if not re.fullmatch(r"[+-]?\d+", text):
            raise ValidationError(f"请填写 {self.least} 至 {self.most} 的整数。", code="invalid")
        if len(text) > 9 or not self.least <= int(text) <= self.most:
            raise ValidationError(
                f"应在 {self.least} 至 {self.most}{self.unit} 之间。", code="out_of_range"
            )
        return int(text)


class MomentField(forms.Field):
    """A day and an hour, Beijing time, in any of the common ways of writing one."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        text = re.sub(r"\s+", " ", plain(str(value or "")))
        if not text:
            return None
        for layout in TIME_FORMATS:
            try:
                moment = datetime.strptime(text, layout)
            except ValueError:
                continue
            if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
                raise ValidationError(
                    f"年份应在 {EARLIEST_YEAR} 至 {LATEST_YEAR} 之间。", code="out_of_range"
                )
            return timezone.make_aware(moment.replace(second=0))
        raise ValidationError(
            "请按「年-月-日 时:分」填写，例如 2026-12-08 08:30，且日期须真实存在。", code="invalid"
        )
