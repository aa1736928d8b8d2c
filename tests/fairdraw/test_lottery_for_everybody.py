"""Large pools, few seats: there are as many panels as it takes to give every type a seat."""

from __future__ import annotations

import pytest

from fairdraw import OPEN_STRATUM, Plan, Pool, Quota, Stratum, solve
from fairdraw.lottery import solving

VALUES = 12
CATEGORIES = ("field", "region", "school")


def many_types(people: int) -> tuple[Pool, Plan]:
    """One seat, and people of well over a thousand types."""
    values = {
        category: [f"v{number * 7919 // 13**place % VALUES:02}" for number in range(people)]
        for place, category in enumerate(CATEGORIES)
    }
    pool = Pool.from_columns(
        [f"p{number:05}" for number in range(people)], [None] * people, [()] * people, values=values
    )
    quotas = tuple(
        Quota(category, (f"v{number:02}",), 0, 1)
        for category in CATEGORIES
        for number in range(VALUES)
    )
    return pool, Plan(strata=(Stratum(OPEN_STRATUM, 1, 0),), quotas=quotas)


def test_nobody_is_left_without_a_chance_for_want_of_panels() -> None:
    solution = solve(*many_types(2000))
    assert solution.lottery is not None
    types = len(solution.grouping.types)
    assert types > 1024, "more types than the usual number of panels has seats"
    assert len(solution.lottery.panels) > types
    assert solution.lowest > 0
    assert solution.without_chance == solution.lost_by_rounding == ()


def test_where_panels_run_out_those_left_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "MOST_PANELS", 1024)
    # So many that a chance of none is near enough to the bound.
    pool, plan = many_types(20_000)
    solution = solve(pool, plan)
    assert solution.lottery is not None
    assert len(solution.lottery.panels) < len(solution.grouping.types)
    assert solution.lost_by_rounding == tuple(sorted(solution.without_chance)) != ()


def test_whom_the_rules_keep_out_rounding_did_not() -> None:
    """Two seats, of which none may go to the north."""
    pool = Pool.from_columns(
        [f"p{number}" for number in range(9)],
        [None] * 9,
        [()] * 9,
        values={"region": ["north"] * 3 + ["south"] * 6},
    )
    none = Quota("region", ("north",), 0, 0)
    solution = solve(pool, Plan(strata=(Stratum(OPEN_STRATUM, 2, 0),), quotas=(none,)))
    assert solution.without_chance == ("p0", "p1", "p2")
    assert solution.lost_by_rounding == ()
