"""Write the published vectors anew: ``python -m tests.fairdraw.make_vectors [NAME ...]``.

Only after a deliberate change of the protocol: whoever wrote a second verifier tests it with these.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairdraw import (
    Candidate,
    Member,
    Plan,
    Pool,
    Quota,
    Stratum,
    lot_code,
    nonce_commitment,
    transcript,
)
from fairdraw.canonical import canonical, digest, merkle_root
from fairdraw.pool import pseudonym
from fairdraw.seed import Tickets, alternate_seed, index_below, stream, word
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


def primitives() -> dict[str, Any]:
    """Small inputs and outputs of every hash in the protocol."""
    seed = bytes(range(32))
    ticket = Tickets(seed).of("p1")
    return {
        "alternate_seed": alternate_seed(seed).hex(),
        "canonical": canonical({"b": [1, None, "é"], "a": {"ä": -2}}).hex(),
        "digest": digest("label", b"", b"field").hex(),
        "indices": {str(n): index_below(seed, "panel", n) for n in (1, 3, 1024, 1280)},
        "lot_code": lot_code(ticket),
        "merkle_roots": [merkle_root([bytes([i]) for i in range(n)]).hex() for n in range(8)],
        "nonce_commitment": nonce_commitment(bytes(16)),
        "pseudonym": pseudonym(bytes(16), "expert 1"),
        "seed": seed.hex(),
        "stream": stream(seed, "halve/0", 80).hex(),
        "ticket": ticket.hex(),
        "word": str(word(seed, "pair/0")),
    }


def main(wanted: list[str]) -> None:
    """Write every file, or only those named."""
    FOLDER.mkdir(exist_ok=True)
    for name, (pool, plan) in problems().items():
        if wanted and name not in wanted:
            continue
        made = whole_draw(pool, plan, metadata={"number": f"vector {name}"})
        (FOLDER / f"{name}.json").write_bytes(signed(made.data))
    text = json.dumps(primitives(), indent=2, ensure_ascii=True, sort_keys=True)
    (FOLDER / "primitives.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
