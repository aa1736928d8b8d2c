"""Totals split into whole panels, by halves and halves of halves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fairdraw.layout import Layout
from fairdraw.programs import Ints, program, whole_solution


def split(
    layout: Layout, sums: Ints, panels: int, progress: Callable[[int, int], object] | None = None
) -> list[Ints] | None:
    """``panels`` panels that keep every row and add up to ``sums``; None if none were found."""
    if panels == 1:
        return [sums]
    first = panels // 2
    share = sums * first
    base = share // panels
    free = np.flatnonzero(share % panels)
    counted = layout.sums(sums)
    held = layout.sums(base)
    low = np.maximum(first * layout.low, counted - (panels - first) * layout.high) - held
    high = np.minimum(first * layout.high, counted - (panels - first) * layout.low) - held
    t = layout.of_types(sums)
    tl = np.maximum(0, t - (panels - first) * layout.people) - layout.of_types(base)
    th = np.minimum(first * layout.people, t) - layout.of_types(base)
    position = np.full(layout.cells, -1, np.int64)
    position[free] = np.arange(len(free))
    entry = position[layout.cell_of] >= 0
    row = np.concatenate([layout.row_of[entry], layout.rows + layout.type_of[free]])
    column = np.concatenate([position[layout.cell_of[entry]], np.arange(len(free))])
    half = base.copy()
    if len(free):
        found = whole_solution(
            program(
                np.random.default_rng(1).random(len(free)),
                (np.zeros(len(free)), np.ones(len(free))),
                (np.concatenate([low, tl]), np.concatenate([high, th])),
                (row, column, np.ones(len(row))),
                whole=True,
                mip_max_nodes=500,
                mip_rel_gap=1.0,
            )
        )
        if found is None:
            return None
        half[free] += found
    left = split(layout, half, first)
    right = split(layout, sums - half, panels - first)
    return None if left is None or right is None else left + right
