"""From parts to be halved to rounding problems: only rows that a rounding could break."""

from __future__ import annotations

import numpy as np

from fairdraw.lottery.layout import Layout, distinct
from fairdraw.lottery.programs import Bools, Ints
from fairdraw.lottery.search import Batch, Bounds


class Rounding:
    """Rounding the fractional cells of many parts.

    Entry e of the parts is cell ``cells[e]`` of part ``owner[e]``, with ``seats[e]`` to split and
    ``base[e]`` for the first half at least; ``free``: the entries that may get one more.
    ``panels``, ``first``: of every part, and of its first half. ``rows_of``: the rows of every cell,
    filled up with a row that does not exist; ``shared[t]``: types with several cells.
    """

    def __init__(
        self,
        layout: Layout,
        rows_of: Ints,
        shared: Bools,
        entries: tuple[Ints, Ints, Ints, Ints],
        free: Ints,
        panels: Ints,
        first: Ints,
    ) -> None:
        self.owner, self.cells, self.seats, self.base = entries
        self.free, self.panels, self.first = free, panels, first
        self.low, self.high = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
        self.least, self.most = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
        self.row_owner = [np.zeros(1, np.int64)]
        self.size = 1
        self.columns = [*self._given(layout, rows_of).T]
        types = self._types(layout, shared)
        if types is not None:
            self.columns.append(types)
        self.columns = [column for column in self.columns if column.any()]
        self.bounds = Bounds(
            np.concatenate(self.low),
            np.concatenate(self.high),
            np.concatenate(self.least),
            np.concatenate(self.most),
        )
        self.owner_of_row = np.concatenate(self.row_owner)

    def _add(self, owner: Ints, low: Ints, high: Ints, least: Ints, most: Ints) -> None:
        self.row_owner.append(owner)
        self.low.append(low)
        self.high.append(high)
        self.least.append(least)
        self.most.append(most)
        self.size += len(owner)

    def _given(self, layout: Layout, rows_of: Ints) -> Ints:
        """Number the rows of the seating that matter; those of every free entry."""
        rows = layout.rows + 1
        key = self.owner[:, None] * rows + rows_of[self.cells]
        depth, shape = key.shape[1], (len(self.panels), rows)
        flat = key.ravel()

        def summed(values: Ints) -> Ints:
            weights = np.repeat(values.astype(np.float64), depth)
            total = np.bincount(flat, weights, minlength=shape[0] * rows)
            return total.astype(np.int64).reshape(shape)

        counted, held = summed(self.seats), summed(self.base)
        loose = np.bincount(key[self.free].ravel(), minlength=shape[0] * rows).reshape(shape)
        first, second = self.first[:, None], (self.panels - self.first)[:, None]
        share = counted * first
        low, high = share // self.panels[:, None] - held, -(-share // self.panels[:, None]) - held
        rest = counted[:, :-1]
        least = np.maximum(first * layout.low, rest - second * layout.high) - held[:, :-1]
        most = np.minimum(first * layout.high, rest - second * layout.low) - held[:, :-1]
        matters = (low > 0) | (high < loose)
        matters[:, -1] = False
        number = np.zeros(shape, np.int64)
        number[matters] = self.size + np.arange(matters.sum())
        inner = matters[:, :-1]
        owner = np.nonzero(matters)[0]
        self._add(owner, low[matters], high[matters], least[inner], most[inner])
        numbers: Ints = number.ravel()[key[self.free]]
        return numbers

    def _types(self, layout: Layout, shared: Bools) -> Ints | None:
        """The same for types that hold several cells and could get more seats than people."""
        kind = layout.type_of[self.cells]
        some = np.flatnonzero(shared[kind])
        if not len(some):
            return None
        key = self.owner[some] * len(shared) + kind[some]
        names, place = np.unique(key, return_inverse=True)
        held = np.bincount(place, self.base[some]).astype(np.int64)
        counted = np.bincount(place, self.seats[some]).astype(np.int64)
        is_free = np.zeros(len(self.owner), bool)
        is_free[self.free] = True
        loose = np.bincount(place, is_free[some]).astype(np.int64)
        owner, people = names // len(shared), layout.people[names % len(shared)]
        most = np.minimum(self.first[owner] * people, counted) - held
        least = np.maximum(counted - (self.panels - self.first)[owner] * people, 0) - held
        matters = (least > 0) | (most < loose)
        if not matters.any():
            return None
        number = np.zeros(len(names), np.int64)
        number[matters] = self.size + np.arange(matters.sum())
        self._add(owner[matters], *([least[matters], most[matters]] * 2))
        column = np.zeros(len(self.owner), np.int64)
        column[some] = number[place]
        return column[self.free]

    def batch(self, up: Bools, movable: int) -> tuple[Batch, Ints]:
        """The problems side by side, from a start; and which free entry each of their cells is.

        Of problems with more than ``movable`` cells only so many, spread evenly, take part.
        """
        owner = self.owner[self.free]
        count = np.bincount(owner, minlength=len(self.panels))
        position = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
        every = -(-count // movable)[owner]
        taken = np.flatnonzero(position % np.maximum(every, 1) == 0)
        owner, position = owner[taken], position[taken] // every[taken]
        width = int(position.max(initial=-1)) + 1
        shape = (len(self.panels), width)
        place = np.full(shape, -1, np.int64)
        place[owner, position] = taken
        real = place >= 0
        rows = np.zeros((len(self.columns), *shape), np.int64)
        for d, column in enumerate(self.columns):
            rows[d][real] = column[place[real]]
        fixed = np.ones(len(self.free), bool)
        fixed[taken] = False
        standing = self._counts(up & fixed)
        bounds = Bounds(
            *(
                b - standing
                for b in (self.bounds.low, self.bounds.high, self.bounds.least, self.bounds.most)
            )
        )
        started = np.zeros(shape, bool)
        started[real] = up[place[real]]
        return Batch(rows, real, started, bounds), place

    def _counts(self, up: Bools) -> Ints:
        total = np.zeros(self.size, np.int64)
        for column in self.columns:
            total += np.bincount(column[up], minlength=self.size)
        return total

    def broken(self, up: Bools) -> list[int]:
        """The parts in which a choice breaks a hard bound."""
        count = self._counts(up)
        bad = (count < self.bounds.least) | (count > self.bounds.most)
        bad[0] = False
        numbers: list[int] = distinct(self.owner_of_row[bad]).tolist()
        return numbers
