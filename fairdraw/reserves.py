"""Alternates: by their own lots, with a look ahead so that no list ever ends short.

Go through everybody who is left in the order of their alternate tickets. Give the next person the
first stratum (in plan order) of theirs for which the list can still be completed with everything
decided so far; if there is none, pass on. The alternates obey the caps among themselves.

``worst_case_gap`` asks beforehand whether this can fail for any panel of primaries whatever.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection

from fairdraw.grouping import Grouping
from fairdraw.network import Network
from fairdraw.seed import Tickets

#: (stratum number, ticket, id, type number)
Place = tuple[int, bytes, str, int]


class ReserveModel:
    """The seats of the alternates as a network: rows -> types -> strata, whole people."""

    def __init__(self, grouping: Grouping, counts: list[int]) -> None:
        plan = grouping.plan
        self.seats = [stratum.alternate for stratum in plan.strata]
        self.choices = [tuple(s for s in t.strata if self.seats[s]) for t in grouping.types]
        several = sorted({choice for choice in self.choices if len(choice) > 1})
        row_node = 1 + len(self.seats)
        choice_node = {c: row_node + len(grouping.rows) + i for i, c in enumerate(several)}
        network = Network(row_node + len(grouping.rows) + len(several))
        self.network = network
        for s, number in enumerate(self.seats):
            network.arc(1 + s, 0, number, number)
        outer = {rows[0]: rows[1] for rows in grouping.rows_of if len(rows) > 1}
        for r, row in enumerate(grouping.rows):
            tail = row_node + outer[r] if r in outer else 0
            network.arc(tail, row_node + r, 0, row.room)
        self.route = {
            (choice, s): network.arc(node, 1 + s, 0, self.seats[s])
            for choice, node in choice_node.items()
            for s in choice
        }
        self.arc_of: dict[int, int] = {}
        for t, choice in enumerate(self.choices):
            if choice and counts[t]:
                rows = grouping.rows_of[t]
                tail = row_node + rows[0] if rows else 0
                head = 1 + choice[0] if len(choice) == 1 else choice_node[choice]
                most = min(counts[t], sum(self.seats[s] for s in choice))
                self.arc_of[t] = network.arc(tail, head, 0, most)

    def seat(self, kind: int, stratum: int) -> bool:
        """Give one person of a type a seat in a stratum, if the rest can still be completed."""
        arc = self.arc_of[kind]
        if not self.network.force(arc):
            return False
        choice = self.choices[kind]
        if len(choice) > 1 and not self.network.force(self.route[choice, stratum]):
            self.network.release(arc)
            return False
        return True


def draw_alternates(
    grouping: Grouping, taken: Collection[str], seed: bytes, *, profile: str = "sha256"
) -> list[Place]:
    """The alternates in ticket order. ``seed``: the alternates' own; ``taken``: the primaries.

    Raises AssertionError if the list cannot be completed, which ``worst_case_gap`` rules out.
    """
    taken = set(taken)
    left = [[person for person in t.ids if person not in taken] for t in grouping.types]
    model = ReserveModel(grouping, [len(ids) for ids in left])
    missing = list(model.seats)
    if not any(missing):
        return []
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


def worst_case_gap(grouping: Grouping) -> dict[int, int]:
    """Alternate seats by stratum that some panel of primaries would leave without anybody.

    Empty if the alternates can be completed whatever the lots say.
    """
    if not any(stratum.alternate for stratum in grouping.plan.strata):
        return {}
    if _safe_by_numbers(grouping):
        return {}
    from fairdraw.worstcase import worst_panel

    return worst_panel(grouping)


def _safe_by_numbers(grouping: Grouping) -> bool:
    """Enough people of each type remain even if every type loses as many as it ever can."""
    plan = grouping.plan
    counts = []
    for kind, rows in zip(grouping.types, grouping.rows_of):
        most = sum(plan.strata[s].primary for s in kind.strata)
        most = min([most, *(grouping.rows[r].room for r in rows)])
        counts.append(max(0, len(kind.ids) - most))
    return ReserveModel(grouping, counts).network.circulate() is None

