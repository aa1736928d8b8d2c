"""Totals split into whole panels: in two, each part in two, down to single panels.

A part of m panels becomes parts of floor(m/2) and ceil(m/2): every cell gets its share rounded down
or up, every row its share rounded down or up as well, or at least keeps its bounds. All parts of
one depth are searched together; what a search leaves broken is finished exactly, then by a
whole-number program, and if even that fails the part above is split anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import default_rng

from fairdraw.lottery.finishing import mend, rounded, spread
from fairdraw.lottery.layout import Layout
from fairdraw.lottery.programs import Bools, Floats, Ints
from fairdraw.lottery.rounding import Rounding
from fairdraw.lottery.search import alone, search

Progress = Callable[[int, int], object]

#: Entries that one batch holds at most: more would not fit the processor's cache.
_BATCH = 400_000
#: Cells a search moves at most in one part; the others keep their start.
_MOVABLE = 3000
#: Steps of a search; more do not help as often as the exact finish does.
_STEPS = 500
#: With fewer cells than this, fewer steps.
_WIDE = 250
#: Splits of the same part, and parts that could not be split, before giving up.
_TRIES, _PATIENCE = 4, 60
#: Searches from different starts before a whole-number program is asked.
_STARTS = 8
#: For so few cells a whole-number program is quick and asked after two searches.
_SMALL = 64
#: Orders of the cells along which starts alternate.
_ORDERS = 8


class Part(NamedTuple):
    """``seats`` of some ``cells``, to be split into so many panels."""

    cells: Ints
    seats: Ints
    panels: int


def split(
    layout: Layout, sums: Ints, panels: int, progress: Progress | None = None
) -> list[Part] | None:
    """So many panels that keep every row and add up to ``sums``, as parts of one panel each.

    None if none were found. The same arguments give the same panels.
    """
    cells = np.flatnonzero(sums)
    return _Splitter(layout, panels, progress).expand([Part(cells, sums[cells], panels)])[0]


class _Splitter:
    def __init__(self, layout: Layout, panels: int, progress: Progress | None) -> None:
        self.layout, self.panels, self.progress = layout, panels, progress
        self.generator = default_rng(panels)
        self.done = 0
        self.patience = _PATIENCE
        self.hopeless: set[tuple[int, bytes, bytes]] = set()
        width = np.bincount(layout.cell_of, minlength=layout.cells)
        order = np.argsort(layout.cell_of, kind="stable")
        start = np.cumsum(width) - width
        cell = layout.cell_of[order]
        # rows_of[c]: the rows of cell c, filled up with a row that does not exist.
        self.rows_of = np.full((layout.cells, width.max(initial=0)), layout.rows, np.int64)
        self.rows_of[cell, np.arange(len(order)) - start[cell]] = layout.row_of[order]
        self.shared = np.bincount(layout.type_of, minlength=len(layout.people)) > 1
        self.ranks = [self._rank() for _ in range(_ORDERS)]

    def _rank(self) -> Ints:
        """An order in which neighbours share rows: along it, starts alternate."""
        columns = self.generator.permutation(self.rows_of.shape[1])
        keys = [self.generator.random(len(self.rows_of)), *(self.rows_of[:, c] for c in columns)]
        rank = np.empty(len(self.rows_of), np.int64)
        rank[np.lexsort(keys)] = np.arange(len(self.rows_of))
        return rank

    def expand(self, parts: list[Part]) -> list[list[Part] | None]:
        """The panels of every part, or None where none were found."""
        made: list[list[Part] | None] = [None] * len(parts)
        waiting = []
        for number, part in enumerate(parts):
            if part.panels == 1:
                made[number] = [part]
            else:
                waiting.append(number)
        for _ in range(_TRIES):
            if not waiting or self.patience <= 0:
                break
            halves = self._halve_all([parts[number] for number in waiting])
            split_now = [number for number, pair in zip(waiting, halves) if pair is not None]
            below = self.expand([part for pair in halves if pair is not None for part in pair])
            for number, left, right in zip(split_now, below[::2], below[1::2]):
                if left is not None and right is not None:
                    made[number] = left + right
            waiting = [number for number in waiting if made[number] is None]
        return made

    def _halve_all(self, parts: list[Part]) -> list[tuple[Part, Part] | None]:
        """Two parts for each; searched together, what stays broken again from other starts."""
        result: list[tuple[Part, Part] | None] = [None] * len(parts)
        waiting = sorted(range(len(parts)), key=lambda number: len(parts[number].cells))
        programs: list[int] = []
        for attempt in range(_STARTS):
            if attempt == 2:
                small = [n for n in waiting if len(parts[n].cells) <= _SMALL]
                programs += small
                waiting = [n for n in waiting if len(parts[n].cells) > _SMALL]
            for batch in self._batches(waiting, parts):
                halves = self._halve([parts[number] for number in batch], attempt)
                for number, pair in zip(batch, halves):
                    result[number] = pair
            waiting = [number for number in waiting if result[number] is None]
        for number in programs + waiting:
            result[number] = self._by_program(parts[number])
        self.done += sum(pair is not None for pair in result)
        if self.progress is not None:
            self.progress(min(self.done, self.panels - 1), self.panels)
        return result

    def _batches(self, numbers: list[int], parts: list[Part]) -> Iterator[list[int]]:
        """Parts of similar size together, as many as a batch may hold."""
        batch: list[int] = []
        for number in numbers:
            width = min(len(parts[number].cells), _MOVABLE)
            if (len(batch) + 1) * width * (self.rows_of.shape[1] + 1) > _BATCH and batch:
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch

    def _halve(self, parts: list[Part], attempt: int) -> list[tuple[Part, Part] | None]:
        sizes = np.array([len(part.cells) for part in parts])
        owner = np.repeat(np.arange(len(parts)), sizes)
        cells = np.concatenate([part.cells for part in parts])
        seats = np.concatenate([part.seats for part in parts])
        panels = np.array([part.panels for part in parts])
        first = panels // 2
        share = seats * first[owner]
        base = share // panels[owner]
        left_over = share - base * panels[owner]
        free = np.flatnonzero(left_over)
        start = self._start(owner[free], cells[free], (left_over / panels[owner])[free])
        up, broken = start, list[int]()
        if len(free):
            entries = (owner, cells, seats, base)
            problem = Rounding(self.layout, self.rows_of, self.shared, entries, free, panels, first)
            up = self._round(problem, start, _STEPS * (1 + attempt))
            broken = problem.broken(up)
        half = base.copy()
        half[free] += up
        second = panels - first
        left = _parts(owner, cells, half, first)
        right = _parts(owner, cells, seats - half, second)
        whole = set(range(len(parts))) - set(broken)
        return [
            (left[number], right[number]) if number in whole else None
            for number in range(len(parts))
        ]

    def _round(self, problem: Rounding, start: Bools, steps: int) -> Bools:
        batch, place = problem.batch(start, _MOVABLE)
        # Where there are few cells, a search soon goes in circles and the exact finish is quick.
        steps = min(steps, steps * batch.real.shape[1] // _WIDE + 1)
        best, _ = search(batch, steps, self.generator)
        up = start.copy()
        up[place[batch.real]] = best[batch.real]
        for number in problem.broken(up):
            inside = batch.real[number]
            mended = mend(alone(batch, number), best[number][inside], self.generator)
            if mended is not None:
                up[place[number][inside]] = mended
        return up

    def _start(self, owner: Ints, cells: Ints, share: Floats) -> Bools:
        """Along an order of the cells, up whenever the shares have added up to one more."""
        rank = self.ranks[int(self.generator.integers(_ORDERS))]
        order = np.argsort(owner * len(rank) + rank[cells], kind="stable")
        along, who = share[order], owner[order]
        total = np.cumsum(along)
        count = int(owner.max(initial=-1)) + 1
        first = np.searchsorted(who, np.arange(count))
        offset = self.generator.random(count) - np.append(0.0, total)[first]
        reached = np.floor(total + offset[who] + 1e-9)
        before = np.floor(total - along + offset[who] + 1e-9)
        up = np.zeros(len(cells), bool)
        up[order] = reached > before
        return up

    def _by_program(self, part: Part) -> tuple[Part, Part] | None:
        """Rounded by a whole-number program; failing that, spread further than by rounding."""
        name = (part.panels, part.cells.tobytes(), part.seats.tobytes())
        if self.patience > 0 and name not in self.hopeless:
            for program in (rounded, spread):
                half = program(self.layout, part.cells, part.seats, part.panels, self.generator)
                if half is not None:
                    return _pair(part, half)
            self.hopeless.add(name)
        self.patience -= 1
        return None


def _parts(owner: Ints, cells: Ints, seats: Ints, panels: Ints) -> list[Part]:
    """One part for each of ``panels``; entry e gives part ``owner[e]`` (ascending) its seats."""
    kept = np.flatnonzero(seats)
    cells, seats = cells[kept], seats[kept]
    ends = np.cumsum(np.bincount(owner[kept], minlength=len(panels))).tolist()
    return [
        Part(cells[start:end], seats[start:end], number)
        for start, end, number in zip([0, *ends], ends, panels.tolist())
    ]


def _pair(part: Part, half: Ints) -> tuple[Part, Part]:
    first = part.panels // 2
    rest = part.seats - half
    left, right = np.flatnonzero(half), np.flatnonzero(rest)
    return (
        Part(part.cells[left], half[left], first),
        Part(part.cells[right], rest[right], part.panels - first),
    )
