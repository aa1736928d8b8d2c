"""Is there any panel at all? Asked many times of one seating with ever other limits of its rows.

Every question is narrowed to the rows it names (see ``narrowed``). Large pools have many types that
differ in nothing but their employer. Two smaller questions mostly settle the large one: without caps
such types are one, and if even then no panel fits, none does; and if a panel fits among some of the
types, it fits. Only what is left is asked in full.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fairdraw.diagnosis import bases
from fairdraw.diagnosis.bases import Bases
from fairdraw.diagnosis.effort import Effort
from fairdraw.diagnosis.narrowed import Invented, Limits, Narrowed, narrow
from fairdraw.lottery.programs import Ints


@dataclass(frozen=True)
class PanelSearch:
    """``invented``: people beyond those of the seating."""

    bases: Bases
    effort: Effort = field(default_factory=Effort, compare=False)
    invented: tuple[Invented, ...] = ()

    @property
    def caps(self) -> frozenset[int]:
        """Rows of employers."""
        return self.bases.caps

    @property
    def _is_large(self) -> bool:
        return len(self.bases.seating.people) > bases.FEW

    def with_effort(self, effort: Effort) -> PanelSearch:
        """The same people, asked about with other means."""
        return replace(self, effort=effort)

    def with_invented(self, people: Invented) -> PanelSearch:
        """With people beyond those of the seating, and any invented before."""
        return replace(self, invented=(*self.invented, people))

    def surely_none(self, limits: Limits) -> bool:
        """Whether a quick look already shows that no panel keeps these limits."""
        if not self.bases.joined_is_quick:
            return False
        free = {row: both for row, both in limits.items() if row not in self.caps}
        return self.narrowed(free).seats(free, self.effort) is None

    def fits_easily(self, limits: Limits) -> bool:
        """Whether a quick look among some of many people already finds a panel."""
        if not self._is_large:
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
        if self._is_large and not self.caps.isdisjoint(limits):
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
        base = self.bases.plain if self.caps.isdisjoint(limits) else self.bases.whole
        return narrow(
            base,
            limits,
            self.effort,
            invented=self.invented,
            kinds=self.bases.some if some else None,
        )
