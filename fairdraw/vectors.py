"""Published vectors: transcripts that must come out again to the byte, and hashes of small inputs.

Whoever changes the program, or writes another one, checks it with these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairdraw import transcript
from fairdraw.canonical import canonical, digest, merkle_root
from fairdraw.drawing import draw, solve
from fairdraw.errors import FairdrawError
from fairdraw.pool import Pool, pseudonym
from fairdraw.randomness import Tickets, index_below, lot_code, stream, word
from fairdraw.rules import Plan
from fairdraw.seed import (
    Beacon,
    Commitment,
    Program,
    alternate_seed,
    commit,
    derive_seed,
    nonce_commitment,
)
from fairdraw.verify import verify

#: The file of ``primitives``; every other ``*.json`` of a folder of vectors is a transcript.
PRIMITIVES = "primitives.json"


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


def primitives_file() -> str:
    """``primitives`` as the file is written."""
    return json.dumps(primitives(), indent=2, ensure_ascii=True, sort_keys=True) + "\n"


def recomputed(data: bytes) -> bytes:
    """The transcript made again out of its own pool, plan and contributions, and signed as before.

    Equal to ``data`` if this program computes what made it. The program it names stays the one
    that drew; commitments stay as they stand there.
    """
    document = transcript.load(data)
    made = _made(document, _commitment_in(document))
    if transcript.digest_of(made) != document["digest"]:
        return made
    for entry in document["signatures"]:
        key, signature = bytes.fromhex(entry["public_key"]), bytes.fromhex(entry["signature"])
        made = transcript.attach_signature(made, entry["party"], key, signature)
    return made


def drawn_anew(data: bytes) -> bytes:
    """The same case drawn by this program under a commitment of its own; not signed."""
    return _made(transcript.load(data), None)


def _made(document: Mapping[str, Any], commitment: Commitment | None) -> bytes:
    pool = Pool.from_records(document["pool"]["records"], profile=document["profile"])
    plan = Plan.from_record(document["plan"])
    solution = solve(pool, plan)
    nonces = {party["id"]: bytes.fromhex(party["nonce"]) for party in document["parties"]}
    if commitment is None:
        commitment = commit(
            pool,
            plan,
            solution,
            {name: nonce_commitment(n, profile=pool.profile) for name, n in nonces.items()},
            beacon=_beacon(document),
            trials=document["trials"],
            previous=document["previous"],
            abandoned=document["abandoned"],
            refusals=document["refusals"],
        )
    spoken = None if document["beacon"] is None else document["beacon"]["value"]
    return transcript.build(
        pool,
        plan,
        solution,
        commitment,
        nonces,
        draw(pool, plan, solution, derive_seed(commitment, nonces, spoken)),
        beacon_value=spoken,
        metadata=document["metadata"],
        log=document["log"],
    )


def _commitment_in(document: Mapping[str, Any]) -> Commitment:
    return Commitment(
        pool_root=document["pool"]["root"],
        rules_hash=document["rules_hash"],
        lottery_hash=document["lottery_hash"],
        program=Program(**document["program"]),
        parties=tuple((party["id"], party["commitment"]) for party in document["parties"]),
        beacon=_beacon(document),
        trials=document["trials"],
        attempt=document["attempt"],
        previous=document["previous"],
        profile=document["profile"],
        value=document["commit"],
        abandoned=tuple(document["abandoned"]),
        refusals=tuple(document["refusals"]),
    )


def _beacon(document: Mapping[str, Any]) -> Beacon | None:
    told = document["beacon"]
    return None if told is None else Beacon(told["source"], told["at"])


def judge_vector(path: Path) -> str:
    """ "" if a file of vectors is as it should be, else what differs, in a few words."""
    try:
        data = path.read_bytes()
        if path.name == PRIMITIVES:
            return "" if json.loads(data) == primitives() else "another hash of a small input"
        report = verify(data)
        if not report.ok:
            return next(f"step {c.number} {c.code}" for c in report.checks if c.ok is False)
        return "" if recomputed(data) == data else "this program draws something else"
    except FairdrawError as error:
        return str(error)
    except ValueError:
        return "no JSON"
