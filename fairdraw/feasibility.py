"""Can it be filled? Seats as a network of whole people, and what a plan demands of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairdraw.grouping import Grouping
from fairdraw.network import Network


@dataclass(frozen=True)
class Demand:
    """Seats by stratum (in plan order) and room by cap row: what a diagnosis may vary."""

    primary: tuple[int, ...]
    alternate: tuple[int, ...]
    rooms: tuple[int, ...]

    @classmethod
    def of(cls, grouping: Grouping) -> Demand:
        """What the plan itself demands."""
        return cls(
            tuple(stratum.primary for stratum in grouping.plan.strata),
            tuple(stratum.alternate for stratum in grouping.plan.strata),
            tuple(row.room for row in grouping.rows),
        )


class SeatModel:
    """Seats of one kind: cap rows -> types -> strata. ``counts``: people of each type.

    ``stratum_arcs[s]`` carries the filled seats of a stratum. With ``must`` every seat is to be
    filled (``network.circulate`` says whether it can); otherwise they may stay empty.
    """

    def __init__(
        self,
        grouping: Grouping,
        seats: Sequence[int],
        rooms: Sequence[int],
        counts: Sequence[int],
        *,
        must: bool = True,
    ) -> None:
        self.seats = list(seats)
        self.choices = [tuple(s for s in t.strata if seats[s]) for t in grouping.types]
        several = sorted({choice for choice in self.choices if len(choice) > 1})
        row_node = 1 + len(seats)
        choice_node = {c: row_node + len(rooms) + i for i, c in enumerate(several)}
        network = self.network = Network(row_node + len(rooms) + len(several))
        self.stratum_arcs = [
            network.arc(1 + s, 0, number if must else 0, number) for s, number in enumerate(seats)
        ]
        outer = {rows[0]: rows[1] for rows in grouping.rows_of if len(rows) > 1}
        for r, room in enumerate(rooms):
            tail = row_node + outer[r] if r in outer else 0
            network.arc(tail, row_node + r, 0, room)
        self.route = {
            (choice, s): network.arc(node, 1 + s, 0, seats[s])
            for choice, node in choice_node.items()
            for s in choice
        }
        self.arc_of: dict[int, int] = {}
        for t, choice in enumerate(self.choices):
            if choice and counts[t]:
                rows = grouping.rows_of[t]
                tail = row_node + rows[0] if rows else 0
                head = 1 + choice[0] if len(choice) == 1 else choice_node[choice]
                most = min(counts[t], sum(seats[s] for s in choice))
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


def can_seat_primaries(grouping: Grouping, demand: Demand) -> bool:
    """Whether all primaries can be filled."""
    counts = [len(kind.ids) for kind in grouping.types]
    model = SeatModel(grouping, demand.primary, demand.rooms, counts)
    return model.network.circulate() is None


def worst_case_gap(grouping: Grouping, demand: Demand) -> dict[int, int]:
    """Alternate seats, by stratum number, that some panel of primaries leaves without anybody.

    Empty if the alternates can be completed whatever the lots say. Needs primaries that can be
    filled.
    """
    if not any(demand.alternate) or _safe_by_numbers(grouping, demand):
        return {}
    from fairdraw.worstcase import worst_panel

    return worst_panel(grouping, demand)


def _safe_by_numbers(grouping: Grouping, demand: Demand) -> bool:
    """Enough people of each type remain even if every type loses as many as it ever can."""
    counts = []
    for kind, rows in zip(grouping.types, grouping.rows_of):
        most = sum(demand.primary[s] for s in kind.strata)
        most = min([most, *(demand.rooms[r] for r in rows)])
        counts.append(max(0, len(kind.ids) - most))
    model = SeatModel(grouping, demand.alternate, demand.rooms, counts)
    return model.network.circulate() is None


def is_feasible(grouping: Grouping, demand: Demand) -> bool:
    """Whether every draw ends with all primaries and all alternates."""
    return can_seat_primaries(grouping, demand) and not worst_case_gap(grouping, demand)
