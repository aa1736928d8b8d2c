"""Leximin chances by linear programs on types: the smallest chance as large as it can be, then
the next smallest, and so on; no person and no panel is a variable.

Seats of a type in expectation are level x people + extra, extra >= 0. Maximise the level; a type
whose extra has a positive reduced cost can have none in any best solution, so it is settled. The
weighted reduced costs add up to the weight of the level itself, so every round settles somebody.
Settled types keep their seats, the rest goes on, from the basis the last round ended with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import INFINITY, OPTIMAL, Bools, Floats, Ints, program

#: A reduced cost below this share of the average one counts as none.
_NOISE = 1e-6
#: Expected seats this far beyond a limit do not yet break it.
_SLACK = 1e-9

#: With more open claims than this, a program is stated anew once half of them are settled.
_LARGE = 4000
#: Strategies of the simplex method, as HiGHS numbers them.
_DUAL, _PRIMAL = 1, 4


@dataclass(frozen=True)
class Claims:
    """Who shares: ``people[k]`` exchangeable people, at most ``most[k]`` expected seats for all of
    them, in the cells c with ``of_cell[c] == k``. ``used[c]``: cells that take part at all; those
    with ``of_cell`` -1 only help to fill rows.
    """

    people: Floats
    most: Floats
    of_cell: Ints
    used: Bools


@dataclass(frozen=True)
class Stage:
    """Claims settled together: at most ``chance`` each; ``prices[r]`` of the rows say why."""

    chance: float
    claims: Ints
    prices: Floats


def leximin(layout: Layout, claims: Claims) -> tuple[list[Stage], Floats]:
    """The stages, lowest first, and the expected seats of every cell. Raises Unfillable."""
    return _Sharing(layout, claims, 1).stages()


def smallest_maximum(layout: Layout, claims: Claims) -> tuple[float, Floats]:
    """The smallest chance that the luckiest person can have, and the prices of the rows that show
    it cannot be smaller. Raises Unfillable."""
    sharing = _Sharing(layout, claims, -1)
    return sharing.solve(), sharing.row_prices()


def level_prices(
    layout: Layout, claims: Claims, groups: Sequence[tuple[Ints, Floats]]
) -> list[Floats]:
    """What limits each level of chances found otherwise: prices of the rows.

    ``groups``: the claims of every level, lowest first, and their expected seats.
    """
    return _Sharing(layout, claims, 1).prices(groups)


class _Sharing:
    """The program: columns for the extras, the level, and the cells of claims with several.

    ``sign`` -1 turns it over: seats are level x people - extra, and the level is minimised.
    """

    def __init__(self, layout: Layout, claims: Claims, sign: int) -> None:
        self.claims, self.sign = claims, sign
        self.count = len(claims.people)
        self.size = max(float(claims.people.sum()), 1.0)
        self.share = claims.people / self.size
        self.settled = np.zeros(self.count, bool)
        self.seats = np.zeros(self.count)
        self.watched: dict[int, int] = {}
        used = np.flatnonzero(claims.used)
        several = np.bincount(claims.of_cell[used][claims.of_cell[used] >= 0], minlength=self.count)
        self.single = several == 1
        claim = claims.of_cell[used]
        alone = (claim >= 0) & self.single[claim]
        #: The claim whose only cell a cell is, or -1; and the places of all other used cells.
        self.only = np.full(layout.cells, -1, np.int64)
        self.only[used[alone]] = claim[alone]
        self.loose = used[~alone]
        self.spot = np.full(layout.cells, -1, np.int64)
        self.spot[self.loose] = np.arange(len(self.loose))
        with np.errstate(divide="ignore", invalid="ignore"):
            self.top = float((claims.most / claims.people).max(initial=0.0))
        self._rows(layout)
        self._build()

    def _rows(self, layout: Layout) -> None:
        """Rows of the seating that concern the used cells, types that they share, and links."""
        entry = self.claims.used[layout.cell_of]
        held = np.bincount(layout.row_of, minlength=layout.rows)
        concerned = np.bincount(layout.row_of[entry], minlength=layout.rows)
        self.kept = np.flatnonzero((concerned > 0) | (held == 0))
        self.given = layout.rows
        number = np.full(layout.rows, -1, np.int64)
        number[self.kept] = np.arange(len(self.kept))
        row, cell = number[layout.row_of[entry]], layout.cell_of[entry]
        low, high = layout.low[self.kept].astype(float), layout.high[self.kept].astype(float)
        # A type of a claim that also holds other cells: all together at most its people.
        free = np.flatnonzero(self.claims.used & (self.claims.of_cell < 0))
        types = np.unique(layout.type_of[free])
        number = np.full(len(layout.people), -1, np.int64)
        number[types] = len(low) + np.arange(len(types))
        mixed = np.flatnonzero(self.claims.used & (number[layout.type_of] >= 0))
        row = np.concatenate([row, number[layout.type_of[mixed]]])
        cell = np.concatenate([cell, mixed])
        low = np.concatenate([low, np.full(len(types), -INFINITY)])
        high = np.concatenate([high, layout.people[types].astype(float)])
        # Cells of a claim with several add up to the seats of the claim.
        self.linked = np.flatnonzero(~self.single)
        self.link = np.full(self.count, -1, np.int64)
        self.link[self.linked] = len(low) + np.arange(len(self.linked))
        owned = self.loose[self.claims.of_cell[self.loose] >= 0]
        self.row = np.concatenate([row, self.link[self.claims.of_cell[owned]]])
        self.cell = np.concatenate([cell, owned])
        self.low = np.concatenate([low, np.zeros(len(self.linked))])
        self.high = np.concatenate([high, np.zeros(len(self.linked))])
        # Where the seats of a claim count: as themselves if it has one cell, else in its link.
        claim = self.only[self.cell]
        direct = claim >= 0
        self.part_row = np.concatenate([self.row[direct], self.link[self.linked]])
        self.part_claim = np.concatenate([claim[direct], self.linked])
        self.part_sign = np.concatenate([np.ones(direct.sum()), -np.ones(len(self.linked))])

    def _build(self) -> None:
        """State the program for the claims still open."""
        self.active = np.flatnonzero(~self.settled)
        self.place = np.full(self.count, -1, np.int64)
        self.place[self.active] = np.arange(len(self.active))
        self.level = len(self.active)
        loose = self.spot[self.cell] >= 0
        #: Rows that hold columns besides those of claims with one cell.
        self.elastic = np.bincount(self.row[loose], minlength=len(self.low)) > 0
        self.weight, low, high = self._bounds()
        weighty = np.flatnonzero(self.weight)
        part = self.place[self.part_claim]
        open_ = part >= 0
        entries = (
            np.concatenate([self.row[loose], self.part_row[open_], weighty]),
            np.concatenate(
                [
                    self.level + 1 + self.spot[self.cell[loose]],
                    part[open_],
                    np.full(len(weighty), self.level),
                ]
            ),
            np.concatenate(
                [np.ones(loose.sum()), self.sign * self.part_sign[open_], self.weight[weighty]]
            ),
        )
        width = self.level + 1 + len(self.loose)
        cost, least, most = np.zeros(width), np.zeros(width), np.full(width, INFINITY)
        cost[self.level], least[self.level] = -self.sign, -INFINITY
        most[self.level] = self.top * self.size
        self.solver = program(
            cost,
            (least, most),
            (low, high),
            entries,
            primal_feasibility_tolerance=1e-9,
            dual_feasibility_tolerance=1e-9,
        )
        again = [k for k in self.watched if not self.settled[k]]
        self.watched = {}
        self._watch(again)

    def _bounds(self) -> tuple[Floats, Floats, Floats]:
        """What the level weighs in every row, and what the settled claims leave of the bounds."""
        weight = self._total(np.where(self.settled, 0.0, self.share))
        fixed = self._total(np.where(self.settled, self.seats, 0.0))
        low, high = self.low - fixed, self.high - fixed
        # A row with nobody open would only hold the rounding errors of those settled.
        done = (weight == 0) & ~self.elastic & self.settled.any()
        low[done], high[done] = -INFINITY, INFINITY
        return weight, low, high

    def _total(self, seats: Floats) -> Floats:
        """What every row counts if the claims have so many seats."""
        total = np.zeros(len(self.low))
        np.add.at(total, self.part_row, self.part_sign * seats[self.part_claim])
        total[np.abs(total) < 1e-13] = 0.0
        return total

    def solve(self) -> float:
        """The best level, in chances, once no claim breaks its limit."""
        while True:
            self._run()
            self.values = np.array(self.solver.getSolution().col_value)
            level = float(self.values[self.level])
            extra = self.sign * self.values[: len(self.active)]
            expected = self.share[self.active] * level + extra
            broken = expected > self.claims.most[self.active] + _SLACK
            if self.sign < 0:
                broken = expected < -_SLACK
            broken &= ~self.settled[self.active]
            broken[self.place[list(self.watched)]] = False
            if not broken.any():
                return level / self.size
            self._watch(self.active[broken].tolist())

    def _run(self) -> None:
        """Find an optimum; after the first level only rounding errors can be in the way."""
        for tolerance in (None, 1e-9, 1e-8, 1e-7, 1e-6):
            if tolerance is not None:
                self.solver.clearSolver()
                self.solver.setOptionValue("primal_feasibility_tolerance", tolerance)
            self.solver.run()
            if self.solver.getModelStatus() == OPTIMAL:
                return
            if tolerance is not None and not self.settled.any():
                raise Unfillable
        raise ArithmeticError("a later level has no optimum")

    def _watch(self, claims: list[int]) -> None:
        """State the limits of claims that broke them: few ever do."""
        for k in claims:
            self.watched[k] = self.solver.getNumRow()
            limit = self.claims.most[k] if self.sign > 0 else 0.0
            columns = np.array([self.place[k], self.level], np.int32)
            factors = np.array([1.0, self.share[k] * self.sign])
            self.solver.addRow(-INFINITY, limit, 2, columns, factors)
        # The last solution breaks new rows, but its prices still fit.
        self.solver.setOptionValue("simplex_strategy", _DUAL)

    def _settling(self, chance: float) -> tuple[Ints, Floats]:
        """Claims that no best solution raises above the level, and the prices of the given rows."""
        solution = self.solver.getSolution()
        reduced = np.zeros(self.count)
        reduced[self.active] = np.array(solution.col_dual)[: len(self.active)]
        new = ~self.settled & (reduced > _NOISE)
        if chance >= self.top - 1e-12:
            # Everybody left has as much as anybody may.
            new = ~self.settled
        return np.flatnonzero(new), self.row_prices()

    def row_prices(self) -> Floats:
        """What the solver says one seat more in each of the given rows is worth."""
        prices = np.zeros(self.given)
        duals = np.array(self.solver.getSolution().row_dual)
        prices[self.kept] = -self.sign * duals[: len(self.kept)]
        return prices

    def stages(self) -> tuple[list[Stage], Floats]:
        """Settle claims round by round until all are."""
        stages: list[Stage] = []
        while not self.settled.all():
            chance = self.solve()
            if chance < -1e-7:
                raise Unfillable
            new, prices = self._settling(chance)
            if not len(new):
                raise ArithmeticError("no claim could be settled")
            stages.append(Stage(chance, new, prices))
            self._settle(new, max(chance, 0.0) * self.claims.people[new])
        if not self.count:
            self.solve()
        return stages, self._seats_of_cells()

    def prices(self, groups: Sequence[tuple[Ints, Floats]]) -> list[Floats]:
        """Prices of every level, if groups of claims are settled one after another as given."""
        found = []
        for new, seats in groups:
            found.append(self._settling(self.solve())[1])
            self._settle(new, seats)
        return found

    def _settle(self, new: Ints, seats: Floats) -> None:
        self.settled[new] = True
        self.seats[new] = seats
        done = int(self.settled[self.active].sum())
        if self.level > _LARGE and self.level < 2 * done < 2 * self.level:
            self._build()
            return
        before = self.weight
        self.weight, low, high = self._bounds()
        for row in np.flatnonzero(before != self.weight).tolist():
            self.solver.changeCoeff(row, self.level, float(self.weight[row]))
            self.solver.changeRowBounds(row, float(low[row]), float(high[row]))
        for k in new.tolist():
            self.solver.changeColBounds(int(self.place[k]), 0.0, 0.0)
            if k in self.watched:
                row = self.watched[k]
                self.solver.changeCoeff(row, self.level, 0.0)
                self.solver.changeRowBounds(row, -INFINITY, INFINITY)
        # The last solution still fits, but its prices do not.
        self.solver.setOptionValue("simplex_strategy", _PRIMAL)

    def _seats_of_cells(self) -> Floats:
        seats = np.zeros(len(self.only))
        direct = self.only >= 0
        seats[direct] = self.seats[self.only[direct]]
        seats[self.loose] = self.values[self.level + 1 :]
        return np.maximum(seats, 0.0)
