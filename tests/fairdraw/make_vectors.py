"""Write the published vectors anew: ``python -m tests.fairdraw.make_vectors [NAME ...]``.

Only after a deliberate change of the protocol: whoever wrote a second verifier tests it with these.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairdraw import Candidate, Member, Plan, Pool, Quota, Stratum, transcript
from fairdraw.vectors import PRIMITIVES, primitives_file
from tests.fairdraw.invented import (
    mixed_pool,
    odd_pool,
    person,
    plan_of,
    varied_pool,
    whole_draw,
)

FOLDER = Path(__file__).parent / "vectors"


def problems() -> dict[str, tuple[Pool, Plan]]:
    """One for each branch of the protocol."""
    strata = Pool(
        person(f"p{i:02}", f"e{i}", f"s{i % 3}", out=("AGE",) if i % 7 == 6 else ())
        for i in range(30)
    )
    flow = mixed_pool(80, strata=4, employers=9)
    grouped = Pool(
        Candidate(f"人{i:02}", f"单位{i % 5}", (f"组{i % 2}.专业{i % 4}",)) for i in range(60)
    )
    seats = tuple(Stratum(f"组{s % 2}.专业{s}", 2, 1, f"组{s % 2}") for s in range(4))
    chair = (Member("主任", "单位0", "组0.专业0"),)
    varied = varied_pool(90)
    regions = (
        Quota("region", ("south", "west"), low=3, alternate_low=1),
        Quota("sex", ("f",), low=3, high=5, alternate_low=1, alternate_high=3),
    )
    everything = Plan(
        tuple(Stratum(f"g{s % 2}.s{s}", 2, 1, f"g{s % 2}") for s in range(4)),
        employer_cap=4,
        group_cap={"g0": 2, "g1": 3},
        designated=(Member("chair", "e0", "g0.s0", None, (("region", "west"), ("sex", "f"))),),
        quotas=(*regions, Quota("region", ("north",), high=3, group="g1")),
        title="every kind of rule at once",
    )
    return {
        "strata": (strata, plan_of({f"s{s}": (2, 1) for s in range(3)}, title="disjoint strata")),
        "flow": (flow, plan_of({f"s{s}": (2, 1) for s in range(4)}, employer_cap=2)),
        "groups": (
            grouped,
            Plan(seats, employer_cap=3, group_cap={"组0": 2, "组1": 1}, designated=chair),
        ),
        "open": (
            flow,
            plan_of({"s0": (1, 0), "s1": (1, 0), "*": (5, 4)}, employer_cap=2, title="whole pool"),
        ),
        "quotas": (varied, plan_of({"*": (9, 3)}, quotas=regions)),
        "general": (varied, everything),
        "ceiling": (
            varied,
            plan_of({"g0.s0": (3, 1), "*": (6, 2)}, quotas=regions[:1], ceiling=Fraction(3, 2)),
        ),
        "crossing": (
            varied,
            plan_of({f"g{s % 2}.s{s}": (2, 1) for s in range(4)}, group_cap=1),
        ),
        "columns": odd_pool(),
        "gm": (
            Pool(grouped.candidates, profile="gm"),
            Plan(seats, employer_cap=3, labels=(("year", "2026"),)),
        ),
    }


def signed(data: bytes) -> bytes:
    """With the signature of a key that everybody knows."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = key.sign(transcript.message_to_sign(data, "office"))
    return transcript.attach_signature(
        data, "office", key.public_key().public_bytes_raw(), signature
    )


def main(wanted: list[str]) -> None:
    """Write every file, or only those named."""
    FOLDER.mkdir(exist_ok=True)
    for name, (pool, plan) in problems().items():
        if wanted and name not in wanted:
            continue
        made = whole_draw(pool, plan, metadata={"number": f"vector {name}"})
        (FOLDER / f"{name}.json").write_bytes(signed(made.data))
    (FOLDER / PRIMITIVES).write_text(primitives_file())


if __name__ == "__main__":
    main(sys.argv[1:])
