"""Mode B: strata and caps on employers. Exact chances, then the same as whole numbers.

Chances are found on a small network, in which only those cap rows stand that bind; a row that does
not bind is looked at afterwards and added if it would be broken, until none is. Then every chance
is multiplied by 2**40 and rounded to whole units such that all rows still hold exactly. The units
are what is published, committed to and halved; each is within two units of the exact chance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fairdraw.flow.chances import Chances, Kind, leximin
from fairdraw.flow.network import Network
from fairdraw.people.grouping import Grouping

Ints = NDArray[np.int64]

#: Number of halvings; chances are whole multiples of 2**-SCALE per type.
SCALE = 40


@dataclass(frozen=True)
class Flow:
    """The scaled flow: ``units[c]`` of cell c = (``types[c]``, ``strata[c]``), all > 0.

    ``row_prices[r]``, ``stratum_prices[s]``: the certificate of the smallest chance.
    """

    types: Ints
    strata: Ints
    units: Ints
    stratum_prices: tuple[int, ...]
    row_prices: tuple[int, ...]


@dataclass
class _Coarse:
    """Types merged as far as the binding rows allow. ``home[t]``: kind of type t, -1 = no seat."""

    kinds: list[Kind]
    home: Ints
    binding: list[int]


def solve_flow(grouping: Grouping) -> Flow:
    """Leximin chances and their whole-number form; raises chances.Unfillable."""
    plan = grouping.plan
    seats = [stratum.primary for stratum in plan.strata]
    counts = grouping.table.counts
    with_seats = {
        strata: tuple(s for s in strata if seats[s])
        for strata in {t.strata for t in grouping.types}
    }
    choices = [with_seats[t.strata] for t in grouping.types]
    coarse, chances = _chances_with_binding_rows(grouping, seats, counts, choices)
    amounts, routes = _whole_amounts(seats, grouping, coarse, chances)
    units = _split_among_types(amounts, coarse.home, counts, len(coarse.kinds))
    cells = _cells(units, choices, routes)
    row_prices = [0] * len(grouping.rows)
    for row, price in zip(coarse.binding, chances.prices.rows):
        row_prices[row] = price
    flow = Flow(*cells, chances.prices.strata, tuple(row_prices))
    _check(flow, grouping, seats, counts)
    return flow


def _chances_with_binding_rows(
    grouping: Grouping, seats: list[int], counts: Ints, choices: list[tuple[int, ...]]
) -> tuple[_Coarse, Chances]:
    table = _TypeTable(grouping, choices)
    rooms = np.array([row.room for row in grouping.rows], float)
    row_index, type_index = _row_members(grouping)
    binding = np.zeros(len(grouping.rows), bool)
    while True:
        coarse = table.merge(counts, binding)
        chances = leximin(seats, [grouping.rows[r].room for r in coarse.binding], coarse.kinds)
        chance = np.array([*map(float, chances.of), 0.0])[coarse.home] * counts
        load = np.bincount(row_index, chance[type_index], minlength=len(rooms))
        # A row that is nearly full may join the others: a row too many never does harm.
        broken = (load > rooms - 1e-6) & ~binding
        if not broken.any():
            return coarse, chances
        binding |= broken


def _row_members(grouping: Grouping) -> tuple[Ints, Ints]:
    """(row, type) pairs: which rows count which types."""
    rows = np.concatenate((grouping.table.inner, grouping.table.outer))
    types = np.tile(np.arange(len(grouping.types)), 2)
    return rows[rows >= 0], types[rows >= 0]


class _TypeTable:
    """Choice of strata and rows of every type as arrays; -1 = none."""

    def __init__(self, grouping: Grouping, choices: list[tuple[int, ...]]) -> None:
        number: dict[tuple[int, ...], int] = {}
        self.choice = np.array(
            [number.setdefault(c, len(number)) if c else -1 for c in choices], np.int64
        )
        self.choices = list(number)
        self.inner, self.outer = grouping.table.inner, grouping.table.outer

    def merge(self, counts: Ints, binding: NDArray[np.bool_]) -> _Coarse:
        """Join all types that differ in nothing but rows that do not bind."""
        ordered = np.flatnonzero(binding)
        short = np.full(len(binding) + 1, -1, np.int64)
        short[ordered] = np.arange(len(ordered))
        inner, outer = short[self.inner], short[self.outer]
        used = np.flatnonzero(self.choice >= 0)
        base = len(ordered) + 1
        key = (self.choice[used] * base + inner[used] + 1) * base + outer[used] + 1
        found, home_of_used = _numbered(key)
        home = np.full(len(self.choice), -1, np.int64)
        home[used] = home_of_used
        people = np.bincount(home_of_used, counts[used], minlength=len(found))
        kinds = []
        for code, count in zip(found.tolist(), people.tolist()):
            code, outermost = divmod(code, base)
            choice, innermost = divmod(code, base)
            rows = tuple(row - 1 for row in (innermost, outermost) if row)
            kinds.append(Kind(int(count), self.choices[choice], rows))
        return _Coarse(kinds, home, ordered.tolist())


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """The keys that occur, ascending, and for every entry which of them it is."""
    largest = int(keys.max(initial=0))
    if largest > 4 * len(keys):
        return np.unique(keys, return_inverse=True)
    # So few keys are ticked off in a table instead of being sorted.
    occurs = np.zeros(largest + 1, bool)
    occurs[keys] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[keys]


def _whole_amounts(
    seats: list[int], grouping: Grouping, coarse: _Coarse, chances: Chances
) -> tuple[Ints, dict[tuple[int, ...], list[int]]]:
    """Whole units for each kind, rounded so that rows and strata hold exactly, and the routes.

    ``routes[choice]``: units that the people with this choice of strata send to each of them.
    """
    scale = 1 << SCALE
    kinds = coarse.kinds
    several = sorted({kind.strata for kind in kinds if len(kind.strata) > 1})
    row_node = 1 + len(seats)
    choice_node = {choice: row_node + len(coarse.binding) + i for i, choice in enumerate(several)}
    network = Network(row_node + len(coarse.binding) + len(several))
    for s, number in enumerate(seats):
        network.arc(1 + s, 0, number * scale, number * scale)
    outer = {rows[0]: rows[1] for rows in (kind.rows for kind in kinds) if len(rows) > 1}
    for r, row in enumerate(coarse.binding):
        tail = row_node + outer[r] if r in outer else 0
        network.arc(tail, row_node + r, 0, grouping.rows[row].room * scale)
    route_arcs = {
        choice: [network.arc(node, 1 + s, 0, sum(seats) * scale) for s in choice]
        for choice, node in choice_node.items()
    }
    arcs = []
    for kind, chance in zip(kinds, chances.of):
        exact = chance * kind.count * scale
        tail = row_node + kind.rows[0] if kind.rows else 0
        head = 1 + kind.strata[0] if len(kind.strata) == 1 else choice_node[kind.strata]
        low, high = exact.__floor__(), exact.__ceil__()
        arcs.append(network.arc(tail, head, low, high))
    if network.circulate() is not None:
        raise AssertionError("a fractional flow always has a whole one beside it")
    amounts = np.array([network.flow(arc) for arc in arcs], np.int64)
    routes = {choice: [network.flow(arc) for arc in arcs_] for choice, arcs_ in route_arcs.items()}
    return amounts, routes


def _split_among_types(amounts: Ints, home: Ints, counts: Ints, kinds: int) -> Ints:
    """Share the units of a kind among its types by numbers of people: running sums, rounded."""
    units = np.zeros(len(home), np.int64)
    used = np.flatnonzero(home >= 0)
    order = used[np.argsort(home[used], kind="stable")]
    kind = home[order]
    starts = np.searchsorted(kind, np.arange(kinds))
    running = np.cumsum(counts[order])
    offset = np.concatenate(([0], running))[starts]
    up_to = running - offset[kind]
    people = np.bincount(kind, counts[order], minlength=kinds).astype(np.int64)
    whole, rest = np.divmod(amounts, np.maximum(people, 1))
    shared = up_to * whole[kind] + up_to * rest[kind] // people[kind]
    before = np.concatenate(([0], shared[:-1]))
    before[starts[people > 0]] = 0
    units[order] = shared - before
    return units


def _cells(
    units: Ints, choices: list[tuple[int, ...]], routes: dict[tuple[int, ...], list[int]]
) -> tuple[Ints, Ints, Ints]:
    """Cells in order of (type, stratum), without the empty ones."""
    single = np.array([choice[0] if len(choice) == 1 else -1 for choice in choices], np.int64)
    plain = np.flatnonzero((single >= 0) & (units > 0))
    table = np.column_stack((plain, single[plain], units[plain]))
    by_choice: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for t, choice in enumerate(choices):
        if len(choice) > 1:
            by_choice[choice].append(t)
    mixed = [
        (t, s, amount)
        for choice, members in by_choice.items()
        for t, amounts in zip(members, _spread([int(units[t]) for t in members], routes[choice]))
        for s, amount in zip(choice, amounts)
        if amount
    ]
    if mixed:
        table = np.concatenate((table, np.array(mixed, np.int64)))
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


def _spread(rows: list[int], columns: list[int]) -> list[list[int]]:
    """A table of whole numbers with these sums, as near to proportional as whole numbers allow."""
    total = sum(rows)
    if not total:
        return [[0] * len(columns) for _ in rows]
    table = [[row * column // total for column in columns] for row in rows]
    missing = [column - sum(line[j] for line in table) for j, column in enumerate(columns)]
    for line, row in zip(table, rows):
        short = row - sum(line)
        for j in range(len(columns)):
            extra = min(short, missing[j])
            line[j] += extra
            missing[j] -= extra
            short -= extra
    return table


def _check(flow: Flow, grouping: Grouping, seats: list[int], counts: Ints) -> None:
    """The published integers keep every row exactly; anything else is a fault of this program."""
    by_stratum = np.bincount(flow.strata, minlength=len(seats)) * 0
    np.add.at(by_stratum, flow.strata, flow.units)
    by_type = np.zeros(len(counts), np.int64)
    np.add.at(by_type, flow.types, flow.units)
    row_index, type_index = _row_members(grouping)
    by_row = np.zeros(len(grouping.rows), np.int64)
    np.add.at(by_row, row_index, by_type[type_index])
    rooms = np.array([row.room for row in grouping.rows], np.int64)
    if (
        (flow.units <= 0).any()
        or (by_stratum != np.array(seats, np.int64) << SCALE).any()
        or (by_type > counts << SCALE).any()
        or (by_row > rooms << SCALE).any()
    ):
        raise AssertionError("the scaled flow breaks a row")


def chance_of_types(flow: Flow, counts: list[int]) -> list[Fraction]:
    """Exact chance of a person of each type."""
    by_type = np.zeros(len(counts), np.int64)
    np.add.at(by_type, flow.types, flow.units)
    exact = cache(lambda units, count: Fraction(units, count << SCALE))
    return list(map(exact, by_type.tolist(), counts))
