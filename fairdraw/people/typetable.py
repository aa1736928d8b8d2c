"""The types of a grouping as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fairdraw.people.grouping import Type

Ints = NDArray[np.int64]


class TypeTable:
    """One entry for each type: ``counts`` of people; ``outer`` the only or outermost cap row and
    ``inner`` the one inside it, -1 = none. Rows must be nested (modes S and B).

    ``pair_types`` and ``pair_strata``: one entry for each stratum that a type may sit in.
    """

    def __init__(self, types: Sequence[Type], rows_of: Sequence[tuple[int, ...]]) -> None:
        number = len(types)
        choices = [kind.strata for kind in types]
        self.counts = np.fromiter([len(kind.ids) for kind in types], np.int64, number)
        self.inner = np.array([rows[0] if len(rows) > 1 else -1 for rows in rows_of], np.int64)
        self.outer = np.array([rows[-1] if rows else -1 for rows in rows_of], np.int64)
        reach = np.fromiter(map(len, choices), np.int64, number)
        self.pair_types = np.repeat(np.arange(number), reach)
        strata = chain.from_iterable(choices)
        self.pair_strata = np.fromiter(strata, np.int64, int(reach.sum()))

    def supply(self, counts: Ints, strata: int, rooms: Sequence[int]) -> Ints:
        """How many people fit into each stratum by themselves, the caps kept.

        ``counts``: people of each type that are left; ``strata``: how many strata there are;
        ``rooms``: of the rows. Seating one person anywhere lowers no supply by more than one.
        """
        room = np.array([*rooms, 0], np.int64)
        people = counts[self.pair_types]
        inner, outer = self.inner[self.pair_types], self.outer[self.pair_types]
        free = outer < 0
        supply = _sums(self.pair_strata[free], people[free], strata)
        nested = inner >= 0
        keys, sums = _by_key(self.pair_strata[nested], inner[nested], people[nested])
        parent = np.full(len(room), -1, np.int64)
        parent[self.inner] = self.outer
        under = np.concatenate((self.pair_strata[~free & ~nested], keys[0]))
        above = np.concatenate((outer[~free & ~nested], parent[keys[1]]))
        inside = np.concatenate((people[~free & ~nested], np.minimum(sums, room[keys[1]])))
        keys, sums = _by_key(under, above, inside)
        return supply + _sums(keys[0], np.minimum(sums, room[keys[1]]), strata)


def _sums(index: Ints, amounts: Ints, length: int) -> Ints:
    sums = np.zeros(length, np.int64)
    np.add.at(sums, index, amounts)
    return sums


def _by_key(first: Ints, second: Ints, amounts: Ints) -> tuple[tuple[Ints, Ints], Ints]:
    """The sum of the amounts for each pair that occurs."""
    base = int(second.max(initial=0)) + 1
    found, number = np.unique(first * base + second, return_inverse=True)
    return (found // base, found % base), _sums(number, amounts, len(found))
