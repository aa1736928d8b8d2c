"""Invented pools for the engine's measurements: skewed volunteers against quotas of a population.

Everything follows from a fixed seed. An instance is plain data, so that two programs can read it
in processes of their own: ``k`` seats, ``categories`` {category: {value: [low, high]}}, ``people``
(value numbers in the order of the categories), ``households`` (a number for each person, at most
one of each household is drawn) or None, ``strata``: the category whose bounds are exact seats, or
None. A quota is the population's share of the seats, rounded down and up, widened where a
panel picked beforehand needs it: so every instance can be filled.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Shape:
    """Size of an instance. ``values``: how many values each category has."""

    name: str
    people: int
    k: int
    values: tuple[int, ...]
    seed: int


SMALL = (
    Shape("n=110 k=22, 3 categories", 110, 22, (2, 3, 4), 11),
    Shape("n=150 k=25, 4 categories", 150, 25, (2, 4, 3, 5), 12),
    Shape("n=200 k=30, 5 categories", 200, 30, (2, 4, 3, 5, 2), 13),
)
MIDDLE = (
    Shape("n=500 k=40, 4 categories", 500, 40, (2, 5, 4, 6), 21),
    Shape("n=800 k=50, 6 categories", 800, 50, (2, 5, 4, 3, 2, 6), 22),
    Shape("n=1,000 k=60, 7 categories", 1000, 60, (2, 5, 4, 3, 2, 6, 3), 23),
)
PORTFOLIO = Shape("n=1,727 k=110, 7 categories", 1727, 110, (2, 6, 5, 4, 3, 2, 8), 31)
FEASIBILITY = Shape("n=20,000 k=100, 5 categories", 20_000, 100, (2, 8, 6, 4, 12), 41)
MILLION = Shape("n=1,000,000 k=150, 5 categories, 48 values", 1_000_000, 150, (2, 6, 8, 12, 20), 51)
TEN = tuple(
    Shape(f"n={n} k={k}, {len(values)} categories, seed {seed}", n, k, values, seed)
    for seed, (n, k, values) in enumerate(
        [
            (60, 12, (2, 3)), (80, 15, (2, 4)), (100, 20, (2, 3, 4)), (120, 20, (2, 2, 3, 3)),
            (140, 24, (2, 5, 3)), (160, 24, (3, 3, 3)), (180, 30, (2, 4, 4)), (200, 25, (2, 6, 3)),
            (220, 32, (2, 3, 2, 4)), (250, 30, (2, 4, 5)),
        ],
        start=61,
    )
)  # fmt: skip


def columns(shape: Shape) -> tuple[list[Any], list[Any]]:
    """(values of everybody, shares of the population) by category, as arrays.

    Volunteers are not the population: each value is over- or under-represented by a factor of its
    own, and each category leans on the one before.
    """
    lot = np.random.default_rng(shape.seed)
    chosen, shares = [], []
    for count in shape.values:
        share = lot.dirichlet(np.full(count, 4.0)) * 0.8 + 0.2 / count
        lean = share * np.exp(lot.normal(0.0, 0.7, count))
        values = lot.choice(count, shape.people, p=lean / lean.sum())
        if chosen:
            follows = lot.random(shape.people) < 0.25
            values = np.where(follows, chosen[-1] % count, values)
        chosen.append(values)
        shares.append(share)
    return chosen, shares


def bounds(shape: Shape, chosen: list[Any], shares: list[Any]) -> list[list[list[int]]]:
    """[low, high] of each value of each category; a panel that keeps them all exists."""
    lot = np.random.default_rng(shape.seed + 1)
    targets = [share * shape.k for share in shares]
    counts = [np.zeros(len(share)) for share in shares]
    free = np.ones(shape.people, bool)
    noise = lot.random(shape.people) * 0.05
    for _ in range(shape.k):
        want = noise.copy()
        for values, target, count in zip(chosen, targets, counts):
            want += ((target - count) / target)[values]
        best = int(np.argmax(np.where(free, want, -np.inf)))
        free[best] = False
        for values, count in zip(chosen, counts):
            count[values[best]] += 1
    return [
        [
            [int(min(np.floor(t), c)), int(max(np.ceil(t), c))]
            for t, c in zip(target.tolist(), count.tolist())
        ]
        for target, count in zip(targets, counts)
    ]


def volunteers(shape: Shape) -> dict[str, Any]:
    """An instance with overlapping quotas."""
    chosen, shares = columns(shape)
    limits = bounds(shape, chosen, shares)
    return {
        **asdict(shape),
        "categories": {
            f"c{number}": {f"v{value:02}": limit for value, limit in enumerate(column)}
            for number, column in enumerate(limits)
        },
        "people": np.column_stack(chosen).tolist(),
        "households": None,
        "strata": None,
    }


def employers(people: int, strata: int, firms: int, seed: int) -> tuple[Any, Any]:
    """(stratum, employer) of everybody: few large employers, many small, each leaning to a stratum."""
    lot = np.random.default_rng(seed)
    size = 1 / np.arange(1, firms + 1) ** 1.05
    share = lot.dirichlet(np.full(strata, 3.0))
    employer = lot.choice(firms, people, p=size / size.sum())
    home = lot.integers(0, strata, firms)
    leans = lot.random(people) < 0.3
    return np.where(leans, home[employer], lot.choice(strata, people, p=share)), employer


def seats_of(strata: int, k: int, seed: int) -> list[int]:
    """Seats of each stratum, at least one, k in all."""
    lot = np.random.default_rng(seed)
    extra = lot.multinomial(k - strata, np.full(strata, 1 / strata))
    return [1 + int(number) for number in extra]


def households() -> dict[str, Any]:
    """A thousand people of 120 employers in six strata, nine seats, one for each employer at most."""
    stratum, employer = employers(1000, 6, 120, 71)
    seats = seats_of(6, 9, 72)
    return {
        "name": "n=1,000 k=9, one of each of 120 employers",
        "k": 9,
        "categories": {"c0": {f"v{s:02}": [seat, seat] for s, seat in enumerate(seats)}},
        "people": stratum.reshape(-1, 1).tolist(),
        "households": employer.tolist(),
        "strata": "c0",
    }
