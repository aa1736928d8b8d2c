"""Exact leximin over whole panels by column generation on types: the fallback, and the oracle.

Where no portfolio reaches the chances of the linear program (the program is a relaxation: three
features with two values each are enough for a counterexample), the lottery is sought among whole
panels. A master program weighs the panels known so far; a whole-number program prices the best new
one; when none is better, the level is exact. Every step is a whole-number program, so there is a limit
to the work (LOTTERY_TOO_HARD); it counts programs and cells, not seconds, and is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairdraw.errors import FairdrawError
from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import (
    INFINITY,
    OPTIMAL,
    Bools,
    Floats,
    Ints,
    program,
    whole_solution,
)

#: Programs times cells, and cells, that one lottery may take.
MOST_WORK, MOST_CELLS = 400_000, 1000
#: A panel this much better than its price is worth a column.
_BETTER = 1e-7
#: A weight of a claim above this settles it.
_WEIGHTY = 1e-6
#: Settled chances may drop this far, for the sake of rounding errors.
_DROP = 1e-7


@dataclass(frozen=True)
class Shares:
    """Claims on seats: those of claim k add up the cells c with ``of_cell[c] == k`` (-1: none),
    shared by ``people[k]``."""

    of_cell: Ints
    people: Floats

    def of(self, panel: Ints) -> Floats:
        """Seats per person that a panel gives every claim."""
        inside = self.of_cell >= 0
        total = np.bincount(self.of_cell[inside], panel[inside], minlength=len(self.people))
        share: Floats = total / self.people
        return share


class Columns:
    """Panels found so far, and the lottery over them.

    ``first`` are the claims settled first, by leximin, ``second`` after them, keeping the first.
    Raises Unfillable if there is no panel at all, LOTTERY_TOO_HARD beyond the limit of work.
    """

    def __init__(
        self,
        layout: Layout,
        first: Shares,
        second: Shares,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        self.layout, self.progress = layout, progress
        self.shares = (first, second)
        self.panels: list[Ints] = []
        self.ceiling = 1.0
        self.floors = (np.zeros(len(first.people)), np.zeros(len(second.people)))
        self._known: set[bytes] = set()
        self.work = 0
        self._count()
        panel = any_panel(layout)
        if panel is None:
            raise Unfillable
        self._pricer = panel_program(layout)
        self._add(panel)
        self.weights = np.ones(1)

    def _best(self, value: Floats) -> Ints | None:
        """A panel whose seats are worth most."""
        self._count()
        cells = np.arange(self.layout.cells, dtype=np.int32)
        self._pricer.changeColsCost(len(cells), cells, -value)
        return whole_solution(self._pricer)

    def _count(self) -> None:
        """Note one more whole-number program; LOTTERY_TOO_HARD if that is too many."""
        cells = self.layout.cells
        self.work += cells
        if self.work > MOST_WORK or cells > MOST_CELLS:
            raise FairdrawError(
                "LOTTERY_TOO_HARD", cells=cells, most_cells=MOST_CELLS, programs=self.work // cells
            )

    def _add(self, panel: Ints) -> bool:
        if panel.tobytes() in self._known:
            return False
        self._known.add(panel.tobytes())
        self.panels.append(panel)
        if self.progress is not None:
            self.progress(0, len(self.panels))
        return True

    def smallest_maximum(self) -> float:
        """The smallest chance that the luckiest first claim can have."""
        return -self._solve(np.zeros(len(self.shares[0].people), bool), 0, -1)[0]

    def leximin(self) -> list[tuple[float, Ints]]:
        """Levels of the first claims (chance, claims); then the second are settled as well."""
        levels = self._settle(0)
        self._settle(1)
        return levels

    def _settle(self, stage: int) -> list[tuple[float, Ints]]:
        levels = []
        open_ = np.ones(len(self.shares[stage].people), bool)
        while open_.any():
            chance, weight = self._solve(open_, stage, 1)
            new = open_ & (weight > _WEIGHTY)
            if not new.any() or chance >= self.ceiling - 1e-9:
                new = open_.copy()
            self.floors[stage][new] = max(chance - _DROP, 0.0)
            open_ &= ~new
            levels.append((chance, np.flatnonzero(new)))
        return levels

    def _solve(self, open_: Bools, stage: int, sign: int) -> tuple[float, Floats]:
        """The largest level of the open claims of a stage, exact over all panels; their weights.

        ``sign`` -1: minus the smallest possible maximum of the first claims.
        """
        counts = [len(shares.people) for shares in self.shares]
        size = sum(counts)
        is_open = np.zeros(size, bool)
        is_open[sum(counts[:stage]) :][: counts[stage]] = open_
        ceiled = np.arange(size) < counts[0]
        # Rows: every claim at least its floor (or the level), at most the ceiling; weights add to 1.
        floors = np.where(is_open, 0.0, np.concatenate(self.floors))
        ceilings = np.where(ceiled, self.ceiling if sign > 0 else 0.0, INFINITY)
        if sign < 0:
            floors = np.zeros(size)
        low = np.concatenate([floors, np.full(size, -INFINITY), [1.0]])
        high = np.concatenate([np.full(size, INFINITY), ceilings, [1.0]])
        gains = [self._column(panel) for panel in self.panels]
        tied = np.flatnonzero(is_open) if sign > 0 else size + np.flatnonzero(ceiled)
        row = np.concatenate([tied, *(np.flatnonzero(gain) for gain in gains)])
        column = np.concatenate(
            [np.zeros(len(tied), np.int64)]
            + [np.full(np.count_nonzero(gain), j + 1) for j, gain in enumerate(gains)]
        )
        value = np.concatenate([np.full(len(tied), -1.0), *(gain[gain != 0] for gain in gains)])
        width = len(self.panels) + 1
        cost = np.zeros(width)
        cost[0] = -sign
        upper = np.full(width, INFINITY)
        upper[0] = self.ceiling if sign > 0 else 1.0
        master = program(
            cost,
            (np.zeros(width), upper),
            (low, high),
            (row, column, value),
            primal_feasibility_tolerance=1e-9,
            dual_feasibility_tolerance=1e-9,
        )
        while True:
            master.run()
            if master.getModelStatus() != OPTIMAL:
                raise ArithmeticError("the master program has no optimum")
            solution = master.getSolution()
            dual = np.array(solution.row_dual)
            worth = self._worth(dual[:size] + dual[size : 2 * size])
            panel = self._best(worth)
            # A panel's reduced cost: what its seats are worth beyond the price of its weight.
            if panel is None or float(worth @ panel) + dual[-1] <= _BETTER or not self._add(panel):
                break
            gain = self._column(panel)
            held = np.flatnonzero(gain)
            master.addCol(0.0, 0.0, INFINITY, len(held), held.astype(np.int32), gain[held])
        values = np.array(solution.col_value)
        self.weights = np.maximum(values[1:], 0.0)
        level = float(values[0])
        return sign * level, dual[:size][sum(counts[:stage]) :][: counts[stage]]

    def _column(self, panel: Ints) -> Floats:
        shares = np.concatenate([shares.of(panel) for shares in self.shares])
        return np.concatenate([shares, shares, [1.0]])

    def _worth(self, weight: Floats) -> Floats:
        """What a seat in each cell is worth, given the weights of the claims."""
        worth = np.zeros(self.layout.cells)
        start = 0
        for shares in self.shares:
            per = weight[start : start + len(shares.people)] / shares.people
            inside = shares.of_cell >= 0
            worth[inside] += per[shares.of_cell[inside]]
            start += len(shares.people)
        return worth


def equal_panels(weights: Floats, least: int) -> Ints:
    """How often each panel stands in a lottery of equally likely ones: ``least`` to a quarter more.

    Of these numbers the one that moves the weights least.
    """
    best, error = np.zeros(0, np.int64), np.inf
    weights = weights / weights.sum()
    for count in range(least, least + least // 4 + 1):
        times = np.floor(weights * count + 1e-9).astype(np.int64)
        missing = count - int(times.sum())
        times[np.argsort(times - weights * count, kind="stable")[:missing]] += 1
        moved = float(np.abs(times / count - weights).max())
        if moved < error - 1e-12:
            best, error = times, moved
    return best


def panel_program(layout: Layout) -> Any:
    """The whole-number program of all panels, without a goal."""
    people = layout.people.astype(float)
    cells = np.arange(layout.cells)
    return program(
        np.zeros(layout.cells),
        (np.zeros(layout.cells), people[layout.type_of]),
        (
            np.concatenate([layout.low, np.full(len(people), -INFINITY)]),
            np.concatenate([layout.high, people]),
        ),
        (
            np.concatenate([layout.row_of, layout.rows + layout.type_of]),
            np.concatenate([layout.cell_of, cells]),
            np.ones(len(layout.row_of) + layout.cells),
        ),
        whole=True,
        mip_rel_gap=0.0,
        mip_abs_gap=1e-9,
    )


def any_panel(layout: Layout) -> Ints | None:
    """The seats of every cell in one panel that keeps every row, or None."""
    if (layout.low > layout.high).any():
        return None
    if not layout.cells:
        empty = np.zeros(0, np.int64)
        return empty if layout.kept_by(empty) else None
    return whole_solution(panel_program(layout))
