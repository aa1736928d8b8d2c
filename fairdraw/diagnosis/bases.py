"""What all questions about one seating start from; made once, when it is first needed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from fairdraw.diagnosis.narrowed import Base
from fairdraw.lottery.seating import Seating

#: So many types are asked about as they are.
FEW = 600
#: Of types that differ only in their caps, so many are tried first.
_ALIKE = 4
#: About so many types are tried first in all.
_SOME = 2000


@dataclass(frozen=True)
class Bases:
    """``seating``: cells and rows; its limits are of no account. ``caps``: rows of employers."""

    seating: Seating
    caps: frozenset[int]

    @cached_property
    def whole(self) -> Base:
        """Every type a kind of its own."""
        rows_of: list[list[int]] = [[] for _ in self.seating.cells]
        for number, row in enumerate(self.seating.rows):
            for cell in row.cells:
                rows_of[cell].append(number)
        cells_of: list[list[int]] = [[] for _ in self.seating.people]
        for cell, (kind, _, _) in enumerate(self.seating.cells):
            cells_of[kind].append(cell)
        return Base(
            cells=tuple(row.cells for row in self.seating.rows),
            rows_of=tuple(map(tuple, rows_of)),
            kind_of=tuple(kind for kind, _, _ in self.seating.cells),
            seat_of=tuple((stratum, seat) for _, stratum, seat in self.seating.cells),
            people=self.seating.people,
            types=tuple(
                ((people, tuple(cells)),) for people, cells in zip(self.seating.people, cells_of)
            ),
        )

    @cached_property
    def alike(self) -> list[list[int]]:
        """Types that stand in the same rows but for caps."""
        whole = self.whole
        shapes: defaultdict[int, list[object]] = defaultdict(list)
        for kind, seat, rows in zip(whole.kind_of, whole.seat_of, whole.rows_of):
            shapes[kind].append((seat, tuple(r for r in rows if r not in self.caps)))
        alike: defaultdict[object, list[int]] = defaultdict(list)
        for kind, shape in shapes.items():
            alike[tuple(shape)].append(kind)
        return list(alike.values())

    @property
    def joined_is_quick(self) -> bool:
        """Whether it is worth while: many types, and few that differ in more than their caps."""
        types = len(self.seating.people)
        return types > FEW and bool(self.caps) and 2 * len(self.alike) <= types

    @cached_property
    def plain(self) -> Base:
        """Every set of alike types as one kind, without caps."""
        whole = self.whole
        cells: list[list[int]] = [[] for _ in self.seating.rows]
        rows_of: list[tuple[int, ...]] = []
        kind_of: list[int] = []
        seat_of: list[tuple[int, int]] = []
        for number, kinds in enumerate(self.alike):
            for cell in whole.types[kinds[0]][0][1]:
                mine = tuple(row for row in whole.rows_of[cell] if row not in self.caps)
                for row in mine:
                    cells[row].append(len(kind_of))
                rows_of.append(mine)
                kind_of.append(number)
                seat_of.append(whole.seat_of[cell])
        return Base(
            cells=tuple(map(tuple, cells)),
            rows_of=tuple(rows_of),
            kind_of=tuple(kind_of),
            seat_of=tuple(seat_of),
            people=tuple(sum(self.seating.people[k] for k in kinds) for kinds in self.alike),
            types=tuple(tuple(whole.types[k][0] for k in kinds) for kinds in self.alike),
        )

    @cached_property
    def some(self) -> frozenset[int]:
        """A few of every set, or of some sets, of employers spread over all of them."""
        chosen: set[int] = set()
        stride = max(1, _ALIKE * len(self.alike) // _SOME)
        for turn, kinds in enumerate(self.alike[::stride]):
            step = max(1, len(kinds) // _ALIKE)
            for number in range(min(_ALIKE, len(kinds))):
                chosen.add(kinds[(turn + number * step) % len(kinds)])
        return frozenset(chosen)
