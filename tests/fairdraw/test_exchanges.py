"""The certificate of mode B in full: whatever way chances are moved about, only leximin is accepted."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fairdraw import Infeasible, Plan, Pool, transcript
from fairdraw import verify as verifier
from fairdraw.verify import verify
from tests.fairdraw.invented import mixed_pool, person, plan_of, problems, whole_draw
from tests.fairdraw.sealing import forged

UNIT, LEAST_MOVE = 2**40, 2**30
Arcs = dict[tuple[Any, Any], list[int]]  # (tail, head) -> [flow, capacity]


def circulation(pool: Pool, plan: Plan, document: dict[str, Any]) -> Arcs:
    """hub -> employer -> (employer, group) -> type -> stratum -> hub, in units."""
    lottery = document["lottery"]
    group = {s.id: s.group for s in plan.strata}
    seats = {s.id: s.primary for s in plan.strata}
    arcs: Arcs = {}
    for t, (employer, strata, people) in enumerate(lottery["types"]):
        chain: list[Any] = ["hub"]
        if employer is not None:
            overall = plan.employer_room(employer)
            inside = plan.group_room(employer, group[strata[0]])
            for name, room in (((employer,), overall), ((employer, group[strata[0]]), inside)):
                if room is not None:
                    arcs.setdefault((chain[-1], name), [0, room * UNIT])
                    chain.append(name)
        arcs[chain[-1], t] = [0, people * UNIT]
        for stratum in strata:
            if seats[stratum]:
                arcs[t, stratum] = [0, people * UNIT]
    for s, number in seats.items():
        arcs[s, "hub"] = [number * UNIT, number * UNIT]
    into = {head: tail for tail, head in arcs if head != "hub" and head not in seats}
    names = [s.id for s in plan.strata]
    for t, s, units in lottery["cells"]:
        arcs[t, names[s]][0] += units
        head: Any = t
        while head != "hub":
            arcs[into[head], head][0] += units
            head = into[head]
    return arcs


def residual(arcs: Arcs) -> dict[Any, list[tuple[Any, tuple[Any, Any], int, int]]]:
    """From each node: (other, arc, direction, how much)."""
    ways: dict[Any, list[tuple[Any, tuple[Any, Any], int, int]]] = {}
    for (tail, head), (flow, capacity) in arcs.items():
        if capacity - flow >= LEAST_MOVE and head != "hub":
            ways.setdefault(tail, []).append((head, (tail, head), 1, capacity - flow))
        if flow >= LEAST_MOVE and head != "hub":
            ways.setdefault(head, []).append((tail, (tail, head), -1, flow))
    return ways


def move_about(arcs: Arcs, lot: random.Random, kept: set[int]) -> None:
    """Push along a random cycle; types in ``kept`` lose nothing."""
    ways = residual(arcs)
    starts = [node for node in ways if isinstance(node, int)]
    if not starts:
        return
    path: list[tuple[Any, tuple[Any, Any], int, int]] = []
    seen = [lot.choice(starts)]
    for _ in range(40):
        choices = [
            way
            for way in ways.get(seen[-1], ())
            if not (path and way[1] == path[-1][1])
            and not (way[2] < 0 and way[1][1] in kept and isinstance(way[1][1], int))
        ]
        if not choices:
            return
        way = lot.choice(choices)
        path.append(way)
        if way[0] in seen:
            cycle = path[seen.index(way[0]) :]
            arc_names = [name for _, name, _, _ in cycle]
            if len(set(arc_names)) == len(arc_names):
                most = min(amount for _, _, _, amount in cycle)
                amount = max(LEAST_MOVE, most // lot.choice([1, 1, 2, 3]))
                for _, name, direction, _ in cycle:
                    arcs[name][0] += direction * amount
            return
        seen.append(way[0])


def with_flow(data: bytes, plan: Plan, arcs: Arcs) -> bytes:
    """The transcript with the units of another flow, every hash made to fit."""
    number = {s.id: i for i, s in enumerate(plan.strata)}
    cells = sorted(
        [tail, number[head], flow]
        for (tail, head), (flow, _) in arcs.items()
        if isinstance(tail, int) and flow
    )
    return forged(data, lambda d: d["lottery"].update(cells=cells))


def chances(document: dict[str, Any]) -> list[Fraction]:
    """By type."""
    units = [0] * len(document["lottery"]["types"])
    for t, _, amount in document["lottery"]["cells"]:
        units[t] += amount
    return [Fraction(u, UNIT * kind[2]) for u, kind in zip(units, document["lottery"]["types"])]


def certificate(data: bytes) -> Any:
    """The check of the certificate; what comes before it must fit."""
    checks = {check.code: check for check in verify(data).checks}
    assert checks["CHANCES"].ok, checks
    return checks["CERTIFICATE"]


def judge_moved(pool: Pool, plan: Plan, lot: random.Random, moves: int) -> str:
    """Move the chances of an honest draw about; whether the verifier accepts it if and only if they
    are still leximin. Where it was refused, "" if it was not."""
    data = whole_draw(pool, plan).data
    document = json.loads(data)
    assert certificate(data).ok
    honest = chances(document)
    arcs = circulation(pool, plan, document)
    lowest = {t for t, chance in enumerate(honest) if chance <= min(honest) + Fraction(1, 2**20)}
    kept = lowest if lot.random() < 0.7 else set()
    for _ in range(moves):
        move_about(arcs, lot, kept)
    moved = with_flow(data, plan, arcs)
    differs = max(abs(a - b) for a, b in zip(honest, chances(json.loads(moved))))
    if Fraction(1, 2**25) <= differs <= Fraction(1, 2**18):
        return ""  # so little that rounding may hide it
    check = certificate(moved)
    assert check.ok is (differs < Fraction(1, 2**25)), (check, float(differs))
    if check.ok is False and check.where != "lottery.prices":
        assert check.expected == "no larger chance to take from"
    return str(check.where)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.integers(0, 10**6), st.integers(1, 12))
def test_only_leximin_chances_pass(problem: tuple[Pool, Plan], seed: int, moves: int) -> None:
    pool, plan = problem
    try:
        honest = whole_draw(pool, plan)
    except Infeasible:
        assume(False)
    assume(honest.solution.mode == "B")
    judge_moved(pool, plan, random.Random(seed), moves)


def test_chances_moved_upwards_are_refused_though_the_smallest_stays() -> None:
    pool = mixed_pool(60, strata=4, employers=8)
    plan = plan_of({f"s{s}": (2, 1) for s in range(4)}, employer_cap=2)
    found = [judge_moved(pool, plan, random.Random(seed), 6) for seed in range(12)]
    assert sum(where.startswith("lottery.cells, type ") for where in found) >= 3


def test_a_search_that_costs_too_much_is_given_up_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = mixed_pool(60, strata=4, employers=8)
    made = whole_draw(pool, plan_of({f"s{s}": (2, 1) for s in range(4)}, employer_cap=2))
    assert verify(made.data).facts["full"] is True
    monkeypatch.setattr(verifier, "MOST_REACH", 3)
    report = verify(made.data)
    check = next(check for check in report.checks if check.code == "CERTIFICATE")
    assert report.ok
    assert report.facts["full"] is False
    assert check.value.endswith(", smallest chance only")
    assert transcript.digest_of(made.data) == report.facts["digest"]


def test_a_chance_that_grows_only_together_with_another_is_seen() -> None:
    """Two employers with one seat each share two strata: what one gains in the first, the other gains
    in the second. No exchange between two types is possible, only one among four."""
    people = [person(f"{e}{s}{n}", e, s) for e in "ab" for s in ("s1", "s2") for n in range(2)]
    crowd = [person(f"c{n}", f"e{n}", "s3") for n in range(30)]
    plan = plan_of({"s1": (1, 0), "s2": (1, 0), "s3": (1, 0)}, employer_cap=1)
    made = whole_draw(Pool([*people, *crowd]), plan)
    cells = json.loads(made.data)["lottery"]["cells"]
    assert [units for _, _, units in cells[1:]] == [UNIT // 2] * 4

    def shift(document: dict[str, Any]) -> None:
        for t, (_, _, units) in enumerate(cells[1:], 1):
            document["lottery"]["cells"][t][2] = units + (UNIT // 4 if t in (2, 3) else -UNIT // 4)

    check = certificate(forged(made.data, shift))
    assert check.ok is False
    assert (check.where, check.found) == ("lottery.cells, type 1", "1/8")
    assert check.expected == "no larger chance to take from"
