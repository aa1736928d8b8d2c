"""How near the chances of whole panels come to their bounds, and how near is near enough."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from fairdraw.lottery.certificate import Bounds, least_maximum
from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import Ints
from fairdraw.lottery.seating import Level

#: Room for figures of a solver, and how far the smallest chance may stay below its bound: at most
#: the first, and at most a sixteenth of the bound or the second, whichever is more.
_TINY, _MOST_GAP, _LEAST_GAP = Fraction(1, 2**20), Fraction(1, 2**11), Fraction(1, 2**14)
#: By what share a ceiling may be rounded up.
_ROUNDED = Fraction(1, 2**10)


def allowed_gap(bound: Fraction) -> Fraction:
    """How far the smallest chance of a lottery made by halving may stay below its bound."""
    return min(_MOST_GAP, max(bound / 16, _LEAST_GAP))


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


def within_gaps(
    layout: Layout,
    chances: list[Fraction],
    panels: int,
    levels: tuple[Level, ...],
    ceiling: Fraction | None,
) -> bool:
    """Whether every level reaches its bound but for rounding, and holds nobody who stands above it."""
    gaps = gaps_of(layout, chances, panels, levels, ceiling)
    for number, (bound, low, burden, excess) in enumerate(gaps):
        room = (1 + burden) / panels + _TINY if number else allowed_gap(bound)
        if bound - low > room or excess > burden / panels + _TINY:
            return False
    return True


def gaps_of(
    layout: Layout,
    chances: list[Fraction],
    panels: int,
    levels: tuple[Level, ...],
    ceiling: Fraction | None,
) -> list[tuple[Fraction, Fraction, Fraction, Fraction]]:
    """For every level: its bound, the smallest chance of it and the later ones, what the rounding
    of earlier chances may add, and by how much somebody settled here stands above the bound beyond
    one seat of one panel. Checks the ceiling and every bound."""
    if ceiling is not None and max(chances, default=Fraction(0)) > ceiling:
        raise AssertionError("a chance exceeds the ceiling")
    bounds = Bounds(layout, chances, levels, ceiling)
    places = panels * layout.people
    seats = np.array([c.numerator * n // c.denominator for c, n in zip(chances, places.tolist())])
    lows: list[Fraction] = []
    for level in reversed(levels):
        types = np.array(level.types)
        lows.append(min([*lows[-1:], _least(seats[types], places[types])]))
    gaps = []
    for number, (level, low) in enumerate(zip(levels, reversed(lows))):
        bound, burden = bounds.of(number)
        if low > bound:
            raise AssertionError("a chance exceeds its bound")
        types = np.array(level.types)
        highest = -_least(1 - seats[types], places[types])
        gaps.append((bound, low, burden, highest - bound))
    return gaps


def _least(above: Ints, below: Ints) -> Fraction:
    """The smallest of some quotients. Rounding never swaps two of them, so only those that share
    the smallest rounded one are compared exactly."""
    rounded = above / below
    first = rounded == rounded.min()
    return min(
        Fraction(number, by) for number, by in {*zip(above[first].tolist(), below[first].tolist())}
    )
