"""Who is like whom: the eligible people by employer and by the strata and quotas they share.

Everything is counted and sorted as numbers, a column at a time; names come back at the end.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairdraw.pool import Pool
from fairdraw.rules import Plan

Ints = NDArray[np.int64]

#: What people of one type share: employer ("" = of no account), strata, quotas (numbers).
Key = tuple[str, tuple[int, ...], tuple[int, ...]]
#: Strata and quotas (numbers, ascending): what people of one class share.
Class = tuple[tuple[int, ...], tuple[int, ...]]


#: With more possible numbers than this for each entry, counting them all is not worth while.
_CROWDED = 4


def numbered(values: Ints, limit: int) -> tuple[Ints, Ints]:
    """Entries grouped by equal value: the place of the first entry of every group, and the group
    of every entry; groups in the order of their values. ``limit``: all values are below it.
    """
    if limit > _CROWDED * len(values) + 1024:
        _, first, number = np.unique(values, return_index=True, return_inverse=True)
        return first, number
    place = np.full(limit, -1, np.int64)
    # Of several entries with one value the last one written stays.
    place[values[::-1]] = np.arange(len(values))[::-1]
    found = np.flatnonzero(place >= 0)
    first = place[found]
    place[found] = np.arange(len(found))
    return first, place[values]


def in_order(keys: Ints) -> Ints:
    """A stable ``argsort`` of numbers >= 0, by counting sixteen bits at a time."""
    order = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    rest = int(keys.max(initial=0)) >> 16
    shift = 16
    while rest:
        digits = ((keys >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
        rest, shift = rest >> 16, shift + 16
    return order


def codes_of(codes: array[int]) -> Ints:
    """A column's codes as numbers to reckon with."""
    return np.frombuffer(codes, np.intc).astype(np.int64)


class Likeness:
    """People by employer and class. ``people``: their places in the pool, ascending.

    ``classes``: sorted; ``class_of`` and ``employer_of``: one number for each of ``people``.
    """

    def __init__(
        self,
        pool: Pool,
        classify: Callable[[int, tuple[str, ...], Any], Class | None],
        *,
        by_value: bool,
    ) -> None:
        """``classify(place, strata, values)``: the class of the person there, None for no class.

        Asked once for each combination of strata and values (() unless ``by_value``), in the order
        in which they first occur among the eligible.
        """
        free = np.array([not kind for kind in pool.exclusions.kinds], bool)
        people = np.flatnonzero(free[codes_of(pool.exclusions.codes)]) if len(pool) else _NOBODY
        combination = codes_of(pool.strata.codes)[people]
        if by_value:
            values = codes_of(pool.values.codes)[people]
            combination = combination * len(pool.values.kinds) + values
        limit = len(pool.strata.kinds) * (len(pool.values.kinds) if by_value else 1)
        first, number = numbered(combination, limit)
        classes: list[Class | None] = [None] * len(first)
        for c in np.argsort(first).tolist():
            place = int(people[first[c]])
            kind = pool.values.kinds[pool.values.codes[place]] if by_value else ()
            classes[c] = classify(place, pool.strata.kinds[pool.strata.codes[place]], kind)
        self.classes = sorted({known for known in classes if known is not None})
        rank = {known: c for c, known in enumerate(self.classes)}
        ranks = np.array([-1 if known is None else rank[known] for known in classes], np.int64)
        class_of = ranks[number] if len(first) else _NOBODY
        used = class_of >= 0
        self.pool = pool
        self.people, self.class_of = people[used], class_of[used]
        self.employer_of = codes_of(pool.employers.codes)[self.people]

    def without_employer(self) -> int | None:
        """The place of the first of these people whose employer is not known."""
        if None not in self.pool.employers.kinds:
            return None
        unknown = self.people[self.employer_of == self.pool.employers.kinds.index(None)]
        return int(unknown[0]) if len(unknown) else None

    def people_of_employers(self, plan: Plan) -> Counter[tuple[str, str | None]]:
        """How many people each employer has, in all (None) and in each group they can reach."""
        people_of: Counter[tuple[str, str | None]] = Counter()
        kinds = self.pool.employers.kinds
        for group in (None, *plan.groups):
            inside = self.employer_of
            if group is not None:
                reached = [any(plan.strata[s].group == group for s in c[0]) for c in self.classes]
                inside = inside[np.array(reached, bool)[self.class_of]]
            counts = np.bincount(inside)
            numbers = np.flatnonzero(counts)
            for code, count in zip(numbers.tolist(), counts[numbers].tolist()):
                people_of[kinds[code] or "", group] = count
        return people_of

    def together(self, employers: Collection[str]) -> list[tuple[Key, tuple[str, ...]]]:
        """Ids by employer, if among ``employers``, and class; sorted, as are the ids."""
        rank = {name: r for r, name in enumerate(sorted(employers), 1)}
        ranks = [rank.get(name or "", 0) for name in self.pool.employers.kinds]
        key = np.array(ranks, np.int64)[self.employer_of] * len(self.classes) + self.class_of
        order = in_order(key)
        key = key[order]
        places = self.people[order].tolist()
        name = self.pool.ids.__getitem__
        starts = np.flatnonzero(np.diff(key, prepend=-1)).tolist()
        names = ["", *sorted(employers)]
        groups = []
        for start, end, code in zip(starts, [*starts[1:], len(places)], key[starts].tolist()):
            employer, c = divmod(code, len(self.classes))
            groups.append(
                ((names[employer], *self.classes[c]), tuple(map(name, places[start:end])))
            )
        return groups


_NOBODY = np.zeros(0, np.int64)
