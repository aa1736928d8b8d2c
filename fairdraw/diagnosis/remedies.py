"""Mode L: changes of a plan that would end its clashes, each one tried out, the smallest first.

The same codes as in ``relaxation`` (which see) without MOVE_SEATS, and two more:
LOWER_QUOTA(quota, category, values, group, kind, old, new), RAISE_QUOTA(the same). MORE_CANDIDATES
has ``values``: what these people must be, {category: value}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fairdraw.diagnosis.conflicts import Clash, Problem, Rule
from fairdraw.diagnosis.relaxation import COSTS, Relaxation, apply_relaxation
from fairdraw.errors import FairdrawError
from fairdraw.lottery.general import KINDS, RowName
from fairdraw.lottery.seating import Seating
from fairdraw.people.grouping import Grouping
from fairdraw.rules import Plan

#: How many steps of one change are tried.
_STEPS = 10


def find_changes(
    grouping: Grouping, problem: Problem, clashes: Sequence[Clash]
) -> tuple[Relaxation, ...]:
    """Every proposal that ends at least one clash, cheapest first."""
    found: dict[tuple[str, str], Relaxation] = {}
    for number, clash in enumerate(clashes):
        for change in _changes(grouping, problem, clash):
            key = (change.code, repr(sorted(change.params.items())))
            if key in found:
                continue
            under = _under(grouping, problem, [change])
            solves = tuple(n for n, c in enumerate(clashes) if n == number or under.fits(c.rules))
            whole = len(solves) == len(clashes) and under.fits(under.rules)
            found[key] = replace(change, solves=solves, complete=whole)
    return tuple(sorted(found.values(), key=lambda change: (change.cost, change.solves)))


def find_cure(
    grouping: Grouping, problem: Problem, changes: Sequence[Relaxation], clashes: int
) -> tuple[int, ...]:
    """Positions of changes that together make the plan feasible, tried out; () if none is known."""
    for position, change in enumerate(changes):
        if change.complete:
            return (position,)
    chosen: list[int] = []
    left = set(range(clashes))
    for position, change in enumerate(changes):
        if left & set(change.solves):
            chosen.append(position)
            left -= set(change.solves)
    if left:
        return ()
    under = _under(grouping, problem, [changes[position] for position in chosen])
    return tuple(chosen) if under.fits(under.rules) else ()


def _changes(grouping: Grouping, problem: Problem, clash: Clash) -> Iterator[Relaxation]:
    """The first step of every kind of change that ends one clash."""
    for steps in _proposals(grouping, clash):
        for change in steps:
            fitting = _can_be_made(grouping.plan, change)
            if fitting and _under(grouping, problem, [change]).fits(clash.rules):
                yield change
                break


def _can_be_made(plan: Plan, change: Relaxation) -> bool:
    """Whether the rest of the plan allows it, e.g. leaves a primary seat and enough for quotas."""
    try:
        apply_relaxation(plan, change)
    except FairdrawError as error:
        return error.code == "NOT_A_CHANGE_OF_PLAN"
    return True


def _proposals(grouping: Grouping, clash: Clash) -> Iterator[Iterable[Relaxation]]:
    plan = grouping.plan
    for rule in clash.rules:
        if rule.code == "STRATUM":
            seats = getattr(plan.strata[plan.index[rule.name]], rule.kind)
            yield _steps(
                "FEWER_SEATS", rule.kind, seats, -1, seats, stratum=rule.name, kind=rule.kind
            )
        elif rule.code == "EMPLOYER_CAP":
            assert plan.employer_cap is not None
            yield _steps("RAISE_CAP", "", plan.employer_cap, 1, _STEPS)
        elif rule.code == "GROUP_CAP":
            limit = plan.group_limit(rule.name)
            assert limit is not None
            yield _steps("RAISE_GROUP_CAP", "", limit, 1, _STEPS, group=rule.name)
        else:
            yield from _other_quotas(plan, rule)
    yield _more_people(grouping, clash)


def _other_quotas(plan: Plan, rule: Rule) -> Iterator[Iterable[Relaxation]]:
    number = int(rule.name)
    quota = plan.quotas[number]
    about: dict[str, Any] = {
        "quota": number,
        "category": quota.category,
        "values": list(quota.values),
        "group": quota.group,
        "kind": rule.kind,
    }
    primary = rule.kind == KINDS[0]
    low = quota.low if primary else quota.alternate_low
    high = quota.high if primary else quota.alternate_high
    if low:
        yield _steps("LOWER_QUOTA", rule.kind, low, -1, low, **about)
    if high is not None:
        yield _steps("RAISE_QUOTA", rule.kind, high, 1, _STEPS, **about)


def _steps(
    code: str, price: str, old: int, direction: int, most: int, **about: Any
) -> Iterator[Relaxation]:
    for step in range(1, min(most, _STEPS) + 1):
        params = {**about, "old": old, "new": old + direction * step}
        yield Relaxation(code, params, COSTS[code, price] * step, (), False)


def _more_people(grouping: Grouping, clash: Clash) -> Iterator[Relaxation]:
    """People whom no cap touches, with the values that the quotas of the clash ask for."""
    plan = grouping.plan
    strata = [rule.name for rule in clash.rules if rule.code == "STRATUM"]
    wanted: dict[str, set[str]] = {}
    for rule in clash.rules:
        if rule.code != "QUOTA":
            continue
        quota = plan.quotas[int(rule.name)]
        if quota.low if rule.kind == KINDS[0] else quota.alternate_low:
            both = wanted.get(quota.category, set(quota.values)) & set(quota.values)
            wanted[quota.category] = both or wanted[quota.category]
            if not strata:
                strata = [
                    s.id
                    for s in plan.strata
                    if getattr(s, rule.kind) and quota.group in (None, s.group)
                ][:1]
    if not strata:
        return
    values = {category: min(several) for category, several in sorted(wanted.items())}
    cost = COSTS["MORE_CANDIDATES", ""]
    for people in range(1, _STEPS + 1):
        params = {"stratum": strata[0], "people": people, "values": values}
        yield Relaxation("MORE_CANDIDATES", params, cost * people, (), False)


def _under(grouping: Grouping, problem: Problem, changes: Sequence[Relaxation]) -> Problem:
    """The problem after changes, without grouping the pool again."""
    for change in changes:
        if change.code == "MORE_CANDIDATES":
            problem = _with_people(grouping, problem, change.params)
        else:
            problem = problem.changed(partial(_bounds, change=change))
    return problem


def _bounds(name: RowName, low: int, high: int, change: Relaxation) -> tuple[int, int]:
    params = change.params
    steps = params["new"] - params["old"]
    code = {
        "FEWER_SEATS": "STRATUM",
        "RAISE_CAP": "EMPLOYER_CAP",
        "RAISE_GROUP_CAP": "GROUP_CAP",
    }.get(change.code, "QUOTA")
    if name.code != code:
        return low, high
    if code == "STRATUM":
        mine = (name.stratum, name.kind) == (params["stratum"], params["kind"])
        return (low + steps, high + steps) if mine else (low, high)
    if code == "QUOTA":
        if (name.quota, name.kind) != (params["quota"], params["kind"]):
            return low, high
        return (max(0, low + steps), high) if change.code == "LOWER_QUOTA" else (low, high + steps)
    mine = code == "EMPLOYER_CAP" or name.group == params["group"]
    return low, high + steps if mine else high


def _with_people(grouping: Grouping, problem: Problem, params: dict[str, Any]) -> Problem:
    plan, seating = grouping.plan, problem.search.seating
    stratum = plan.index[params["stratum"]]
    home = plan.strata[stratum]
    cells, rows = list(seating.cells), list(seating.rows)
    for number, kind in enumerate(KINDS):
        if not getattr(home, kind):
            continue
        cells.append((len(seating.people), stratum, number))
        for r, name in enumerate(problem.names):
            if name.kind != kind or name.employer is not None:
                continue
            if name.quota is None:
                counted = name.stratum == home.id
            else:
                quota = plan.quotas[name.quota]
                counted = quota.counts(params["values"]) and quota.group in (None, home.group)
            if counted:
                rows[r] = replace(rows[r], cells=(*rows[r].cells, len(cells) - 1))
    people = (*seating.people, params["people"])
    search = replace(problem.search, seating=Seating(people, tuple(cells), tuple(rows)))
    return replace(problem, search=search)
