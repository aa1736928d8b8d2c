"""A general lottery: equally likely whole panels whose chances are leximin, and the proof of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

import numpy as np

from fairdraw.lottery.columns import Columns, Shares, any_panel, equal_panels
from fairdraw.lottery.expected import (
    CEILING_BITS,
    Expectation,
    claims_of,
    expect,
    rounded_up,
    whole_prices,
)
from fairdraw.lottery.gaps import Gap, ceiling_is_needed, gaps_of
from fairdraw.lottery.layout import Layout, lay_out
from fairdraw.lottery.leximin_lp import Stage, level_prices, smallest_maximum
from fairdraw.lottery.portfolio import panel_counts, totals
from fairdraw.lottery.programs import Floats, Ints
from fairdraw.lottery.seating import Level, Lottery, Seating
from fairdraw.lottery.splitting import Part, split

Progress = Callable[[int, int], object]

#: No lottery has more panels than this.
MOST_PANELS = 16384
#: Numbers of panels for which no portfolio could be built, before columns are generated: one
#: where these are quick.
_FAILURES, _QUICK = 3, 64
#: A ceiling of so many panels may be rounded up to a whole number of them.
_GRID = 16
#: Expected chances below this are none; and how much of what is rounded up may be bound to types
#: that would get nothing otherwise, so that quotas leave room for the choice.
_NO_CHANCE, _SPARE = 1e-12, 0.5


def fillable(seating: Seating) -> tuple[int, ...] | None:
    """One panel that keeps every row: its cells, each as often as it has seats. None: no panel."""
    layout = lay_out(seating)
    found = any_panel(layout)
    return None if found is None else _listed(found)


def solve_lottery(
    seating: Seating,
    *,
    gamma: Fraction | None = None,
    least_panels: int = 1024,
    progress: Progress | None = None,
) -> Lottery:
    """The lottery of a seating: leximin for the primaries' chances, then for the alternates'.

    ``gamma``: nobody's chance may exceed gamma times the smallest possible largest chance.
    ``least_panels``: at least so many panels. ``progress(done, total)`` is called now and then.
    Raises Unfillable if no panel keeps the rows, LOTTERY_TOO_HARD if panels with the best chances
    were not found and seeking them exactly would take too long.
    """
    layout = lay_out(seating)
    made = _by_halving(layout, gamma, least_panels, progress)
    return made or _by_columns(layout, gamma, least_panels, progress)


def _by_halving(
    layout: Layout, gamma: Fraction | None, least: int, progress: Progress | None
) -> Lottery | None:
    """Panels with the chances of the linear program; None if they cannot be built."""
    tries = 1 if layout.cells <= _QUICK else _FAILURES
    for found in islice(_candidates(layout, gamma, least), tries):
        chosen = split(layout, found.sums, found.panels, progress)
        if chosen is not None:
            prices = found.ceiling_prices
            return _lottery(layout, chosen, found.levels, found.ceiling, "halving", prices)
    return None


class _Candidate(NamedTuple):
    """What panels could be split from: totals of all cells over so many panels, and their proof."""

    levels: tuple[Level, ...]
    sums: Ints
    panels: int
    ceiling: Fraction | None
    ceiling_prices: tuple[tuple[int, int], ...]


def _candidates(layout: Layout, gamma: Fraction | None, least: int) -> Iterator[_Candidate]:
    """Those that keep near enough to the bounds.

    The totals alone say how near the chances come, before any panel is made. Those in which
    somebody gets nothing, or too little, only because of rounding come last, those with most
    panels first.
    """
    starving = []
    for plan, count, ceiling in _attempts(layout, gamma, least):
        sums = totals(layout, plan.seats, count, ceiling, plan.lowest)
        if sums is None:
            continue
        chances = _chances(layout, sums, count)
        most = None if plan.ceiling is None else max([plan.ceiling, *chances])
        levels = plan.levels(layout)
        gaps = gaps_of(layout, chances, count, levels, most)
        if not all(gap.is_bracketed() for gap in gaps):
            continue
        if not ceiling_is_needed(layout, plan.ceiling_prices, most, count, gamma):
            continue
        found = _Candidate(levels, sums, count, most, plan.ceiling_prices)
        expected = plan.seats_of_types(layout) > layout.people * _NO_CHANCE
        nothing = (expected & (layout.of_types(sums * layout.primary) == 0)).any()
        if nothing or not all(gap.is_small() for gap in gaps[:1]):
            starving.append(found)
        else:
            yield found
    yield from reversed(starving)


def _attempts(
    layout: Layout, gamma: Fraction | None, least: int
) -> Iterator[tuple[Expectation, int, Fraction | None]]:
    """Plans, numbers of panels, and the ceiling to keep in whole totals: best first.

    A tight ceiling may leave no room for rounding. Then numbers of panels that suit those at the
    ceiling are tried, then a ceiling that is a whole number of panels, and last the ceiling is
    exceeded by what rounding up adds (less than a seat in all).
    """
    plan = expect(layout, gamma)
    seats = plan.seats_of_types(layout)
    least = _for_everybody(seats, layout, least)
    counts = panel_counts(seats[plan.lowest], least)
    for count in counts[:2]:
        yield plan, count, plan.ceiling
    if plan.ceiling is not None:
        limit = layout.people * float(plan.ceiling) * (1 - 2**-9)
        tight = np.concatenate([plan.lowest, np.flatnonzero(seats > limit)])
        for count in panel_counts(seats[tight], least)[:4]:
            yield plan, count, plan.ceiling
        if plan.ceiling * counts[0] > _GRID:
            even = expect(layout, gamma, counts[0])
            yield even, counts[0], even.ceiling
        yield plan, counts[0], None
    while 2 * least <= MOST_PANELS:
        least *= 2
        yield plan, panel_counts(seats[plan.lowest], least)[0], plan.ceiling


def _for_everybody(seats: Floats, layout: Layout, least: int) -> int:
    """As many panels as it takes, doubled, until no type must end up without any seat.

    ``seats``: expected seats of every type. Totals are rounded down or up, and as many go up as
    the fractions add up to: with too few panels for the types of a large pool some would have to
    get nothing although they can have a chance.
    """
    drawn = seats[seats > layout.people * _NO_CHANCE]
    while 2 * least <= MOST_PANELS:
        exact = drawn * least
        if (exact < 1).sum() <= (exact - np.floor(exact)).sum() * _SPARE:
            break
        least *= 2
    return least


def _by_columns(
    layout: Layout, gamma: Fraction | None, least: int, progress: Progress | None
) -> Lottery:
    """Panels of an exact leximin over whole panels, weights rounded. Raises Unfillable."""
    most = layout.people.astype(float)
    used = np.ones(layout.cells, bool)
    claims, types = claims_of(layout, layout.primary, most, used)
    others, _ = claims_of(layout, ~layout.primary, most, used)
    columns = Columns(
        layout,
        Shares(claims.of_cell, claims.people),
        Shares(others.of_cell, others.people),
        progress,
    )
    ceiling, ceiling_prices = None, np.zeros(0)
    if gamma is not None:
        # The prices speak of fractions of panels; whole panels may need more.
        ceiling_prices = smallest_maximum(layout, claims)[1]
        ceiling = rounded_up(columns.smallest_maximum() * float(gamma))
        columns.ceiling = float(ceiling)
    found = columns.leximin()
    told = whole_prices(ceiling_prices, CEILING_BITS)
    while True:
        # More panels round the weights less. What whole panels cannot reach, no number of them can.
        times = equal_panels(columns.weights, least)
        panels = [panel for panel, number in zip(columns.panels, times) for _ in range(number)]
        chances = _chances(layout, np.sum(panels, axis=0), len(panels))
        highest = None if ceiling is None else max([ceiling, *chances])
        if highest is not None:
            claims, _ = claims_of(layout, layout.primary, most * float(highest), used)
        seats: Floats = np.array([float(chance) for chance in chances]) * layout.people
        prices = level_prices(layout, claims, [(new, seats[types[new]]) for _, new in found])
        stages = [Stage(chance, types[new], price) for (chance, new), price in zip(found, prices)]
        levels = Expectation(seats, stages, highest, ceiling_prices).levels(layout)
        gaps = gaps_of(layout, chances, len(panels), levels, highest)
        if 2 * least > MOST_PANELS or not _rounding_shows(gaps, found):
            break
        least = min(2 * least, MOST_PANELS * 4 // 5)
    parts = [Part(np.flatnonzero(panel), panel[panel > 0], 1) for panel in panels]
    return _lottery(layout, parts, levels, highest, "columns", told)


def _rounding_shows(gaps: list[Gap], found: list[tuple[float, Ints]]) -> bool:
    """Whether chances miss their brackets, or the lowest its bound, only because weights are rounded."""
    if all(gap.is_small() for gap in gaps[:1]) and all(gap.is_bracketed() for gap in gaps):
        return False
    exact = (chance for chance, _ in found)
    return all(abs(gap.bound - chance) <= gap.bound / 16 for gap, chance in zip(gaps, exact))


def _lottery(
    layout: Layout,
    panels: list[Part],
    levels: tuple[Level, ...],
    ceiling: Fraction | None,
    method: str,
    ceiling_prices: tuple[tuple[int, int], ...],
) -> Lottery:
    """Put together; every panel is checked once more against every row and every type."""
    total = np.zeros(layout.cells, np.int64)
    cells = np.concatenate([panel.cells for panel in panels])
    seats = np.concatenate([panel.seats for panel in panels])
    owner = np.repeat(np.arange(len(panels)), [len(panel.cells) for panel in panels])
    if not layout.kept_by_all(owner, cells, seats, len(panels)):
        raise AssertionError("a panel breaks a row")
    np.add.at(total, cells, seats)
    seated = np.repeat(cells, seats).tolist()
    ends = np.cumsum(np.bincount(owner, seats, minlength=len(panels))).astype(np.int64).tolist()
    listed = tuple(tuple(seated[start:end]) for start, end in zip([0, *ends], ends))
    return Lottery(listed, tuple(total.tolist()), levels, ceiling, method, ceiling_prices)


def _listed(panel: Ints) -> tuple[int, ...]:
    return tuple(np.repeat(np.arange(len(panel)), panel).tolist())


def _chances(layout: Layout, sums: Ints, panels: int) -> list[Fraction]:
    seats = layout.of_types(sums * layout.primary)
    return [
        Fraction(number, panels * people)
        for number, people in zip(seats.tolist(), layout.people.tolist())
    ]
