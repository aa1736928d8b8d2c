"""A committee of 25 and 13 alternates from pools of 10^3 to 10^6 experts, by the engine alone.

Twelve strata. Mode S: one stratum each, no cap. Mode B: a third of the people in two strata, at
most two from one employer. Freeze is the Merkle root over all records, solve the exact chances,
draw the seats from a seed; a million people are made once and not timed.
"""

from __future__ import annotations

import random

from bench.measure import line, measure, shown, title
from fairdraw import Candidate, Plan, Pool, Stratum, draw, solve

SIZES = (1_000, 10_000, 100_000, 1_000_000)
STRATA = 12
SEED = bytes(range(32))


def people(size: int, *, several: bool) -> list[Candidate]:
    """An invented pool: employers of very different size, strata of different size."""
    lot = random.Random(size)
    employers = max(20, size // 25)
    made = []
    for number in range(size):
        first = min(lot.randrange(STRATA), lot.randrange(STRATA))
        strata = {first, lot.randrange(STRATA)} if several and number % 3 == 0 else {first}
        employer = int(employers * lot.random() ** 2)
        made.append(
            Candidate(
                id=f"{number:08x}",
                employer=f"e{employer:05}",
                strata=tuple(f"s{stratum:02}" for stratum in strata),
            )
        )
    return made


def plan(*, cap: int | None) -> Plan:
    """25 primaries and 13 alternates over twelve strata."""
    return Plan(
        strata=tuple(
            Stratum(f"s{number:02}", primary=2 + (number == 0), alternate=1 + (number == 0))
            for number in range(STRATA)
        ),
        employer_cap=cap,
    )


def measure_one(size: int, *, several: bool, rules: Plan) -> tuple[str, float, str]:
    """The mode that the rules lead to, the seconds of a whole draw, and its parts in words."""
    candidates = people(size, several=several)
    repetitions = max(1, min(15, 300_000 // size))
    freeze = measure(lambda: Pool(candidates).root, repetitions=repetitions, warm_up=0)
    pool = Pool(candidates)
    solved = measure(lambda: solve(pool, rules), repetitions=repetitions, warm_up=0)
    solution = solve(pool, rules)
    drawn = measure(lambda: draw(pool, rules, solution, SEED), repetitions=repetitions, warm_up=0)
    result = draw(pool, rules, solution, SEED)
    assert (len(result.panel), len(result.alternates)) == (25, 13)
    parts = f"freeze {shown(freeze.wall)}, solve {shown(solved.wall)}, draw {shown(drawn.wall)}"
    return solution.mode, freeze.wall + solved.wall + drawn.wall, parts


def run() -> None:
    """Measure and print."""
    for mode, several, cap in (("S", False, None), ("B", True, 2)):
        title(f"Draw of 25 + 13 seats, mode {mode}")
        smallest = None
        for size in SIZES:
            found, total, parts = measure_one(size, several=several, rules=plan(cap=cap))
            assert found == mode, found
            smallest = smallest or total
            line(
                f"{size:>9,} experts",
                f"{parts}; together {shown(total)}, {total / smallest:.1f} × the smallest pool",
            )
