"""Forging: change a transcript and recompute every hash that a forger could recompute."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fairdraw import transcript
from fairdraw.canonical import canonical, digest, merkle_root, uint64


def loaded(data: bytes) -> dict[str, Any]:
    """A changeable copy of the document."""
    return dict(json.loads(data))


def with_change(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The document with one change and nothing recomputed."""
    document = loaded(data)
    change(document)
    return canonical(document)


def forged(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The document with one change and every hash after it made to fit; the lots stay as told."""
    document = loaded(data)
    change(document)
    pool = document["pool"]
    pool["count"] = len(pool["records"])
    pool["root"] = merkle_root([canonical(record) for record in pool["records"]]).hex()
    document["rules_hash"] = digest("fairdraw/1/rules", canonical(document["plan"])).hex()
    document["lottery_hash"] = digest("fairdraw/1/lottery", canonical(document["lottery"])).hex()
    reveals: list[bytes] = []
    promises: list[bytes] = []
    for party in document["parties"]:
        nonce = bytes.fromhex(party["nonce"])
        promise = digest("fairdraw/1/nonce", nonce)
        party["commitment"] = promise.hex()
        promises += [party["id"].encode(), promise]
        reveals += [party["id"].encode(), nonce]
    commit = digest(
        "fairdraw/1/commit",
        bytes.fromhex(pool["root"]),
        bytes.fromhex(document["rules_hash"]),
        bytes.fromhex(document["lottery_hash"]),
        canonical(document["program"]),
        uint64(len(document["parties"])),
        *promises,
        b"none",
        uint64(document["trials"]),
        uint64(document["attempt"]),
        uint64(len(document["abandoned"])),
        *(bytes.fromhex(value) for value in document["abandoned"]),
        bytes.fromhex(document["previous"] or ""),
        digest("fairdraw/1/refusals", canonical(document["refusals"])),
    )
    document["commit"] = commit.hex()
    document["seed"] = digest("fairdraw/1/seed", commit, *reveals, b"none").hex()
    document["digest"] = transcript.digest_of(document)
    return canonical(document)
