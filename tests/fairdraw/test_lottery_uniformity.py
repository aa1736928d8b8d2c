"""Mode L: people and pairs come up as often as the published lottery says, in 20,000 draws.

Fixed seeds. A single figure may stray as far as chance makes one of a thousand such tests fail
(Bonferroni); the panels' chi squared per degree of freedom lies in [0.8, 1.2], over four standard
deviations; that of pairs, which hang together, within 4.5 standard deviations of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest

from fairdraw import Plan, Pool, Quota, Result, Solution, draw, solve
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
def results(problem: tuple[Pool, Plan, Solution]) -> list[Result]:
    """Every draw."""
    return [draw(*problem, seed_number(number)) for number in range(DRAWS)]


@pytest.fixture(scope="module")
def drawn(results: list[Result]) -> list[tuple[list[str], list[str]]]:
    """Primaries and alternates of every draw."""
    return [([s.id for s in r.panel], [s.id for s in r.alternates]) for r in results]


def bonferroni(figures: int) -> float:
    """The |z| that one of so many figures exceeds in one of a thousand tests of a fair lottery."""
    return NormalDist().inv_cdf(1 - 0.001 / (2 * figures))


def test_every_panel_comes_up_equally_often(
    problem: tuple[Pool, Plan, Solution], results: list[Result]
) -> None:
    lottery = problem[2].lottery
    assert lottery is not None
    panels = len(lottery.panels)
    counts = np.bincount([r.index for r in results], minlength=panels)
    assert len(counts) == panels
    expected = DRAWS / panels
    chi = float(((counts - expected) ** 2 / expected).sum()) / (panels - 1)
    assert panels >= 1024
    assert 0.8 < chi < 1.2
    # The test bites: one panel of forty favoured by half would show.
    favoured = counts + np.where(np.arange(panels) % 40 == 0, expected, -expected / 39)
    assert float(((favoured - expected) ** 2 / expected).sum()) / (panels - 1) > 1.2


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
    assert max(map(abs, z)) < bonferroni(len(z))
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
    common = {pair: chance for pair, chance in pairs.items() if DRAWS * chance > 20}
    assert not any(counts[pair] for pair, chance in pairs.items() if not chance)
    z = [deviations([counts[pair]], DRAWS, chance)[0] for pair, chance in common.items()]
    assert len(z) > 300
    assert max(map(abs, z)) < bonferroni(len(z))
    # Pairs of one panel come together. Of figures with the correlations R the sum of squares has
    # the mean trace(R) and the variance 2 trace(R R).
    place = {pair: number for number, pair in enumerate(common)}
    seen = np.zeros((DRAWS, len(common)), np.float32)
    for number, (primaries, _) in enumerate(drawn):
        for pair in map(frozenset, combinations(primaries, 2)):
            if pair in place:
                seen[number, place[pair]] = 1
    correlation = np.corrcoef(seen, rowvar=False)
    spread = math.sqrt(2 * float((correlation**2).sum()))
    assert abs(sum(value * value for value in z) - len(z)) < LIMIT * spread
    assert spread < 0.15 * len(z), "too little would be seen"


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
