"""Invented pools and plans of every shape, and a whole draw in one call."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from fairdraw import (
    Candidate,
    Commitment,
    Exclusion,
    Plan,
    Pool,
    Quota,
    Result,
    Solution,
    Stratum,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
)

NONCES = {"observer": bytes(range(32)), "office": bytes(range(100, 132)), "server": b"s" * 16}
EVIDENCE = "0" * 64


@dataclass(frozen=True)
class WholeDraw:
    """Everything that a draw leaves behind."""

    pool: Pool
    plan: Plan
    solution: Solution
    commitment: Commitment
    result: Result
    data: bytes


def person(name: str, employer: str | None, *strata: str, out: Iterable[str] = ()) -> Candidate:
    """A candidate; ``out``: exclusion codes."""
    return Candidate(name, employer, strata, tuple(Exclusion(code, EVIDENCE) for code in out))


def plan_of(seats: dict[str, tuple[int, int]], **rules: object) -> Plan:
    """``seats``: stratum -> (primary, alternate); a name "g.x" puts x into group g."""
    strata = tuple(
        Stratum(name, primary, alternate, name.split(".")[0] if "." in name else None)
        for name, (primary, alternate) in seats.items()
    )
    return Plan(strata, **rules)  # type: ignore[arg-type]


def plain_pool(people: int, strata: int = 1) -> Pool:
    """Everybody alike: one stratum each, an employer each."""
    return Pool(person(f"p{i}", f"e{i}", f"s{i % strata}") for i in range(people))


def mixed_pool(people: int, *, strata: int = 5, employers: int = 12, seed: int = 1) -> Pool:
    """One to three strata each, employers of very different size, every eleventh excluded."""
    lot = random.Random(seed)
    made = []
    for number in range(people):
        chosen = lot.sample(range(strata), min(strata, lot.choice([1, 1, 2, 3])))
        employer = f"e{min(int(lot.expovariate(6 / employers)), employers)}"
        out = ("AGE", "LEVEL") if number % 11 == 7 else ()
        made.append(person(f"p{number}", employer, *(f"s{s}" for s in chosen), out=out))
    return Pool(made)


def varied_pool(people: int, *, strata: int = 4, employers: int = 6, seed: int = 3) -> Pool:
    """Like ``mixed_pool``, strata in two groups that some people cross, with region and sex."""
    lot = random.Random(seed)
    made = []
    for number in range(people):
        chosen = lot.sample(range(strata), min(strata, lot.choice([1, 1, 2])))
        made.append(
            Candidate(
                f"p{number}",
                f"e{min(int(lot.expovariate(4 / employers)), employers)}",
                tuple(f"g{s % 2}.s{s}" for s in chosen),
                (Exclusion("AGE", EVIDENCE),) if number % 11 == 7 else (),
                (
                    ("region", lot.choice(["north", "north", "north", "south", "west"])),
                    ("sex", lot.choice("fmm")),
                ),
            )
        )
    return Pool(made)


def odd_pool() -> tuple[Pool, Plan]:
    """Three rules in a circle: fractions of panels would keep them where no whole panel can."""
    people = []
    for features in ("ab", "bc", "ca", "a", "b", "c", ""):
        for number in range(3):
            values = tuple((name, "yes" if name in features else "no") for name in "abc")
            people.append(Candidate(f"{features}{number}", None, ("s",), (), values))
    rules = tuple(Quota(name, ("yes",), low=1, high=1) for name in "abc")
    return Pool(people), plan_of({"s": (2, 0)}, quotas=rules)


def whole_draw(
    pool: Pool, plan: Plan, nonces: dict[str, bytes] | None = None, **more: object
) -> WholeDraw:
    """Solve, commit, reveal, draw, publish."""
    nonces = nonces or NONCES
    solution = solve(pool, plan)
    promises = {
        party: nonce_commitment(nonce, profile=pool.profile) for party, nonce in nonces.items()
    }
    earlier = EVIDENCE if plan.kept else None
    commitment = commit(pool, plan, solution, promises, trials=3, previous=earlier)
    seed = derive_seed(commitment, nonces)
    result = draw(pool, plan, solution, seed)
    data = transcript.build(pool, plan, solution, commitment, nonces, result, **more)  # type: ignore[arg-type]
    return WholeDraw(pool, plan, solution, commitment, result, data)


@st.composite
def problems(draw_value: st.DrawFn) -> tuple[Pool, Plan]:
    """Small pools and plans, feasible or not, with and without caps and choices of strata."""
    strata = draw_value(st.integers(1, 4))
    employers = draw_value(st.integers(1, 5))
    grouped = draw_value(st.booleans())
    names = [f"g{s % 2}.s{s}" if grouped else f"s{s}" for s in range(strata)]
    groups = sorted({name.split(".")[0] for name in names}) if grouped else [""]
    people = []
    for number in range(draw_value(st.integers(1, 24))):
        group = draw_value(st.sampled_from(groups))
        own = [name for name in names if name.startswith(group)]
        chosen = draw_value(st.lists(st.sampled_from(own), min_size=1, max_size=2, unique=True))
        employer = f"e{draw_value(st.integers(0, employers - 1))}"
        out = ("AGE",) if draw_value(st.integers(0, 9)) == 0 else ()
        people.append(person(f"p{number}", employer, *chosen, out=out))
    seats = {name: (draw_value(st.integers(0, 3)), draw_value(st.integers(0, 2))) for name in names}
    seats[names[0]] = (max(1, seats[names[0]][0]), seats[names[0]][1])
    cap = draw_value(st.sampled_from([None, 1, 2, 3]))
    group_cap = draw_value(st.sampled_from([None, 1, 2])) if grouped else None
    return Pool(people), plan_of(seats, employer_cap=cap, group_cap=group_cap)
