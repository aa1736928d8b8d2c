"""A general lottery: equally likely whole panels whose chances are leximin, and the proof of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, gcd, log2

import numpy as np

from fairdraw.flow.chances import Unfillable
from fairdraw.lottery.certificate import Bounds, least_maximum
from fairdraw.lottery.columns import Columns, Shares, any_panel, equal_panels
from fairdraw.lottery.layout import Layout, lay_out
from fairdraw.lottery.leximin_lp import Claims, Stage, level_prices, leximin, smallest_maximum
from fairdraw.lottery.portfolio import panel_counts, totals
from fairdraw.lottery.programs import Bools, Floats, Ints
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
#: Room for figures of a solver, and how far the smallest chance may stay below its bound: at most
#: the first, and at most a sixteenth of the bound or the second, whichever is more.
_TINY, _MOST_GAP, _LEAST_GAP = Fraction(1, 2**20), Fraction(1, 2**11), Fraction(1, 2**14)
#: Digits of the prices that show a ceiling to be needed, and by what share it may be rounded up.
_CEILING_BITS, _ROUNDED = 30, Fraction(1, 2**10)
#: Whole numbers of a published fraction stay below this.
_EXACT = 2**53


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
    Raises Unfillable if no panel keeps the rows.
    """
    layout = lay_out(seating)
    made = _by_halving(layout, gamma, least_panels, progress)
    if made is None:
        if any_panel(layout) is None:
            raise Unfillable
        made = _by_columns(layout, gamma, least_panels, progress)
    return made


def _by_halving(
    layout: Layout, gamma: Fraction | None, least: int, progress: Progress | None
) -> Lottery | None:
    """Panels with the chances of the linear program; None if they cannot be built."""
    failures = 0
    for plan, count, ceiling in _attempts(layout, gamma, least):
        sums = totals(layout, plan.seats, count, ceiling, plan.lowest)
        if sums is None:
            continue
        chosen = split(layout, sums, count, progress)
        if chosen is None:
            failures += 1
            if failures == (1 if layout.cells <= _QUICK else _FAILURES):
                return None
            continue
        chances = _chances(layout, sums, count)
        most = None if plan.ceiling is None else max([plan.ceiling, *chances])
        made = _lottery(layout, chosen, plan.levels(layout), most, "halving", plan.ceiling_prices)
        if _within_gaps(layout, made) and ceiling_is_needed(layout, made, gamma):
            return made
    return None


def _attempts(
    layout: Layout, gamma: Fraction | None, least: int
) -> Iterator[tuple[_Plan, int, Fraction | None]]:
    """Plans, numbers of panels, and the ceiling to keep in whole totals: best first.

    A tight ceiling may leave no room for rounding. Then numbers of panels that suit those at the
    ceiling are tried, then a ceiling that is a whole number of panels, and last the ceiling is
    exceeded by what rounding up adds (less than a seat in all).
    """
    plan = _expected(layout, gamma)
    seats = plan.seats_of_types(layout)
    counts = panel_counts(seats[plan.lowest], least)
    for count in counts[:2]:
        yield plan, count, plan.ceiling
    if plan.ceiling is not None:
        limit = layout.people * float(plan.ceiling) * (1 - 2**-9)
        tight = np.concatenate([plan.lowest, np.flatnonzero(seats > limit)])
        for count in panel_counts(seats[tight], least)[:4]:
            yield plan, count, plan.ceiling
        if plan.ceiling * counts[0] > _GRID:
            even = _expected(layout, gamma, counts[0])
            yield even, counts[0], even.ceiling
        yield plan, counts[0], None
    while 2 * least <= MOST_PANELS:
        least *= 2
        yield plan, panel_counts(seats[plan.lowest], least)[0], plan.ceiling


def _by_columns(
    layout: Layout, gamma: Fraction | None, least: int, progress: Progress | None
) -> Lottery:
    """Panels of an exact leximin over whole panels, weights rounded; there must be a panel."""
    most = layout.people.astype(float)
    used = np.ones(layout.cells, bool)
    claims, types = _claims(layout, layout.primary, most, used)
    others, _ = _claims(layout, ~layout.primary, most, used)
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
        ceiling = _rounded_up(columns.smallest_maximum() * float(gamma))
        columns.ceiling = float(ceiling)
    found = columns.leximin()
    times = equal_panels(columns.weights, least)
    panels = [panel for panel, number in zip(columns.panels, times) for _ in range(number)]
    chances = _chances(layout, np.sum(panels, axis=0), len(panels))
    if ceiling is not None:
        ceiling = max([ceiling, *chances])
        claims, _ = _claims(layout, layout.primary, most * float(ceiling), used)
    seats: Floats = np.array([float(chance) for chance in chances]) * layout.people
    prices = level_prices(layout, claims, [(new, seats[types[new]]) for _, new in found])
    stages = [Stage(chance, types[new], price) for (chance, new), price in zip(found, prices)]
    levels = _Plan(seats, stages, ceiling, ceiling_prices).levels(layout)
    parts = [Part(np.flatnonzero(panel), panel[panel > 0], 1) for panel in panels]
    told = _whole_prices(ceiling_prices, _CEILING_BITS)
    made = _lottery(layout, parts, levels, ceiling, "columns", told)
    _gaps(layout, made)
    return made


class _Plan:
    """Expected seats of every cell, the stages that settled them, the ceiling kept and its prices."""

    def __init__(
        self, seats: Floats, stages: list[Stage], ceiling: Fraction | None, prices: Floats
    ) -> None:
        self.seats, self.stages, self.ceiling = seats, stages, ceiling
        self.ceiling_prices = _whole_prices(prices, _CEILING_BITS)
        #: The types of the lowest level.
        self.lowest = stages[0].claims if stages else np.zeros(0, np.int64)

    def seats_of_types(self, layout: Layout) -> Floats:
        """Expected primary seats of every type."""
        total = np.zeros(len(layout.people))
        np.add.at(total, layout.type_of[layout.primary], self.seats[layout.primary])
        return total

    def levels(self, layout: Layout) -> tuple[Level, ...]:
        """The stages with whole prices, small enough for the first bound to be published."""
        for bits in range(30, 0, -2):
            levels = tuple(
                Level(tuple(sorted(stage.claims.tolist())), _whole_prices(stage.prices, bits))
                for stage in self.stages
            )
            if not levels:
                return levels
            nothing = [Fraction(0)] * len(layout.people)
            bound, _ = Bounds(layout, nothing, levels, self.ceiling).of(0)
            if bound.denominator < _EXACT and abs(bound.numerator) < _EXACT:
                return levels
        raise ArithmeticError("no prices of few digits")


def _expected(layout: Layout, gamma: Fraction | None, grid: int | None = None) -> _Plan:
    """Leximin for the primaries; if they leave no room for alternates, for both together.

    ``grid``: make the ceiling a multiple of 1 / grid.
    """
    for together in (False, True):
        seats, stages, ceiling, prices = _primaries(layout, gamma, grid, together)
        try:
            rest = _alternates(layout, seats)
        except Unfillable:
            if together:
                raise
            continue
        return _Plan(np.where(layout.primary, seats, rest), stages, ceiling, prices)
    raise Unfillable


def _claims(layout: Layout, kind: Bools, most: Floats, used: Bools) -> tuple[Claims, Ints]:
    """Claims of the types that hold cells of a kind, and those types."""
    types = np.unique(layout.type_of[kind])
    number = np.full(len(layout.people), -1, np.int64)
    number[types] = np.arange(len(types))
    of_cell = np.where(kind, number[layout.type_of], -1)
    people = layout.people[types].astype(float)
    return Claims(people, most[types], of_cell, used), types


def _primaries(
    layout: Layout, gamma: Fraction | None, grid: int | None, together: bool
) -> tuple[Floats, list[Stage], Fraction | None, Floats]:
    used = np.ones(layout.cells, bool) if together else layout.primary
    most = layout.people.astype(float)
    ceiling, prices = None, np.zeros(0)
    if gamma is not None:
        claims, _ = _claims(layout, layout.primary, most, used)
        smallest, prices = smallest_maximum(layout, claims)
        ceiling = _rounded_up(smallest * float(gamma), grid)
        most = most * float(ceiling)
    claims, types = _claims(layout, layout.primary, most, used)
    stages, seats = leximin(layout, claims)
    named = [Stage(stage.chance, types[stage.claims], stage.prices) for stage in stages]
    return seats, named, ceiling, prices


def _rounded_up(chance: float, grid: int | None = None) -> Fraction:
    """The next multiple of 1 / grid, else a fraction of few digits, at most a thousandth above."""
    unit = grid or 2 ** (10 + max(0, ceil(-log2(max(chance, 1e-9)))))
    return min(Fraction(ceil(chance * unit - 1e-6), unit), Fraction(1))


def _alternates(layout: Layout, seats: Floats) -> Floats:
    """Expected seats of alternates when the primaries' are settled."""
    taken = np.zeros(len(layout.people))
    np.add.at(taken, layout.type_of[layout.primary], seats[layout.primary])
    most = np.maximum(layout.people - taken, 0.0)
    claims, _ = _claims(layout, ~layout.primary, most, ~layout.primary)
    return leximin(layout, claims)[1]


def _whole_prices(prices: Floats, bits: int) -> tuple[tuple[int, int], ...]:
    largest = float(np.abs(prices).max(initial=0.0))
    if largest == 0.0:
        return ()
    whole = np.rint(prices * (2**bits / largest)).astype(np.int64)
    divisor = gcd(*whole.tolist())
    return tuple((row, int(whole[row]) // divisor) for row in np.flatnonzero(whole).tolist())


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
    listed = tuple(tuple(np.repeat(panel.cells, panel.seats).tolist()) for panel in panels)
    return Lottery(listed, tuple(total.tolist()), levels, ceiling, method, ceiling_prices)


def _listed(panel: Ints) -> tuple[int, ...]:
    return tuple(np.repeat(np.arange(len(panel)), panel).tolist())


def _chances(layout: Layout, sums: Ints, panels: int) -> list[Fraction]:
    seats = layout.of_types(sums * layout.primary)
    return [
        Fraction(number, panels * people)
        for number, people in zip(seats.tolist(), layout.people.tolist())
    ]


def allowed_gap(bound: Fraction) -> Fraction:
    """How far the smallest chance of a lottery made by halving may stay below its bound."""
    return min(_MOST_GAP, max(bound / 16, _LEAST_GAP))


def ceiling_is_needed(layout: Layout, made: Lottery, gamma: Fraction | None) -> bool:
    """Whether the ceiling is gamma times what somebody must have, but for rounding it up."""
    if made.ceiling is None or gamma is None:
        return True
    least = gamma * least_maximum(layout, made.ceiling_prices)
    most = least * (1 + _ROUNDED) + Fraction(1, len(made.panels)) + _TINY
    return made.ceiling <= min(most, Fraction(1))


def _within_gaps(layout: Layout, made: Lottery) -> bool:
    """Whether every level reaches its bound but for rounding, and holds nobody who stands above it."""
    panels = len(made.panels)
    for number, (bound, low, burden, excess) in enumerate(_gaps(layout, made)):
        room = (1 + burden) / panels + _TINY if number else allowed_gap(bound)
        if bound - low > room or excess > burden / panels + _TINY:
            return False
    return True


def _gaps(layout: Layout, made: Lottery) -> list[tuple[Fraction, Fraction, Fraction, Fraction]]:
    """For every level: its bound, the smallest chance of it and the later ones, what the rounding
    of earlier chances may add, and by how much somebody settled here stands above the bound beyond
    one seat of one panel. Checks the ceiling and every bound."""
    panels = len(made.panels)
    chances = _chances(layout, np.array(made.totals, np.int64), panels)
    if made.ceiling is not None and max(chances, default=Fraction(0)) > made.ceiling:
        raise AssertionError("a chance exceeds the ceiling")
    bounds = Bounds(layout, chances, made.levels, made.ceiling)
    people = layout.people.tolist()
    lows: list[Fraction] = []
    for level in reversed(made.levels):
        lows.append(min([*lows[-1:], *(chances[t] for t in level.types)]))
    gaps = []
    for number, (level, low) in enumerate(zip(made.levels, reversed(lows))):
        bound, burden = bounds.of(number)
        if low > bound:
            raise AssertionError("a chance exceeds its bound")
        above = (chances[t] - Fraction(1, panels * people[t]) for t in level.types)
        gaps.append((bound, low, burden, max(above) - bound))
    return gaps
