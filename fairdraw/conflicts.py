"""Mode L: which rules cannot be kept together, and by how much they miss.

A rule is something a plan could do without: the seats of one stratum, the cap per employer, the cap
inside one group, one quota. Doing without seats means that they may stay empty; doing without a cap
or a quota that it counts nothing. A conflict is a smallest set of rules that no panel keeps: drop
any one of them and some panel does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from fairdraw.general import KINDS, RowName, name_rows, seating_of
from fairdraw.grouping import Grouping
from fairdraw.lottery import fillable
from fairdraw.seating import Seating, SeatRow


@dataclass(frozen=True, order=True)
class Rule:
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
    """A seating with the names of its rows."""

    seating: Seating
    names: tuple[RowName, ...]

    @classmethod
    def of(cls, grouping: Grouping) -> Problem:
        """All rules of a plan."""
        return cls(seating_of(grouping), name_rows(grouping))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule once, in order of their rows."""
        return tuple(dict.fromkeys(Rule.of(name) for name in self.names))

    def fits(self, kept: Collection[Rule]) -> bool:
        """Whether some panel keeps these rules."""
        return fillable(self.only(kept)) is not None

    def only(self, kept: Collection[Rule]) -> Seating:
        """The seating without the other rules."""
        rows = [
            row if Rule.of(name) in kept else _dropped(name, row)
            for name, row in zip(self.names, self.seating.rows)
        ]
        return replace(self.seating, rows=tuple(rows))

    def changed(self, change: Callable[[RowName, SeatRow], tuple[int, int]]) -> Problem:
        """With other bounds: ``change`` gives (low, high) of each row."""
        rows = [
            replace(row, low=bounds[0], high=bounds[1])
            for row, bounds in (
                (row, change(name, row)) for name, row in zip(self.names, self.seating.rows)
            )
        ]
        return replace(self, seating=replace(self.seating, rows=tuple(rows)))


def _dropped(name: RowName, row: SeatRow) -> SeatRow:
    """Seats may stay empty, but no stratum gets more than it has; any other row has no say."""
    most = row.high if name.code == "STRATUM" else max(row.high, 10**6)
    return replace(row, low=0, high=most)


@dataclass(frozen=True)
class Clash:
    """A smallest set of rules that no panel keeps. ``short``: how far the nearest one misses.

    ``empty``: {(stratum, kind): seats} and ``missing``: {(quota number, kind): people} of it.
    ``caps``: of the caps in the set, the (employer, group) that already suffice for the clash.
    """

    rules: tuple[Rule, ...]
    empty: dict[tuple[str, str], int]
    missing: dict[tuple[int, str], int]
    caps: tuple[tuple[str, str | None], ...]

    @property
    def short(self) -> int:
        """Empty seats and people missing for quotas together."""
        return sum(self.empty.values()) + sum(self.missing.values())

    @property
    def kind(self) -> str:
        """ "alternate" if seats of alternates or quotas among them play a part."""
        return KINDS[any(rule.kind == KINDS[1] for rule in self.rules)]


def find_clashes(problem: Problem) -> tuple[Clash, ...]:
    """Clashes that share no rule, one after the other; those of the primaries alone first."""
    rest = list(problem.rules)
    found: list[Clash] = []
    for kinds in ((KINDS[0], ""), (*KINDS, "")):
        while True:
            asked = [rule for rule in rest if rule.kind in kinds]
            if problem.fits(asked):
                break
            rules = _smallest(problem, asked)
            found.append(_measured(problem, rules))
            rest = [rule for rule in rest if rule not in rules]
            if not rules:
                raise AssertionError("a panel of nobody breaks no rule")
    return tuple(found)


def _smallest(problem: Problem, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """A smallest subset that no panel keeps."""
    chosen = set(_quick_explain(list(rules), lambda kept: problem.fits(set(kept))))
    return tuple(rule for rule in rules if rule in chosen)


def _quick_explain[T](whole: list[T], fits: Callable[[list[T]], bool]) -> list[T]:
    """A smallest part that does not fit, by halving (the search known as QuickXplain).

    ``fits(part)`` must be true of nothing, false of the whole, and of a part whenever it is of more.
    """

    def search(background: list[T], new: bool, open_parts: list[T]) -> list[T]:
        if new and not fits(background):
            return []
        if len(open_parts) == 1:
            return open_parts
        middle = len(open_parts) // 2
        first, second = open_parts[:middle], open_parts[middle:]
        of_second = search(background + first, True, second)
        of_first = search(background + of_second, bool(of_second), first)
        return of_first + of_second

    return search([], False, whole)


def _sufficient_caps(
    problem: Problem, rules: tuple[Rule, ...]
) -> tuple[tuple[str, str | None], ...]:
    """Of the caps of a clash, the employers whose caps alone, with its other rules, clash."""
    rows = [
        (name.employer, name.group)
        for name in problem.names
        if name.employer is not None and Rule.of(name) in rules
    ]
    if not rows:
        return ()
    seating = problem.only(rules)

    def fits(kept: list[tuple[str, str | None]]) -> bool:
        some = [
            row
            if name.employer is None or (name.employer, name.group) in kept
            else _dropped(name, row)
            for name, row in zip(problem.names, seating.rows)
        ]
        return fillable(replace(seating, rows=tuple(some))) is not None

    found = _quick_explain(list(dict.fromkeys(rows)), fits)
    return tuple(sorted(found, key=lambda row: (row[0].encode(), row[1] or "")))


def _measured(problem: Problem, rules: tuple[Rule, ...]) -> Clash:
    """The nearest panel, by letting invented people fill in: as few of them as possible."""
    seating = problem.only(rules)
    first = len(seating.cells)
    rows, cells, fills = list(seating.rows), list(seating.cells), []
    people = list(seating.people)
    beyond = max((stratum for _, stratum, _ in cells), default=0) + 1
    for number, name in enumerate(problem.names):
        row = rows[number]
        if row.low and Rule.of(name) in rules:
            cells.append((len(people), beyond + number, KINDS.index(name.kind)))
            rows[number] = replace(row, cells=(*row.cells, len(cells) - 1))
            people.append(row.low)
            fills.append(name)
    invented = tuple(range(first, len(cells)))

    def nearest(most: int) -> tuple[int, ...] | None:
        limit = SeatRow(0, most, invented)
        return fillable(Seating(tuple(people), tuple(cells), (*rows, limit)))

    low, high = 0, sum(people[len(seating.people) :])
    panel = nearest(high)
    if panel is None:
        raise AssertionError("invented people can fill every seat and every quota")
    while low < high - 1:
        middle = (low + high) // 2
        closer = nearest(middle)
        if closer is None:
            low = middle
        else:
            high, panel = sum(cell >= first for cell in closer), closer
    empty: dict[tuple[str, str], int] = {}
    missing: dict[tuple[int, str], int] = {}
    for cell in panel:
        if cell >= first:
            name = fills[cell - first]
            if name.quota is None:
                key = (name.stratum or "", name.kind)
                empty[key] = empty.get(key, 0) + 1
            else:
                missing[name.quota, name.kind] = missing.get((name.quota, name.kind), 0) + 1
    return Clash(rules, empty, missing, _sufficient_caps(problem, rules))
