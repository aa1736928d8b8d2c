"""Mode L: which rules cannot be kept together, and by how much they miss.

A rule is something a plan could do without: the seats of one stratum, the cap per employer, the cap
inside one group, one quota. Doing without seats means that they may stay empty; doing without a cap
or a quota that it counts nothing. A conflict is a smallest set of rules that no panel keeps: drop
any one of them and some panel does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from fairdraw.diagnosis.panelsearch import PanelSearch
from fairdraw.lottery.general import KINDS, RowName, name_rows, seating_of
from fairdraw.lottery.seating import Seating, SeatRow
from fairdraw.people.grouping import Grouping


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
    """Rows by name, and the limits they set: what a diagnosis varies."""

    names: tuple[RowName, ...]
    bounds: tuple[tuple[int, int], ...]
    search: PanelSearch

    @classmethod
    def of(cls, grouping: Grouping) -> Problem:
        """All rules of a plan."""
        return cls.with_seating(name_rows(grouping), seating_of(grouping))

    @classmethod
    def with_seating(cls, names: tuple[RowName, ...], seating: Seating) -> Problem:
        """Rows of a seating; those beyond ``names`` would be nobody's."""
        caps = frozenset(r for r, name in enumerate(names) if name.employer is not None)
        bounds = tuple((row.low, row.high) for row in seating.rows)
        return cls(names, bounds, PanelSearch(seating, caps))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule once, in order of their rows."""
        return tuple(dict.fromkeys(Rule.of(name) for name in self.names))

    def fits(self, kept: Collection[Rule]) -> bool:
        """Whether some panel keeps these rules."""
        return self.search.panel(self.only(kept)) is not None

    def only(self, kept: Collection[Rule]) -> list[tuple[int, int]]:
        """The limits without the other rules."""
        return [
            bounds if Rule.of(name) in kept else _dropped(name, bounds)
            for name, bounds in zip(self.names, self.bounds)
        ]

    def changed(self, change: Callable[[RowName, int, int], tuple[int, int]]) -> Problem:
        """With other limits: ``change(name, low, high)`` gives those of each row."""
        bounds = (change(name, *limits) for name, limits in zip(self.names, self.bounds))
        return replace(self, bounds=tuple(bounds))


def _dropped(name: RowName, bounds: tuple[int, int]) -> tuple[int, int]:
    """Seats may stay empty, but no stratum gets more than it has; any other row has no say."""
    return 0, bounds[1] if name.code == "STRATUM" else max(bounds[1], 10**6)


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
    limits = problem.only(rules)

    def fits(kept: list[tuple[str, str | None]]) -> bool:
        wanted = set(kept)
        some = [
            bounds
            if name.employer is None or (name.employer, name.group) in wanted
            else _dropped(name, bounds)
            for name, bounds in zip(problem.names, limits)
        ]
        return problem.search.panel(some) is not None

    found = _quick_explain(list(dict.fromkeys(rows)), fits)
    return tuple(sorted(found, key=lambda row: (row[0].encode(), row[1] or "")))


def _measured(problem: Problem, rules: tuple[Rule, ...]) -> Clash:
    """The nearest panel, by letting invented people fill in: as few of them as possible."""
    seating, limits = problem.search.seating, problem.only(rules)
    first = len(seating.cells)
    rows, cells, people = list(seating.rows), list(seating.cells), list(seating.people)
    fills: list[RowName] = []
    beyond = max((stratum for _, stratum, _ in cells), default=0) + 1
    for number, name in enumerate(problem.names):
        if limits[number][0] and Rule.of(name) in rules:
            cells.append((len(people), beyond + number, KINDS.index(name.kind)))
            rows[number] = replace(rows[number], cells=(*rows[number].cells, len(cells) - 1))
            people.append(limits[number][0])
            fills.append(name)
    rows.append(SeatRow(0, 0, tuple(range(first, len(cells)))))
    wider = Seating(tuple(people), tuple(cells), tuple(rows))
    search = PanelSearch(wider, problem.search.caps)
    low, high = 0, sum(people[len(seating.people) :])
    panel = search.panel([*limits, (0, high)])
    if panel is None:
        raise AssertionError("invented people can fill every seat and every quota")
    high = sum(cell >= first for cell in panel)
    while low < high - 1:
        middle = (low + high) // 2
        closer = search.panel([*limits, (0, middle)])
        if closer is None:
            low = middle
        else:
            high, panel = sum(cell >= first for cell in closer), closer
    empty: Counter[tuple[str, str]] = Counter()
    missing: Counter[tuple[int, str]] = Counter()
    for cell in panel:
        if cell >= first:
            name = fills[cell - first]
            if name.quota is None:
                empty[name.stratum or "", name.kind] += 1
            else:
                missing[name.quota, name.kind] += 1
    return Clash(rules, dict(empty), dict(missing), _sufficient_caps(problem, rules))
