"""Rounding a scaled flow to a whole panel by halving, forty times, with the seed's bits.

Every cell (type, stratum) holds a whole number. One halving replaces each number by half of it,
rounded down or up, so that every type, every cap row and every stratum is rounded down or up as
well, and so that each cell is rounded up with probability one half. It cannot fail: odd cells are
paired twice, inside the cap rows (innermost first) and inside the strata; the pairs form paths and
cycles, along which "up" and "down" alternate, and one bit decides which way round.

``verify.py`` does the same in plain Python; ``docs/draw-protocol.md`` says it in words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairdraw.randomness import stream, word

Ints = NDArray[np.int64]


def halve_all(
    units: Ints,
    families: list[Ints],
    strata: Ints,
    seed: bytes,
    levels: int,
    *,
    profile: str = "sha256",
) -> Ints:
    """Halve ``levels`` times; returns how many seats each cell gets.

    ``units``: one number >= 0 for each cell. ``families``: for types, then inner, then outer cap
    rows, the node of each cell or -1. ``strata``: the stratum of each cell; the units of every
    stratum must add up to a multiple of 2**levels.
    """
    cells = len(units)
    number = np.flatnonzero(units)
    value = units[number]
    # A family in which nothing can be paired is left out.
    shared = [_shared(family[number]) for family in families]
    nodes = [family for family in shared if (family >= 0).any()]
    right = strata[number]
    for level in range(levels):
        if level % 4 == 3:
            alive = np.flatnonzero(value)
            if 4 * len(alive) < 3 * len(value):
                number, value, right = number[alive], value[alive], right[alive]
                nodes = [family[alive] for family in nodes]
        odd = np.flatnonzero(value & 1)
        value = value >> 1
        if len(odd):
            order = _in_order(word(seed, f"pair/{level}", profile=profile), number[odd])
            partner = _pair_nested([family[odd] for family in nodes], order)
            other = _pair(right[odd], order)
            raw = stream(seed, f"halve/{level}", (cells + 7) // 8, profile=profile)
            bits = np.unpackbits(np.frombuffer(raw, np.uint8))
            value[odd] += _colours(partner, other, bits[number[odd]])
    result = np.zeros(cells, np.int64)
    result[number] = value
    return result


def _shared(nodes: Ints) -> Ints:
    """-1 in place of a node that holds one cell only and so pairs nothing."""
    if not len(nodes):
        return nodes
    cells = np.bincount(nodes + 1)
    return np.where((nodes >= 0) & (cells[nodes + 1] > 1), nodes, -1)


def _in_order(start: int, cells: Ints) -> Ints:
    """Positions in ``cells`` in the order in which they are paired.

    The keys are the top 24 bits of outputs number ``cells`` of SplitMix64 started at ``start``; of
    equal keys the smaller cell comes first (``cells`` ascend).
    """
    z = np.uint64(start) + (cells.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys = (z ^ (z >> np.uint64(31))) >> np.uint64(40)
    # Two passes by parts small enough for numpy to sort them by counting.
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    return order[np.argsort((keys >> np.uint64(16)).astype(np.uint8)[order], kind="stable")]


def _pair(nodes: Ints, order: Ints) -> Ints:
    """Pair the entries of each node as they stand in ``order``, 1st with 2nd, 3rd with 4th.

    ``order``: positions in ``nodes``; those left out stay alone. -1 = alone.
    """
    partner = np.full(len(nodes), -1, nodes.dtype)
    count = len(order)
    if count < 2:
        return partner
    grouped = nodes[order]
    if int(grouped.max()) < 1 << 16:
        # Small numbers are sorted by counting.
        by_node = np.argsort(grouped.astype(np.uint16), kind="stable")
    else:
        by_node = np.argsort(grouped, kind="stable")
    order, grouped = order[by_node], grouped[by_node]
    same = grouped[1:] == grouped[:-1]
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    lengths = np.diff(np.append(starts, count))
    even = (np.arange(count) - np.repeat(starts, lengths)) & 1 == 0
    first = np.flatnonzero(even[:-1] & same)
    partner[order[first]] = order[first + 1]
    partner[order[first + 1]] = order[first]
    return partner


def _pair_nested(families: list[Ints], order: Ints) -> Ints:
    """Pair inside the innermost nodes first, then what is left inside the next ones."""
    partner = np.full(len(order), -1, np.int64)
    for family in families:
        rest = order[np.flatnonzero((partner[order] < 0) & (family[order] >= 0))]
        if len(rest) > 1:
            inside = _pair(family, rest)
            np.copyto(partner, inside, where=inside >= 0)
    return partner


def _colours(partner: Ints, other: Ints, bits: NDArray[Any]) -> Ints:
    """0 or 1 for each odd cell: partners on either side differ, one bit decides each component.

    The bit is that of the smallest cell of the component, and is that cell's own colour.
    """
    # The pair (cell, other) as one number: its smaller cell, and whether that is the other one.
    cells = np.arange(len(partner))
    lowest = np.minimum(cells, other) * 2 + (other < cells)
    # Two steps along the path lead to a cell of the same colour; cells behind are ahead of the other.
    _smallest_ahead(partner[other], lowest)
    lowest = np.minimum(lowest, lowest[other] ^ 1)
    colours: Ints = bits[lowest >> 1].astype(np.int64) ^ (lowest & 1)
    return colours


def _smallest_ahead(ahead: Ints, smallest: Ints) -> None:
    """Lower ``smallest[i]`` to the least value met from i on along ``ahead``, by doubling."""
    ahead = ahead.copy()
    active = np.flatnonzero(ahead >= 0)
    while len(active):
        step = ahead[active]
        before = smallest[active]
        after = np.minimum(before, smallest[step])
        further = ahead[step]
        if (after == before).all():
            # No window of this length saw anything new, so no longer one will.
            return
        smallest[active] = after
        ahead[active] = further
        active = active[np.flatnonzero(further >= 0)]
