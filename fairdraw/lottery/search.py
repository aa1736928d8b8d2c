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

    def slopes(self, rows: Ints, count: Ints) -> tuple[Ints, Ints]:
        """What one more and what one fewer would cost in each of these rows."""
        low, high, least, most = (b[rows] for b in (self.low, self.high, self.least, self.most))
        more = (count >= high).astype(np.int64) - (count < low)
        more += _HARD * ((count >= most).astype(np.int64) - (count < least))
        fewer = (count <= low).astype(np.int64) - (count > high)
        fewer += _HARD * ((count <= least).astype(np.int64) - (count > most))
        return more, fewer


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
    def __init__(self, batch: Batch, generator: np.random.Generator) -> None:
        self.bounds = batch.bounds
        depth, count, width = batch.rows.shape
        self.size = len(self.bounds.low)
        self.up = batch.up.copy()
        chosen = batch.rows[:, self.up]
        self.count = np.bincount(chosen.ravel(), minlength=self.size)
        self.count[0] = 0
        self.table = np.zeros(2 * self.size, np.float32)
        self._price(np.arange(self.size))
        # Entries of the table: what flipping a cell does to each of its rows.
        self.entry = batch.rows + self.size * self.up
        owner = np.zeros(self.size, np.int64)
        owner[batch.rows.reshape(depth, -1)] = np.repeat(np.arange(count), width)
        excess = self.bounds.excess(self.count)
        excess[0] = 0
        self.cost = np.bincount(owner, excess, minlength=count).astype(np.int64)
        self.least, self.best = self.cost.copy(), self.up.copy()
        noise = generator.random((count, width), np.float32) * np.float32(0.4)
        self.noise = np.where(batch.real, noise, _NEVER)
        self.wave = generator.random(width + 64, np.float32) * np.float32(0.4)
        self.resting = min(_REST, max(1, width // 6))
        self.rest = np.zeros((self.resting, count), np.int64)
        self.rested = np.zeros((self.resting, count), np.float32)
        self._space()

    def _space(self) -> None:
        shape = self.up.shape
        self.index = np.arange(shape[0])
        self.score, self.term, self.gain = (np.empty(shape, np.float32) for _ in range(3))

    def keep(self, which: Bools) -> None:
        """Go on with these problems only."""
        self.entry = np.ascontiguousarray(self.entry[:, which])
        self.up, self.best, self.noise = self.up[which], self.best[which], self.noise[which]
        self.cost, self.least = self.cost[which], self.least[which]
        self.rest, self.rested = self.rest[:, which], self.rested[:, which]
        self._space()

    def _price(self, rows: Ints) -> None:
        more, fewer = self.bounds.slopes(rows, self.count[rows])
        self.table[rows] = more
        self.table[rows + self.size] = fewer
        self.table[0] = self.table[self.size] = 0

    def step(self, number: int) -> None:
        """Flip one cell of every problem."""
        score, term, index = self.score, self.term, self.index
        start = number * 7 % 64
        np.add(self.noise, self.wave[start : start + score.shape[1]], out=score)
        self.gain.fill(0.0)
        for entry in self.entry:
            np.take(self.table, entry, out=term, mode="clip")
            score += term
            np.minimum(self.gain, term, out=self.gain)
        # A cell that mends no row is left alone: cells in few rows would win by doing nothing.
        score += (self.gain >= 0) * _IDLE
        for cell, weight in zip(self.rest, self.rested):
            score[index, cell] += weight
        flipped = score.argmin(axis=1)
        entry = self.entry[:, index, flipped]
        self.cost += self.table[entry].sum(axis=0).astype(np.int64)
        was_up = self.up[index, flipped]
        rows = entry - self.size * was_up
        self.count[rows] += np.where(was_up, -1, 1)
        self._price(rows.ravel())
        self.up[index, flipped] = ~was_up
        self.entry[:, index, flipped] = rows + self.size * ~was_up
        slot = number % self.resting
        self.rest[slot], self.rested[slot] = flipped, _LATER
        better = np.flatnonzero(self.cost < self.least)
        if len(better):
            self.least[better] = self.cost[better]
            self.best[better] = self.up[better]


def alone(batch: Batch, number: int) -> Batch:
    """Problem ``number`` of a batch as a batch of its own, with its real cells only."""
    real = batch.real[number]
    return replace(
        batch,
        rows=np.ascontiguousarray(batch.rows[:, number : number + 1, real]),
        real=batch.real[number : number + 1, real],
        up=batch.up[number : number + 1, real],
    )
