"""Mode L: people and pairs come up as often as the published lottery says, in 20,000 draws.

Limits are those of ``test_uniformity``: fixed seeds, |z| below 4.5 for people, 5 for the many pairs.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest

from fairdraw import Plan, Pool, Quota, Solution, draw, solve
from fairdraw.randomness import index_below
from tests.fairdraw.invented import plan_of, varied_pool
from tests.fairdraw.test_uniformity import (
    LIMIT,
    chi_squared_per_freedom,
    deviations,
    seed_number,
)

DRAWS = 20_000


@pytest.fixture(scope="module")
def problem() -> tuple[Pool, Plan, Solution]:
    pool = varied_pool(36)
    rules = (
        Quota("region", ("south", "west"), low=2, high=3),
        Quota("sex", ("f",), low=2, alternate_low=1),
    )
    plan = plan_of({"g0.s0": (2, 0), "*": (4, 2)}, employer_cap=2, quotas=rules)
    return pool, plan, solve(pool, plan)


@pytest.fixture(scope="module")
def drawn(problem: tuple[Pool, Plan, Solution]) -> list[tuple[list[str], list[str]]]:
    """Primaries and alternates of every draw."""
    results = [draw(*problem, seed_number(number)) for number in range(DRAWS)]
    return [([s.id for s in r.panel], [s.id for s in r.alternates]) for r in results]


def chance_tables(solution: Solution) -> tuple[dict[str, float], dict[frozenset[str], float]]:
    """Exact chances of every person and of every pair to be primaries, out of the panels."""
    lottery, seating, types = solution.lottery, solution.seating, solution.grouping.types
    assert lottery is not None
    assert seating is not None
    alone: Counter[int] = Counter()
    together: Counter[tuple[int, int]] = Counter()
    for panel in lottery.panels:
        counts = Counter(seating.cells[c][0] for c in panel if seating.cells[c][2] == 0)
        alone.update(counts)
        for t, u in combinations(sorted(counts), 2):
            together[t, u] += counts[t] * counts[u]
        for t, count in counts.items():
            together[t, t] += count * (count - 1)
    panels = len(lottery.panels)
    home = {person: t for t, kind in enumerate(types) for person in kind.ids}
    people = {person: alone[t] / panels / len(types[t].ids) for person, t in home.items()}
    pairs = {}
    for a, b in combinations(home, 2):
        t, u = sorted((home[a], home[b]))
        ways = len(types[t].ids) * (len(types[u].ids) - (t == u))
        pairs[frozenset((a, b))] = together[t, u] / panels / ways
    return people, pairs


def test_the_tables_are_the_published_chances(problem: tuple[Pool, Plan, Solution]) -> None:
    people, pairs = chance_tables(problem[2])
    published = {name: float(chance) for name, chance in problem[2].chances.items()}
    assert people == pytest.approx(published)
    assert sum(people.values()) == pytest.approx(6)
    assert sum(pairs.values()) == pytest.approx(15)


def test_everybody_comes_up_as_often_as_published(
    problem: tuple[Pool, Plan, Solution], drawn: list[tuple[list[str], list[str]]]
) -> None:
    counts = Counter(name for primaries, _ in drawn for name in primaries)
    z = [
        deviations([counts[name]], DRAWS, float(chance))[0]
        for name, chance in problem[2].chances.items()
        if 0 < chance < 1
    ]
    assert len(z) > 25
    assert max(map(abs, z)) < LIMIT
    assert 0.4 < chi_squared_per_freedom(z) < 1.6


def test_nobody_without_a_chance_is_drawn_and_the_certain_always_are(
    problem: tuple[Pool, Plan, Solution], drawn: list[tuple[list[str], list[str]]]
) -> None:
    counts = Counter(name for primaries, _ in drawn for name in primaries)
    for name, chance in problem[2].chances.items():
        if chance in (Fraction(0), Fraction(1)):
            assert counts[name] == DRAWS * chance


def test_pairs_come_up_as_often_as_the_panels_say(
    problem: tuple[Pool, Plan, Solution], drawn: list[tuple[list[str], list[str]]]
) -> None:
    _, pairs = chance_tables(problem[2])
    counts = Counter(
        frozenset(pair) for primaries, _ in drawn for pair in combinations(primaries, 2)
    )
    z = []
    for pair, chance in pairs.items():
        if chance == 0:
            assert counts[pair] == 0
        elif DRAWS * chance > 20:
            z += deviations([counts[pair]], DRAWS, chance)
    assert len(z) > 300
    assert max(map(abs, z)) < 5
    # Pairs of one panel come together, so the mean of their squares strays further than that of
    # independent figures: its standard deviation over blocks of draws is about 0.11.
    assert 0.6 < sum(value * value for value in z) / len(z) < 1.4


def test_alternates_come_up_as_often_as_their_cells_say(
    problem: tuple[Pool, Plan, Solution], drawn: list[tuple[list[str], list[str]]]
) -> None:
    """People of a type share its alternate seats equally, whoever of them was drawn before."""
    solution = problem[2]
    assert solution.lottery is not None
    assert solution.seating is not None
    counts = Counter(name for _, alternates in drawn for name in alternates)
    expected: Counter[int] = Counter()
    for (kind, _, seat), total in zip(solution.seating.cells, solution.lottery.totals):
        expected[kind] += total * (seat == 1)
    panels = len(solution.lottery.panels)
    z = []
    for number, kind in enumerate(solution.grouping.types):
        chance = expected[number] / panels / len(kind.ids)
        if 0 < chance < 1:
            z += deviations([counts[name] for name in kind.ids], DRAWS, chance)
    assert max(map(abs, z)) < LIMIT
    assert sum(counts.values()) == 2 * DRAWS


@pytest.mark.parametrize("limit", [1, 3, 1000, 2**63 + 1])
def test_an_index_favours_no_number(limit: int) -> None:
    found = [index_below(seed_number(number), "panel", limit) for number in range(DRAWS)]
    assert all(0 <= number < limit for number in found)
    cells = min(limit, 40)
    counts = Counter(number * cells // limit for number in found)
    expected = DRAWS / cells
    chi = sum((counts[cell] - expected) ** 2 / expected for cell in range(cells))
    assert chi <= (cells - 1) + LIMIT * math.sqrt(2 * (cells - 1))
