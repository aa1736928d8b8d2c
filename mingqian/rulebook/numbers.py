"""Numbers of rules, exact on every database: a share of one third must not become 0.333."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models

_TEXT = re.compile(r"-?\d{1,9}(\.\d{1,6})?(/\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Number:
    """One rule's number as it was typed (3, 0.5 or 2/3) and as an exact fraction."""

    text: str
    exact: Fraction

    @classmethod
    def of(cls, value: object) -> Number:
        """The number that a text, an int, a Decimal or a Fraction stands for.

        Raises ValueError for anything that is not a plain decimal or a fraction of two whole numbers.
        """
        if isinstance(value, Number):
            return value
        text = str(value).strip()
        if not _TEXT.fullmatch(text):
            raise ValueError(f"{text!r} is not a number of the rule book")
        top, _, bottom = text.partition("/")
        if bottom and ("." in top or int(bottom) == 0):
            raise ValueError(f"{text!r} is not a fraction of two whole numbers")
        return cls(text, Fraction(top) / Fraction(bottom or "1"))

    @property
    def decimal(self) -> Decimal:
        """The value as a decimal, six places where the fraction has no end."""
        if "/" not in self.text:
            return Decimal(self.text)
        quotient = Decimal(self.exact.numerator) / Decimal(self.exact.denominator)
        return quotient.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).normalize()

    def __str__(self) -> str:
        return self.text


if TYPE_CHECKING:
    _TextField = models.CharField["Number | str | None", "Number | None"]
else:
    _TextField = models.CharField


class NumberField(_TextField):
    """A Number kept as its own text, so that SQLite and PostgreSQL give back the same digits."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 24)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return None if value is None or value == "" else Number.of(value)

    def to_python(self, value):
        if value is None or value == "" or isinstance(value, Number):
            return value or None
        try:
            return Number.of(value)
        except ValueError as error:
            raise ValidationError("请填写数字，例如 3、0.5 或 2/3。", code="number") from error

    def get_prep_value(self, value):
        return None if value is None or value == "" else Number.of(value).text

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return "" if value is None else Number.of(value).text
