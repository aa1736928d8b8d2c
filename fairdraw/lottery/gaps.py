"""How near the chances of whole panels come to their bounds, and how near is near enough."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from fairdraw.lottery.certificate import Bounds, least_maximum
from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import Ints
from fairdraw.lottery.seating import Level

#: Room for figures of a solver, and what share of the lowest bound the smallest chance may lack.
_TINY, _SHARE = Fraction(1, 2**20), Fraction(1, 16)
#: By what share a ceiling may be rounded up.
_ROUNDED = Fraction(1, 2**10)


def ceiling_is_needed(
    layout: Layout,
    prices: tuple[tuple[int, int], ...],
    ceiling: Fraction | None,
    panels: int,
    gamma: Fraction | None,
) -> bool:
    """Whether the ceiling is gamma times what somebody must have, but for rounding it up."""
    if ceiling is None or gamma is None:
        return True
    least = gamma * least_maximum(layout, prices)
    most = least * (1 + _ROUNDED) + Fraction(1, panels) + _TINY
    return ceiling <= min(most, Fraction(1))


class Gap(NamedTuple):
    """How near the chances come to the bound of a level.

    ``low``: the smallest chance of the types of this level and later ones, ``reach`` the same with
    one seat of one panel more; ``highest``: the largest of this level with one seat less.
    ``rounding``: what the rounding of earlier chances may add to the bound, or take from it.
    """

    bound: Fraction
    low: Fraction
    reach: Fraction
    highest: Fraction
    rounding: Fraction

    def is_bracketed(self) -> bool:
        """Whether nobody has less than the bound, nor anybody settled more, but for rounding."""
        room = self.rounding + _TINY
        return self.bound - self.reach <= room and self.highest - self.bound <= room

    def is_small(self) -> bool:
        """Whether the smallest chance is near the bound."""
        return self.bound - self.low <= self.bound * _SHARE


def gaps_of(
    layout: Layout,
    chances: list[Fraction],
    panels: int,
    levels: tuple[Level, ...],
    ceiling: Fraction | None,
) -> list[Gap]:
    """The gap of every level. Checks the ceiling and every bound."""
    if ceiling is not None and max(chances, default=Fraction(0)) > ceiling:
        raise AssertionError("a chance exceeds the ceiling")
    bounds = Bounds(layout, chances, levels, ceiling)
    places = panels * layout.people
    seats = np.array([c.numerator * n // c.denominator for c, n in zip(chances, places.tolist())])
    smallest: list[tuple[Fraction, Fraction]] = []
    for level in reversed(levels):
        types = np.array(level.types)
        lows = [_least(seats[types] + more, places[types]) for more in (0, 1)]
        before = smallest[-1] if smallest else lows
        smallest.append((min(lows[0], before[0]), min(lows[1], before[1])))
    gaps = []
    for number, (level, (low, reach)) in enumerate(zip(levels, reversed(smallest))):
        bound, burden = bounds.of(number)
        if low > bound:
            raise AssertionError("a chance exceeds its bound")
        types = np.array(level.types)
        highest = -_least(1 - seats[types], places[types])
        gaps.append(Gap(bound, low, reach, highest, min(burden / panels, bound)))
    return gaps


def _least(above: Ints, below: Ints) -> Fraction:
    """The smallest of some quotients. Rounding never swaps two of them, so only those that share
    the smallest rounded one are compared exactly."""
    rounded = above / below
    first = rounded == rounded.min()
    return min(
        Fraction(number, by) for number, by in {*zip(above[first].tolist(), below[first].tolist())}
    )
