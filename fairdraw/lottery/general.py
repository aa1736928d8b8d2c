"""Mode L between the plan and its numbers: which rows a panel must keep, and which cells they count.

A *cell* is (type, stratum, kind of seat); a *row* counts cells. ``docs/draw-protocol.md`` fixes the
order of both, because prices and panels of a transcript name them by number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fairdraw.errors import FairdrawError
from fairdraw.lottery.seating import ALTERNATE, PRIMARY, Level, Lottery, Seating, SeatRow
from fairdraw.people.grouping import Grouping
from fairdraw.rules import Plan

#: The two kinds of seats as strata name them, by the number of the kind.
KINDS = ("primary", "alternate")


@dataclass(frozen=True)
class RowName:
    """What a row stands for. ``code``: STRATUM, EMPLOYER_CAP, GROUP_CAP or QUOTA.

    ``kind``: "primary" or "alternate". ``quota``: its number in the plan. ``group``: that of the
    cap or of the quota.
    """

    code: str
    kind: str
    stratum: str | None = None
    employer: str | None = None
    group: str | None = None
    quota: int | None = None


def name_rows(grouping: Grouping) -> tuple[RowName, ...]:
    """The rows of ``seating_of`` by name, in the same order."""
    plan = grouping.plan
    names = []
    for kind in KINDS:
        names += [RowName("STRATUM", kind, stratum=s.id) for s in plan.strata if getattr(s, kind)]
        for row in grouping.rows:
            code = "EMPLOYER_CAP" if row.group is None else "GROUP_CAP"
            names.append(RowName(code, kind, employer=row.employer, group=row.group))
        for number, quota in enumerate(plan.quotas):
            names.append(RowName("QUOTA", kind, group=quota.group, quota=number))
    return tuple(names)


def seating_of(grouping: Grouping) -> Seating:
    """The rules of a grouped pool in numbers."""
    plan = grouping.plan
    seats = [[getattr(stratum, kind) for stratum in plan.strata] for kind in KINDS]
    cells = tuple(
        (t, s, kind)
        for t, people in enumerate(grouping.types)
        for s in people.strata
        for kind in (PRIMARY, ALTERNATE)
        if seats[kind][s]
    )
    groups = [stratum.group for stratum in plan.strata]
    of_stratum: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    of_cap: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    of_quota: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for c, (t, s, kind) in enumerate(cells):
        of_stratum[kind, s].append(c)
        for number in grouping.rows_of[t]:
            if grouping.rows[number].group in (None, groups[s]):
                of_cap[kind, number].append(c)
        for number in grouping.types[t].quotas:
            if plan.quotas[number].group in (None, groups[s]):
                of_quota[kind, number].append(c)
    rows: list[SeatRow] = []
    for kind in (PRIMARY, ALTERNATE):
        for s, number in enumerate(seats[kind]):
            if number:
                rows.append(SeatRow(number, number, tuple(of_stratum[kind, s])))
        for number, row in enumerate(grouping.rows):
            rows.append(SeatRow(0, row.room, tuple(of_cap[kind, number])))
        for number in range(len(plan.quotas)):
            low, high = quota_bounds(plan, number, kind)
            rows.append(SeatRow(low, high, tuple(of_quota[kind, number])))
    return Seating(tuple(len(kind.ids) for kind in grouping.types), cells, tuple(rows))


def quota_bounds(plan: Plan, number: int, kind: int) -> tuple[int, int]:
    """How many drawn people a quota asks for and allows among the seats of one kind."""
    quota = plan.quotas[number]
    seats = plan.seats_in(quota.group, KINDS[kind])
    if kind == ALTERNATE:
        most = quota.alternate_high
        return quota.alternate_low, seats if most is None else most
    members = plan.members_in(number)
    most = seats if quota.high is None else quota.high - members
    return max(0, quota.low - members), most


def chances_of_types(seating: Seating, lottery: Lottery) -> tuple[Fraction, ...]:
    """The chance of one person of each type to become a primary."""
    drawn = [0] * len(seating.people)
    for (kind, _, seat), total in zip(seating.cells, lottery.totals):
        if seat == PRIMARY:
            drawn[kind] += total
    panels = len(lottery.panels)
    return tuple(Fraction(total, panels * n) for total, n in zip(drawn, seating.people))


def lottery_record(
    grouping: Grouping, seating: Seating, lottery: Lottery, bound: Fraction
) -> dict[str, Any]:
    """The lottery as published; cells that no panel uses are left out and the rest renumbered."""
    used = [c for c, total in enumerate(lottery.totals) if total]
    position = {c: number for number, c in enumerate(used)}
    plan, limit = grouping.plan, lottery.ceiling
    return {
        "bound": [bound.numerator, bound.denominator],
        "ceiling": None if limit is None else [limit.numerator, limit.denominator],
        "ceiling_prices": [list(pair) for pair in lottery.ceiling_prices],
        "cells": [[*seating.cells[c], lottery.totals[c]] for c in used],
        "levels": [
            {"prices": [list(pair) for pair in level.prices], "types": list(level.types)}
            for level in lottery.levels
        ],
        "method": lottery.method,
        "mode": "L",
        "panels": [[position[c] for c in panel] for panel in lottery.panels],
        "scale": 0,
        "types": [
            [
                kind.employer,
                [plan.strata[s].id for s in kind.strata],
                len(kind.ids),
                list(kind.quotas),
            ]
            for kind in grouping.types
        ],
    }


def lottery_of(seating: Seating, record: Mapping[str, Any]) -> Lottery:
    """The inverse of ``lottery_record``; RECORD_INVALID if it names cells that do not exist."""
    number_of = {cell: number for number, cell in enumerate(seating.cells)}
    try:
        used = [number_of[kind, stratum, seat] for kind, stratum, seat, _ in record["cells"]]
        totals = [0] * len(seating.cells)
        for c, (_, _, _, total) in zip(used, record["cells"]):
            totals[c] = total
        limit = record["ceiling"]
        return Lottery(
            panels=tuple(tuple(used[c] for c in panel) for panel in record["panels"]),
            totals=tuple(totals),
            levels=tuple(
                Level(tuple(level["types"]), tuple((row, price) for row, price in level["prices"]))
                for level in record["levels"]
            ),
            ceiling=None if limit is None else Fraction(*limit),
            method=record["method"],
            ceiling_prices=tuple((row, price) for row, price in record["ceiling_prices"]),
        )
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError):
        raise FairdrawError("RECORD_INVALID", field="lottery") from None
