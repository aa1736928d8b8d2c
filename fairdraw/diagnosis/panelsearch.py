"""Is there any panel at all? Asked many times of one seating with ever other limits of its rows.

Large pools have many types that differ in nothing but their employer. Two smaller questions mostly
settle the large one: without caps such types are one, and if even then no panel fits, none does;
and if a panel fits among some of the types, it fits. Only what is left is asked in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairdraw.lottery.seating import Seating, SeatRow
from fairdraw.lottery.solving import fillable

#: So many types are asked about as they are.
_FEW = 600
#: Of types that differ only in their caps, so many are tried first.
_ALIKE = 4
#: About so many types are tried first in all.
_SOME = 2000

Bounds = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Part:
    """Some of the types and rows of a seating. ``cells``: their numbers in the whole."""

    people: tuple[int, ...]
    cells: tuple[int, ...]
    shape: tuple[tuple[int, int, int], ...]
    rows: tuple[tuple[int, tuple[int, ...]], ...]

    def panel(self, bounds: Bounds) -> tuple[int, ...] | None:
        """A panel in cells of the whole."""
        rows = tuple(SeatRow(*bounds[row], cells) for row, cells in self.rows)
        found = fillable(Seating(self.people, self.shape, rows))
        return None if found is None else tuple(self.cells[c] for c in found)


@dataclass(frozen=True)
class PanelSearch:
    """``seating``: cells and rows; its limits are of no account. ``caps``: rows of employers."""

    seating: Seating
    caps: frozenset[int]

    def surely_none(self, bounds: Bounds) -> bool:
        """Whether a quick look already shows that no panel keeps these limits."""
        return self._joined_is_quick and self._joined.panel(bounds) is None

    def panel(self, bounds: Bounds) -> tuple[int, ...] | None:
        """Cells of a panel under these limits (one pair for each row), or None."""
        if len(self.seating.people) > _FEW:
            if self.surely_none(bounds):
                return None
            found = self._some.panel(bounds)
            if found is not None:
                return found
        rows = tuple(
            SeatRow(low, high, row.cells) for (low, high), row in zip(bounds, self.seating.rows)
        )
        return fillable(Seating(self.seating.people, self.seating.cells, rows))

    @cached_property
    def _rows_of(self) -> list[list[int]]:
        rows_of: list[list[int]] = [[] for _ in self.seating.cells]
        for number, row in enumerate(self.seating.rows):
            for cell in row.cells:
                rows_of[cell].append(number)
        return rows_of

    @cached_property
    def _alike(self) -> list[list[int]]:
        """Types that stand in the same rows but for caps."""
        cells: defaultdict[int, list[object]] = defaultdict(list)
        for (kind, stratum, seat), rows in zip(self.seating.cells, self._rows_of):
            cells[kind].append((stratum, seat, tuple(r for r in rows if r not in self.caps)))
        alike: defaultdict[object, list[int]] = defaultdict(list)
        for kind, shape in cells.items():
            alike[tuple(shape)].append(kind)
        return list(alike.values())

    @property
    def _joined_is_quick(self) -> bool:
        """Whether it is worth while: many types, and few that differ in more than their caps."""
        types = len(self.seating.people)
        return types > _FEW and bool(self.caps) and 2 * len(self._alike) <= types

    @cached_property
    def _joined(self) -> Part:
        """Every set of alike types as one, without caps."""
        total = {kinds[0]: sum(self.seating.people[t] for t in kinds) for kinds in self._alike}
        return self._part(total, without=self.caps)

    @cached_property
    def _some(self) -> Part:
        """A few of every set, or of some sets, of employers spread over all of them."""
        chosen: dict[int, int] = {}
        stride = max(1, _ALIKE * len(self._alike) // _SOME)
        for turn, kinds in enumerate(self._alike[::stride]):
            step = max(1, len(kinds) // _ALIKE)
            for number in range(min(_ALIKE, len(kinds))):
                kind = kinds[(turn + number * step) % len(kinds)]
                chosen[kind] = self.seating.people[kind]
        return self._part(chosen)

    def _part(self, people: dict[int, int], without: Iterable[int] = ()) -> Part:
        position = {kind: number for number, kind in enumerate(sorted(people))}
        cells = [c for c, (kind, _, _) in enumerate(self.seating.cells) if kind in position]
        left_out = frozenset(without)
        members: defaultdict[int, list[int]] = defaultdict(list)
        for number, cell in enumerate(cells):
            for row in self._rows_of[cell]:
                members[row].append(number)
        return Part(
            people=tuple(people[kind] for kind in sorted(people)),
            cells=tuple(cells),
            shape=tuple(
                (position[kind], stratum, seat)
                for kind, stratum, seat in (self.seating.cells[c] for c in cells)
            ),
            rows=tuple(
                (row, tuple(members[row]))
                for row in range(len(self.seating.rows))
                if row not in left_out and (row in members or row not in self.caps)
            ),
        )
