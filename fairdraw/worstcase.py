"""The worst panel of primaries for the alternates, by a small mixed-integer program.

The alternates are a flow, so a panel x leaves them short exactly if some cut is smaller than their
seats. Panel and cut are both chosen by the adversary: minimise, over flows x of the primaries and
cuts of the alternates' network, the capacity of the cut in which a type with n people has
n - x left. The only products, x * (type is cut), are linear after the usual substitution
u <= x, u <= n * cut. Flows are integral for a fixed cut, so only the cut is integer.
"""

from __future__ import annotations

import highspy
import numpy as np

from fairdraw.feasibility import Demand
from fairdraw.grouping import Grouping


class _Program:
    """Columns and rows, collected one by one."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.integer: list[bool] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.starts = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    def column(self, cost: float, upper: float, *, integer: bool = False) -> int:
        """A variable between 0 and ``upper``."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.cost) - 1

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        """low <= sum of terms <= high."""
        self.low.append(low)
        self.high.append(high)
        self.index += [column for column, _ in terms]
        self.value += [factor for _, factor in terms]
        self.starts.append(len(self.index))

    def minimise(self) -> list[float]:
        """Values of the columns at the optimum."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.low)
        lp.col_cost_ = np.array(self.cost)
        lp.col_lower_ = np.zeros(len(self.cost))
        lp.col_upper_ = np.array(self.upper)
        lp.row_lower_, lp.row_upper_ = np.array(self.low), np.array(self.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts)
        lp.a_matrix_.index_ = np.array(self.index)
        lp.a_matrix_.value_ = np.array(self.value, float)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in self.integer]
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 1)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.passModel(lp)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise AssertionError("the worst-case program has no optimum")
        return list(solver.getSolution().col_value)


def worst_panel(grouping: Grouping, demand: Demand) -> dict[int, int]:
    """Seats of alternates, by stratum, that the worst panel leaves empty; {} if none.

    Needs a plan whose primaries can be filled.
    """
    primary, alternate, rooms = demand.primary, demand.alternate, demand.rooms
    program = _Program()
    # outside[s] = 1: the seats of stratum s are on the far side of the cut.
    outside = [program.column(-number, 1.0, integer=True) for number in alternate]
    row_cut = [program.column(room, 1.0, integer=True) for room in rooms]
    for s, number in enumerate(alternate):
        if not number:
            program.upper[outside[s]] = 0.0
    loads: list[list[int]] = [[] for _ in rooms]
    fills: list[list[int]] = [[] for _ in primary]
    for kind, rows in zip(grouping.types, grouping.rows_of):
        count = len(kind.ids)
        cut = program.column(count, 1.0)
        saved = program.column(-1.0, count)
        seats = [(s, program.column(0.0, count)) for s in kind.strata if primary[s]]
        drawn = [(column, 1.0) for _, column in seats]
        for s, column in seats:
            fills[s].append(column)
        for r in rows:
            loads[r] += [column for _, column in seats]
        program.row([*drawn, (saved, -1.0)], 0.0, count)
        program.row(drawn, 0.0, count)
        program.row([(cut, count), (saved, -1.0)], 0.0, count)
        for s in kind.strata:
            if alternate[s]:
                cover = [(row_cut[r], 1.0) for r in rows]
                program.row([(cut, 1.0), *cover, (outside[s], -1.0)], 0.0, len(rows) + 1.0)
    for s, columns in enumerate(fills):
        program.row([(column, 1.0) for column in columns], primary[s], primary[s])
    for room, columns in zip(rooms, loads):
        program.row([(column, 1.0) for column in columns], 0.0, room)
    return _gap(program.minimise(), outside, alternate, program.cost)


def _gap(
    values: list[float], outside: list[int], alternate: tuple[int, ...], cost: list[float]
) -> dict[int, int]:
    short = -round(sum(value * factor for value, factor in zip(values, cost)))
    gap: dict[int, int] = {}
    for s, column in enumerate(outside):
        if short > 0 and values[column] > 0.5:
            gap[s] = min(short, alternate[s])
            short -= gap[s]
    return gap
