"""A seating as arrays: which cells stand in which rows, which cells share a type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairdraw.lottery.seating import PRIMARY, Seating

Ints = NDArray[np.int64]


def distinct[Number: (np.int64, np.float64)](values: NDArray[Number]) -> NDArray[Number]:
    """What occurs, ascending. ``numpy.unique`` would load masked arrays first, which takes longer
    than a whole draw from a small pool."""
    ordered = np.sort(values, axis=None)
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


@dataclass(frozen=True)
class Layout:
    """Everything a seating says, as arrays.

    ``people[t]``; ``type_of[c]``, ``primary[c]`` for cells; ``low[r]``, ``high[r]`` for rows;
    ``row_of[e]``, ``cell_of[e]``: the entries of the rows.
    """

    people: Ints
    type_of: Ints
    primary: NDArray[np.bool_]
    low: Ints
    high: Ints
    row_of: Ints
    cell_of: Ints

    @property
    def cells(self) -> int:
        return len(self.type_of)

    @property
    def rows(self) -> int:
        return len(self.low)

    def sums(self, seats: Ints) -> Ints:
        """What every row counts, given the seats of every cell."""
        total = np.zeros(self.rows, np.int64)
        np.add.at(total, self.row_of, seats[self.cell_of])
        return total

    def of_types(self, seats: Ints) -> Ints:
        """Seats of every type, given the seats of every cell."""
        total = np.zeros(len(self.people), np.int64)
        np.add.at(total, self.type_of, seats)
        return total

    def kept_by(self, seats: Ints, panels: int = 1) -> bool:
        """Whether seats, summed over so many panels, keep every row and every type."""
        counted = self.sums(seats)
        return bool(
            (seats >= 0).all()
            and (counted >= panels * self.low).all()
            and (counted <= panels * self.high).all()
            and (self.of_types(seats) <= panels * self.people).all()
        )

    def kept_by_all(self, panel_of: Ints, cells: Ints, seats: Ints, panels: int) -> bool:
        """Whether every panel keeps every row and every type: entry e gives panel ``panel_of[e]``
        so many ``seats`` in a cell. Each panel names a cell once."""
        held = np.bincount(self.cell_of, minlength=self.cells)
        order = np.argsort(self.cell_of, kind="stable")
        start = np.cumsum(held) - held
        times = held[cells]
        entry = np.repeat(np.arange(len(cells)), times)
        inside = np.arange(len(entry)) - np.repeat(np.cumsum(times) - times, times)
        row = self.row_of[order[start[cells[entry]] + inside]]
        key = panel_of[entry] * self.rows + row
        flat = np.bincount(key, seats[entry], minlength=panels * self.rows)
        counted = flat.reshape(panels, self.rows)
        kind = self.type_of[cells]
        # Only types with several cells have anything to add up.
        shared = np.bincount(self.type_of, minlength=len(self.people)) > 1
        some = np.flatnonzero(shared[kind])
        names, place = np.unique(
            panel_of[some] * len(self.people) + kind[some], return_inverse=True
        )
        drawn = np.bincount(place, seats[some])
        return bool(
            (seats >= 0).all()
            and (counted >= self.low).all()
            and (counted <= self.high).all()
            and (seats <= self.people[kind]).all()
            and (drawn <= self.people[names % len(self.people)]).all()
        )


def lay_out(seating: Seating) -> Layout:
    """The arrays of a seating."""
    cells = np.array(seating.cells, np.int64).reshape(-1, 3)
    sizes = [len(row.cells) for row in seating.rows]
    members = [np.array(row.cells, np.int64) for row in seating.rows if row.cells]
    return Layout(
        people=np.array(seating.people, np.int64),
        type_of=cells[:, 0],
        primary=cells[:, 2] == PRIMARY,
        low=np.array([row.low for row in seating.rows], np.int64),
        high=np.array([row.high for row in seating.rows], np.int64),
        row_of=np.repeat(np.arange(len(sizes)), np.array(sizes, np.int64)),
        cell_of=np.concatenate(members) if members else np.zeros(0, np.int64),
    )
