"""A seating reduced to what a question is about, and the programs that answer it.

Only cells of a row that asks for a minimum can ever help, and people who stand in the same of the
rows asked about are one kind. So a question about a few rules of a large pool is a small one, and
its answer is that of the large one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import highspy
import numpy as np

from fairdraw.diagnosis.effort import Effort, ExhaustedError
from fairdraw.lottery.programs import INFINITY, OPTIMAL, Floats, Ints, program

#: Row of a base -> its limits. Rows that are not named have no say.
Limits = Mapping[int, tuple[int, int]]

#: What work costs, in units of ``Effort``, by measurement.
_PROGRAM, _ENTRY, _WHOLE = 600, 2, 3000
#: A step of the simplex method costs a unit for so many rows and columns.
_STEP, _WHOLE_STEP = 60, 3
#: A whole-number program whose search is longer than this is given up, where effort is limited.
_MOST_NODES = 500
#: A figure of a solver this close to a whole number is meant to be one.
_CLOSE = 1e-6
_STATUS = highspy.HighsModelStatus
NO_SOLUTION = (_STATUS.kInfeasible, _STATUS.kUnboundedOrInfeasible)


@dataclass(frozen=True)
class Invented:
    """People who are not in the pool: ``places`` names, for each seat they may take, the rows."""

    people: int
    places: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Base:
    """A seating from which questions are narrowed down; alike types may be one kind in it already.

    ``cells[r]``: the cells that row r counts, ``rows_of[c]`` the other way round. ``kind_of[c]``: the
    kind of cell c, ``seat_of[c]`` its stratum and kind of seat. ``people[k]``: how many there are.
    ``types[k]``: for each type behind kind k its people and its cells in the whole, in order.
    """

    cells: tuple[tuple[int, ...], ...]
    rows_of: tuple[tuple[int, ...], ...]
    kind_of: tuple[int, ...]
    seat_of: tuple[tuple[int, int], ...]
    people: tuple[int, ...]
    types: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]

    @cached_property
    def first(self) -> dict[int, int]:
        """The first cell of every kind; the others follow it."""
        return dict(zip(reversed(self.kind_of), range(len(self.kind_of) - 1, -1, -1)))


@dataclass(frozen=True)
class Narrowed:
    """``rows``: numbers of the rows in the whole. ``entries[i]``: cells that ``rows[i]`` counts.

    ``kind_of[c]``: the kind of cell c. ``people[k]``: how many there are of it. ``behind[k]``: the
    kinds of the base in it, each with the places, among its cells there, of the cells of k; invented
    people have none.
    """

    base: Base
    rows: tuple[int, ...]
    entries: tuple[tuple[int, ...], ...]
    kind_of: tuple[int, ...]
    people: tuple[int, ...]
    behind: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]

    @cached_property
    def place(self) -> dict[int, int]:
        """Row of the whole -> its number here."""
        return {row: number for number, row in enumerate(self.rows)}

    @cached_property
    def size(self) -> int:
        """Entries of a program of this seating."""
        return sum(map(len, self.entries)) + len(self.kind_of)

    def program(
        self,
        limits: Limits,
        effort: Effort,
        *,
        whole: bool = False,
        fillers: Sequence[int] = (),
        **options: Any,
    ) -> Any:
        """All panels under the limits. ``fillers``: rows in which a stand-in counts as well.

        The columns of stand-ins come last; there are to be as few of them as can be.
        """
        effort.spend(_PROGRAM + _ENTRY * self.size + (_WHOLE if whole else 0))
        cells, rows = len(self.kind_of), len(self.rows)
        people = np.array(self.people, float)
        kind_of = np.array(self.kind_of, np.int64)
        held = [len(entry) for entry in self.entries]
        flat = [cell for entry in self.entries for cell in entry]
        filled = np.array([self.place[row] for row in fillers], np.int64)
        extra = cells + np.arange(len(filled))
        row = np.concatenate([np.repeat(np.arange(rows), held), rows + kind_of, filled])
        column = np.concatenate([np.array(flat, np.int64), np.arange(cells), extra])
        need = [float(limits[row][0]) for row in fillers]
        return program(
            np.concatenate([np.zeros(cells), np.ones(len(filled))]),
            (np.zeros(cells + len(filled)), np.concatenate([people[kind_of], need])),
            (
                np.concatenate([[float(limits[r][0]) for r in self.rows], people * 0 - INFINITY]),
                np.concatenate([[float(limits[r][1]) for r in self.rows], people]),
            ),
            (row.astype(np.int64), column.astype(np.int64), np.ones(len(row))),
            whole=whole,
            **options,
        )

    def seats(self, limits: Limits, effort: Effort) -> Ints | None:
        """Seats of every cell in one panel that keeps the limits, or None."""
        if self.hopeless(limits) is not None:
            return None
        if not self.kind_of:
            return np.zeros(0, np.int64)
        made = self.program(limits, effort, presolve="off")
        status = run(made, effort)
        if status in NO_SOLUTION:
            return None
        found = None
        if status == OPTIMAL:
            found = self.if_whole(np.array(made.getSolution().col_value), limits)
        return self.searched(limits, effort) if found is None else found

    def hopeless(self, limits: Limits) -> int | None:
        """A row that nobody can keep whatever the others say, if it is plain to see."""
        for row, entry in zip(self.rows, self.entries):
            low, high = limits[row]
            if low > high or (low > 0 and not entry):
                return row
        return None

    def searched(self, limits: Limits, effort: Effort) -> Ints | None:
        """The same by a whole-number program."""
        values = whole_values(self.program(limits, effort, whole=True, **_patience(effort)), effort)
        return None if values is None else np.rint(values).astype(np.int64)

    def if_whole(self, values: Floats, limits: Limits) -> Ints | None:
        """The seats that a linear program found, if they are whole and keep every limit."""
        seats = np.rint(values).astype(np.int64)
        if len(values) and np.abs(values - seats).max() > _CLOSE:
            return None
        drawn = np.bincount(np.array(self.kind_of, np.int64), seats, len(self.people))
        if (seats < 0).any() or (drawn > np.array(self.people)).any():
            return None
        for row, entry in zip(self.rows, self.entries):
            low, high = limits[row]
            if not low <= seats[list(entry)].sum() <= high:
                return None
        return seats

    def spread(self, seats: Ints) -> tuple[int, ...]:
        """A panel in cells of the whole: people who were one kind told apart again."""
        wanted: defaultdict[int, list[int]] = defaultdict(list)
        for kind, number in zip(self.kind_of, seats.tolist()):
            wanted[kind].append(number)
        panel: list[int] = []
        for kind, numbers in wanted.items():
            places = [place for place, number in enumerate(numbers) for _ in range(number)]
            if places:
                panel += (cells[place] for place, cells in zip(places, self._one_by_one(kind)))
        return tuple(panel)

    def _one_by_one(self, kind: int) -> Iterator[tuple[int, ...]]:
        """Everybody of a kind: the cells, in the whole, where the person may sit."""
        for each, places in self.behind[kind]:
            for people, cells in self.base.types[each]:
                mine = tuple(cells[place] for place in places)
                yield from repeat(mine, people)


def narrow(
    base: Base,
    limits: Limits,
    effort: Effort,
    *,
    invented: Sequence[Invented] = (),
    kinds: Collection[int] | None = None,
) -> Narrowed:
    """What these limits ask of a base. ``kinds``: only people of these kinds."""
    asking = [row for row, (low, _) in limits.items() if low > 0]
    helpful = sorted({cell for row in asking for cell in base.cells[row]})
    effort.spend(_ENTRY * len(helpful))
    shapes: defaultdict[int, list[tuple[int, tuple[int, int], tuple[int, ...]]]]
    shapes = defaultdict(list)
    for cell in helpful:
        kind = base.kind_of[cell]
        if kinds is None or kind in kinds:
            mine = tuple(row for row in base.rows_of[cell] if row in limits)
            shapes[kind].append((cell, base.seat_of[cell], mine))
    merged: defaultdict[Any, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    people: Counter[Any] = Counter()
    for kind, shape in shapes.items():
        key = tuple((seat, mine) for _, seat, mine in shape)
        first = base.first[kind]
        merged[key].append((kind, tuple(cell - first for cell, _, _ in shape)))
        people[key] += base.people[kind]
    wanted = set(asking)
    for extra in invented:
        places = (tuple(row for row in rows if row in limits) for rows in extra.places)
        key = tuple(((-1, -1), rows) for rows in places if not wanted.isdisjoint(rows))
        if key:
            merged[key] += ()
            people[key] += extra.people
    entries: dict[int, list[int]] = {row: [] for row in limits}
    kind_of: list[int] = []
    for number, key in enumerate(merged):
        for _, mine in key:
            for row in mine:
                entries[row].append(len(kind_of))
            kind_of.append(number)
    # A row without a cell is kept by everybody, unless it asks for something.
    rows = tuple(row for row, (low, high) in limits.items() if entries[row] or not low <= 0 <= high)
    return Narrowed(
        base=base,
        rows=rows,
        entries=tuple(tuple(entries[row]) for row in rows),
        kind_of=tuple(kind_of),
        people=tuple(people[key] for key in merged),
        behind=tuple(map(tuple, merged.values())),
    )


def run(made: Any, effort: Effort) -> Any:
    """Run a program and account for its steps: its status."""
    made.run()
    if effort.is_limited:
        steps, size = made.getInfo().simplex_iteration_count, made.getNumRow() + made.getNumCol()
        whole = len(made.getLp().integrality_) > 0
        effort.spend(max(0, steps) * (1 + size // (_WHOLE_STEP if whole else _STEP)))
    return made.getModelStatus()


def whole_values(made: Any, effort: Effort) -> Floats | None:
    """The best solution of a whole-number program; None if there is none.

    ExhaustedError if the search was given up before that was known.
    """
    status = run(made, effort)
    if status == OPTIMAL:
        return np.array(made.getSolution().col_value)
    if status in NO_SOLUTION:
        return None
    raise ExhaustedError


def _patience(effort: Effort) -> dict[str, Any]:
    return {"mip_max_nodes": _MOST_NODES} if effort.is_limited else {}
