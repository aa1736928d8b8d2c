"""Linear and whole-number programs for HiGHS, stated by arrays.

One thread, a fixed seed and limits by work (never by time) keep every answer reproducible.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

INFINITY = highspy.kHighsInf
OPTIMAL = highspy.HighsModelStatus.kOptimal


def solver(**options: Any) -> highspy.Highs:
    """A silent HiGHS on one thread; ``options`` by the names HiGHS gives them."""
    made = highspy.Highs()
    made.setOptionValue("output_flag", False)
    made.setOptionValue("threads", 1)
    made.setOptionValue("random_seed", 1)
    for name, value in options.items():
        made.setOptionValue(name, value)
    return made


def program(
    cost: Floats,
    columns: tuple[Any, Any],
    rows: tuple[Any, Any],
    entries: tuple[Ints, Ints, Floats],
    *,
    whole: bool = False,
    **options: Any,
) -> highspy.Highs:
    """Minimise ``cost``: a solver that holds the program and has not run yet.

    ``columns`` and ``rows``: lower and upper bounds. ``entries``: row, column and factor of every
    entry, each pair once. ``whole``: all columns take whole numbers only.
    """
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(rows[0])
    lp.col_cost_ = np.asarray(cost, np.float64)
    lp.col_lower_ = np.asarray(columns[0], np.float64)
    lp.col_upper_ = np.asarray(columns[1], np.float64)
    lp.row_lower_ = np.asarray(rows[0], np.float64)
    lp.row_upper_ = np.asarray(rows[1], np.float64)
    row, column, factor = entries
    order = np.argsort(column, kind="stable")
    counts = np.bincount(column, minlength=len(cost))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    lp.a_matrix_.index_ = np.asarray(row)[order].astype(np.int32)
    lp.a_matrix_.value_ = np.asarray(factor, np.float64)[order]
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    made = solver(**options)
    made.passModel(lp)
    return made


def whole_solution(made: highspy.Highs) -> Ints | None:
    """Run a whole-number program; any solution that keeps its rows, or None."""
    made.run()
    if made.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.rint(np.array(made.getSolution().col_value)).astype(np.int64)
