"""Many small rounding problems at once: which of the fractional cells of each go up.

Every problem has rows with bounds: wanted ones (the share rounded down or up) and hard ones. All
problems of a batch take one step at the same time: among the cells that mend some row, flip the
one that mends most, whatever it costs, but none of those flipped just before (tabu). Draws of ties come from a seeded generator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fairdraw.lottery.programs import Bools, Ints

#: What a broken hard bound costs beside a broken wish.
_HARD = 2
#: A flipped cell stays as it is for so many steps.
_REST = 4
_NEVER = np.float32(1e6)
_LATER = np.float32(1e3)
_IDLE = np.float32(1e2)
#: Marks a flip that mends a row, beyond all that flips can cost.
_MENDS = np.int16(128)


@dataclass(frozen=True)
class Bounds:
    """What rows may count: ``low <= high`` wished for, ``least <= most`` demanded. Row 0 is free."""

    low: Ints
    high: Ints
    least: Ints
    most: Ints

    def excess(self, count: Ints) -> Ints:
        """How far beyond its bounds every row is."""
        wish = np.maximum(self.low - count, 0) + np.maximum(count - self.high, 0)
        hard = np.maximum(self.least - count, 0) + np.maximum(count - self.most, 0)
        total: Ints = wish + _HARD * hard
        return total

    def thresholds(self) -> Ints:
        """The bounds of every row, one under the other."""
        return np.stack([self.low, self.high, self.least, self.most])


@dataclass(frozen=True)
class Batch:
    """``rows[d, i, j]``: the d-th row of cell j of problem i, 0 where there is none (each row
    belongs to one problem). ``real[i, j]``: whether there is such a cell. ``up[i, j]``: a start.
    """

    rows: NDArray[np.int64]
    real: Bools
    up: Bools
    bounds: Bounds


def search(batch: Batch, steps: int, generator: np.random.Generator) -> tuple[Bools, Ints]:
    """For every problem the best choice seen, and what it costs (0: every wish is met)."""
    count = len(batch.real)
    best, cost = batch.up.copy(), np.zeros(count, np.int64)
    state = _State(batch, generator)
    cost[:] = state.cost
    number = np.arange(count)
    for step in range(steps):
        finished = state.least == 0
        if finished.any() and (step % 4 == 0 or finished.all()):
            best[number[finished]] = state.best[finished]
            cost[number[finished]] = 0
            number = number[~finished]
            if not len(number):
                return best, cost
            state.keep(~finished)
        state.step(step)
    best[number], cost[number] = state.best, state.least
    return best, cost


class _State:
    """Everything a step looks at. A step costs mostly the number of its array operations, so the
    tables are laid out for few of them: ``table`` holds for each row what one more would cost and,
    behind those, what one fewer would; a cost below zero carries ``_MENDS`` besides, so that one sum
    over the rows of a cell tells both what its flip costs and whether it mends any row.
    """

    def __init__(self, batch: Batch, generator: np.random.Generator) -> None:
        bounds = batch.bounds
        depth, count, width = batch.rows.shape
        self.size = len(bounds.low)
        self.thresholds = bounds.thresholds()
        self.up = batch.up.copy()
        chosen = batch.rows[:, self.up]
        self.count = np.bincount(chosen.ravel(), minlength=self.size)
        self.count[0] = 0
        self.cost_of = np.zeros(2 * self.size, np.int64)
        self.table = np.zeros(2 * self.size, np.int16)
        self._price(np.arange(self.size))
        # Entries of the table: what flipping a cell does to each of its rows.
        self.entry = batch.rows + self.size * self.up
        self.score_of = _scores(depth)
        owner = np.zeros(self.size, np.int64)
        owner[batch.rows.reshape(depth, -1)] = np.repeat(np.arange(count), width)
        excess = bounds.excess(self.count)
        excess[0] = 0
        self.cost = np.bincount(owner, excess, minlength=count).astype(np.int64)
        self.least, self.best = self.cost.copy(), self.up.copy()
        noise = generator.random((count, width), np.float32) * np.float32(0.4)
        self.noise = np.where(batch.real, noise, _NEVER)
        self.wave = generator.random(width + 64, np.float32) * np.float32(0.4)
        self.resting = min(_REST, max(1, width // 6))
        self.rest = np.zeros((self.resting, count), np.int64)
        self._space()

    def _space(self) -> None:
        shape = self.up.shape
        self.start = np.arange(shape[0]) * shape[1]
        self.terms = np.empty(self.entry.shape, np.int16)
        self.total = np.empty(shape, np.int16)
        self.score, self.price = np.empty(shape, np.float32), np.empty(shape, np.float32)
        # The same memory in one dimension: a cell of a problem by one number.
        self.flat_score, self.flat_up = self.score.reshape(-1), self.up.reshape(-1)
        self.flat_entry = self.entry.reshape(len(self.entry), -1)

    def keep(self, which: Bools) -> None:
        """Go on with these problems only."""
        self.entry = np.ascontiguousarray(self.entry[:, which])
        self.up, self.best, self.noise = self.up[which], self.best[which], self.noise[which]
        self.cost, self.least = self.cost[which], self.least[which]
        self.rest = self.rest[:, which]
        self._space()

    def _price(self, rows: Ints) -> None:
        count, bounds = self.count.take(rows), self.thresholds.take(rows, axis=1)
        for place, reached in ((rows, count >= bounds), (rows + self.size, count <= bounds)):
            low, high, least, most = reached.view(np.int8)
            cost = low + high + _HARD * (least + most) - (1 + _HARD)
            self.cost_of[place] = cost
            self.table[place] = cost + _MENDS * (cost < 0).view(np.int8)
        for free in (0, self.size):
            self.cost_of[free] = self.table[free] = 0

    def step(self, number: int) -> None:
        """Flip one cell of every problem."""
        score = self.score
        np.take(self.table, self.entry, out=self.terms, mode="clip")
        np.add.reduce(self.terms, axis=0, out=self.total)
        np.take(self.score_of, self.total, out=self.price, mode="wrap")
        first = number * 7 % 64
        np.add(self.noise, self.wave[first : first + score.shape[1]], out=score)
        score += self.price
        self.flat_score[self.rest[:number] + self.start] += _LATER
        flipped = score.argmin(axis=1)
        place = flipped + self.start
        entry = self.flat_entry[:, place]
        self.cost += self.cost_of[entry].sum(axis=0)
        was_up = self.flat_up[place]
        rows = entry - self.size * was_up
        self.count[rows] += 1 - 2 * was_up
        self._price(rows.ravel())
        self.flat_up[place] = ~was_up
        self.flat_entry[:, place] = rows + self.size * ~was_up
        self.rest[number % self.resting] = flipped
        better = self.cost < self.least
        if better.any():
            self.least[better] = self.cost[better]
            self.best[better] = self.up[better]


def _scores(depth: int) -> NDArray[np.float32]:
    """What a sum of ``depth`` entries of the table means: entry i for sum i, negative from behind.

    A cell that mends no row is left alone: cells in few rows would win by doing nothing.
    """
    sums = np.arange(depth * (_MENDS + 1 + _HARD) + 1)
    mends = (sums + _MENDS // 2) // _MENDS
    return (sums - mends * _MENDS + np.where(mends, np.float32(0), _IDLE)).astype(np.float32)


def alone(batch: Batch, number: int) -> Batch:
    """Problem ``number`` of a batch as a batch of its own, with its real cells only."""
    real = batch.real[number]
    return replace(
        batch,
        rows=np.ascontiguousarray(batch.rows[:, number : number + 1, real]),
        real=batch.real[number : number + 1, real],
        up=batch.up[number : number + 1, real],
    )
