"""This engine on one instance, in this process: `python -m bench.ours INSTANCE TASK`.

INSTANCE is a file of ``bench.instances`` or one of ``million-strata`` and ``million-quotas``, which
are made on the spot. TASK: `draw` groups, solves (chances, certificate, lottery) and draws one panel;
`feasible` finds out whether the seats can be filled; `verify` makes a whole transcript and times its
verification. Prints one line of JSON; making the pool is not timed.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import instances
from fairdraw import (
    OPEN_STRATUM,
    Plan,
    Pool,
    Quota,
    Stratum,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    transcript,
)
from fairdraw.drawing import solve_grouped
from fairdraw.people.grouping import group_by_type

SEED = bytes(range(32))
#: What the engine loads by itself once it is needed.
LOADED = (
    "diagnosis.conflicts",
    "flow.halving",
    "flow.reserves",
    "flow.solving",
    "lottery.certificate",
    "lottery.solving",
    "people.likeness",
    "verify",
)
NONCES = {"observer": bytes(range(32)), "office": bytes(range(100, 132))}


def read(name: str) -> tuple[Pool, Plan]:
    """Pool and plan of an instance."""
    if name == "million-strata":
        return _million_strata()
    if name == "million-quotas":
        shape = instances.MILLION
        chosen, shares = instances.columns(shape)
        limits = instances.bounds(shape, chosen, shares)
        names = {
            f"c{number}": {f"v{value:02}": limit for value, limit in enumerate(column)}
            for number, column in enumerate(limits)
        }
        columns = {
            category: [list(names[category])[value] for value in values.tolist()]
            for category, values in zip(names, chosen)
        }
        return _pool(columns, None, None), _plan(
            {**asdict(shape), "categories": names, "strata": None}
        )
    instance = json.loads(Path(name).read_text())
    columns = {
        category: [list(values)[person[number]] for person in instance["people"]]
        for number, (category, values) in enumerate(instance["categories"].items())
    }
    pool = _pool(columns, instance["households"], instance["strata"])
    return pool, _plan({**instance, "cap": 1 if instance["households"] else None})


def _pool(columns: dict[str, list[str]], households: list[int] | None, strata: str | None) -> Pool:
    size = len(next(iter(columns.values())))
    return Pool.from_columns(
        [f"p{number:07}" for number in range(size)],
        [f"h{home}" for home in households] if households else [None] * size,
        [(value,) for value in columns[strata]] if strata else [()] * size,
        values={category: values for category, values in columns.items() if category != strata},
    )


def _plan(instance: dict[str, Any]) -> Plan:
    strata = [Stratum(OPEN_STRATUM, instance["k"], 0)]
    if instance["strata"]:
        seats = instance["categories"][instance["strata"]].items()
        strata = [Stratum(name, low, 0) for name, (low, _) in seats]
    return Plan(
        strata=tuple(strata),
        employer_cap=instance.get("cap"),
        quotas=tuple(
            Quota(category, (value,), low, high)
            for category, values in instance["categories"].items()
            if category != instance["strata"]
            for value, (low, high) in values.items()
        ),
    )


def _million_strata() -> tuple[Pool, Plan]:
    stratum, employer = instances.employers(1_000_000, 40, 8000, 81)
    seats = instances.seats_of(40, 150, 82)
    pool = Pool.from_columns(
        [f"{number:07x}" for number in range(1_000_000)],
        [f"e{number:04}" for number in employer.tolist()],
        [(f"s{number:02}",) for number in stratum.tolist()],
    )
    strata = tuple(Stratum(f"s{number:02}", seat, 0) for number, seat in enumerate(seats))
    return pool, Plan(strata=strata, employer_cap=2)


def _drawn(pool: Pool, plan: Plan) -> dict[str, Any]:
    start, cpu = time.perf_counter(), time.process_time()
    grouping = group_by_type(pool, plan)
    grouped = time.process_time()
    solution = solve_grouped(grouping, pool)
    assert solution is not None, "every instance can be filled"
    bound = solution.bound
    solved = time.process_time()
    result = draw(pool, plan, solution, SEED)
    end, drawn = time.perf_counter(), time.process_time()
    assert len(result.panel) == plan.primary_seats
    lottery = solution.lottery
    return {
        "wall": end - start,
        "cpu": drawn - cpu,
        "group": grouped - cpu,
        "solve": solved - grouped,
        "draw": drawn - solved,
        "mode": solution.mode,
        "types": len(grouping.types),
        "lowest": float(solution.lowest),
        "gap": float(bound - solution.lowest),
        "panels": len(lottery.panels) if lottery else None,
        "method": lottery.method if lottery else "units",
    }


def _feasible(pool: Pool, plan: Plan) -> dict[str, Any]:
    from fairdraw.lottery.general import seating_of
    from fairdraw.lottery.solving import fillable

    start, cpu = time.perf_counter(), time.process_time()
    panel = fillable(seating_of(group_by_type(pool, plan)))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert panel is not None, "every instance can be filled"
    return {"wall": wall, "cpu": cpu}


def _verified(pool: Pool, plan: Plan) -> dict[str, Any]:
    from fairdraw.verify import verify

    solution = solve_grouped(group_by_type(pool, plan), pool)
    assert solution is not None
    promise = commit(pool, plan, solution, {p: nonce_commitment(n) for p, n in NONCES.items()})
    result = draw(pool, plan, solution, derive_seed(promise, NONCES))
    data = transcript.build(pool, plan, solution, promise, NONCES, result)
    start, cpu = time.perf_counter(), time.process_time()
    report = verify(data)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert report.ok, report
    panels = len(solution.lottery.panels) if solution.lottery else None
    return {"wall": wall, "cpu": cpu, "bytes": len(data), "panels": panels, "mode": solution.mode}


def main(name: str, task: str) -> None:
    """Do the task and print what it took."""
    # Loading the solver is not part of solving; the yardstick has loaded its own by then as well.
    for module in LOADED:
        importlib.import_module(f"fairdraw.{module}")
    pool, plan = read(name)
    deed = {"draw": _drawn, "feasible": _feasible, "verify": _verified}[task]
    answer = deed(pool, plan)
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
