"""The lottery against brute force: all panels listed, leximin over them by linear programs."""

from __future__ import annotations

from fractions import Fraction

import highspy
import numpy as np
import pytest

from fairdraw.chances import Unfillable
from fairdraw.lottery import fillable, solve_lottery
from fairdraw.seating import PRIMARY, Lottery, Seating
from tests.fairdraw.seatings import small_seating


def all_panels(seating: Seating) -> list[tuple[int, ...]]:
    """Every panel, as seats of every cell: cell by cell, as long as no row is too full."""
    rows_of = [
        [r for r, row in enumerate(seating.rows) if c in row.cells]
        for c in range(len(seating.cells))
    ]
    found: list[tuple[int, ...]] = []
    room = [row.high for row in seating.rows]
    free = list(seating.people)

    def go_on(seats: tuple[int, ...]) -> None:
        cell = len(seats)
        if cell == len(seating.cells):
            if all(row.high - left >= row.low for row, left in zip(seating.rows, room)):
                found.append(seats)
            return
        kind = seating.cells[cell][0]
        for number in range(min([free[kind], *(room[r] for r in rows_of[cell])]) + 1):
            for change, again in ((-number, False), (number, True)):
                if again:
                    go_on((*seats, number))
                free[kind] += change
                for r in rows_of[cell]:
                    room[r] += change

    if all(left >= 0 for left in room):
        go_on(())
    return found


class Oracle:
    """Leximin over listed panels, one linear program for every level and every type."""

    def __init__(self, seating: Seating, panels: list[tuple[int, ...]], kind: int) -> None:
        self.types = sorted({t for t, _, k in seating.cells if k == kind})
        cells = {
            t: [c for c, cell in enumerate(seating.cells) if cell[0] == t and cell[2] == kind]
            for t in self.types
        }
        self.share = [
            {t: sum(panel[c] for c in cells[t]) / seating.people[t] for t in self.types}
            for panel in panels
        ]
        self.kept: list[tuple[list[float], float]] = []

    def best(self, floors: dict[int, float], raised: list[int], most: float, *, turn: int = 1):
        """The largest level of ``raised`` (or, turned over, the smallest maximum)."""
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        level = solver.addVariable(0, 1)
        weight = [solver.addVariable(0, 1) for _ in self.share]
        solver.addConstr(sum(weight) == 1)
        for values, floor in self.kept:
            solver.addConstr(sum(w * v for w, v in zip(weight, values)) >= floor - 1e-8)
        for t in self.types:
            chance = sum(w * share[t] for w, share in zip(weight, self.share))
            if turn < 0:
                solver.addConstr(chance - level <= 0)
                continue
            solver.addConstr(chance <= most)
            if t in floors:
                solver.addConstr(chance >= floors[t] - 1e-8)
            if t in raised:
                solver.addConstr(chance - level >= 0)
        (solver.maximize if turn > 0 else solver.minimize)(level)
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(solver.getInfo().objective_function_value)

    def leximin(self, most: float = 1.0) -> dict[int, float]:
        settled: dict[int, float] = {}
        while len(settled) < len(self.types):
            open_ = [t for t in self.types if t not in settled]
            level = self.best(settled, open_, most)
            floors = {**settled, **dict.fromkeys(open_, level)}
            new = [t for t in open_ if self.best(floors, [t], most) < level + 1e-6]
            settled.update(dict.fromkeys(new or open_, level))
        return settled

    def keep(self, chances: dict[int, float], others: Oracle) -> None:
        """Keep chances of another kind."""
        for t, chance in chances.items():
            self.kept.append(([share[t] for share in others.share], chance))


def published(seating: Seating, made: Lottery, kind: int) -> dict[int, Fraction]:
    sums: dict[int, int] = {}
    for total, (t, _, k) in zip(made.totals, seating.cells):
        if k == kind:
            sums[t] = sums.get(t, 0) + total
    return {t: Fraction(n, len(made.panels) * seating.people[t]) for t, n in sums.items()}


@pytest.mark.parametrize("block", range(10))
def test_chances_are_leximin_over_all_panels(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        seating = small_seating(seed)
        panels = all_panels(seating)
        if not panels:
            assert fillable(seating) is None
            with pytest.raises(Unfillable):
                solve_lottery(seating)
            continue
        made = solve_lottery(seating)
        listed = {tuple(np.bincount(p, minlength=len(seating.cells))) for p in made.panels}
        assert listed <= set(panels)
        exact = Oracle(seating, panels, PRIMARY).leximin()
        for t, chance in published(seating, made, PRIMARY).items():
            assert abs(float(chance) - exact[t]) < 3 / len(made.panels), (seed, t, made.method)
