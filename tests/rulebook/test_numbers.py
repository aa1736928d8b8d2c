"""Numbers of rules are exact and come back as they were written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from mingqian.rulebook.numbers import Number, NumberField


@pytest.mark.parametrize(
    ("text", "exact", "decimal"),
    [
        ("3", Fraction(3), Decimal(3)),
        ("0.5", Fraction(1, 2), Decimal("0.5")),
        ("2/3", Fraction(2, 3), Decimal("0.666667")),
        ("1/5", Fraction(1, 5), Decimal("0.2")),
        (" 25 ", Fraction(25), Decimal(25)),
        ("-1", Fraction(-1), Decimal(-1)),
    ],
)
def test_a_number_is_read_exactly(text, exact, decimal):
    number = Number.of(text)
    assert number.exact == exact
    assert number.decimal == decimal


@pytest.mark.parametrize(
    "text", ["", "三", "1e5", "1/0", "0.5/2", "1/2/3", "NaN", "½", "9" * 30, "--1"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        Number.of(text)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_every_fraction_survives_its_text(top, bottom):
    number = Number.of(Fraction(top, bottom))
    assert number.exact == Fraction(top, bottom)
    assert Number.of(str(number)) == number


def test_the_field_says_what_to_type():
    with pytest.raises(ValidationError, match="请填写数字"):
        NumberField().to_python("很多")
