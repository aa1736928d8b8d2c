"""Why a plan cannot be filled, what would mend it, and how tight it is if it can.

A conflict is a smallest set of strata whose seats cannot be filled together: drop any one of them
and the rest can. Several conflicts are found one after the other, each with the earlier ones
relieved. Everything is codes and numbers; nothing here is words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fairdraw.canonical import callable_or_none
from fairdraw.diagnosis import effort as means
from fairdraw.diagnosis.effort import Effort, ExhaustedError
from fairdraw.diagnosis.feasibility import Demand, Gap, primary_gap, work_of, worst_case_gap
from fairdraw.diagnosis.findings import (
    Conflict,
    Diagnosis,
    QuotaShortage,
    Shortage,
    StratumCount,
    TightRow,
)
from fairdraw.diagnosis.relaxation import find_relaxations, find_remedy
from fairdraw.drawing import Progress, check_parts, solve_grouped
from fairdraw.lottery.general import RowName, name_rows
from fairdraw.people.grouping import Grouping, Row, group_by_type, reach
from fairdraw.pool import Pool
from fairdraw.rules import Plan
from fairdraw.solution import Solution

_Ask = Callable[[Grouping, Demand, Effort | None], Gap]


def diagnose(pool: Pool, plan: Plan, *, progress: Progress | None = None) -> Diagnosis:
    """Judge a plan against a pool; raises the errors of ``group_by_type``."""
    check_parts(pool, plan)
    callable_or_none(progress, "progress")
    grouping = group_by_type(pool, plan)
    solution = solve_grouped(grouping, pool, progress=progress)
    if solution is None:
        return why_not(grouping, pool)
    strata = count_strata(pool, plan)
    if not grouping.general:
        return Diagnosis(True, strata, full_caps=_full_caps(solution), solution=solution)
    tight = _tight_rows(solution)
    names = {(t.row.employer, t.row.group) for t in tight if t.row.employer is not None}
    full = tuple(row for row in grouping.rows if (row.employer, row.group) in names)
    return Diagnosis(True, strata, full_caps=full, solution=solution, tight=tight)


def why_not(grouping: Grouping, pool: Pool) -> Diagnosis:
    """The diagnosis of a plan that is known to be infeasible."""
    strata = count_strata(pool, grouping.plan)
    if grouping.general:
        return _diagnose_general(grouping, strata)
    effort = Effort(means.WHOLE_EFFORT)
    share = effort.reserve(1, 4)
    conflicts, shortages, relieved, all_found = _conflicts(grouping, strata, share)
    effort.give_back(share)
    relaxations, everything = find_relaxations(grouping, conflicts, shortages, relieved, effort)
    remedy = find_remedy(grouping, relaxations, len(conflicts))
    everything = everything and all_found and all(each.smallest for each in conflicts)
    return Diagnosis(
        False, strata, conflicts, shortages, relaxations, remedy, exhaustive=everything
    )


def count_strata(pool: Pool, plan: Plan) -> tuple[StratumCount, ...]:
    """People in the pool, eligible and removed, for every stratum of the plan."""
    everybody, eligible = Counter[int](), Counter[int]()
    removed: list[Counter[str]] = [Counter() for _ in plan.strata]
    first = [pairs[0][0] if pairs else None for pairs in pool.exclusions.kinds]
    alike = Counter(zip(pool.strata.codes, map(first.__getitem__, pool.exclusions.codes)))
    reached = [reach(names, plan) for names in pool.strata.kinds]
    for (kind, code), people in alike.items():
        for number in reached[kind]:
            everybody[number] += people
            if code is None:
                eligible[number] += people
            else:
                removed[number][code] += people
    return tuple(
        StratumCount(s.id, everybody[n], eligible[n], s.primary, s.alternate, dict(removed[n]))
        for n, s in enumerate(plan.strata)
    )


def _diagnose_general(grouping: Grouping, strata: tuple[StratumCount, ...]) -> Diagnosis:
    """Why no panel keeps the rules of a mode L plan."""
    from fairdraw.diagnosis.conflicts import Problem, find_clashes
    from fairdraw.diagnosis.remedies import find_changes, find_cure

    plan, effort = grouping.plan, Effort(means.WHOLE_EFFORT)
    problem = Problem.of(grouping, effort)
    # Half of the work at most goes into conflicts, so that some is left for what would mend them.
    share = effort.reserve(1, 2)
    clashes, all_clashes = find_clashes(problem.with_effort(share))
    effort.give_back(share)
    counts = {count.stratum: count for count in strata}
    conflicts, shortages, lacking = [], [], []
    for number, clash in enumerate(clashes):
        seats = [(r.name, r.kind) for r in clash.rules if r.code == "STRATUM"]
        conflicts.append(
            Conflict(
                kind=clash.kind,
                strata=tuple(dict.fromkeys(name for name, _ in seats)),
                need=sum(getattr(counts[name], kind) for name, kind in seats),
                short=clash.short,
                caps=tuple(r for r in grouping.rows if (r.employer, r.group) in clash.caps),
                quotas=tuple(dict.fromkeys(int(r.name) for r in clash.rules if r.code == "QUOTA")),
                smallest=clash.smallest,
            )
        )
        for (name, kind), short in sorted(clash.empty.items()):
            count, need = counts[name], getattr(counts[name], kind)
            shortages.append(
                Shortage(name, kind, need, count.eligible, need - short, short, number)
            )
        for (quota, kind), short in sorted(clash.missing.items()):
            rule = plan.quotas[quota]
            need = rule.low if kind == "primary" else rule.alternate_low
            people = sum(len(t.ids) for t in grouping.types if quota in t.quotas)
            lacking.append(QuotaShortage(quota, kind, need, people, need - short, short, number))
    changes, all_changes = find_changes(grouping, problem, clashes)
    cure = find_cure(grouping, problem, changes, len(clashes)) if all_clashes else ()
    return Diagnosis(
        feasible=False,
        strata=strata,
        conflicts=tuple(conflicts),
        shortages=tuple(shortages),
        relaxations=changes,
        remedy=cure,
        quota_shortages=tuple(lacking),
        exhaustive=all_clashes and all_changes and all(clash.smallest for clash in clashes),
    )


def _tight_rows(solution: Solution) -> tuple[TightRow, ...]:
    """Caps and quotas of a lottery whose every panel stands at the same limit."""
    seating, lottery = solution.seating, solution.lottery
    assert seating is not None
    assert lottery is not None
    panels, found = len(lottery.panels), []
    for name, row in zip(name_rows(solution.grouping), seating.rows):
        if name.code == "STRATUM" or not row.cells:
            continue
        drawn = sum(lottery.totals[c] for c in row.cells)
        if drawn == row.high * panels and _has_high(solution.grouping.plan, name):
            found.append(TightRow(name, row.high, "high"))
        elif row.low and drawn == row.low * panels:
            found.append(TightRow(name, row.low, "low"))
    return tuple(found)


def _has_high(plan: Plan, name: RowName) -> bool:
    """Whether the upper limit of a row stands in the plan and is not just the number of seats."""
    if name.quota is None:
        return True
    quota = plan.quotas[name.quota]
    return (quota.high if name.kind == "primary" else quota.alternate_high) is not None


def _full_caps(solution: Solution) -> tuple[Row, ...]:
    grouping = solution.grouping
    load = Counter[int]()
    for kind, _, units in solution.cells:
        for r in grouping.rows_of[kind]:
            load[r] += units
    # Rounding to whole units moves a row by less than one unit for each of its types.
    slack = len(grouping.types) * 2
    return tuple(
        row
        for r, row in enumerate(grouping.rows)
        if load[r] and load[r] >= (row.room << solution.scale) - slack
    )


def _conflicts(
    grouping: Grouping, strata: tuple[StratumCount, ...], effort: Effort
) -> tuple[tuple[Conflict, ...], tuple[Shortage, ...], Demand, bool]:
    """Conflicts, the empty seats they cause, the demand with those seats taken away; all of them?

    Not all if it is undecided whether what remains can be filled.
    """
    demand = Demand.of(grouping)
    conflicts: list[Conflict] = []
    shortages: list[Shortage] = []
    kinds: tuple[tuple[str, _Ask], ...] = (("primary", primary_gap), ("alternate", worst_case_gap))
    for kind, ask in kinds:
        while (found := _known(ask, grouping, demand)) and found.total:
            smallest = True
            try:
                numbers = _smallest_conflict(grouping, demand, kind, ask, found, effort)
            except ExhaustedError:
                # The strata of the cut are a conflict; if they alone are none, all of them are.
                numbers, smallest = sorted(found.seats), False
                part = _known(ask, grouping, _only(demand, kind, numbers))
                if not part or not part.total:
                    numbers = [n for n, seats in enumerate(getattr(demand, kind)) if seats]
            gap = _known(ask, grouping, _only(demand, kind, numbers)) or found
            seats = getattr(demand, kind)
            need = sum(seats[n] for n in numbers)
            names = tuple(strata[n].stratum for n in numbers)
            caps = tuple(grouping.rows[r] for r in gap.rows)
            conflicts.append(Conflict(kind, names, need, gap.total, caps, (), smallest))
            taken = _share(gap.total, numbers, seats)
            for n, missing in taken.items():
                count, wanted = strata[n], getattr(strata[n], kind)
                shortages.append(
                    Shortage(
                        stratum=count.stratum,
                        kind=kind,
                        need=wanted,
                        eligible=count.eligible,
                        reachable=wanted - missing,
                        short=missing,
                        conflict=len(conflicts) - 1,
                    )
                )
            demand = _with(demand, kind, [x - taken.get(n, 0) for n, x in enumerate(seats)])
    return tuple(conflicts), tuple(shortages), demand, found is not None


def _known(ask: _Ask, grouping: Grouping, demand: Demand) -> Gap | None:
    """The gap, or nothing if it is undecided."""
    try:
        return ask(grouping, demand, None)
    except ExhaustedError:
        return None


def _smallest_conflict(
    grouping: Grouping, demand: Demand, kind: str, ask: _Ask, found: Gap, effort: Effort
) -> list[int]:
    """Start from the strata of a cut and drop them one by one as long as a conflict remains.

    ExhaustedError if that is too much work.
    """

    def asked(numbers: list[int]) -> int:
        effort.spend(work_of(grouping))
        return ask(grouping, _only(demand, kind, numbers), effort).total

    wanted = [n for n, seats in enumerate(getattr(demand, kind)) if seats]
    for n in wanted:
        if asked([n]):
            return [n]
    numbers = sorted(found.seats)
    if not asked(numbers):
        numbers = wanted
    for n in list(numbers):
        fewer = [m for m in numbers if m != n]
        if fewer and asked(fewer):
            numbers = fewer
    return numbers


def _only(demand: Demand, kind: str, numbers: list[int]) -> Demand:
    """Only these strata want seats of the kind (the other kind is left as it is)."""
    seats = [x if n in numbers else 0 for n, x in enumerate(getattr(demand, kind))]
    demand = _with(demand, kind, seats)
    return _with(demand, "alternate", [0] * len(seats)) if kind == "primary" else demand


def _with(demand: Demand, kind: str, seats: list[int]) -> Demand:
    changed: dict[str, Any] = {kind: tuple(seats)}
    return replace(demand, **changed)


def _share(short: int, numbers: list[int], seats: tuple[int, ...]) -> dict[int, int]:
    """Which strata give up the empty seats: those with the most seats first."""
    taken = dict.fromkeys(numbers, 0)
    for _ in range(short):
        n = max(numbers, key=lambda n: (seats[n] - taken[n], -n))
        taken[n] += 1
    return {n: count for n, count in taken.items() if count}
