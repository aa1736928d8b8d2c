"""Changes of a plan that would mend it: each one tried out, the smallest first.

Codes and parameters: FEWER_SEATS(stratum, kind, old, new), MOVE_SEATS(source, target, kind, seats,
source_old, source_new, target_old, target_new, same_group), RAISE_CAP(old, new),
RAISE_GROUP_CAP(group, old, new), MORE_CANDIDATES(stratum, people): eligible people of employers
that no cap touches. ``remedies`` finds those of mode L, where there are two more: LOWER_QUOTA and
RAISE_QUOTA(quota, category, values, group, kind, old, new).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fairdraw.canonical import instance_of, mapping_of
from fairdraw.diagnosis.effort import Effort, ExhaustedError
from fairdraw.diagnosis.feasibility import Demand, is_feasible, work_of
from fairdraw.errors import FairdrawError
from fairdraw.people.grouping import Grouping, Type
from fairdraw.rules import Plan

if TYPE_CHECKING:
    from fairdraw.diagnosis.findings import Conflict, Shortage

#: What one step of a change costs; only the order matters.
COSTS = {
    ("MOVE_SEATS", "same group"): 1,
    ("MOVE_SEATS", "other group"): 2,
    ("FEWER_SEATS", "alternate"): 2,
    ("MORE_CANDIDATES", ""): 3,
    ("FEWER_SEATS", "primary"): 4,
    ("LOWER_QUOTA", "alternate"): 2,
    ("RAISE_QUOTA", "alternate"): 2,
    ("LOWER_QUOTA", "primary"): 4,
    ("RAISE_QUOTA", "primary"): 4,
    ("RAISE_GROUP_CAP", ""): 5,
    ("RAISE_CAP", ""): 6,
}
_QUOTA_FIELDS = {
    "LOWER_QUOTA": ("low", "alternate_low"),
    "RAISE_QUOTA": ("high", "alternate_high"),
}
#: How many strata a seat may be moved to are proposed for one conflict.
_TARGETS = 2


@dataclass(frozen=True)
class Relaxation:
    """One change. ``solves``: numbers of the conflicts it ends; ``complete``: it mends all of them."""

    code: str
    params: dict[str, Any]
    cost: int
    solves: tuple[int, ...]
    complete: bool


def apply_relaxation(plan: Plan, relaxation: Relaxation) -> Plan:
    """The plan with the change made.

    NOT_A_CHANGE_OF_PLAN for MORE_CANDIDATES, RELAXATION_OF_ANOTHER_PLAN if it does not fit this one.
    """
    instance_of(plan, Plan, "plan")
    instance_of(relaxation, Relaxation, "relaxation")
    try:
        return _applied(plan, relaxation, mapping_of(relaxation.params, "params"))
    except (KeyError, IndexError, TypeError):
        # A parameter is missing, or names a stratum, a group or a quota that is not there.
        raise FairdrawError("RELAXATION_OF_ANOTHER_PLAN", relaxation=relaxation.code) from None


def _applied(plan: Plan, relaxation: Relaxation, params: Mapping[str, Any]) -> Plan:
    if relaxation.code == "RAISE_CAP":
        return replace(plan, employer_cap=params["new"])
    if relaxation.code == "RAISE_GROUP_CAP":
        caps = {group: plan.group_limit(group) for group in plan.groups}
        caps[params["group"]] = params["new"]
        return replace(plan, group_cap={g: cap for g, cap in caps.items() if cap is not None})
    if relaxation.code in _QUOTA_FIELDS:
        field = _QUOTA_FIELDS[relaxation.code][params["kind"] == "alternate"]
        changed: dict[str, Any] = {field: params["new"]}
        quotas = list(plan.quotas)
        quotas[params["quota"]] = replace(quotas[params["quota"]], **changed)
        return replace(plan, quotas=tuple(quotas))
    if relaxation.code == "FEWER_SEATS":
        return _reseat(plan, params["stratum"], params["kind"], params["new"])
    if relaxation.code == "MOVE_SEATS":
        plan = _reseat(plan, params["target"], params["kind"], params["target_new"])
        return _reseat(plan, params["source"], params["kind"], params["source_new"])
    raise FairdrawError("NOT_A_CHANGE_OF_PLAN", relaxation=relaxation.code)


def _reseat(plan: Plan, stratum: str, kind: str, seats: int) -> Plan:
    now = plan.strata[plan.index[stratum]]
    numbers = {"primary": now.primary, "alternate": now.alternate, kind: seats}
    return plan.with_seats(stratum, primary=numbers["primary"], alternate=numbers["alternate"])


def find_relaxations(
    grouping: Grouping,
    conflicts: Sequence[Conflict],
    shortages: Sequence[Shortage],
    relieved: Demand,
    effort: Effort,
) -> tuple[tuple[Relaxation, ...], bool]:
    """Every proposal that ends at least one conflict, cheapest first, and whether these are all.

    ``relieved``: the demand without the empty seats. A change ends conflict c if the demand with
    the empty seats of c alone is feasible under it. Where the work for it was too much, a change is
    only said to end the conflict for which it was proposed.
    """
    index = grouping.plan.index
    trials: list[Demand] = []
    for number in range(len(conflicts)):
        demand = relieved
        for shortage in shortages:
            if shortage.conflict == number:
                demand = _more(demand, shortage.kind, index[shortage.stratum], shortage.short)
        trials.append(demand)
    found: dict[tuple[str, str], Relaxation] = {}
    everything = True
    # One half is for finding changes, the other for finding out what else they mend.
    further = effort.reserve(1, 2)
    for number, conflict in enumerate(conflicts):
        mine = [shortage for shortage in shortages if shortage.conflict == number]
        try:
            for change in _changes(grouping, conflict, mine, trials[number], effort):
                key = (change.code, repr(sorted(change.params.items())))
                if key not in found and not _leaves_no_primary(grouping.plan, change):
                    found[key] = replace(change, solves=(number,), complete=len(conflicts) == 1)
        except ExhaustedError:
            everything = False
    if len(conflicts) > 1:
        for key, change in found.items():
            try:
                found[key] = _judged(grouping, trials, change, further)
            except ExhaustedError:
                everything = False
                break
    ordered = sorted(found.values(), key=lambda change: (change.cost, change.solves))
    return tuple(ordered), everything


def _judged(
    grouping: Grouping, trials: Sequence[Demand], change: Relaxation, effort: Effort
) -> Relaxation:
    """Which conflicts beside its own a change ends, and whether it mends everything."""
    solves = tuple(
        n
        for n, demand in enumerate(trials)
        if n in change.solves or _mends(grouping, demand, change, effort)
    )
    whole = _mends(grouping, Demand.of(grouping), change, effort)
    return replace(change, solves=solves, complete=whole)


def find_remedy(
    grouping: Grouping, relaxations: Sequence[Relaxation], conflicts: int
) -> tuple[int, ...]:
    """Positions of changes that together make the plan feasible, tried out; () if none is known."""
    for position, change in enumerate(relaxations):
        if change.complete:
            return (position,)
    chosen: list[int] = []
    open_conflicts = set(range(conflicts))
    for position, change in enumerate(relaxations):
        if open_conflicts & set(change.solves):
            chosen.append(position)
            open_conflicts -= set(change.solves)
    if open_conflicts:
        return ()
    demand = Demand.of(grouping)
    for position in chosen:
        grouping, demand = _under(grouping, demand, relaxations[position])
    try:
        return tuple(chosen) if is_feasible(grouping, demand) else ()
    except ExhaustedError:
        return ()


def _changes(
    grouping: Grouping,
    conflict: Conflict,
    shortages: Sequence[Shortage],
    trial: Demand,
    effort: Effort,
) -> Iterator[Relaxation]:
    """Proposals for one conflict that have been tried out."""
    proposals = [*_moves(grouping, conflict, shortages, conflict.kind)]
    if conflict.kind == "alternate":
        # A primary fewer leaves one person more for the alternates of the stratum.
        proposals += _moves(grouping, conflict, shortages, "primary")
    proposals += _fewer_seats(grouping, conflict)
    yield from (change for change in proposals if _mends(grouping, trial, change, effort))
    yield from _first_that_mends(grouping, trial, _more_candidates(conflict, shortages), effort)
    groups = {row.group for row in conflict.caps}
    for group in sorted(group for group in groups if group is not None):
        wider = _wider_group_cap(grouping.plan, group)
        yield from _first_that_mends(grouping, trial, wider, effort)
    if None in groups:
        yield from _first_that_mends(grouping, trial, _wider_cap(grouping.plan), effort)


def _first_that_mends(
    grouping: Grouping, trial: Demand, changes: Iterator[Relaxation], effort: Effort
) -> Iterator[Relaxation]:
    for change in changes:
        if _mends(grouping, trial, change, effort):
            yield change
            return


def _change(code: str, price: str, steps: int, **params: Any) -> Relaxation:
    return Relaxation(code, params, COSTS[code, price] * steps, (), False)


def _moves(
    grouping: Grouping, conflict: Conflict, shortages: Sequence[Shortage], kind: str
) -> Iterator[Relaxation]:
    """Move the empty seats of one stratum elsewhere, if one stratum has them all."""
    plan = grouping.plan
    if len(shortages) != 1:
        return
    shortage = shortages[0]
    source = plan.strata[plan.index[shortage.stratum]]
    if getattr(source, kind) < shortage.short:
        return
    surplus = {
        stratum.id: _people(grouping, n) - stratum.primary - stratum.alternate
        for n, stratum in enumerate(plan.strata)
        if stratum.id not in conflict.strata
    }
    targets = sorted(surplus, key=lambda name: (-surplus[name], plan.index[name]))
    for same in (True, False):
        fitting = [
            name
            for name in targets
            if (plan.strata[plan.index[name]].group == source.group) is same
            and surplus[name] >= shortage.short
        ]
        for name in fitting[:_TARGETS]:
            target = plan.strata[plan.index[name]]
            old, start = getattr(source, kind), getattr(target, kind)
            yield _change(
                "MOVE_SEATS",
                "same group" if same else "other group",
                shortage.short,
                source=source.id,
                target=name,
                kind=kind,
                seats=shortage.short,
                source_old=old,
                source_new=old - shortage.short,
                target_old=start,
                target_new=start + shortage.short,
                same_group=same,
            )
        if fitting:
            return


def _people(grouping: Grouping, stratum: int) -> int:
    return sum(len(kind.ids) for kind in grouping.types if stratum in kind.strata)


def _fewer_seats(grouping: Grouping, conflict: Conflict) -> Iterator[Relaxation]:
    plan = grouping.plan
    for name in conflict.strata:
        old = getattr(plan.strata[plan.index[name]], conflict.kind)
        if old >= conflict.short:
            yield _change(
                "FEWER_SEATS",
                conflict.kind,
                conflict.short,
                stratum=name,
                kind=conflict.kind,
                old=old,
                new=old - conflict.short,
            )


def _more_candidates(conflict: Conflict, shortages: Sequence[Shortage]) -> Iterator[Relaxation]:
    for people in range(conflict.short, conflict.short + 6):
        yield _change("MORE_CANDIDATES", "", people, stratum=shortages[0].stratum, people=people)


def _wider_cap(plan: Plan) -> Iterator[Relaxation]:
    old = plan.employer_cap
    assert old is not None
    for new in range(old + 1, old + 11):
        yield _change("RAISE_CAP", "", new - old, old=old, new=new)


def _wider_group_cap(plan: Plan, group: str) -> Iterator[Relaxation]:
    old = plan.group_limit(group)
    assert old is not None
    for new in range(old + 1, old + 11):
        yield _change("RAISE_GROUP_CAP", "", new - old, group=group, old=old, new=new)


def _mends(grouping: Grouping, demand: Demand, change: Relaxation, effort: Effort) -> bool:
    effort.spend(work_of(grouping))
    return is_feasible(*_under(grouping, demand, change), effort)


def _under(grouping: Grouping, demand: Demand, change: Relaxation) -> tuple[Grouping, Demand]:
    """The same question after a change, without grouping the pool again."""
    params, index = change.params, grouping.plan.index
    if change.code == "FEWER_SEATS":
        steps = params["new"] - params["old"]
        return grouping, _more(demand, params["kind"], index[params["stratum"]], steps)
    if change.code == "MOVE_SEATS":
        demand = _more(demand, params["kind"], index[params["source"]], -params["seats"])
        return grouping, _more(demand, params["kind"], index[params["target"]], params["seats"])
    if change.code == "MORE_CANDIDATES":
        ids = tuple(f"+{number}" for number in range(params["people"]))
        extra = Type(None, (index[params["stratum"]],), None, ids)
        wider = replace(grouping, types=(*grouping.types, extra), rows_of=(*grouping.rows_of, ()))
        return wider, demand
    group, steps = params.get("group"), params["new"] - params["old"]
    rooms = tuple(
        room + steps if row.group == group else room
        for room, row in zip(demand.rooms, grouping.rows)
    )
    return grouping, replace(demand, rooms=rooms)


def _more(demand: Demand, kind: str, stratum: int, seats: int) -> Demand:
    numbers = list(getattr(demand, kind))
    numbers[stratum] = max(0, numbers[stratum] + seats)
    changed: dict[str, Any] = {kind: tuple(numbers)}
    return replace(demand, **changed)


def _leaves_no_primary(plan: Plan, change: Relaxation) -> bool:
    fewer = change.code == "FEWER_SEATS" and change.params["kind"] == "primary"
    return fewer and plan.primary_seats == change.params["old"] - change.params["new"]
