"""Mode L: changes of a plan that would end its clashes, each one tried out, the smallest first.

The same codes as in ``relaxation`` (which see) without MOVE_SEATS, and two more:
LOWER_QUOTA(quota, category, values, group, kind, old, new), RAISE_QUOTA(the same). MORE_CANDIDATES
has ``values``: what these people must be, {category: value}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from fairdraw.diagnosis.conflicts import Clash, Problem, Rule
from fairdraw.diagnosis.effort import ExhaustedError
from fairdraw.diagnosis.narrowed import Invented
from fairdraw.diagnosis.narrowing import Narrowing
from fairdraw.diagnosis.relaxation import COSTS, Relaxation, apply_relaxation
from fairdraw.errors import FairdrawError
from fairdraw.lottery.general import KINDS
from fairdraw.people.grouping import Grouping
from fairdraw.rules import Plan, Stratum

#: How many steps of one change are tried.
_STEPS = 10


def find_changes(
    grouping: Grouping, problem: Problem, clashes: Sequence[Clash]
) -> tuple[tuple[Relaxation, ...], bool]:
    """Every proposal that ends at least one clash, cheapest first, and whether these are all.

    Clashes that are known to be smallest come first where there is not work enough for all of them.
    """
    effort = problem.search.effort
    found: dict[tuple[str, str], Relaxation] = {}
    whole = True
    for number, clash in sorted(enumerate(clashes), key=lambda item: not item[1].smallest):
        share = effort.reserve(1, 2)
        mine = problem.with_effort(share)
        try:
            for change in _changes(grouping, mine, clash):
                key = (change.code, repr(sorted(change.params.items())))
                if key not in found:
                    found[key] = _judged(grouping, mine, clashes, number, change)
        except ExhaustedError:
            whole = False
        effort.give_back(share)
    return tuple(sorted(found.values(), key=lambda change: (change.cost, change.solves))), whole


def _judged(
    grouping: Grouping,
    problem: Problem,
    clashes: Sequence[Clash],
    number: int,
    change: Relaxation,
) -> Relaxation:
    """A change that ends clash ``number``: which others it ends, and whether it mends everything."""
    touched = set(_touched(grouping.plan, problem, change))
    solves = tuple(
        n
        for n, clash in enumerate(clashes)
        if n == number
        or (
            not touched.isdisjoint(clash.rules)
            and _under(grouping, problem, [change], clash.rules).fits(clash.rules)
        )
    )
    whole = len(solves) == len(clashes)
    if whole:
        rules = problem.rules
        whole = _under(grouping, problem, [change], rules).fits(rules)
    return replace(change, solves=solves, complete=whole)


def find_cure(
    grouping: Grouping, problem: Problem, changes: Sequence[Relaxation], clashes: int
) -> tuple[int, ...]:
    """Positions of changes that together make the plan feasible, tried out; () if none is known."""
    for position, change in enumerate(changes):
        if change.complete:
            return (position,)
    # People who are still to be found may crowd each other out; rules loosened never do.
    plans = [p for p, change in enumerate(changes) if change.code != "MORE_CANDIDATES"]
    for positions in (list(range(len(changes))), plans):
        chosen = _cheapest(changes, positions, clashes)
        cure = [changes[position] for position in chosen]
        try:
            if cure and _under(grouping, problem, cure, problem.rules).fits(problem.rules):
                return tuple(chosen)
        except ExhaustedError:
            return ()
    return ()


def _cheapest(changes: Sequence[Relaxation], positions: Sequence[int], clashes: int) -> list[int]:
    """Of these changes the first that end a clash still open; none if one stays open."""
    chosen: list[int] = []
    left = set(range(clashes))
    for position in positions:
        if left & set(changes[position].solves):
            chosen.append(position)
            left -= set(changes[position].solves)
    return [] if left else chosen


def _changes(grouping: Grouping, problem: Problem, clash: Clash) -> Iterator[Relaxation]:
    """The first step of every kind of change that ends one clash."""
    narrowing = Narrowing[Rule](problem.search, problem.only(clash.rules), {}, {})
    for steps in _proposals(grouping, clash):
        for change in steps:
            if not _can_be_made(grouping.plan, change):
                continue
            if change.code == "MORE_CANDIDATES":
                fits = _under(grouping, problem, [change], clash.rules).fits(clash.rules)
            else:
                bounds = problem.bounds
                rows = problem.rows_of[_rule_of(change)]
                fits = narrowing.fits_with({row: _bounds(*bounds[row], change) for row in rows})
            if fits:
                yield change
                break


def _can_be_made(plan: Plan, change: Relaxation) -> bool:
    """Whether the rest of the plan allows it, e.g. leaves a primary seat and enough for quotas."""
    if change.code == "LOWER_QUOTA":
        return True
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


def _under(
    grouping: Grouping, problem: Problem, changes: Sequence[Relaxation], rules: Sequence[Rule]
) -> Problem:
    """The problem after changes, as far as these rules go, without grouping the pool again."""
    for change in changes:
        if change.code == "MORE_CANDIDATES":
            problem = _with_people(grouping.plan, problem, change, rules)
        else:
            problem = problem.changed(_rule_of(change), partial(_bounds, change=change))
    return problem


def _touched(plan: Plan, problem: Problem, change: Relaxation) -> Iterator[Rule]:
    """The rules that a change can help to keep."""
    if change.code != "MORE_CANDIDATES":
        yield _rule_of(change)
        return
    home = plan.strata[plan.index[change.params["stratum"]]]
    for rule in problem.rules:
        if rule.kind and _counts(plan, rule, home, change.params["values"]):
            yield rule


def _rule_of(change: Relaxation) -> Rule:
    """The rule that a change of the plan loosens."""
    params = change.params
    if change.code == "FEWER_SEATS":
        return Rule("STRATUM", params["kind"], params["stratum"])
    if change.code == "RAISE_CAP":
        return Rule("EMPLOYER_CAP")
    if change.code == "RAISE_GROUP_CAP":
        return Rule("GROUP_CAP", "", params["group"])
    return Rule("QUOTA", params["kind"], str(params["quota"]))


def _bounds(low: int, high: int, change: Relaxation) -> tuple[int, int]:
    steps = change.params["new"] - change.params["old"]
    if change.code == "FEWER_SEATS":
        return low + steps, high + steps
    return (max(0, low + steps), high) if change.code == "LOWER_QUOTA" else (low, high + steps)


def _with_people(
    plan: Plan, problem: Problem, change: Relaxation, rules: Sequence[Rule]
) -> Problem:
    """With people in one stratum whom no cap counts, as far as these rules count them."""
    params = change.params
    home = plan.strata[plan.index[params["stratum"]]]
    places = []
    for kind in KINDS:
        if getattr(home, kind):
            mine = [Rule("STRATUM", kind, home.id)]
            mine += [
                rule
                for rule in rules
                if rule.code == "QUOTA"
                and rule.kind == kind
                and _counts(plan, rule, home, params["values"])
            ]
            places.append(tuple(row for rule in mine for row in problem.rows_of[rule]))
    invented = Invented(params["people"], tuple(places))
    return problem.with_search(problem.search.with_invented(invented))


def _counts(plan: Plan, rule: Rule, home: Stratum, values: Mapping[str, str]) -> bool:
    """Whether a rule counts somebody with these values in a stratum."""
    if rule.code == "STRATUM":
        return rule.name == home.id
    quota = plan.quotas[int(rule.name)]
    return quota.counts(values) and quota.group in (None, home.group)
