"""When chances of whole panels are near enough, and when more panels would bring them nearer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fairdraw.lottery.gaps import Gap
from fairdraw.lottery.solving import _rounding_shows

THIRD, NONE = Fraction(1, 3), Fraction(0)


def gap(low: Fraction, reach: Fraction, highest: Fraction = NONE) -> Gap:
    """A level whose bound is a third."""
    return Gap(THIRD, low, reach, highest, NONE)


NEAR = gap(THIRD, THIRD)
BELOW, ABOVE = gap(Fraction(8, 25), Fraction(33, 100)), gap(THIRD, THIRD, Fraction(2, 5))


@pytest.mark.parametrize(
    ("gaps", "chances", "shows"),
    [
        ([NEAR], [1 / 3], False),
        ([BELOW], [1 / 3], True),
        ([ABOVE], [1 / 3], True),
        ([NEAR, BELOW], [1 / 3, 1 / 3], True),
        ([BELOW], [1 / 4], False),  # whole panels cannot reach a third: no number of them can
        ([gap(NONE, THIRD)], [1 / 3], True),
        ([], [], False),
    ],
)
def test_more_panels_are_made_only_where_rounding_is_to_blame(
    gaps: list[Gap], chances: list[float], shows: bool
) -> None:
    found = [(chance, np.zeros(0, np.int64)) for chance in chances]
    assert _rounding_shows(gaps, found) is shows
