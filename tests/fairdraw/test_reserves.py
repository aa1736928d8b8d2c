"""Alternates: with plenty of people and without, and in batches or one by one, the same list."""

from __future__ import annotations

import random

import numpy as np
import pytest

from fairdraw import OPEN_STRATUM, Plan, Pool, Stratum, draw, solve
from fairdraw.diagnosis.feasibility import SeatModel
from fairdraw.drawing import solve_grouped
from fairdraw.flow.reserves import _lookahead, _Plenty, draw_alternates
from fairdraw.people.grouping import Grouping, group_by_type
from fairdraw.randomness import Tickets
from tests.fairdraw.invented import person

SEED = bytes(range(32))


def in_words_of_the_protocol(grouping: Grouping, taken: set[str], seed: bytes) -> list[object]:
    """Everybody, one after the other, with the network that looks ahead."""
    seats = [stratum.alternate for stratum in grouping.plan.strata]
    left = [[p for p in kind.ids if p not in taken] for kind in grouping.types]
    rooms = [row.room for row in grouping.rows]
    model = SeatModel(grouping, seats, rooms, [len(ids) for ids in left])
    assert model.network.circulate() is None
    tickets = Tickets(seed)
    missing, places = list(seats), []
    queue = sorted((tickets.of(p), p, t) for t, ids in enumerate(left) for p in ids)
    for ticket, name, t in queue:
        for s in model.choices[t]:
            if missing[s] and model.seat(t, s):
                missing[s] -= 1
                places.append((s, ticket, name, t))
                break
    assert not any(missing)
    return places


def large_enough(lot: random.Random) -> tuple[Pool, Plan]:
    """Pools in which some strata have plenty and some are scarce; nested caps; an open stratum."""
    strata, size = lot.randint(1, 4), lot.randint(20, 160)
    people = [
        person(
            f"p{number}",
            f"e{min(int(lot.expovariate(0.4)), 12)}",
            *(f"s{s}" for s in {min(int(lot.expovariate(0.7)), strata - 1), lot.randrange(strata)}),
        )
        for number in range(size)
    ]
    seats = [Stratum(f"s{s}", lot.randrange(3), lot.randrange(3), "g") for s in range(strata)]
    if lot.randrange(2):
        seats.append(Stratum(OPEN_STRATUM, 2, 1 + lot.randrange(4), "g"))
    else:
        seats[0] = Stratum("s0", 1 + lot.randrange(2), lot.randrange(4), "g")
    caps = {"employer_cap": lot.choice([None, 1, 2, 4]), "group_cap": lot.choice([None, 1, 2])}
    return Pool(people), Plan(tuple(seats), **caps)


@pytest.mark.parametrize("number", range(80))
def test_alternates_are_those_of_the_protocol(number: int) -> None:
    pool, plan = large_enough(random.Random(number))
    solution = solve_grouped(group_by_type(pool, plan), pool)
    if solution is None:
        return
    seed = bytes([number]) * 32
    taken = {seat.id for seat in draw(pool, plan, solution, seed).panel}
    places = draw_alternates(solution.grouping, taken, seed)
    assert places == in_words_of_the_protocol(solution.grouping, taken, seed)


def test_plenty_needs_no_network() -> None:
    lot = random.Random(1)
    pool = Pool(person(f"p{n}", f"e{lot.randrange(20)}", f"s{n % 3}") for n in range(600))
    plan = Plan(tuple(Stratum(f"s{s}", 3, 3) for s in range(3)), employer_cap=1)
    grouping = solve(pool, plan).grouping
    assert isinstance(_lookahead(grouping, [3, 3, 3], grouping.table.counts), _Plenty)
    few = np.full(len(grouping.types), 1)
    few[3:] = 0
    assert isinstance(_lookahead(grouping, [1, 0, 0], few), _Plenty)
    assert draw_alternates(grouping, (), SEED) == in_words_of_the_protocol(grouping, set(), SEED)


def test_a_list_that_cannot_be_completed_is_a_fault() -> None:
    pool = Pool(person(f"p{n}", None, "s") for n in range(3))
    grouping = solve(pool, Plan((Stratum("s", 1, 2),))).grouping
    with pytest.raises(AssertionError):
        draw_alternates(grouping, {"p0", "p1"}, SEED)
