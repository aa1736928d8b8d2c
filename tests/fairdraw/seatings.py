"""Invented seatings: pools against quotas, small ones for the oracle, all from fixed seeds."""

from __future__ import annotations

import random

import numpy as np

from fairdraw.lottery.seating import ALTERNATE, PRIMARY, Seating, SeatRow


def skewed_pool(
    people: int,
    seats: int,
    values: list[int],
    *,
    seed: int,
    slack: float = 1.0,
    alternates: int = 0,
) -> Seating:
    """A pool that answered unevenly, against quotas that follow an even population.

    ``values[c]``: how many values category c has. Each quota holds the rounded share of its value
    in the population, give or take ``slack``. One stratum.
    """
    generator = np.random.default_rng(seed)
    columns, quotas = [], []
    for count in values:
        population = generator.dirichlet(np.full(count, 6.0))
        turnout = population * np.exp(generator.normal(0.0, 0.5, count))
        columns.append(generator.choice(count, people, p=turnout / turnout.sum()))
        shares = seats * population
        quotas.append(
            [(int(max(0, np.floor(s - slack + 1))), int(np.ceil(s + slack - 1))) for s in shares]
        )
    vectors, counts = np.unique(np.array(columns).T, axis=0, return_counts=True)
    kinds = [PRIMARY] if not alternates else [PRIMARY, ALTERNATE]
    cells = [(t, 0, kind) for t in range(len(vectors)) for kind in kinds]
    width = len(kinds)
    rows = [SeatRow(seats, seats, tuple(range(0, len(cells), width)))]
    for c, bounds in enumerate(quotas):
        for v, (low, high) in enumerate(bounds):
            members = tuple(int(t) * width for t in np.flatnonzero(vectors[:, c] == v))
            rows.append(SeatRow(low, high, members))
    if alternates:
        rows.append(SeatRow(alternates, alternates, tuple(range(1, len(cells), width))))
    return Seating(tuple(int(n) for n in counts), tuple(cells), tuple(rows))


def committee_pool(people: int, *, seed: int) -> Seating:
    """Three specialties, experts with one or two of them, employers with a cap, two quotas,
    alternates: what a committee's draw looks like."""
    generator = random.Random(seed)
    primary, spare, cap = (4, 3, 2), (2, 2, 1), 1
    vectors: dict[tuple[int, tuple[int, ...], int], int] = {}
    for _ in range(people):
        strata = tuple(sorted(generator.sample(range(3), generator.choice((1, 1, 1, 2)))))
        employer = min(generator.randrange(12), generator.randrange(12))
        vector = (employer if employer < 5 else 99, strata, generator.randrange(4))
        vectors[vector] = vectors.get(vector, 0) + 1
    types = sorted(vectors)
    cells = sorted(
        (t, s, kind)
        for t, (_, strata, _) in enumerate(types)
        for s in strata
        for kind in (PRIMARY, ALTERNATE)
    )
    rows = []
    for kind, seats in ((PRIMARY, primary), (ALTERNATE, spare)):
        own = [(c, *cell) for c, cell in enumerate(cells) if cell[2] == kind]
        rows += [
            SeatRow(n, n, tuple(c for c, _, stratum, _ in own if stratum == s))
            for s, n in enumerate(seats)
        ]
        rows += [
            SeatRow(0, cap, tuple(c for c, t, _, _ in own if types[t][0] == employer))
            for employer in range(5)
        ]
        low, high = ((3, 5), (1, 3))[kind]
        rows.append(SeatRow(low, high, tuple(c for c, t, _, _ in own if types[t][2] == 0)))
        rows.append(SeatRow(0, high, tuple(c for c, t, _, _ in own if types[t][2] == 1)))
    return Seating(tuple(vectors[v] for v in types), tuple(cells), tuple(rows))


def small_seating(seed: int) -> Seating:
    """A few types, one or two strata, quotas, caps, now and then alternates: for brute force."""
    generator = random.Random(seed)
    types = generator.randint(2, 5)
    strata = generator.randint(1, 2)
    alternates = generator.random() < 0.4
    people = tuple(generator.randint(1, 4) for _ in range(types))
    reach = [generator.sample(range(strata), generator.randint(1, strata)) for _ in range(types)]
    primary = [generator.randint(1, 3) for _ in range(strata)]
    spare = [generator.randint(0, 2) if alternates else 0 for _ in range(strata)]
    cells = sorted(
        (t, s, kind)
        for t in range(types)
        for s in reach[t]
        for kind, seats in ((PRIMARY, primary[s]), (ALTERNATE, spare[s]))
        if seats
    )
    rows = []
    for kind, seats in ((PRIMARY, primary), (ALTERNATE, spare)):
        for s in range(strata):
            members = tuple(c for c, cell in enumerate(cells) if cell[1:] == (s, kind))
            if seats[s]:
                rows.append(SeatRow(seats[s], seats[s], members))
        total = sum(seats)
        for _ in range(generator.randint(0, 3)):
            some = [t for t in range(types) if generator.random() < 0.5]
            members = tuple(
                c for c, cell in enumerate(cells) if cell[0] in some and cell[2] == kind
            )
            low = generator.randint(0, max(0, min(total, 2)))
            rows.append(SeatRow(low, generator.randint(low, max(low, total)), members))
    return Seating(people, tuple(cells), tuple(rows))
