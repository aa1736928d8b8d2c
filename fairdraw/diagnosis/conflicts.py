"""Mode L: which rules cannot be kept together, and by how much they miss.

A rule is something a plan could do without: the seats of one stratum, the cap per employer, the cap
inside one group, one quota. Doing without seats means that they may stay empty; doing without a cap
or a quota that it counts nothing. A conflict is a smallest set of rules that no panel keeps: drop
any one of them and some panel does.

Finding all of this takes work, and the work is limited (see ``effort``): what is told is true in any
case, but a conflict may then be larger than it need be, and there may be more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from fairdraw.diagnosis.bases import Bases
from fairdraw.diagnosis.effort import Effort, ExhaustedError
from fairdraw.diagnosis.narrowed import whole_values
from fairdraw.diagnosis.narrowing import Narrowing
from fairdraw.diagnosis.panelsearch import PanelSearch
from fairdraw.lottery.general import KINDS, RowName, name_rows, seating_of
from fairdraw.lottery.seating import Seating
from fairdraw.people.grouping import Grouping


class Rule(NamedTuple):
    """``code`` and ``kind`` as in ``RowName``; caps hold for both kinds of seats and have none.

    ``name``: the stratum, the group of a cap, or the number of a quota.
    """

    code: str
    kind: str = ""
    name: str = ""

    @classmethod
    def of(cls, row: RowName) -> Rule:
        """The rule that a row belongs to."""
        if row.code == "STRATUM":
            return cls("STRATUM", row.kind, row.stratum or "")
        if row.code == "QUOTA":
            return cls("QUOTA", row.kind, str(row.quota))
        return cls(row.code, "", row.group or "")


@dataclass(frozen=True)
class Problem:
    """Rows by name, and the limits they set: what a diagnosis varies."""

    names: tuple[RowName, ...]
    bounds: tuple[tuple[int, int], ...]
    search: PanelSearch

    @classmethod
    def of(cls, grouping: Grouping, effort: Effort | None = None) -> Problem:
        """All rules of a plan."""
        return cls.with_seating(name_rows(grouping), seating_of(grouping), effort)

    @classmethod
    def with_seating(
        cls, names: tuple[RowName, ...], seating: Seating, effort: Effort | None = None
    ) -> Problem:
        """Rows of a seating; those beyond ``names`` would be nobody's."""
        caps = frozenset(r for r, name in enumerate(names) if name.employer is not None)
        bounds = tuple((row.low, row.high) for row in seating.rows)
        return cls(names, bounds, PanelSearch(Bases(seating, caps), effort or Effort()))

    @cached_property
    def rows_of(self) -> dict[Rule, list[int]]:
        """The rows of every rule, in order."""
        rows: dict[Rule, list[int]] = {}
        for number, name in enumerate(self.names):
            rows.setdefault(Rule.of(name), []).append(number)
        return rows

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule once, in order of their rows."""
        return tuple(self.rows_of)

    @cached_property
    def seats(self) -> dict[int, tuple[int, int]]:
        """Rows of strata without their rules: seats may stay empty, but there are no more of them."""
        return {
            row: (0, self.bounds[row][1])
            for rule, rows in self.rows_of.items()
            if rule.code == "STRATUM"
            for row in rows
        }

    def fits(self, kept: Collection[Rule]) -> bool:
        """Whether some panel keeps these rules."""
        return self.search.fits(self.only(kept))

    def only(self, kept: Collection[Rule]) -> dict[int, tuple[int, int]]:
        """The limits that are left without the other rules."""
        mine = {row: self.bounds[row] for rule in kept for row in self.rows_of[rule]}
        return self.seats | mine

    def changed(self, rule: Rule, change: Callable[[int, int], tuple[int, int]]) -> Problem:
        """With other limits in the rows of one rule: ``change(low, high)`` gives them."""
        bounds = list(self.bounds)
        for row in self.rows_of.get(rule, ()):
            bounds[row] = change(*bounds[row])
        return self._like(replace(self, bounds=tuple(bounds)))

    def with_search(self, search: PanelSearch) -> Problem:
        """The same rules of other people."""
        return self._like(replace(self, search=search))

    def with_effort(self, effort: Effort) -> Problem:
        """The same problem, worked on with other means."""
        return self.with_search(self.search.with_effort(effort))

    def _like(self, changed: Problem) -> Problem:
        """What does not depend on limits and people need not be found out anew."""
        changed.__dict__["rows_of"] = self.rows_of
        return changed


@dataclass(frozen=True)
class Clash:
    """A set of rules that no panel keeps. ``short``: how far the nearest one misses.

    ``empty``: {(stratum, kind): seats} and ``missing``: {(quota number, kind): people} of it.
    ``caps``: of the caps in the set, the (employer, group) that already suffice for the clash.
    ``smallest``: some panel keeps the set without any one of its rules, and none misses by less.
    """

    rules: tuple[Rule, ...]
    empty: dict[tuple[str, str], int]
    missing: dict[tuple[int, str], int]
    caps: tuple[tuple[str, str | None], ...]
    smallest: bool = True

    @property
    def short(self) -> int:
        """Empty seats and people missing for quotas together."""
        return sum(self.empty.values()) + sum(self.missing.values())

    @property
    def kind(self) -> str:
        """ "alternate" if seats of alternates or quotas among them play a part."""
        return KINDS[any(rule.kind == KINDS[1] for rule in self.rules)]


def find_clashes(problem: Problem) -> tuple[tuple[Clash, ...], bool]:
    """Clashes that share no rule, in order of their rules, and whether these are all.

    Those of the primaries alone are sought and told first, and sought without caps before others. At
    least one, for a problem that has any: in the worst case the rules all together.
    """
    found: list[Clash] = []
    rest = list(problem.rules)
    whole = True
    try:
        for kinds in ((KINDS[0], ""), (*KINDS, "")):
            for caps in (False, True):
                asked = [r for r in rest if r.kind in kinds and (caps or r.kind)]
                if caps and all(rule.kind for rule in asked):
                    continue
                for clash in _clashes(problem, asked):
                    found.append(clash)
                    rest = [rule for rule in rest if rule not in clash.rules]
    except ExhaustedError:
        whole = False
    if not found and not whole:
        found.append(Clash(problem.rules, {}, {}, (), False))
    place = {rule: number for number, rule in enumerate(problem.rules)}
    found.sort(key=lambda clash: (clash.kind == KINDS[1], min(place[r] for r in clash.rules)))
    return tuple(found), whole


def _clashes(problem: Problem, asked: list[Rule]) -> Iterator[Clash]:
    """Clashes among these rules until the rest of them can be kept."""
    search = problem.search
    if any(not rule.kind for rule in asked) and search.fits_easily(problem.only(asked)):
        return
    whole = Narrowing(search, problem.only(asked), _parts(problem, asked), problem.seats)
    while (core := whole.clash(asked)) is not None:
        if not core:
            raise AssertionError("a panel of nobody breaks no rule")
        proven = True
        if len(core) > 1:
            core, proven = _smallest(problem, core)
        yield _measured(problem, tuple(core), proven)
        asked = [rule for rule in asked if rule not in core]


def _smallest(problem: Problem, core: list[Rule]) -> tuple[list[Rule], bool]:
    """A clash made as small as can be, and whether it is; some effort is left to measure it."""
    effort = problem.search.effort
    share = effort.reserve(3, 4)
    try:
        search = problem.search.with_effort(share)
        inside = Narrowing(search, problem.only(core), _parts(problem, core), problem.seats)
        return inside.smallest(core)
    except ExhaustedError:
        return core, False
    finally:
        effort.give_back(share)


def _parts(problem: Problem, rules: Collection[Rule]) -> dict[int, Rule]:
    """Row -> the rule that it belongs to."""
    return {row: rule for rule in rules for row in problem.rows_of[rule]}


def _sufficient_caps(
    problem: Problem, rules: tuple[Rule, ...]
) -> tuple[tuple[tuple[str, str | None], ...], bool]:
    """Of the caps of a clash, the employers whose caps alone, with its other rules, clash.

    And whether they are known to be as few as can be.
    """
    parts = {
        row: (name.employer, name.group)
        for row, rule in _parts(problem, rules).items()
        if (name := problem.names[row]).employer is not None
    }
    if not parts:
        return (), True
    names = list(dict.fromkeys(parts.values()))
    few = True
    try:
        narrowing = Narrowing(problem.search, problem.only(rules), parts, problem.seats)
        names, few = narrowing.smallest(narrowing.clash(names) or names)
    except ExhaustedError:
        few = False
    return tuple(sorted(names, key=lambda row: (row[0].encode(), row[1] or ""))), few


def _measured(problem: Problem, rules: tuple[Rule, ...], proven: bool) -> Clash:
    """The nearest panel, by letting stand-ins fill in: as few of them as possible."""
    search, limits = problem.search, problem.only(rules)
    of_rules = _parts(problem, rules)
    fills = [row for row in of_rules if limits[row][0] > 0]
    caps, few = _sufficient_caps(problem, rules)
    try:
        narrowed = search.narrowed(limits)
        made = narrowed.program(limits, search.effort, whole=True, fillers=fills, mip_abs_gap=0.5)
        values = whole_values(made, search.effort)
        if values is None:
            raise AssertionError("stand-ins can fill every seat and every quota")
    except ExhaustedError:
        return Clash(rules, {}, {}, caps, False)
    empty: dict[tuple[str, str], int] = {}
    missing: dict[tuple[int, str], int] = {}
    for row, number in zip(fills, np.rint(values[len(values) - len(fills) :]).astype(int).tolist()):
        name = problem.names[row]
        if number and name.quota is None:
            empty[name.stratum or "", name.kind] = number
        elif number and name.quota is not None:
            missing[name.quota, name.kind] = number
    return Clash(rules, empty, missing, caps, proven and few)
