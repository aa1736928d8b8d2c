"""People of one type: the same employer, where employers matter, and the same strata.

People of one type are exchangeable: they get equal chances, and lots decide among them. Types
keep the problem small: a thousand people make some dozens of types.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from fairdraw.errors import FairdrawError
from fairdraw.pool import Pool
from fairdraw.rules import OPEN_STRATUM, Plan


@dataclass(frozen=True)
class Type:
    """Exchangeable people.

    ``employer``: None if no cap can ever touch the employer. ``strata``: numbers of the plan's
    strata (with any seats) they may sit in, ascending. ``group``: the group these strata lie in,
    if a cap of that group can touch the employer. ``ids``: the people, in canonical order.
    """

    employer: str | None
    strata: tuple[int, ...]
    group: str | None
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """At most ``room`` seats for one employer, over all or inside one group."""

    employer: str
    group: str | None
    room: int


@dataclass(frozen=True)
class Grouping:
    """The eligible people of a pool by type, and the rows of the caps that can touch them.

    ``rows_of[t]``: the rows that count the people of type t, innermost (group) first.
    """

    plan: Plan
    types: tuple[Type, ...]
    rows: tuple[Row, ...]
    rows_of: tuple[tuple[int, ...], ...]

    @property
    def disjoint(self) -> bool:
        """Whether nobody has a choice of strata with primary seats, and no cap can bind."""
        seats = [stratum.primary for stratum in self.plan.strata]
        single = all(sum(1 for s in t.strata if seats[s]) <= 1 for t in self.types)
        return single and not self.rows


def reach(strata: tuple[str, ...], plan: Plan) -> tuple[int, ...]:
    """Numbers of the strata with seats in which a person of these strata may sit, ascending."""
    names = (*strata, OPEN_STRATUM)
    numbers = (plan.index[name] for name in names if name in plan.index)
    return tuple(sorted({n for n in numbers if plan.strata[n].primary or plan.strata[n].alternate}))


def group_by_type(pool: Pool, plan: Plan) -> Grouping:
    """Group the eligible people.

    Raises MEMBER_IN_POOL (a designated or kept member could be drawn a second time),
    EMPLOYER_MISSING (a cap on employers cannot be checked for somebody), NEEDS_LOTTERY (an
    employer that a group cap can touch has somebody whose strata lie in two groups).
    """
    alike = _alike(pool, plan)
    binding = _employers_that_can_bind(alike, plan)
    members: defaultdict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for (employer, strata), names in alike.items():
        members[employer if employer in binding else "", strata] += names
    types: list[Type] = []
    for (employer, strata), ids in sorted(members.items(), key=_canonical_key):
        if not employer:
            # Several employers were joined: back into the order of the pool.
            ids.sort(key=str.encode)
        group = _only_group(employer, strata, plan, ids) if employer else None
        types.append(Type(employer or None, strata, group, tuple(ids)))
    rows, rows_of = _rows(types, plan)
    return Grouping(plan, tuple(types), rows, rows_of)


def _canonical_key(item: tuple[tuple[str, tuple[int, ...]], Any]) -> tuple[bytes, tuple[int, ...]]:
    (employer, strata), _ = item
    return employer.encode(), strata


def _alike(pool: Pool, plan: Plan) -> dict[tuple[str, tuple[int, ...]], list[str]]:
    """Ids of the eligible people who can reach a seat, by employer ("" = not known) and strata."""
    written: defaultdict[tuple[str | None, tuple[str, ...]], list[str]] = defaultdict(list)
    for person in pool.candidates:
        if not person.exclusions:
            written[person.employer, person.strata].append(person.id)
    for member in plan.members:
        twin = pool.by_id.get(member.id)
        if twin is not None and not twin.exclusions:
            raise FairdrawError("MEMBER_IN_POOL", id=member.id)
    alike: defaultdict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for (employer, names), ids in written.items():
        strata = reach(names, plan)
        if strata:
            if employer is None and plan.caps_employers:
                raise FairdrawError("EMPLOYER_MISSING", id=ids[0])
            alike[employer or "", strata] += ids
    return alike


def _employers_that_can_bind(
    alike: dict[tuple[str, tuple[int, ...]], list[str]], plan: Plan
) -> frozenset[str]:
    """Employers with more eligible people than some cap allows seats.

    The cap of any other employer is of no account: it could not be broken if all of them sat.
    """
    if not plan.caps_employers:
        return frozenset()
    people_of: Counter[tuple[str, str | None]] = Counter()
    groups = [stratum.group for stratum in plan.strata]
    for (employer, strata), ids in alike.items():
        for group in {None, *(groups[number] for number in strata)}:
            people_of[employer, group] += len(ids)
    binding = set()
    for (employer, group), count in people_of.items():
        room = plan.employer_room(employer) if group is None else plan.group_room(employer, group)
        if room is not None and count > room:
            binding.add(employer)
    return frozenset(binding)


def _only_group(employer: str, strata: tuple[int, ...], plan: Plan, ids: list[str]) -> str | None:
    """The group whose cap counts these people; NEEDS_LOTTERY if their strata cross groups."""
    groups = {plan.strata[number].group for number in strata}
    capped = {group for group in groups if plan.group_limit(group) is not None}
    if not capped:
        return None
    if len(groups) > 1:
        names = sorted(group or "" for group in groups)
        raise FairdrawError("NEEDS_LOTTERY", employer=employer, groups=names, id=ids[0])
    return capped.pop()


def _rows(types: list[Type], plan: Plan) -> tuple[tuple[Row, ...], tuple[tuple[int, ...], ...]]:
    rows: list[Row] = []
    number_of: dict[tuple[str, str | None], int] = {}

    def number(employer: str, group: str | None, room: int) -> int:
        key = (employer, group)
        if key not in number_of:
            number_of[key] = len(rows)
            rows.append(Row(employer, group, room))
        return number_of[key]

    rows_of = []
    for kind in types:
        chain: list[int] = []
        if kind.employer is not None:
            inner = plan.group_room(kind.employer, kind.group)
            outer = plan.employer_room(kind.employer)
            if inner is not None:
                chain.append(number(kind.employer, kind.group, inner))
            if outer is not None:
                chain.append(number(kind.employer, None, outer))
        rows_of.append(tuple(chain))
    return tuple(rows), tuple(rows_of)
