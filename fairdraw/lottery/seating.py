"""Mode L in numbers: cells to fill, rows to keep, and a lottery over whole panels.

Nothing here knows an employer, a stratum or a quota by name: whoever states the plan translates
it into a ``Seating``, hands that to ``fairdraw.lottery.solving.solve_lottery``, and translates back.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

#: Kinds of cells: seats of the panel, and seats on the list of alternates.
PRIMARY, ALTERNATE = 0, 1


@dataclass(frozen=True)
class SeatRow:
    """In every panel the cells of the row hold together at least ``low``, at most ``high`` seats.

    ``cells``: ascending indices into ``Seating.cells``. Bounds may be looser than any panel can
    reach; ``low > high`` can be kept by nobody.
    """

    low: int
    high: int
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Seating:
    """Who may sit where, without names.

    ``people[t]``: how many exchangeable people are of type t. ``cells``: (type, stratum, kind),
    sorted; in every panel the cells of a type hold together at most ``people[t]`` seats.
    ``rows``: everything else a panel must keep.
    """

    people: tuple[int, ...]
    cells: tuple[tuple[int, int, int], ...]
    rows: tuple[SeatRow, ...]


@dataclass(frozen=True)
class Level:
    """The types settled together, and the prices that show they could not have more.

    ``prices``: (row, whole number other than 0), ascending by row.
    """

    types: tuple[int, ...]
    prices: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Lottery:
    """Equally likely panels, and why the smallest chances cannot be larger.

    ``panels``: each the ascending list of its cells, a cell repeated as often as it has seats.
    ``totals[c]``: seats of cell c over all panels. ``levels``: lowest first. ``ceiling``: nobody's
    chance may exceed it (None: no limit but 1). ``method``: "halving" or "columns".
    ``ceiling_prices``: (row, price) as in a level; why the largest chance cannot be much smaller.
    """

    panels: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]
    levels: tuple[Level, ...]
    ceiling: Fraction | None
    method: str
    ceiling_prices: tuple[tuple[int, int], ...] = ()
