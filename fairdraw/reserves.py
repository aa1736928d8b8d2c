"""Alternates: by their own lots, with a look ahead so that no list ever ends short.

Go through everybody who is left in the order of their alternate tickets. Give the next person the
first stratum (in plan order) of theirs for which the list can still be completed with everything
decided so far; if there is none, pass on. The alternates obey the caps among themselves. Whether
this can fail for any panel of primaries is asked before (``feasibility.worst_case_gap``).
"""

from __future__ import annotations

import heapq
from collections.abc import Collection

from fairdraw.feasibility import Demand, SeatModel
from fairdraw.grouping import Grouping
from fairdraw.seed import Tickets

#: (stratum number, ticket, id, type number)
Place = tuple[int, bytes, str, int]


def draw_alternates(
    grouping: Grouping, taken: Collection[str], seed: bytes, *, profile: str = "sha256"
) -> list[Place]:
    """The alternates in ticket order. ``seed``: the alternates' own; ``taken``: the primaries.

    Raises AssertionError if the list cannot be completed, which ``worst_case_gap`` rules out.
    """
    if not any(stratum.alternate for stratum in grouping.plan.strata):
        return []
    taken = set(taken)
    left = [[person for person in t.ids if person not in taken] for t in grouping.types]
    demand = Demand.of(grouping)
    model = SeatModel(grouping, demand.alternate, demand.rooms, [len(ids) for ids in left])
    missing = list(model.seats)
    if model.network.circulate() is not None:
        raise AssertionError("the alternates cannot be completed")
    tickets = Tickets(seed, profile=profile)
    queue = [
        (tickets.of(person), person, t)
        for t, ids in enumerate(left)
        if model.choices[t]
        for person in ids
    ]
    heapq.heapify(queue)
    places: list[Place] = []
    refused: set[tuple[int, int]] = set()
    while any(missing):
        ticket, person, t = heapq.heappop(queue)
        for s in model.choices[t]:
            if not missing[s] or (t, s) in refused:
                continue
            if model.seat(t, s):
                missing[s] -= 1
                places.append((s, ticket, person, t))
                break
            # What cannot be completed now cannot be completed once more is decided.
            refused.add((t, s))
    return places
