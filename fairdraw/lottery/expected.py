"""What every cell may expect: leximin in fractions of panels, before there are any panels."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, gcd, log2

import numpy as np

from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.certificate import Bounds
from fairdraw.lottery.layout import Layout, distinct
from fairdraw.lottery.leximin_lp import Claims, Stage, leximin, smallest_maximum
from fairdraw.lottery.programs import Bools, Floats, Ints
from fairdraw.lottery.seating import Level

#: Digits of the prices that show a ceiling to be needed.
CEILING_BITS = 30
#: Whole numbers of a published fraction stay below this.
_EXACT = 2**53


class Expectation:
    """Expected seats of every cell, the stages that settled them, the ceiling kept and its prices."""

    def __init__(
        self, seats: Floats, stages: list[Stage], ceiling: Fraction | None, prices: Floats
    ) -> None:
        self.seats, self.stages, self.ceiling = seats, stages, ceiling
        self.ceiling_prices = whole_prices(prices, CEILING_BITS)
        #: The types of the lowest level.
        self.lowest = stages[0].claims if stages else np.zeros(0, np.int64)

    def seats_of_types(self, layout: Layout) -> Floats:
        """Expected primary seats of every type."""
        total = np.zeros(len(layout.people))
        np.add.at(total, layout.type_of[layout.primary], self.seats[layout.primary])
        return total

    def levels(self, layout: Layout) -> tuple[Level, ...]:
        """The stages with whole prices, small enough for the first bound to be published."""
        for bits in range(30, 0, -2):
            levels = tuple(
                Level(tuple(sorted(stage.claims.tolist())), whole_prices(stage.prices, bits))
                for stage in self.stages
            )
            if not levels:
                return levels
            nothing = [Fraction(0)] * len(layout.people)
            bound, _ = Bounds(layout, nothing, levels, self.ceiling).of(0)
            if bound.denominator < _EXACT and abs(bound.numerator) < _EXACT:
                return levels
        raise ArithmeticError("no prices of few digits")


def expect(layout: Layout, gamma: Fraction | None, grid: int | None = None) -> Expectation:
    """Leximin for the primaries; if they leave no room for alternates, for both together.

    ``grid``: make the ceiling a multiple of 1 / grid.
    """
    for together in (False, True):
        seats, stages, ceiling, prices = _primaries(layout, gamma, grid, together)
        try:
            rest = _alternates(layout, seats)
        except Unfillable:
            if together:
                raise
            continue
        return Expectation(np.where(layout.primary, seats, rest), stages, ceiling, prices)
    raise Unfillable


def claims_of(layout: Layout, kind: Bools, most: Floats, used: Bools) -> tuple[Claims, Ints]:
    """Claims of the types that hold cells of a kind, and those types."""
    types = distinct(layout.type_of[kind])
    number = np.full(len(layout.people), -1, np.int64)
    number[types] = np.arange(len(types))
    of_cell = np.where(kind, number[layout.type_of], -1)
    people = layout.people[types].astype(float)
    return Claims(people, most[types], of_cell, used), types


def _primaries(
    layout: Layout, gamma: Fraction | None, grid: int | None, together: bool
) -> tuple[Floats, list[Stage], Fraction | None, Floats]:
    used = np.ones(layout.cells, bool) if together else layout.primary
    most = layout.people.astype(float)
    ceiling, prices = None, np.zeros(0)
    if gamma is not None:
        claims, _ = claims_of(layout, layout.primary, most, used)
        smallest, prices = smallest_maximum(layout, claims)
        ceiling = rounded_up(smallest * float(gamma), grid)
        most = most * float(ceiling)
    claims, types = claims_of(layout, layout.primary, most, used)
    stages, seats = leximin(layout, claims)
    named = [Stage(stage.chance, types[stage.claims], stage.prices) for stage in stages]
    return seats, named, ceiling, prices


def rounded_up(chance: float, grid: int | None = None) -> Fraction:
    """The next multiple of 1 / grid, else a fraction of few digits, at most a thousandth above."""
    unit = grid or 2 ** (10 + max(0, ceil(-log2(max(chance, 1e-9)))))
    return min(Fraction(ceil(chance * unit - 1e-6), unit), Fraction(1))


def _alternates(layout: Layout, seats: Floats) -> Floats:
    """Expected seats of alternates when the primaries' are settled."""
    taken = np.zeros(len(layout.people))
    np.add.at(taken, layout.type_of[layout.primary], seats[layout.primary])
    most = np.maximum(layout.people - taken, 0.0)
    claims, _ = claims_of(layout, ~layout.primary, most, ~layout.primary)
    return leximin(layout, claims)[1]


def whole_prices(prices: Floats, bits: int) -> tuple[tuple[int, int], ...]:
    largest = float(np.abs(prices).max(initial=0.0))
    if largest == 0.0:
        return ()
    whole = np.rint(prices * (2**bits / largest)).astype(np.int64)
    divisor = gcd(*whole.tolist())
    return tuple((row, int(whole[row]) // divisor) for row in np.flatnonzero(whole).tolist())
