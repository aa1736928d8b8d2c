"""People of one type: the same employer, where employers matter, the same strata and quotas.

People of one type are exchangeable: they get equal chances, and lots decide among them. Types
keep the problem small: a thousand people make some dozens of types.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from fairdraw.errors import FairdrawError
from fairdraw.pool import Pool
from fairdraw.rules import OPEN_STRATUM, Plan

if TYPE_CHECKING:
    from fairdraw.people.candidate import Pairs
    from fairdraw.people.likeness import Class, Key, Likeness
    from fairdraw.people.typetable import TypeTable

#: More kinds of people than this make no general lottery that anybody could read or check.
MOST_TYPES = 250_000


@dataclass(frozen=True)
class Type:
    """Exchangeable people.

    ``employer``: None if no cap can ever touch the employer. ``strata``: numbers of the plan's
    strata (with any seats) they may sit in, ascending. ``group``: the group these strata lie in,
    if a cap of that group can touch the employer (modes S and B only). ``ids``: the people, in
    canonical order. ``quotas``: numbers of the plan's quotas whose values they have, ascending.
    """

    employer: str | None
    strata: tuple[int, ...]
    group: str | None
    ids: tuple[str, ...]
    quotas: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """At most ``room`` seats for one employer, over all or inside one group."""

    employer: str
    group: str | None
    room: int


@dataclass(frozen=True)
class Grouping:
    """The eligible people of a pool by type, and the rows of the caps that can touch them.

    ``rows_of[t]``: the rows that count the people of type t, innermost (group) first. ``general``:
    only a general lottery (mode L) can keep the rules; rows may then cross each other, and
    ``rows_of`` names every row that can count a person of the type. ``pool``: the pool grouped.
    """

    plan: Plan
    types: tuple[Type, ...]
    rows: tuple[Row, ...]
    rows_of: tuple[tuple[int, ...], ...]
    general: bool = False
    pool: Pool | None = field(default=None, repr=False, compare=False)

    @cached_property
    def table(self) -> TypeTable:
        """The types as columns of numbers (modes S and B)."""
        from fairdraw.people.typetable import TypeTable

        return TypeTable(self.types, self.rows_of)

    @property
    def mode(self) -> str:
        """ "S" (strata), "B" (flow) or "L" (lottery)."""
        return "L" if self.general else "S" if self.disjoint else "B"

    @property
    def disjoint(self) -> bool:
        """Whether nobody has a choice of strata with primary seats, and no cap can bind."""
        seats = [stratum.primary for stratum in self.plan.strata]
        choices = {kind.strata for kind in self.types}
        return not self.rows and all(sum(1 for s in c if seats[s]) <= 1 for c in choices)


def reach(strata: tuple[str, ...], plan: Plan) -> tuple[int, ...]:
    """Numbers of the strata with seats in which a person of these strata may sit, ascending."""
    names = (*strata, OPEN_STRATUM)
    numbers = (plan.index[name] for name in names if name in plan.index)
    return tuple(sorted({n for n in numbers if plan.strata[n].primary or plan.strata[n].alternate}))


def group_by_type(pool: Pool, plan: Plan) -> Grouping:
    """Group the eligible people.

    Raises MEMBER_IN_POOL (a designated or kept member could be drawn a second time),
    EMPLOYER_MISSING (a cap on employers cannot be checked for somebody), VALUE_MISSING (nor a
    quota), TOO_MANY_TYPES.
    """
    alike = _alike(pool, plan)
    people_of = alike.people_of_employers(plan) if plan.caps_employers else Counter()
    tight = _rows_that_can_bind(people_of, plan)
    members = alike.together({row.employer for row in tight})
    general = bool(plan.quotas) or plan.ceiling is not None
    general = general or any(_crosses_groups(key, plan) for key, _ in members)
    if general and len(members) > MOST_TYPES:
        raise FairdrawError("TOO_MANY_TYPES", most=MOST_TYPES, found=len(members))
    types: list[Type] = []
    for (employer, strata, quotas), ids in members:
        group = None if general or not employer else _capped_group(strata, plan)
        types.append(Type(employer or None, strata, group, ids, quotas))
    if general:
        rows_of = _rows_that_count(types, tight, plan)
        return Grouping(plan, tuple(types), tight, rows_of, True, pool)
    rows, rows_of = _rows(types, plan)
    return Grouping(plan, tuple(types), rows, rows_of, False, pool)


def _alike(pool: Pool, plan: Plan) -> Likeness:
    """The eligible people who can reach a seat, by what they have in common."""
    # Only solving needs numpy; reading and explaining a transcript does not.
    from fairdraw.people.likeness import Likeness

    for member in plan.members:
        place = pool.position(member.id)
        if place is not None and pool.is_eligible(place):
            raise FairdrawError("MEMBER_IN_POOL", id=member.id)

    reached: dict[tuple[str, ...], tuple[int, ...]] = {}
    counting = _counting(plan)

    def classify(place: int, names: tuple[str, ...], values: Pairs) -> Class | None:
        strata = reached.get(names)
        if strata is None:
            strata = reached[names] = reach(names, plan)
        return (strata, _quotas_of(values, counting, pool, place)) if strata else None

    alike = Likeness(pool, classify, by_value=bool(plan.quotas))
    if plan.caps_employers:
        place = alike.without_employer()
        if place is not None:
            raise FairdrawError("EMPLOYER_MISSING", id=pool.ids[place])
    return alike


def _counting(plan: Plan) -> dict[str, dict[str, list[int]]]:
    """Category -> value -> numbers of the quotas that count it."""
    counting: dict[str, dict[str, list[int]]] = {}
    for number, quota in enumerate(plan.quotas):
        of_value = counting.setdefault(quota.category, {})
        for value in quota.values:
            of_value.setdefault(value, []).append(number)
    return counting


def _quotas_of(
    values: Pairs, counting: dict[str, dict[str, list[int]]], pool: Pool, place: int
) -> tuple[int, ...]:
    """Numbers of the quotas that count somebody with these values; VALUE_MISSING."""
    if not counting:
        return ()
    mine = dict(values)
    numbers: list[int] = []
    for category, of_value in counting.items():
        if category not in mine:
            raise FairdrawError("VALUE_MISSING", id=pool.ids[place], category=category)
        numbers += of_value.get(mine[category], ())
    numbers.sort()
    return tuple(numbers)


def _rows_that_can_bind(people_of: Counter[tuple[str, str | None]], plan: Plan) -> tuple[Row, ...]:
    """Caps of employers with more people than room, by employer, the cap over all groups first.

    Any other cap is of no account: it could not be broken if all of them sat.
    """
    rows = []
    for (employer, group), count in people_of.items():
        room = plan.employer_room(employer) if group is None else plan.group_room(employer, group)
        if room is not None and count > room:
            rows.append(Row(employer, group, room))
    return tuple(sorted(rows, key=lambda row: (row.employer.encode(), (row.group or "").encode())))


def _crosses_groups(key: Key, plan: Plan) -> bool:
    """Whether a cap inside a group would count these people in some of their strata only."""
    employer, strata, _ = key
    if not employer or plan.group_cap is None:
        return False
    groups = {plan.strata[number].group for number in strata}
    return len(groups) > 1 and any(plan.group_limit(group) is not None for group in groups)


def _capped_group(strata: tuple[int, ...], plan: Plan) -> str | None:
    """The only group of these strata, if it has a cap."""
    group = plan.strata[strata[0]].group
    return group if plan.group_limit(group) is not None else None


def _rows_that_count(
    types: list[Type], rows: tuple[Row, ...], plan: Plan
) -> tuple[tuple[int, ...], ...]:
    """Mode L: for each type the rows that its people can count in."""
    of_employer: defaultdict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        of_employer[row.employer].append(number)
    rows_of = []
    for kind in types:
        groups = {None, *(plan.strata[s].group for s in kind.strata)}
        mine = of_employer[kind.employer] if kind.employer is not None else []
        rows_of.append(tuple(number for number in mine if rows[number].group in groups))
    return tuple(rows_of)


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
    chains: dict[tuple[str | None, str | None], tuple[int, ...]] = {(None, None): ()}
    for kind in types:
        key = kind.employer, kind.group
        if key not in chains:
            chain: list[int] = []
            assert kind.employer is not None
            inner = plan.group_room(kind.employer, kind.group)
            outer = plan.employer_room(kind.employer)
            if inner is not None:
                chain.append(number(kind.employer, kind.group, inner))
            if outer is not None:
                chain.append(number(kind.employer, None, outer))
            chains[key] = tuple(chain)
        rows_of.append(chains[key])
    return tuple(rows), tuple(rows_of)
