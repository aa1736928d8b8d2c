"""Invented seatings: pools against quotas, small ones for the oracle, all from fixed seeds."""

from __future__ import annotations

import numpy as np

from fairdraw.seating import ALTERNATE, PRIMARY, Seating, SeatRow


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
