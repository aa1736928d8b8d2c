"""A transcript made by the engine alone: no database, a fraction of a second."""

from __future__ import annotations

import hashlib
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import fairdraw
from fairdraw import transcript


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def sample_transcript(number: str = "CQ-2026-9001") -> bytes:
    """Fifty people of ten employers, two specialties with a cap: 7 primaries, 4 alternates, signed."""
    pool = fairdraw.Pool(
        fairdraw.Candidate(
            _hex(f"person {i}"),
            _hex(f"employer {i % 10}"),
            ("A01", "A02") if i % 9 == 0 else (("A01", "A02")[i % 2],),
            (fairdraw.Exclusion("AGE", _hex("evidence")),) if i % 25 == 7 else (),
        )
        for i in range(50)
    )
    plan = fairdraw.Plan(
        strata=(
            fairdraw.Stratum("A01", 4, 2, "1"),
            fairdraw.Stratum("A02", 3, 2, "1"),
        ),
        employer_cap=2,
        group_cap=1,
        title=number,
    )
    solution = fairdraw.solve(pool, plan)
    nonces = {
        party: hashlib.sha256(party.encode()).digest() for party in ("observer", "office", "server")
    }
    promise = fairdraw.commit(
        pool,
        plan,
        solution,
        {party: fairdraw.nonce_commitment(n) for party, n in nonces.items()},
        trials=2,
    )
    result = fairdraw.draw(pool, plan, solution, fairdraw.derive_seed(promise, nonces))
    body = transcript.build(
        pool,
        plan,
        solution,
        promise,
        nonces,
        result,
        metadata={
            "number": number,
            "committee": "样例评审委员会",
            "strata": [["A01", "建筑设计", "设计组"], ["A02", "结构工程", "设计组"]],
        },
    )
    key = Ed25519PrivateKey.from_private_bytes(b"sample key of a test, 32 bytes!!")
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(transcript.message_to_sign(body, "server"))
    return transcript.attach_signature(body, "server", public, signature)
