"""Can it be filled? Seats as a network of whole people, and what a plan demands of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairdraw.diagnosis.effort import Effort
from fairdraw.flow.network import Network
from fairdraw.people.grouping import Grouping


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

    ``choices``: the strata with seats that count for each type, if not all of its own.
    ``network.circulate`` says whether every seat can be filled.
    """

    def __init__(
        self,
        grouping: Grouping,
        seats: Sequence[int],
        rooms: Sequence[int],
        counts: Sequence[int],
        choices: Sequence[tuple[int, ...]] | None = None,
    ) -> None:
        self.seats = list(seats)
        if choices is None:
            choices = [tuple(s for s in t.strata if seats[s]) for t in grouping.types]
        self.choices = choices
        several = sorted({choice for choice in self.choices if len(choice) > 1})
        row_node = 1 + len(seats)
        choice_node = {c: row_node + len(rooms) + i for i, c in enumerate(several)}
        network = self.network = Network(row_node + len(rooms) + len(several))
        for s, number in enumerate(seats):
            network.arc(1 + s, 0, number, number)
        outer = {rows[0]: rows[1] for rows in grouping.rows_of if len(rows) > 1}
        self.row_arcs = [
            network.arc(row_node + outer[r] if r in outer else 0, row_node + r, 0, room)
            for r, room in enumerate(rooms)
        ]
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

    def rows_in(self, cut: frozenset[int]) -> tuple[int, ...]:
        """The cap rows that a violated cut runs through."""
        network = self.network
        return tuple(
            r
            for r, arc in enumerate(self.row_arcs)
            if network.tails[arc] in cut and network.heads[arc] not in cut
        )

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


@dataclass(frozen=True)
class Gap:
    """Seats that stay empty, by stratum number, and the cap rows that play a part."""

    seats: dict[int, int]
    rows: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """All empty seats."""
        return sum(self.seats.values())


def primary_gap(grouping: Grouping, demand: Demand, effort: Effort | None = None) -> Gap:
    """Primary seats that stay empty at best (told of the first strata in plan order)."""
    counts = [len(kind.ids) for kind in grouping.types]
    model = SeatModel(grouping, demand.primary, demand.rooms, counts)
    cut = model.network.circulate()
    if cut is None:
        return Gap({})
    inside = [s for s, seats in enumerate(demand.primary) if seats and 1 + s not in cut]
    return Gap(_spread(model.network.missing, inside, demand.primary), model.rows_in(cut))


def worst_case_gap(grouping: Grouping, demand: Demand, effort: Effort | None = None) -> Gap:
    """Alternate seats that some panel of primaries leaves without anybody.

    Nothing if the alternates can be completed whatever the lots say. Needs primaries that can be
    filled. ALTERNATES_UNDECIDED if that is not found out within the limit of work;
    ExhaustedError if ``effort`` ends before.
    """
    doubtful = _doubtful_strata(grouping, demand)
    if not doubtful:
        return Gap({})
    alternate = tuple(n if s in doubtful else 0 for s, n in enumerate(demand.alternate))
    demand = replace(demand, alternate=alternate)
    from fairdraw.diagnosis.reserve import open_strata

    effort = effort or Effort()
    suspects = open_strata(grouping, demand, effort)
    if not suspects:
        return Gap({})
    from fairdraw.diagnosis.worstcase import worst_panel

    short, inside, rows = worst_panel(grouping, demand, effort, suspects)
    return Gap(_spread(short, inside, alternate), rows)


def work_of(grouping: Grouping) -> int:
    """About what it costs to ask once whether a plan can be filled, in units of ``Effort``."""
    return 500 + 15 * (len(grouping.types) + len(grouping.rows) + len(grouping.plan.strata))


def is_feasible(grouping: Grouping, demand: Demand, effort: Effort | None = None) -> bool:
    """Whether every draw ends with all primaries and all alternates; errors of worst_case_gap."""
    if primary_gap(grouping, demand).total:
        return False
    return not worst_case_gap(grouping, demand, effort).total


def _spread(short: int, strata: Sequence[int], seats: Sequence[int]) -> dict[int, int]:
    gap: dict[int, int] = {}
    for s in strata:
        if short > 0:
            gap[s] = min(short, seats[s])
            short -= gap[s]
    return gap


def _doubtful_strata(grouping: Grouping, demand: Demand) -> set[int]:
    """Strata whose alternates might run short; all others can be left for last and be filled.

    Fill one stratum after all others: a primary takes at most one person away from it, and only if
    its stratum shares people with this one; another alternate takes at most one person or one
    place under a cap, and only if its stratum shares people or a cap. If more than all of these
    and its own seats together are there, it is safe.
    """
    wanted = [s for s, number in enumerate(demand.alternate) if number]
    if not wanted:
        return set()
    table = grouping.table
    supply = table.supply(table.counts, len(demand.alternate), demand.rooms).tolist()
    everything = sum(demand.primary) + sum(demand.alternate)
    doubtful = {s for s in wanted if supply[s] < everything}
    if not doubtful:
        return doubtful
    mates: dict[int, set[int]] = {s: {s} for s in doubtful}
    for choice in {kind.strata for kind in grouping.types}:
        for s in doubtful.intersection(choice):
            mates[s].update(choice)
    outer = table.outer[table.pair_types]
    caps = {s: set(outer[table.pair_strata == s].tolist()) - {-1} for s in doubtful}
    for s in sorted(doubtful, key=lambda s: -supply[s]):
        taken = sum(demand.primary[m] for m in mates[s])
        for other in doubtful:
            if other in mates[s] or not caps[s].isdisjoint(caps[other]):
                taken += demand.alternate[other]
        if supply[s] >= taken:
            doubtful = doubtful - {s}
    return doubtful
