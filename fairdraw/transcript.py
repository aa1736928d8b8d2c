"""The record of a draw as canonical JSON: everything a stranger needs to recompute and judge it.

``docs/draw-protocol.md`` lists the fields. ``digest`` binds all of them but the signatures; a
signature binds the digest and the name of its party.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fairdraw.canonical import (
    bytes_of,
    canonical,
    clean_text,
    digest,
    hex_hash,
    instance_of,
    listed,
    mapping_of,
)
from fairdraw.drawing import Result, check_parts
from fairdraw.errors import FairdrawError
from fairdraw.pool import Pool
from fairdraw.rules import Plan
from fairdraw.seed import LONGEST_BEACON, Commitment, derive_seed, this_program
from fairdraw.solution import Solution
from fairdraw.verify import ed25519_is_valid

FORMAT = "fairdraw/1"
_FIELDS = {"alternates", "digest", "format", "kind", "lottery", "panel", "plan", "pool", "profile"}


def build(
    pool: Pool,
    plan: Plan,
    solution: Solution,
    commitment: Commitment,
    nonces: Mapping[str, bytes],
    result: Result,
    *,
    beacon_value: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    log: Iterable[Mapping[str, Any]] = (),
) -> bytes:
    """The transcript of an official draw, without signatures yet.

    ``metadata`` and ``log``: any canonical JSON, bound by the digest. Raises RESULT_IS_TRIAL,
    PARTS_DO_NOT_FIT if the pieces belong to different draws, and the errors of ``derive_seed``.
    """
    check_parts(pool, plan)
    instance_of(solution, Solution, "solution")
    if instance_of(result, Result, "result").label != "official":
        raise FairdrawError("RESULT_IS_TRIAL")
    seed = derive_seed(commitment, nonces, beacon_value)
    pieces = {
        "pool": commitment.pool_root == pool.root,
        "rules": commitment.rules_hash == plan.rules_hash(profile=pool.profile),
        "lottery": commitment.lottery_hash == solution.lottery_hash,
        "seed": seed == result.seed,
    }
    for piece, fits in pieces.items():
        if not fits:
            raise FairdrawError("PARTS_DO_NOT_FIT", piece=piece)
    beacon: dict[str, str] | None = None
    if commitment.beacon is not None:
        beacon = {
            **commitment.beacon.record(),
            "value": clean_text(beacon_value, "beacon.value", limit=LONGEST_BEACON),
        }
    document = {
        **_shared(pool, plan, solution, result),
        "abandoned": list(commitment.abandoned),
        "attempt": commitment.attempt,
        "beacon": beacon,
        "commit": commitment.value,
        "kind": "official",
        "log": [dict(mapping_of(event, "log")) for event in listed(log, "log")],
        "metadata": dict(mapping_of({} if metadata is None else metadata, "metadata")),
        "parties": [
            {"commitment": value, "id": party, "nonce": nonces[party].hex()}
            for party, value in commitment.parties
        ],
        "previous": commitment.previous,
        "program": commitment.program.record(),
        "refusals": list(commitment.refusals),
        "signatures": [],
        "trials": commitment.trials,
    }
    return _sealed(document)


def build_trial(
    pool: Pool,
    plan: Plan,
    solution: Solution,
    result: Result,
    *,
    metadata: Mapping[str, Any] | None = None,
) -> bytes:
    """The record of a trial draw; no verifier accepts it as a result."""
    check_parts(pool, plan)
    instance_of(solution, Solution, "solution")
    if instance_of(result, Result, "result").label != "trial":
        raise FairdrawError("RESULT_IS_OFFICIAL")
    document = {
        **_shared(pool, plan, solution, result),
        "kind": "trial",
        "metadata": dict(mapping_of({} if metadata is None else metadata, "metadata")),
        "program": this_program(pool.profile).record(),
        "signatures": [],
        "trial": result.trial_number,
    }
    return _sealed(document)


def _shared(pool: Pool, plan: Plan, solution: Solution, result: Result) -> dict[str, Any]:
    return {
        "alternates": [seat.record() for seat in result.alternates],
        "format": FORMAT,
        "index": result.index,
        "lottery": solution.record(),
        "lottery_hash": solution.lottery_hash,
        "panel": [seat.record() for seat in result.panel],
        "plan": plan.record(),
        "pool": pool,
        "profile": pool.profile,
        "rules_hash": plan.rules_hash(profile=pool.profile),
        "seed": result.seed.hex(),
    }


def _sealed(document: dict[str, Any]) -> bytes:
    """The document with its digest; every part is written once and used in both."""
    parts = {
        key: _pool_part(value) if isinstance(value, Pool) else canonical(value, depth=1)
        for key, value in document.items()
    }
    bound = _joined({key: part for key, part in parts.items() if key != "signatures"})
    value = digest("fairdraw/1/transcript", bound, profile=document["profile"]).hex()
    return _joined({**parts, "digest": canonical(value)})


def _pool_part(pool: Pool) -> bytes:
    parts = {"count": canonical(len(pool)), "records": pool.canonical_records()}
    return _joined({**parts, "root": canonical(pool.root)})


def _joined(parts: Mapping[str, bytes]) -> bytes:
    """Canonical JSON of an object, out of that of its values."""
    return b"{" + b",".join(canonical(key) + b":" + parts[key] for key in sorted(parts)) + b"}"


def load(data: bytes) -> dict[str, Any]:
    """The document; TRANSCRIPT_UNREADABLE if it is no JSON object, NOT_CANONICAL if not canonical."""
    if not isinstance(data, (bytes, bytearray)):
        raise FairdrawError("TRANSCRIPT_UNREADABLE", found=type(data).__name__)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise FairdrawError("TRANSCRIPT_UNREADABLE") from None
    if not isinstance(document, dict) or not set(document) >= _FIELDS:
        raise FairdrawError("TRANSCRIPT_UNREADABLE")
    if document["format"] != FORMAT:
        raise FairdrawError("TRANSCRIPT_UNREADABLE")
    if canonical(document) != bytes(data):
        raise FairdrawError("NOT_CANONICAL", where="$")
    return document


def digest_of(transcript: bytes | Mapping[str, Any]) -> str:
    """64 hex digits over everything but ``digest`` and ``signatures``."""
    document = document_of(transcript)
    rest = {key: value for key, value in document.items() if key not in ("digest", "signatures")}
    profile = document["profile"]
    return digest("fairdraw/1/transcript", canonical(rest), profile=profile).hex()


def document_of(transcript: Any) -> Mapping[str, Any]:
    """The document of a transcript, or the document itself; TRANSCRIPT_UNREADABLE."""
    if not isinstance(transcript, Mapping):
        return load(transcript)
    if not all(isinstance(key, str) for key in transcript) or not set(transcript) >= _FIELDS:
        raise FairdrawError("TRANSCRIPT_UNREADABLE")
    return transcript


def message_to_sign(data: bytes, party: str) -> bytes:
    """The 32 bytes that a party signs with Ed25519: H(signature, party, digest)."""
    return _message(load(data), party)


def _message(document: Mapping[str, Any], party: str) -> bytes:
    value = bytes.fromhex(hex_hash(document["digest"], "digest"))
    name = clean_text(party, "party").encode()
    return digest("fairdraw/1/signature", name, value, profile=document["profile"])


def attach_signature(data: bytes, party: str, public_key: bytes, signature: bytes) -> bytes:
    """The transcript with one more Ed25519 signature over ``message_to_sign(data, party)``.

    Raises SIGNATURE_INVALID, SIGNATURE_TWICE (one per party).
    """
    document = load(data)
    name = clean_text(party, "party")
    bytes_of(public_key, "public_key")
    bytes_of(signature, "signature")
    signatures = document.get("signatures")
    if not isinstance(signatures, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("party"), str) for entry in signatures
    ):
        raise FairdrawError("TRANSCRIPT_UNREADABLE", field="signatures")
    if not ed25519_is_valid(public_key, _message(document, name), signature):
        raise FairdrawError("SIGNATURE_INVALID", party=name)
    if any(entry["party"] == name for entry in signatures):
        raise FairdrawError("SIGNATURE_TWICE", party=name)
    signatures.append(
        {
            "algorithm": "ed25519",
            "party": name,
            "public_key": public_key.hex(),
            "signature": signature.hex(),
        }
    )
    signatures.sort(key=lambda entry: entry["party"].encode())
    return canonical(document)
