"""From many rules that no panel keeps to few: by linear programs asked again and again.

A linear program without a solution names the rows that are to blame, and it is asked for one rule
fewer in next to no time. Where its answer is no whole panel, a whole-number program decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fairdraw.diagnosis.effort import ExhaustedError
from fairdraw.diagnosis.narrowed import NO_SOLUTION, Limits, run
from fairdraw.diagnosis.panelsearch import PanelSearch
from fairdraw.lottery.programs import INFINITY, OPTIMAL

#: A row with a smaller part in the blame has none.
_WEIGHTY = 1e-9


class Narrowing[Part]:
    """``limits``: of every row that may matter. ``part_of``: what a row is dropped with; other rows
    always stay. ``dropped``: limits that rows keep when they are dropped; any other has no say then.
    """

    def __init__(
        self,
        search: PanelSearch,
        limits: Limits,
        part_of: Mapping[int, Part],
        dropped: Limits,
    ) -> None:
        self.effort, self.limits = search.effort, dict(limits)
        self.part_of, self.dropped = part_of, dropped
        self.asked = search.narrowed(limits)
        self.current = dict(self.limits)
        self.program: Any = None
        self.program_says_no = False
        if self.asked.kind_of:
            self.program = self.asked.program(self.limits, self.effort, presolve="off")

    def clash(self, kept: list[Part]) -> list[Part] | None:
        """Some of these parts that no panel keeps together; None if a panel keeps them all."""
        limits = self._only(kept)
        hopeless = self.asked.hopeless(limits)
        if hopeless is not None:
            return [self.part_of[hopeless]] if hopeless in self.part_of else []
        if self._fits(limits):
            return None
        return self._blamed(kept) if self.program_says_no else kept

    def fits_with(self, changed: Limits) -> bool:
        """Whether a panel keeps everything if some rows get other limits."""
        limits = {**self.limits, **changed}
        return self.asked.hopeless(limits) is None and self._fits(limits)

    def _fits(self, limits: dict[int, tuple[int, int]]) -> bool:
        self.program_says_no = False
        if self.program is None:
            return True
        status = self._run(limits)
        if status in NO_SOLUTION:
            self.program_says_no = True
            return False
        if status == OPTIMAL:
            values = np.array(self.program.getSolution().col_value)
            if self.asked.if_whole(values, limits) is not None:
                return True
        return self.asked.searched(limits, self.effort) is not None

    def smallest(self, clash: list[Part]) -> tuple[list[Part], bool]:
        """A part of a clash that ends if anything more is left out, and whether that is known."""
        needed: list[Part] = []
        left = list(clash)
        # Many are left out at a time as long as that goes well.
        chunk, known = max(1, len(left) // 2), True
        while left:
            kept = left[:-chunk]
            try:
                less = self.clash([*kept, *needed])
            except ExhaustedError:
                known = False
                break
            if less is not None:
                fewer = set(less)
                left = [part for part in kept if part in fewer]
                chunk = max(1, min(2 * chunk, len(left) // 2))
            elif chunk > 1:
                chunk //= 2
            else:
                needed.append(left.pop())
        chosen = {*left, *needed}
        return [part for part in clash if part in chosen], known

    def _blamed(self, kept: list[Part]) -> list[Part]:
        """The parts that a linear program without a solution blames, if that bears repeating."""
        _, there, ray = self.program.getDualRay()
        if not there:
            return kept
        rows = self.asked.rows
        weights = np.abs(np.asarray(ray)[: len(rows)])
        blamed = {
            self.part_of[row]
            for row, weight in zip(rows, weights.tolist())
            if weight > _WEIGHTY and row in self.part_of
        }
        fewer = [part for part in kept if part in blamed]
        if fewer and len(fewer) < len(kept) and self._run(self._only(fewer)) in NO_SOLUTION:
            return fewer
        return kept

    def _only(self, kept: list[Part]) -> dict[int, tuple[int, int]]:
        wanted = set(kept)
        return {
            row: both
            if row not in self.part_of or self.part_of[row] in wanted
            else self.dropped.get(row, (0, _NO_LIMIT))
            for row, both in self.limits.items()
        }

    def _run(self, limits: dict[int, tuple[int, int]]) -> Any:
        changed = 0
        for number, row in enumerate(self.asked.rows):
            if limits[row] != self.current[row]:
                low, high = limits[row]
                most = INFINITY if high >= _NO_LIMIT else float(high)
                self.program.changeRowBounds(number, float(low), most)
                self.current[row] = limits[row]
                changed += 1
        self.effort.spend(_ASKED + len(self.limits) + _CHANGED * changed)
        return run(self.program, self.effort)


#: Nobody seats so many.
_NO_LIMIT = 10**6
#: What asking again costs, in units of ``Effort``, by measurement.
_ASKED, _CHANGED = 200, 2
