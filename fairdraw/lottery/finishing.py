"""What a search left broken: two swaps found by hashing, then whole-number programs."""

from __future__ import annotations

import numpy as np

from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import Bools, Ints, program, whole_solution
from fairdraw.lottery.search import Batch

#: Pairs of cells looked through, and changes of the rows tried.
_PAIRS, _TARGETS = 40_000, 4
#: Nodes of a whole-number program before it counts as failed.
_NODES = 300


def mend(problem: Batch, up: Bools, generator: np.random.Generator) -> Bools | None:
    """A choice at most two swaps away from ``up`` that keeps every hard bound, or None.

    ``problem``: a batch of one. A swap takes one cell back and puts another up.
    """
    names, rows = np.unique(problem.rows[:, 0, :], return_inverse=True)
    rows = rows.reshape(problem.rows[:, 0, :].shape)
    least, most = problem.bounds.least[names], problem.bounds.most[names]
    count = np.bincount(rows[:, up].ravel(), minlength=len(names))
    if names[0] == 0:
        least[0], most[0] = -(10**9), 10**9
    on, off = np.flatnonzero(up), np.flatnonzero(~up)
    side = int(_PAIRS**0.5)
    if len(on) > side:
        on = generator.permutation(on)[:side]
    if len(off) > side:
        off = generator.permutation(off)[:side]
    if not len(on) or not len(off):
        return None
    mark = generator.integers(0, 2**63, len(names), np.int64).astype(np.uint64) * np.uint64(2)
    if names[0] == 0:
        mark[0] = 0
    label = mark[rows].sum(axis=0, dtype=np.uint64)
    change = (label[off][None, :] - label[on][:, None]).ravel()
    order = np.argsort(change, kind="stable")
    ranked = change[order]
    families = _families(rows, names)
    for _ in range(_TARGETS):
        wanted = _target(count, least, most, families, generator)
        if wanted is None:
            return None
        goal = (mark * wanted.astype(np.uint64)).sum(dtype=np.uint64)
        missing = goal - change
        place = np.minimum(np.searchsorted(ranked, missing), len(ranked) - 1)
        for first in np.flatnonzero(ranked[place] == missing)[:50].tolist():
            second = int(order[place[first]])
            swaps = [divmod(first, len(off)), divmod(second, len(off))]
            mended = up.copy()
            for back, forth in swaps:
                mended[on[back]], mended[off[forth]] = False, True
            counted = np.bincount(rows[:, mended].ravel(), minlength=len(names))
            if ((counted >= least) & (counted <= most)).all():
                return mended
    return None


def _families(rows: Ints, names: Ints) -> list[Ints]:
    """Runs of rows of which every cell has exactly one: a swap leaves their sum as it is."""
    member = np.zeros((len(names), rows.shape[1]), np.int64)
    np.add.at(member, (rows, np.arange(rows.shape[1])[None, :]), 1)
    families: list[Ints] = []
    covered = np.zeros(rows.shape[1], np.int64)
    run: list[int] = []
    for row in range(1 if names[0] == 0 else 0, len(names)):
        if (covered + member[row] > 1).any():
            covered, run = np.zeros_like(covered), []
        covered += member[row]
        run.append(row)
        if (covered == 1).all():
            families.append(np.array(run))
    return families


def _target(
    count: Ints, least: Ints, most: Ints, families: list[Ints], generator: np.random.Generator
) -> Ints | None:
    """A small change of the rows that mends them all and leaves the sums of families alone."""
    wanted = np.where(count < least, least - count, np.where(count > most, most - count, 0))
    for family in families:
        beyond = int(wanted[family].sum())
        while beyond:
            step = -1 if beyond > 0 else 1
            after = count[family] + wanted[family] + step
            room = family[(after >= least[family]) & (after <= most[family])]
            if not len(room):
                return None
            wanted[room[int(generator.integers(len(room)))]] += step
            beyond += step
    return wanted


def rounded(
    layout: Layout, cells: Ints, seats: Ints, panels: int, generator: np.random.Generator
) -> Ints | None:
    """Shares of the first half of the panels, each rounded down or up, within all hard bounds."""
    base = seats * (panels // 2) // panels
    loose = (seats * (panels // 2) % panels > 0).astype(np.int64)
    return _solved(layout, cells, seats, panels, base, base + loose, generator)


def spread(
    layout: Layout, cells: Ints, seats: Ints, panels: int, generator: np.random.Generator
) -> Ints | None:
    """The same, but every cell may move some seats away from its share."""
    first, people = panels // 2, layout.people[layout.type_of[cells]]
    base = seats * first // panels
    low = np.maximum(np.maximum(base - 3, 0), seats - (panels - first) * people)
    high = np.minimum(np.minimum(base + 4, seats), first * people)
    return _solved(layout, cells, seats, panels, low, high, generator)


def _solved(
    layout: Layout,
    cells: Ints,
    seats: Ints,
    panels: int,
    low: Ints,
    high: Ints,
    generator: np.random.Generator,
) -> Ints | None:
    first = panels // 2
    position = np.full(layout.cells, -1, np.int64)
    position[cells] = np.arange(len(cells))
    entry = position[layout.cell_of] >= 0
    everything = np.zeros(layout.cells, np.int64)
    everything[cells] = seats
    counted, kinds = layout.sums(everything), layout.of_types(everything)
    second = panels - first
    least = np.maximum(first * layout.low, counted - second * layout.high)
    most = np.minimum(first * layout.high, counted - second * layout.low)
    types, place = np.unique(layout.type_of[cells], return_inverse=True)
    least = np.concatenate([least, np.maximum(0, kinds - second * layout.people)[types]])
    most = np.concatenate([most, np.minimum(first * layout.people, kinds)[types]])
    row = np.concatenate([layout.row_of[entry], layout.rows + place])
    column = np.concatenate([position[layout.cell_of[entry]], np.arange(len(cells))])
    if (least > most).any() or (low > high).any():
        return None
    # Up and away from the share costs; ties are drawn, so that another try differs.
    share = seats * first / panels
    away = np.abs((low + high) / 2 - share) + generator.random(len(cells)) - 0.5
    solver = program(
        away,
        (low, high),
        (least, most),
        (row, column, np.ones(len(row))),
        whole=True,
        mip_max_nodes=_NODES,
        mip_rel_gap=10.0,
        # Takes longer than all the rest of so small a program.
        mip_heuristic_run_feasibility_jump=False,
    )
    return whole_solution(solver)
