"""Why the smallest chances cannot be larger, and the largest not smaller: bounds from row prices,
whole numbers only.

Every seat pays the prices of its rows. A panel keeps its rows, so it pays at most
B = sum of max(price x low, price x high). Each expected seat of a type pays at least its cheapest
cell; so expected seats, that is chances, are limited by what there is to spend. Turned over: a panel
pays at least A = sum of min(price x low, price x high), each expected seat at most its dearest cell;
so somebody must have chance enough to pay it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from fairdraw.lottery.layout import Layout, lay_out
from fairdraw.lottery.seating import Level, Seating


class Bounds:
    """Bounds of levels for one lottery's chances; ``chances[t]`` of types without primaries: any."""

    def __init__(
        self,
        layout: Layout,
        chances: Sequence[Fraction],
        levels: Sequence[Level],
        ceiling: Fraction | None,
    ) -> None:
        self.layout = layout
        self.levels = levels
        self.most = Fraction(1) if ceiling is None else ceiling
        seats = [chance * int(n) for chance, n in zip(chances, layout.people)]
        self.unit = lcm(*(number.denominator for number in seats)) if seats else 1
        self.seats = [int(number * self.unit) for number in seats]
        self.level_of = np.full(len(layout.people), len(levels), np.int64)
        for number, level in enumerate(levels):
            self.level_of[list(level.types)] = number
        self.seated = np.zeros(len(layout.people), bool)
        self.seated[layout.type_of[layout.primary]] = True

    def of(self, number: int) -> tuple[Fraction, Fraction]:
        """The bound of level ``number``, and its sum of |G| of earlier types over its weight.

        No lottery that keeps the chances of earlier levels has a larger smallest chance among the
        other types. The second figure tells how much the rounding of earlier chances may cost.
        """
        whole, people, seats = self._numbers(self.levels[number].prices)
        layout = self.layout
        budget, price = 0, np.zeros(layout.cells, whole)
        of_row = np.zeros(layout.rows, whole)
        for row, value in self.levels[number].prices:
            budget += max(value * int(layout.low[row]), value * int(layout.high[row]))
            of_row[row] = value
        np.add.at(price, layout.cell_of, of_row[layout.row_of])
        least, spare = np.zeros_like(people), np.zeros_like(people)
        dearest = max(map(abs, price.tolist()), default=0)
        least[:] = dearest
        np.minimum.at(least, layout.type_of[layout.primary], price[layout.primary])
        np.minimum.at(spare, layout.type_of[~layout.primary], price[~layout.primary])
        net = np.where(self.seated, least - spare, 0)
        earlier = self.level_of < number
        open_ = ~earlier
        paid = Fraction(int((net[earlier] * seats[earlier]).sum()), self.unit)
        negative = int((net * people)[open_ & (net < 0)].sum())
        weight = int((net * people)[open_ & (net > 0)].sum())
        spend = budget - int((spare * people).sum()) - paid - negative * self.most
        if not weight:
            return self.most, Fraction(0)
        burden = Fraction(int(np.abs(net[earlier]).sum()), weight)
        return min(spend / weight, self.most), burden

    def _numbers(self, prices: Sequence[tuple[int, int]]) -> tuple[Any, Any, Any]:
        """A type of number that no sum here can overflow, and people and seats in it."""
        whole = _number_for(self.layout, prices, sum(self.seats))
        return whole, self.layout.people.astype(whole), np.array(self.seats, whole)


def _number_for(layout: Layout, prices: Sequence[tuple[int, int]], seats: int = 0) -> Any:
    largest = sum(abs(value) for _, value in prices)
    safe = 4 * largest * max(int(layout.people.sum()), seats, 1) < 2**62
    return np.int64 if safe else object


def least_maximum(layout: Layout, prices: Sequence[tuple[int, int]]) -> Fraction:
    """Every lottery over valid panels gives somebody at least this chance, as these prices show."""
    whole = _number_for(layout, prices)
    asked, of_row = 0, np.zeros(layout.rows, whole)
    for row, value in prices:
        asked += min(value * int(layout.low[row]), value * int(layout.high[row]))
        of_row[row] = value
    price = np.zeros(layout.cells, whole)
    np.add.at(price, layout.cell_of, of_row[layout.row_of])
    people = layout.people.astype(whole)
    most, spare = np.zeros_like(people), np.zeros_like(people)
    most[:] = -max(map(abs, price.tolist()), default=0)
    np.maximum.at(most, layout.type_of[layout.primary], price[layout.primary])
    np.maximum.at(spare, layout.type_of[~layout.primary], price[~layout.primary])
    seated = np.zeros(len(people), bool)
    seated[layout.type_of[layout.primary]] = True
    net = np.where(seated, most - spare, 0)
    weight = int((net * people)[net > 0].sum())
    left = asked - int((spare * people).sum())
    return Fraction(left, weight) if weight else Fraction(0)


def level_bound(
    seating: Seating,
    chances: Sequence[Fraction],
    levels: Sequence[Level],
    number: int,
    ceiling: Fraction | None,
) -> Fraction:
    """No lottery over valid panels that keeps the chances of the levels before ``number`` has a
    larger smallest chance among the other types.

    ``chances[t]``: published chance of each person of type t. ``ceiling``: nobody's chance may
    exceed it; None: 1.
    """
    return Bounds(lay_out(seating), chances, levels, ceiling).of(number)[0]
