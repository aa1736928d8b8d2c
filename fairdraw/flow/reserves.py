"""Alternates: by their own lots, with a look ahead so that no list ever ends short.

Go through everybody who is left in the order of their alternate tickets. Give the next person the
first stratum (in plan order) of theirs for which the list can still be completed with everything
decided so far; if there is none, pass on. The alternates obey the caps among themselves. Whether
this can fail for any panel of primaries is asked before (``feasibility.worst_case_gap``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fairdraw.diagnosis.feasibility import SeatModel
from fairdraw.people.grouping import Grouping
from fairdraw.randomness import Tickets

Ints = NDArray[np.int64]
#: (stratum number, ticket, id, type number)
Place = tuple[int, bytes, str, int]


def draw_alternates(
    grouping: Grouping, taken: Collection[str], seed: bytes, *, profile: str = "sha256"
) -> list[Place]:
    """The alternates in ticket order. ``seed``: the alternates' own; ``taken``: the primaries.

    Raises AssertionError if the list cannot be completed, which ``worst_case_gap`` rules out.
    """
    seats = [stratum.alternate for stratum in grouping.plan.strata]
    if not any(seats):
        return []
    taken = frozenset(taken)
    left = [
        kind.ids if taken.isdisjoint(kind.ids) else tuple(p for p in kind.ids if p not in taken)
        for kind in grouping.types
    ]
    lookahead = _lookahead(grouping, seats, np.array([len(ids) for ids in left], np.int64))
    waiting = _Waiting(grouping, seats, left, Tickets(seed, profile=profile))
    places: list[Place] = []
    for ticket, person, t in waiting:
        for s in waiting.choices(t):
            if lookahead.seat(t, s):
                waiting.filled(s)
                places.append((s, ticket, person, t))
                break
            # What cannot be completed now cannot be completed once more is decided.
            waiting.refused(t, s)
    return places


class _Lookahead(Protocol):
    def seat(self, kind: int, stratum: int) -> bool:
        """Give one person of a type a seat in a stratum, if the rest can still be completed."""
        ...


def _lookahead(grouping: Grouping, seats: Sequence[int], counts: Ints) -> _Lookahead:
    rooms = [row.room for row in grouping.rows]
    supply = grouping.table.supply(counts, len(seats), rooms)
    total = sum(seats)
    if all(supply[s] >= total for s, number in enumerate(seats) if number):
        return _Plenty(grouping, rooms)
    model = SeatModel(grouping, seats, rooms, counts.tolist())
    if model.network.circulate() is not None:
        raise AssertionError("the alternates cannot be completed")
    return model


class _Plenty:
    """So many people fit into each stratum that only the caps have to be watched.

    Every seat taken lowers the seats to fill by one and the supply of any stratum by at most one:
    a supply of at least all seats stays one until the last seat.
    """

    def __init__(self, grouping: Grouping, rooms: list[int]) -> None:
        self.rows_of = grouping.rows_of
        self.rooms = rooms

    def seat(self, kind: int, stratum: int) -> bool:
        """As ``SeatModel.seat``."""
        rows = self.rows_of[kind]
        if any(self.rooms[row] < 1 for row in rows):
            return False
        for row in rows:
            self.rooms[row] -= 1
        return True


class _Waiting:
    """Everybody whom some open seat could take, smallest ticket first.

    Tickets are hashed once; only the smallest are put in order, as many as it takes. Whoever could
    take no open seat any more is passed over.
    """

    def __init__(
        self,
        grouping: Grouping,
        seats: Sequence[int],
        left: Sequence[tuple[str, ...]],
        tickets: Tickets,
    ) -> None:
        self.missing = list(seats)
        self.tickets = tickets
        self.number = len(left)
        table = grouping.table
        open_pair = np.array(seats, np.int64)[table.pair_strata] > 0
        #: Strata that a type may still be seated in, for types that may be seated at all.
        self.open: dict[int, list[int]] = {}
        pairs = zip(table.pair_types[open_pair].tolist(), table.pair_strata[open_pair].tolist())
        for t, s in pairs:
            self.open.setdefault(t, []).append(s)
        self.people = [person for t in self.open for person in left[t]]
        self.types = np.repeat(list(self.open), [len(left[t]) for t in self.open])
        first_words = b"".join(ticket[:8] for ticket in tickets.of_all(self.people))
        self.words = np.frombuffer(first_words, ">u8").astype(np.uint64)

    def __iter__(self) -> Iterator[tuple[bytes, str, int]]:
        rest = np.arange(len(self.people))
        batch = 64 + 4 * sum(self.missing)
        while any(self.missing):
            is_open = np.zeros(self.number, bool)
            is_open[[t for t in self.open if self.choices(t)]] = True
            rest = rest[is_open[self.types[rest]]]
            if not len(rest):
                raise AssertionError("the alternates cannot be completed")
            words = self.words[rest]
            last = np.partition(words, batch)[batch] if batch < len(rest) else words.max()
            smallest = rest[words <= last].tolist()
            rest = rest[words > last]
            names = [self.people[i] for i in smallest]
            kinds = self.types[smallest].tolist()
            for entry in sorted(zip(self.tickets.of_all(names), names, kinds)):
                if not any(self.missing):
                    return
                yield entry
            batch *= 4

    def choices(self, t: int) -> list[int]:
        """Strata in plan order with an empty seat that people of a type may still be given."""
        return [s for s in self.open[t] if self.missing[s]]

    def filled(self, s: int) -> None:
        """One seat of a stratum is taken."""
        self.missing[s] -= 1

    def refused(self, t: int, s: int) -> None:
        """Nobody of a type can be given a seat in a stratum any more."""
        self.open[t].remove(s)
