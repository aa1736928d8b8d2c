"""The worst panel of primaries for the alternates, by a small mixed-integer program.

The alternates are a flow, so a panel x leaves them short exactly if some cut is smaller than their
seats. Panel and cut are both chosen by the adversary: minimise, over flows x of the primaries and
cuts of the alternates' network, the capacity of the cut in which a type with n people has
n - x left. The only products, x * (type is cut), are linear after the usual substitution
u <= x, u <= n * cut. Flows are integral for a fixed cut, so only the cut is integer.

The work has a limit, counted and never timed: a fractional cut may settle the question, or a
rounded one, and only a small program is branched on. What is open then is called undecided.
"""

from __future__ import annotations

from collections.abc import Iterable

import highspy
import numpy as np

from fairdraw.diagnosis.effort import Effort, ExhaustedError
from fairdraw.diagnosis.feasibility import Demand
from fairdraw.errors import FairdrawError
from fairdraw.people.grouping import Grouping

#: Steps of the simplex method for one linear program.
_STEPS = 50_000
#: Programs with more entries are not branched on; smaller ones may have so many in all nodes.
_MOST_ENTRIES, _ENTRIES_OF_ALL_NODES = 25_000, 2_500_000
#: About the microseconds that a linear program takes for each of its entries.
_WORK_OF_AN_ENTRY = 50
#: Less than one seat: every cut and every panel is whole, so nothing lies between 0 and -1.
_NOTHING = -1 + 1e-6


class UndecidedError(FairdrawError, ExhaustedError):
    """Whether some panel leaves alternates short was not found out within the limit of work."""

    def __init__(self) -> None:
        super().__init__("ALTERNATES_UNDECIDED")


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

    def minimise(self, effort: Effort) -> list[float]:
        """Values of the columns at an optimum; all 0 if it is 0.

        Beyond the limit of work: a cut that is too small, though perhaps not the smallest; if none
        is known, UndecidedError.
        """
        effort.spend(_WORK_OF_AN_ENTRY * len(self.index))
        solver = self._solver()
        solver.setOptionValue("simplex_iteration_limit", _STEPS)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise UndecidedError
        bound = solver.getInfo().objective_function_value
        if bound > _NOTHING:
            return [0.0] * len(self.cost)
        rounded = self._with_cut(solver, [round(value) for value in solver.getSolution().col_value])
        if rounded and self._total(rounded) < bound + 1 - 1e-6:
            return rounded
        if len(self.index) <= _MOST_ENTRIES:
            return self._branch(rounded)
        if rounded and self._total(rounded) < _NOTHING:
            return rounded
        raise UndecidedError

    def _with_cut(self, solver: highspy.Highs, cut: list[int]) -> list[float]:
        """The best values with the whole columns fixed; nothing if that is too much work."""
        for column, flag in enumerate(self.integer):
            if flag:
                solver.changeColBounds(column, cut[column], cut[column])
        solver.run()
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return list(solver.getSolution().col_value) if optimal else []

    def _total(self, values: list[float]) -> float:
        return sum(value * factor for value, factor in zip(values, self.cost))

    def _branch(self, known: list[float]) -> list[float]:
        solver = self._solver()
        for column, flag in enumerate(self.integer):
            if flag:
                solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        nodes = _ENTRIES_OF_ALL_NODES // len(self.index)
        solver.setOptionValue("mip_max_nodes", nodes)
        solver.run()
        info, best = solver.getInfo(), list(solver.getSolution().col_value)
        whole = np.isfinite(info.objective_function_value) and len(best) == len(self.cost)
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal and whole:
            return best
        if info.mip_dual_bound > _NOTHING:
            return [0.0] * len(self.cost)
        values = [each for each in (known, best if whole else []) if each]
        least = min(values, key=self._total, default=[])
        if least and self._total(least) < _NOTHING:
            return least
        raise UndecidedError

    def _solver(self) -> highspy.Highs:
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
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 1)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.setOptionValue("mip_rel_gap", 0.0)
        # The programs are small: heuristics that look for a first solution only cost time.
        for heuristic in ("feasibility_jump", "rins", "rens"):
            solver.setOptionValue(f"mip_heuristic_run_{heuristic}", False)
        solver.passModel(lp)
        return solver


def worst_panel(
    grouping: Grouping, demand: Demand, effort: Effort, suspects: Iterable[int]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """How many alternate seats the worst panel leaves empty, in which strata, under which cap rows.

    Needs a plan whose primaries can be filled, and ``suspects``: strata one of which is in every
    cut that is too small; if no cut is, nothing is left empty. Beyond the limit of work the panel may be one that
    is bad and not the worst; UndecidedError if none is known, ExhaustedError if ``effort`` ends.
    """
    primary, alternate, rooms = demand.primary, demand.alternate, demand.rooms
    program = _Program()
    # outside[s] = 1: the seats of stratum s are on the far side of the cut.
    outside = {s: program.column(-n, 1.0, integer=True) for s, n in enumerate(alternate) if n}
    row_cut: dict[int, int] = {}
    row_saved: dict[int, list[int]] = {}
    loads: list[list[int]] = [[] for _ in rooms]
    fills: list[list[int]] = [[] for _ in primary]
    for kind, rows in zip(grouping.types, grouping.rows_of):
        count = len(kind.ids)
        seats = [(s, program.column(0.0, count)) for s in kind.strata if primary[s]]
        for s, column in seats:
            fills[s].append(column)
        for r in rows:
            loads[r] += [column for _, column in seats]
        drawn = [(column, 1.0) for _, column in seats]
        program.row(drawn, 0.0, count)
        reached = [outside[s] for s in kind.strata if s in outside]
        if reached:
            cut = program.column(count, 1.0)
            saved = program.column(-1.0, count)
            program.row([*drawn, (saved, -1.0)], 0.0, count)
            program.row([(cut, count), (saved, -1.0)], 0.0, count)
            for r in rows:
                if r not in row_cut:
                    row_cut[r] = program.column(rooms[r], 1.0, integer=True)
                row_saved.setdefault(r, []).append(saved)
            cover = [(row_cut[r], 1.0) for r in rows]
            for far in reached:
                program.row([(cut, 1.0), *cover, (far, -1.0)], 0.0, len(rows) + 1.0)
    # Not needed for whole cuts either, but it forbids a small fraction of every cut.
    program.row([(outside[s], 1.0) for s in sorted(suspects)], 1.0, len(outside))
    for s, columns in enumerate(fills):
        program.row([(column, 1.0) for column in columns], primary[s], primary[s])
    # In an optimum no type under a row that is cut is cut itself, so nothing is saved there: not
    # needed for whole cuts, but without it fractions of a cut save far more than any panel can.
    for r, columns in row_saved.items():
        terms = [(column, 1.0) for column in columns]
        program.row([*terms, (row_cut[r], rooms[r])], 0.0, rooms[r])
    for room, columns in zip(rooms, loads):
        program.row([(column, 1.0) for column in columns], 0.0, room)
    values = program.minimise(effort)
    short = -round(sum(value * factor for value, factor in zip(values, program.cost)))
    if short <= 0:
        return 0, (), ()
    strata = tuple(s for s, column in outside.items() if values[column] > 0.5)
    limits = tuple(r for r, column in sorted(row_cut.items()) if values[column] > 0.5)
    return short, strata, limits
