"""Is there any panel at all? Asked many times of one seating with ever other limits of its rows.

Every question is narrowed to the rows it names (see ``narrowed``). Large pools have many types that
differ in nothing but their employer. Two smaller questions mostly settle the large one: without caps
such types are one, and if even then no panel fits, none does; and if a panel fits among some of the
types, it fits. Only what is left is asked in full.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property

from fairdraw.diagnosis.effort import Effort
from fairdraw.diagnosis.narrowed import Base, Invented, Limits, Narrowed, narrow
from fairdraw.lottery.programs import Ints
from fairdraw.lottery.seating import Seating

#: So many types are asked about as they are.
_FEW = 600
#: Of types that differ only in their caps, so many are tried first.
_ALIKE = 4
#: About so many types are tried first in all.
_SOME = 2000


@dataclass(frozen=True)
class PanelSearch:
    """``seating``: cells and rows; its limits are of no account. ``caps``: rows of employers.

    ``invented``: people beyond those of the seating.
    """

    seating: Seating
    caps: frozenset[int]
    effort: Effort = field(default_factory=Effort, compare=False)
    invented: tuple[Invented, ...] = ()

    def with_effort(self, effort: Effort) -> PanelSearch:
        """The same people, asked about with other means."""
        return self._like(replace(self, effort=effort))

    def with_invented(self, people: Invented) -> PanelSearch:
        """With people beyond those of the seating, and any invented before."""
        return self._like(replace(self, invented=(*self.invented, people)))

    def _like(self, other: PanelSearch) -> PanelSearch:
        """The bases are made once for all questions about one seating."""
        made = ("_whole", "_alike", "_plain", "_some")
        other.__dict__.update({name: self.__dict__[name] for name in made if name in self.__dict__})
        return other

    def surely_none(self, limits: Limits) -> bool:
        """Whether a quick look already shows that no panel keeps these limits."""
        if not self._joined_is_quick:
            return False
        free = {row: both for row, both in limits.items() if row not in self.caps}
        return self.narrowed(free).seats(free, self.effort) is None

    def fits_easily(self, limits: Limits) -> bool:
        """Whether a quick look among some of many people already finds a panel."""
        if len(self.seating.people) <= _FEW:
            return False
        return self.narrowed(limits, some=True).seats(limits, self.effort) is not None

    def fits(self, limits: Limits) -> bool:
        """Whether there is a panel."""
        return self._answer(limits) is not None

    def panel(self, limits: Limits) -> tuple[int, ...] | None:
        """Cells of a panel under these limits, or None; invented people are left out."""
        answer = self._answer(limits)
        return None if answer is None else answer[0].spread(answer[1])

    def _answer(self, limits: Limits) -> tuple[Narrowed, Ints] | None:
        if len(self.seating.people) > _FEW and not self.caps.isdisjoint(limits):
            if self.surely_none(limits):
                return None
            some = self.narrowed(limits, some=True)
            seats = some.seats(limits, self.effort)
            if seats is not None:
                return some, seats
        asked = self.narrowed(limits)
        seats = asked.seats(limits, self.effort)
        return None if seats is None else (asked, seats)

    def narrowed(self, limits: Limits, *, some: bool = False) -> Narrowed:
        """What these limits are about. ``some``: among a few people of every sort only."""
        base = self._plain if self.caps.isdisjoint(limits) else self._whole
        return narrow(
            base,
            limits,
            self.effort,
            invented=self.invented,
            kinds=self._some if some else None,
        )

    @cached_property
    def _whole(self) -> Base:
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
    def _alike(self) -> list[list[int]]:
        """Types that stand in the same rows but for caps."""
        whole = self._whole
        shapes: defaultdict[int, list[object]] = defaultdict(list)
        for kind, seat, rows in zip(whole.kind_of, whole.seat_of, whole.rows_of):
            shapes[kind].append((seat, tuple(r for r in rows if r not in self.caps)))
        alike: defaultdict[object, list[int]] = defaultdict(list)
        for kind, shape in shapes.items():
            alike[tuple(shape)].append(kind)
        return list(alike.values())

    @property
    def _joined_is_quick(self) -> bool:
        """Whether it is worth while: many types, and few that differ in more than their caps."""
        types = len(self.seating.people)
        return types > _FEW and bool(self.caps) and 2 * len(self._alike) <= types

    @cached_property
    def _plain(self) -> Base:
        """Every set of alike types as one kind, without caps."""
        whole = self._whole
        cells: list[list[int]] = [[] for _ in self.seating.rows]
        rows_of: list[tuple[int, ...]] = []
        kind_of: list[int] = []
        seat_of: list[tuple[int, int]] = []
        for number, kinds in enumerate(self._alike):
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
            people=tuple(sum(self.seating.people[k] for k in kinds) for kinds in self._alike),
            types=tuple(tuple(whole.types[k][0] for k in kinds) for kinds in self._alike),
        )

    @cached_property
    def _some(self) -> frozenset[int]:
        """A few of every set, or of some sets, of employers spread over all of them."""
        chosen: set[int] = set()
        stride = max(1, _ALIKE * len(self._alike) // _SOME)
        for turn, kinds in enumerate(self._alike[::stride]):
            step = max(1, len(kinds) // _ALIKE)
            for number in range(min(_ALIKE, len(kinds))):
                chosen.add(kinds[(turn + number * step) % len(kinds)])
        return frozenset(chosen)
