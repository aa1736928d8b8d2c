"""Leximin chances: the smallest chance as large as it can be, then the next smallest, and so on.

A draw is a flow: cap rows -> types -> strata. Expected seats are a fractional flow, and chances
are leximin if no chance can be raised without lowering one that is not larger. Level by level:
find the largest z for which everybody still open can have at least z (Newton's method on
violated cuts; every step is a maximum flow in integers), then fix those who cannot have more
(their arc joins two strongly connected components of the residual network). All exact fractions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from fairdraw.flow.network import Network


@dataclass(frozen=True)
class Kind:
    """``count`` exchangeable people who may sit in ``strata``; ``rows`` innermost first."""

    count: int
    strata: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Prices:
    """Why nobody can do better: a whole-number price for each stratum and each cap row."""

    strata: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Chances:
    """``of[k]``: the exact chance of each person of kind k. ``prices`` prove the smallest."""

    of: tuple[Fraction, ...]
    prices: Prices


class Unfillable(Exception):
    """The seats cannot be filled at all."""


@dataclass
class _Part:
    """A piece of the problem that shares no stratum and no row with the rest."""

    kinds: list[int]
    settled: dict[tuple[int, ...], Fraction]


def leximin(seats: Sequence[int], rooms: Sequence[int], kinds: Sequence[Kind]) -> Chances:
    """Chances for every kind.

    ``seats[s]``: seats to fill exactly; ``rooms[r]``: at most so many seats for the people whose
    ``rows`` contain r (rows of one kind are nested, innermost first). Raises Unfillable.
    """
    return _Leximin(seats, rooms, kinds).solve()


class _Leximin:
    def __init__(self, seats: Sequence[int], rooms: Sequence[int], kinds: Sequence[Kind]) -> None:
        self.seats = [Fraction(number) for number in seats]
        self.rooms = [Fraction(number) for number in rooms]
        self.kinds = kinds
        self.chance: dict[int, Fraction] = {}
        self.lowest: tuple[Fraction, Prices] | None = None

    def solve(self) -> Chances:
        reached = {stratum for kind in self.kinds for stratum in kind.strata}
        if any(number and stratum not in reached for stratum, number in enumerate(self.seats)):
            raise Unfillable
        first = self._split(_Part(list(range(len(self.kinds))), {}))
        for part in first:
            bound, prices = self._settle(part)
            if self.lowest is None or bound < self.lowest[0]:
                self.lowest = (bound, prices)
        waiting = [piece for part in first for piece in self._split(part)]
        while waiting:
            part = waiting.pop()
            self._settle(part)
            waiting += self._split(part)
        prices = self.lowest[1] if self.lowest else Prices((), ())
        return Chances(tuple(self.chance[k] for k in range(len(self.kinds))), prices)

    def _split(self, part: _Part) -> list[_Part]:
        """The connected pieces of a part that still hold open kinds."""
        root: dict[tuple[str, int], tuple[str, int]] = {}

        def find(node: tuple[str, int]) -> tuple[str, int]:
            while root.setdefault(node, node) != node:
                root[node] = root[root[node]]
                node = root[node]
            return node

        for k in part.kinds:
            kind = self.kinds[k]
            first = find(("s", kind.strata[0]))
            for node in [("s", s) for s in kind.strata[1:]] + [("r", r) for r in kind.rows]:
                root[find(node)] = first
        for strata in part.settled:
            first = find(("s", strata[0]))
            for s in strata[1:]:
                root[find(("s", s))] = first
        pieces: dict[tuple[str, int], _Part] = {}
        for k in part.kinds:
            home = find(("s", self.kinds[k].strata[0]))
            pieces.setdefault(home, _Part([], {})).kinds.append(k)
        for strata, amount in part.settled.items():
            home = find(("s", strata[0]))
            if home in pieces:
                pieces[home].settled[strata] = amount
        return list(pieces.values())

    def _settle(self, part: _Part) -> tuple[Fraction, Prices]:
        """Find the level of a part and fix those who cannot have more; changes ``part``."""
        level, prices = self._first_guess(part)
        while True:
            model = _Model(self, part, level)
            cut = model.network.circulate()
            if cut is None:
                break
            lower, prices = model.bound_of(cut)
            if lower is None or lower < 0 or lower >= level:
                raise Unfillable
            level = lower
        for k in model.those_at_their_limit():
            self._fix(part, k, level)
        part.kinds = [k for k in part.kinds if k not in self.chance]
        return level, prices

    def _fix(self, part: _Part, k: int, level: Fraction) -> None:
        kind = self.kinds[k]
        self.chance[k] = level
        amount = level * kind.count
        for row in kind.rows:
            self.rooms[row] -= amount
        if len(kind.strata) == 1:
            self.seats[kind.strata[0]] -= amount
        elif amount:
            part.settled[kind.strata] = part.settled.get(kind.strata, Fraction(0)) + amount

    def _first_guess(self, part: _Part) -> tuple[Fraction, Prices]:
        """The best bound that one stratum or one row gives by itself."""
        only: defaultdict[int, int] = defaultdict(int)
        under: defaultdict[int, int] = defaultdict(int)
        for k in part.kinds:
            kind = self.kinds[k]
            if len(kind.strata) == 1:
                only[kind.strata[0]] += kind.count
            for row in kind.rows:
                under[row] += kind.count
        best = Fraction(1), self._prices({}, {})
        for stratum, count in only.items():
            bound = self.seats[stratum] / count
            if bound < best[0]:
                best = bound, self._prices({stratum: 1}, {})
        for row, count in under.items():
            bound = self.rooms[row] / count
            if bound < best[0]:
                best = bound, self._prices({}, {row: 1})
        return best

    def _prices(self, strata: dict[int, int], rows: dict[int, int]) -> Prices:
        return Prices(
            tuple(strata.get(s, 0) for s in range(len(self.seats))),
            tuple(rows.get(r, 0) for r in range(len(self.rooms))),
        )


class _Model:
    """One part as a network in which everybody open gets at least ``level``.

    Nodes: the hub (0), rows, sets of several strata, strata. Arcs run hub -> outer row -> inner
    row -> (set of strata ->) stratum -> hub; amounts are multiplied by the common denominator.
    """

    def __init__(self, problem: _Leximin, part: _Part, level: Fraction) -> None:
        self.problem, self.part = problem, part
        rows = sorted({row for k in part.kinds for row in problem.kinds[k].rows})
        strata = {s for k in part.kinds for s in problem.kinds[k].strata}
        choices = {problem.kinds[k].strata for k in part.kinds} | set(part.settled)
        strata |= {s for choice in part.settled for s in choice}
        self.row_node = {row: 1 + i for i, row in enumerate(rows)}
        base = 1 + len(rows)
        self.stratum_node = {s: base + i for i, s in enumerate(sorted(strata))}
        base += len(strata)
        several = sorted(choice for choice in choices if len(choice) > 1)
        self.choice_node = {choice: base + i for i, choice in enumerate(several)}
        amounts = [problem.rooms[row] for row in rows] + [problem.seats[s] for s in strata]
        amounts += [*part.settled.values(), level]
        self.scale = lcm(*(amount.denominator for amount in amounts))
        self.network = Network(base + len(several))
        self.arc_of: dict[int, int] = {}
        self._build(level)

    def _whole(self, amount: Fraction) -> int:
        return amount.numerator * (self.scale // amount.denominator)

    def _build(self, level: Fraction) -> None:
        problem, network = self.problem, self.network
        self.parent: dict[int, int] = {}
        for k in self.part.kinds:
            chain = problem.kinds[k].rows
            for inner, outer in zip(chain, (*chain[1:], -1)):
                self.parent[inner] = outer
        for row, node in self.row_node.items():
            tail = self.row_node.get(self.parent[row], 0)
            network.arc(tail, node, 0, self._whole(problem.rooms[row]))
        for s, node in self.stratum_node.items():
            wanted = self._whole(problem.seats[s])
            network.arc(node, 0, wanted, wanted)
        # More than all seats together, so that no smallest cut runs through these arcs.
        everything = sum((problem.seats[s] for s in self.stratum_node), Fraction(0))
        plenty = self._whole(everything) + 1
        for choice, node in self.choice_node.items():
            for s in choice:
                network.arc(node, self.stratum_node[s], 0, plenty)
        for choice, amount in self.part.settled.items():
            network.arc(0, self.choice_node[choice], self._whole(amount), self._whole(amount))
        least = self._whole(level)
        for k in self.part.kinds:
            kind = problem.kinds[k]
            tail = self.row_node[kind.rows[0]] if kind.rows else 0
            head = self._head(kind)
            arc = network.arc(tail, head, kind.count * least, kind.count * self.scale)
            self.arc_of[k] = arc

    def _head(self, kind: Kind) -> int:
        if len(kind.strata) == 1:
            return self.stratum_node[kind.strata[0]]
        return self.choice_node[kind.strata]

    def bound_of(self, cut: frozenset[int]) -> tuple[Fraction | None, Prices]:
        """The largest level that a violated cut leaves possible (None: not even 0), its prices."""
        network = self.network
        open_arcs = {arc: k for k, arc in self.arc_of.items()}
        spare, people = 0, 0
        for arc, (tail, head) in enumerate(zip(network.tails, network.heads)):
            if tail in cut and head not in cut:
                spare += network.high[arc]
            elif head in cut and tail not in cut:
                if arc in open_arcs:
                    people += self.problem.kinds[open_arcs[arc]].count
                else:
                    spare -= network.low[arc]
        side = [int(node in cut) for node in range(network.nodes)]
        strata = {s: side[node] - side[0] for s, node in self.stratum_node.items()}
        rows = {
            row: side[self.row_node.get(self.parent[row], 0)] - side[node]
            for row, node in self.row_node.items()
        }
        prices = self.problem._prices(strata, rows)
        return (Fraction(spare, people * self.scale) if people else None), prices

    def those_at_their_limit(self) -> list[int]:
        """Open kinds whose chance cannot rise above the level."""
        network = self.network
        component = network.components()
        return [
            k
            for k, arc in self.arc_of.items()
            if network.flow(arc) == network.low[arc]
            and (
                network.low[arc] == network.high[arc]
                or component[network.tails[arc]] != component[network.heads[arc]]
            )
        ]
