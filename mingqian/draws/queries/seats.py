"""Arithmetic of seats: alternates from primaries, shares by size, caps. Integers in, integers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

MOST_SEATS = 999
"""More seats than this in one cell is a slip of the keyboard, not a plan."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One row of the grid as asked for; None leaves a number or a note as it is stored."""

    primary: int | None = None
    alternate: int | None = None
    alternate_typed: bool | None = None
    note: str | None = None


def derived_alternates(primary: int, ratio: Fraction, *, least: int = 1) -> int:
    """Alternates for so many primaries: the ratio, rounded up, at least `least`; none without primaries."""
    if primary <= 0:
        return 0
    return max(least, ceil(primary * ratio))


def unit_cap(primaries: int, *, least: int, share: Fraction) -> int:
    """How many of one employer may sit: the larger of `least` and `share` of the primaries, rounded down."""
    return max(least, floor(primaries * share))


def group_unit_cap(group_primaries: int, *, share: Fraction) -> int:
    """How many of one employer may sit in one group; at least 1, so that a small group can be filled."""
    return max(1, floor(group_primaries * share))


def share_out(
    total: int, weights: Mapping[str, int], *, limits: Mapping[str, int] | None = None
) -> dict[str, int]:
    """`total` seats over the keys in proportion to their weights, by largest remainder.

    Ties go to the larger weight, then to the smaller key. With `limits` nobody gets more than their
    limit; what they cannot take goes round again among the others. Fewer than `total` are given
    only where every limit is reached.
    """
    given = dict.fromkeys(weights, 0)
    left = total
    open_keys = [key for key, weight in weights.items() if weight > 0]
    while left > 0 and open_keys:
        room = {
            key: (limits[key] - given[key]) if limits is not None else left for key in open_keys
        }
        open_keys = [key for key in open_keys if room[key] > 0]
        if not open_keys:
            break
        part = _largest_remainder(left, {key: weights[key] for key in open_keys})
        for key, seats in part.items():
            taken = min(seats, room[key])
            given[key] += taken
            left -= taken
    return given


def _largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    result = {key: total * weight // whole for key, weight in weights.items()}
    order: Sequence[str] = sorted(
        weights, key=lambda key: (-(total * weights[key] % whole), -weights[key], key)
    )
    for key in order[: total - sum(result.values())]:
        result[key] += 1
    return result
