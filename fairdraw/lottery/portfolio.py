"""How many panels, and how many seats every cell has in all of them together."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.random import default_rng

from fairdraw.lottery.layout import Layout, distinct
from fairdraw.lottery.programs import OPTIMAL, Bools, Floats, Ints, program, whole_solution

#: A product this close below a whole number is taken for that number.
_NEAR = 1e-6
#: Cells that a whole-number program may move besides those its linear program left between.
_COMPANY = 400


def panel_counts(seats: Floats, least: int) -> list[int]:
    """Numbers of panels from ``least`` to a quarter more, the least harmful first.

    ``seats``: expected seats of the types of the lowest level. Rounding down takes from a type of
    n people up to frac(m x seats) / (m n) of chance; the harm is the largest such loss.
    """
    counts = np.arange(least, least + least // 4 + 1)
    product = distinct(seats)[None, :] * counts[:, None]
    lost = np.maximum(product - np.floor(product + _NEAR), 0.0)
    share = lost / np.where(product > 0, product, 1.0)
    harm = np.round(share.max(axis=1, initial=0.0), 12)
    return [int(m) for m in counts[np.argsort(harm, kind="stable")]]


def totals(
    layout: Layout,
    seats: Floats,
    panels: int,
    ceiling: Fraction | None,
    favoured: Ints,
) -> Ints | None:
    """Whole seats of every cell over all panels, or None if there are none.

    ``seats``: expected seats of the cells in one panel. Every cell and the primaries of every type
    are rounded down or up, rows and types kept; nobody exceeds ``ceiling``. ``favoured``: types to
    be rounded up rather than others; those that would get nothing come before them.
    """
    exact = seats * panels
    base = np.floor(exact + _NEAR).astype(np.int64)
    between = exact - base > _NEAR
    primary = np.where(layout.primary, 1, 0)
    most = panels * layout.people
    if ceiling is not None:
        most = np.array([int(ceiling * int(n)) for n in panels * layout.people], np.int64)
    taken = layout.of_types(base * primary)
    between &= ~layout.primary | (taken < most)[layout.type_of]
    free = np.flatnonzero(between)
    rows = _Rows(layout, free)
    sums = layout.sums(base)
    rows.given(panels * layout.low - sums, panels * layout.high - sums)
    fraction = np.zeros(len(layout.people))
    np.add.at(fraction, layout.type_of[free], ((exact - base) * primary)[free])
    # Types with one primary cell need no row: their cell is rounded down or up anyway.
    rows.types(
        layout.primary,
        np.floor(fraction + _NEAR),
        np.minimum(np.ceil(fraction - _NEAR), most - taken),
    )
    full = panels * layout.people - layout.of_types(base)
    rows.types(None, np.full(len(full), -np.inf), full)
    wanted = np.zeros(len(layout.people))
    wanted[favoured] = 1.0
    # Rounded down, these would have no chance at all.
    wanted[taken == 0] += 2.0
    gain = (exact - base + wanted[layout.type_of] * primary)[free]
    chosen = rows.choose(-gain)
    if chosen is None:
        return None
    base[free] += chosen
    return base if layout.kept_by(base, panels) else None


class _Rows:
    """A choice of 0 or 1 for each free cell, subject to rows."""

    def __init__(self, layout: Layout, free: Ints) -> None:
        self.layout, self.free = layout, free
        self.column = np.full(layout.cells, -1, np.int64)
        self.column[free] = np.arange(len(free))
        self.row: list[Ints] = []
        self.cell: list[Ints] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def _add(self, row: Ints, column: Ints, low: Floats | Ints, high: Floats | Ints) -> None:
        self.row.append(row + self.count)
        self.cell.append(column)
        self.low.append(low.astype(float))
        self.high.append(high.astype(float))
        self.count += len(low)

    def given(self, low: Ints, high: Ints) -> None:
        """The rows of the seating."""
        entry = self.column[self.layout.cell_of] >= 0
        column = self.column[self.layout.cell_of[entry]]
        self._add(self.layout.row_of[entry], column, low.astype(float), high.astype(float))

    def types(self, among: Bools | None, low: Floats | Ints, high: Floats | Ints) -> None:
        """Rows over the free cells of a type, where several of them could break the bounds."""
        chosen = self.free if among is None else self.free[among[self.free]]
        kind = self.layout.type_of[chosen]
        held = np.bincount(kind, minlength=len(low))
        needed = (held > 1) & ((held > high) | (low > 0))
        number = np.cumsum(needed) - 1
        entry = needed[kind]
        self._add(number[kind[entry]], self.column[chosen[entry]], low[needed], high[needed])

    def choose(self, cost: Floats) -> Ints | None:
        """The choice of least cost, or nearly so; None if nothing keeps the rows."""
        row, column = np.concatenate(self.row), np.concatenate(self.cell)
        low, high = np.concatenate(self.low), np.concatenate(self.high)
        ones = np.ones(len(row))
        if not len(cost):
            return np.zeros(0, np.int64) if (low <= 0).all() and (high >= 0).all() else None
        bounds = np.zeros(len(cost)), np.ones(len(cost))
        solver = program(cost, bounds, (low, high), (row, column, ones))
        solver.run()
        if solver.getModelStatus() != OPTIMAL:
            return None
        value = np.array(solver.getSolution().col_value)
        whole = np.rint(value)
        broken = np.flatnonzero(np.abs(value - whole) > _NEAR)
        if not len(broken):
            return whole.astype(np.int64)
        generator = default_rng(len(cost))
        company = np.concatenate([broken, generator.permutation(len(cost))[:_COMPANY]])
        for movable in (distinct(company), np.arange(len(cost))):
            fixed = whole.copy()
            fixed[movable] = 0.0
            rest = np.zeros(len(low))
            np.add.at(rest, row, fixed[column])
            position = np.full(len(cost), -1, np.int64)
            position[movable] = np.arange(len(movable))
            entry = position[column] >= 0
            found = whole_solution(
                program(
                    cost[movable],
                    (np.zeros(len(movable)), np.ones(len(movable))),
                    (low - rest, high - rest),
                    (row[entry], position[column[entry]], ones[entry]),
                    whole=True,
                    mip_max_nodes=2000,
                    mip_rel_gap=0.1,
                )
            )
            if found is not None:
                fixed[movable] = found
                return fixed.astype(np.int64)
        return None
