"""Where alternates cannot run short, whatever panel comes out: proofs by a few flows.

Alternates run short if, once a panel has taken its people, some set A of strata has a cut C(A)
smaller than its alternate seats a(A) (Hoffman). A person whom a panel takes need not cost a whole
seat: where a cap leaves two seats to eight people, each is worth a quarter of one. So let a person
be worth one part of a seat that has D parts, and multiply the rooms of all rows by D. If in this
network C(A) >= D a(A) + L(A), where a panel takes at most L(A) people of those that A counts on,
then D a(A) is left; the real network has at most D times smaller arcs, so a(A) is left there.

People whom no panel can take are worth D parts. If at most m of the n people of a type can be
taken, the type is worth n + (D - 1) (n - m) parts and still loses at most one with each person.
"""

from __future__ import annotations

import numpy as np

from fairdraw.diagnosis.effort import Effort
from fairdraw.diagnosis.feasibility import Demand, SeatModel
from fairdraw.people.grouping import Grouping

#: Into how many parts a seat is divided, one after the other.
_PARTS = (1, 2, 4, 8, 16, 32)
#: With at most so many types whole seats are enough: an exact answer is then quick as well.
_FEW_TYPES = 300
#: For the common reserve only so many of them are tried, the most promising first.
_TRIES = 2
#: About the microseconds that it takes to ask each stratum, for each type.
_WORK_OF_OWN, _WORK_OF_COMMON = 2, 12


def open_strata(grouping: Grouping, demand: Demand, effort: Effort) -> set[int]:
    """Strata one of which is in every set that some panel could leave short of alternates.

    None: the alternates can always be completed. ExhaustedError if ``effort`` ends before.
    """
    return _Reserves(grouping, demand, effort).open_strata()


class _Reserves:
    def __init__(self, grouping: Grouping, demand: Demand, effort: Effort) -> None:
        self.grouping, self.demand, self.effort = grouping, demand, effort
        self.wanted = [s for s, number in enumerate(demand.alternate) if number]
        self.people = [len(kind.ids) for kind in grouping.types]
        choices = {kind.strata for kind in grouping.types}
        taken = {strata: sum(demand.primary[s] for s in strata) for strata in choices}
        #: People of each type that every panel leaves.
        self.safe = [
            max(0, number - min([taken[kind.strata], *(demand.rooms[r] for r in rows)]))
            for number, kind, rows in zip(self.people, grouping.types, grouping.rows_of)
        ]
        #: For each choice of strata those that count on all of its people.
        self.owners: dict[tuple[int, ...], tuple[int, ...]] = {}
        for strata in choices:
            rivals = {s for s in strata if demand.primary[s]}
            self.owners[strata] = tuple(s for s in strata if demand.alternate[s] and rivals <= {s})

    def open_strata(self) -> set[int]:
        """See the function."""
        left = set(self.wanted)
        divisions = _PARTS if len(self.people) > _FEW_TYPES else _PARTS[:1]
        for parts in divisions:
            left = min(left, self._without_own(parts), key=len)
            if not left:
                return left
        for parts in sorted(divisions, key=lambda parts: -len(self._hopeful(parts, left)))[:_TRIES]:
            left -= self._with_common(parts, self._hopeful(parts, left))
        return left

    def _without_own(self, parts: int) -> set[int]:
        """Strata that found no reserve of their own: no set A of the others can run short.

        A stratum counts on all people who can be primaries of this stratum at most, and of all
        other people on the safe ones. L(A) is the sum of the primaries of A, so each stratum is
        asked for so many parts more.
        """
        seats = [0] * len(self.demand.alternate)
        for s in self.wanted:
            seats[s] = parts * self.demand.alternate[s] + self.demand.primary[s]
        choices, counts = [], []
        for kind, number, safe in zip(self.grouping.types, self.people, self.safe):
            owners = self.owners[kind.strata]
            choices.append(owners or tuple(s for s in kind.strata if seats[s]))
            counts.append(number + (parts - 1) * safe if owners else parts * safe)
        if self._model(parts, seats, counts, choices).network.circulate() is None:
            return set()
        self._spend(_WORK_OF_OWN, len(self.wanted))
        network = self._model(parts, seats, counts, choices).network
        for s in self.wanted:
            network.lower(s, 0)
        network.circulate()
        # The poorest first: those left over are the likeliest to be helped by a common reserve.
        order = sorted(self.wanted, key=self._supply(parts).__getitem__)
        return {s for s in order if network.raise_lower(s, seats[s]) < seats[s]}

    def _with_common(self, parts: int, strata: set[int]) -> set[int]:
        """Those of the strata that can be given a reserve as large as all primaries together.

        L(A) is never more than that. If a stratum can take so many parts more, the seats of all
        others kept, no set A that holds it can run short.
        """
        if not strata:
            return strata
        self._spend(_WORK_OF_COMMON, len(strata))
        reserve = sum(self.demand.primary)
        least = [parts * number for number in self.demand.alternate]
        seats = [n + reserve if s in strata else n for s, n in enumerate(least)]
        network = self._model(parts, seats, self._worth(parts), None).network
        # The arcs of the strata come first; they must carry the alternates, and may the reserve.
        for s, number in enumerate(least):
            network.lower(s, number)
        if network.circulate() is not None:
            return set()
        found = set()
        for s in sorted(strata):
            raised = network.raise_lower(s, reserve)
            network.release(s, raised)
            if raised == reserve:
                found.add(s)
        return found

    def _hopeful(self, parts: int, strata: set[int]) -> set[int]:
        """Those of the strata that could take the common reserve if they were alone."""
        supply = self._supply(parts)
        reserve = sum(self.demand.primary)
        return {s for s in strata if supply[s] >= parts * self.demand.alternate[s] + reserve}

    def _supply(self, parts: int) -> list[int]:
        number, rooms = len(self.demand.alternate), [parts * room for room in self.demand.rooms]
        worth = np.array(self._worth(parts), np.int64)
        supply: list[int] = self.grouping.table.supply(worth, number, rooms).tolist()
        return supply

    def _worth(self, parts: int) -> list[int]:
        return [n + (parts - 1) * safe for n, safe in zip(self.people, self.safe)]

    def _spend(self, units: int, strata: int) -> None:
        self.effort.spend(units * strata * len(self.people))

    def _model(
        self,
        parts: int,
        seats: list[int],
        counts: list[int],
        choices: list[tuple[int, ...]] | None,
    ) -> SeatModel:
        rooms = [parts * room for room in self.demand.rooms]
        return SeatModel(self.grouping, seats, rooms, counts, choices)
