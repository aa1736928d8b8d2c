"""The lottery: every panel valid, totals near the chances, certificates, ceilings, the same twice."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.certificate import level_bound
from fairdraw.lottery.layout import lay_out
from fairdraw.lottery.leximin_lp import Claims, leximin
from fairdraw.lottery.seating import ALTERNATE, PRIMARY, Lottery, Seating, SeatRow
from fairdraw.lottery.solving import fillable, solve_lottery
from tests.fairdraw.seatings import committee_pool, skewed_pool


def pools() -> list[Seating]:
    return [
        skewed_pool(100, 20, [2, 3, 4, 3], seed=1),
        skewed_pool(200, 20, [2, 4, 4, 3], seed=2, alternates=10),
        skewed_pool(500, 50, [2, 4, 5, 4, 3], seed=3),
        skewed_pool(90, 25, [2, 3], seed=4, slack=3.0, alternates=15),
        committee_pool(80, seed=5),
        committee_pool(150, seed=6),
    ]


def chances(seating: Seating, made: Lottery, kind: int = PRIMARY) -> list[Fraction]:
    seats = [0] * len(seating.people)
    for total, (t, _, k) in zip(made.totals, seating.cells):
        if k == kind:
            seats[t] += total
    return [Fraction(n, len(made.panels) * p) for n, p in zip(seats, seating.people)]


def check(seating: Seating, made: Lottery) -> None:
    """Everything that a stranger can check, in plain Python."""
    totals = [0] * len(seating.cells)
    rows_of: list[list[int]] = [[] for _ in seating.cells]
    for r, row in enumerate(seating.rows):
        for cell in row.cells:
            rows_of[cell].append(r)
    for panel in made.panels:
        assert list(panel) == sorted(panel)
        counted, drawn = [0] * len(seating.rows), [0] * len(seating.people)
        for cell in panel:
            totals[cell] += 1
            drawn[seating.cells[cell][0]] += 1
            for r in rows_of[cell]:
                counted[r] += 1
        assert all(row.low <= n <= row.high for row, n in zip(seating.rows, counted))
        assert all(n <= people for n, people in zip(drawn, seating.people))
    assert tuple(totals) == made.totals
    named = sorted(t for level in made.levels for t in level.types)
    assert named == sorted({t for t, _, kind in seating.cells if kind == PRIMARY})
    share = chances(seating, made)
    assert all(chance <= (made.ceiling or 1) for chance in share)
    for number, level in enumerate(made.levels):
        left = [t for later in made.levels[number:] for t in later.types]
        low = min(share[t] for t in left)
        bound = level_bound(seating, share, made.levels, number, made.ceiling)
        assert low <= bound
        if made.method == "halving" and number == 0:
            assert bound - low <= Fraction(1, 2**11)
            assert bound.numerator < 2**53
            assert bound.denominator < 2**53
        assert all(price and abs(price) <= 2**40 for _, price in level.prices)
        assert [r for r, _ in level.prices] == sorted({r for r, _ in level.prices})


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("gamma", [None, Fraction(1), Fraction(3, 2)])
def test_panels_totals_and_certificates(number: int, gamma: Fraction | None) -> None:
    seating = pools()[number]
    made = solve_lottery(seating, gamma=gamma)
    check(seating, made)
    assert made.method == "halving"
    assert 1024 <= len(made.panels) <= 1280


@pytest.mark.parametrize("number", [0, 2])
def test_totals_stay_within_one_seat_of_the_expectation(number: int) -> None:
    seating = pools()[number]
    layout = lay_out(seating)
    # One cell for each type: cell and type have the same number.
    everyone = np.ones(layout.cells, bool)
    people = layout.people.astype(float)
    _, seats = leximin(layout, Claims(people, people, layout.type_of, everyone))
    made = solve_lottery(seating)
    assert (np.abs(np.array(made.totals) - seats * len(made.panels)) < 1 + 1e-5).all()


def fingerprint() -> str:
    made = [solve_lottery(seating) for seating in (pools()[0], pools()[4])]
    return hashlib.sha256(repr(made).encode()).hexdigest()


def test_the_same_again_in_another_process() -> None:
    here = fingerprint()
    code = "from tests.fairdraw.test_lottery import fingerprint; print(fingerprint())"
    there = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here == fingerprint()


def test_nobody_exceeds_the_ceiling_and_the_smallest_chance_pays_for_it() -> None:
    seating = skewed_pool(60, 20, [2, 3, 3], seed=11)
    free, limited = solve_lottery(seating), solve_lottery(seating, gamma=Fraction(1))
    assert free.ceiling is None
    assert limited.ceiling is not None
    assert max(chances(seating, limited)) <= limited.ceiling <= max(chances(seating, free))
    lowest = 1 / Fraction(len(limited.panels))
    assert min(chances(seating, limited)) <= min(chances(seating, free)) + lowest


def test_alternates_leave_no_type_without_a_chance() -> None:
    seating = skewed_pool(200, 20, [2, 4, 4, 3], seed=2, alternates=10)
    made = solve_lottery(seating)
    assert min(chances(seating, made, ALTERNATE)) > 0


def test_primaries_leave_alternates_enough_people() -> None:
    # Only type 0 may be an alternate, so it cannot give all its people as primaries.
    cells = ((0, 0, PRIMARY), (0, 0, ALTERNATE), (1, 0, PRIMARY))
    rows = (SeatRow(3, 3, (0, 2)), SeatRow(2, 2, (1,)), SeatRow(0, 2, (2,)))
    made = solve_lottery(Seating((3, 9), cells, rows))
    check(Seating((3, 9), cells, rows), made)
    assert chances(Seating((3, 9), cells, rows), made) == [Fraction(1, 3), Fraction(2, 9)]


def test_unfillable_is_said() -> None:
    cells = ((0, 0, PRIMARY), (1, 0, PRIMARY))
    # Too few people; rows that contradict each other; a row that nobody stands in.
    for people, rows in (
        ((1, 1), (SeatRow(3, 3, (0, 1)),)),
        ((4, 4), (SeatRow(1, 1, (0, 1)), SeatRow(1, 1, (0,)), SeatRow(1, 1, (1,)))),
        ((4, 4), (SeatRow(2, 2, (0, 1)), SeatRow(1, 1, ()))),
    ):
        seating = Seating(people, cells, rows)
        assert fillable(seating) is None
        with pytest.raises(Unfillable):
            solve_lottery(seating)


def test_only_half_seats_would_do() -> None:
    # Of any two of three types exactly one seat: 1/2 each is the only expectation, and no panel.
    cells = tuple((t, 0, PRIMARY) for t in range(3))
    rows = tuple(SeatRow(1, 1, pair) for pair in ((0, 1), (0, 2), (1, 2)))
    seating = Seating((1, 1, 1), cells, rows)
    assert fillable(seating) is None
    with pytest.raises(Unfillable):
        solve_lottery(seating)


def test_one_panel_by_program() -> None:
    seating = skewed_pool(500, 50, [2, 4, 5, 4, 3], seed=3)
    panel = fillable(seating)
    assert panel is not None
    seats = np.bincount(panel, minlength=len(seating.cells))
    assert lay_out(seating).kept_by(seats)
    assert list(panel) == sorted(panel)


def test_nothing_to_draw() -> None:
    made = solve_lottery(Seating((), (), ()))
    assert set(made.panels) == {()}
    assert made.levels == ()


def test_progress_is_told() -> None:
    heard: list[tuple[int, int]] = []
    made = solve_lottery(pools()[0], progress=lambda done, total: heard.append((done, total)))
    assert heard[-1][1] == len(made.panels)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_a_bound_is_exact_and_never_below_what_is_possible() -> None:
    """Any prices give a true bound: random ones never contradict the lottery."""
    generator = np.random.default_rng(3)
    seating = pools()[1]
    made = solve_lottery(seating)
    share = chances(seating, made)
    for number, level in enumerate(made.levels):
        left = [t for later in made.levels[number:] for t in later.types]
        low = min(share[t] for t in left)
        for size in (3, 10**9, 2**40):
            prices = tuple(
                (r, int(generator.integers(-size, size + 1))) for r in range(len(seating.rows))
            )
            levels = [*made.levels]
            levels[number] = type(level)(level.types, prices)
            assert level_bound(seating, share, levels, number, None) >= low
