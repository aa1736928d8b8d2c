"""The signed head of a locked roster: what strangers hold in their hands, without names.

Short code -> SHA-256 of the head -> the head -> the file `fairdraw-roster/1` -> the transcripts. docs/draw-protocol.md
lists the fields.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fairdraw.canonical import canonical
from fairdraw.errors import FairdrawError
from fairdraw.substitution import JOIN, VOID, Event, check_roster, roster_file
from mingqian.draws.models import Draw, RosterVersion

from .succession import seating_of

FORMAT = "mingqian-head/1"
AT_ONCE_BYTES = 2 * 1024 * 1024
"""Transcripts up to this size together are read anew; of larger ones the seatings kept at their draws are."""


def head_of(content: Mapping[str, Any], *, digest: str, proof: bytes) -> bytes:
    """The head of a version: of what it holds, the digest of that, and the proof of the roster."""
    seq, log_hash = content["log"]
    return canonical(
        {
            "application": content["number"],
            "content": digest,
            "draws": draws_in(proof),
            "format": FORMAT,
            "locked_at": content["locked_at"],
            "log": {"hash": log_hash, "seq": seq},
            "roster": hashlib.sha256(proof).hexdigest(),
            "version": content["version"],
        }
    )


def head_file(version: RosterVersion) -> bytes:
    """The head with its signature, as it is given to anybody. The signature is over the canonical bytes of `head`."""
    assert version.head is not None
    return canonical(
        {
            "head": json.loads(bytes(version.head)),
            "signature": {
                "algorithm": "ed25519",
                "public_key": version.public_key,
                "signature": version.signature,
            },
        }
    )


def draws_in(proof: bytes) -> list[str]:
    """The digests of the transcripts that a proof rests on, those of void supplements among them, in order."""
    return [str(digest) for digest in json.loads(proof)["draws"]]


def draws_of_proof(proof: bytes) -> list[Draw]:
    """Those draws, in order, as far as they are on record."""
    wanted = draws_in(proof)
    rows = Draw.objects.filter(transcript_hash__in=wanted).select_related("application__matter")
    rows = rows.defer("pool", "plan", "solution", "chances", "judgement")
    found = {draw.transcript_hash: draw for draw in rows}
    return [found[digest] for digest in wanted if digest in found]


def is_large(draws: Iterable[Draw]) -> bool:
    """Whether their transcripts take longer than a page may."""
    return sum(len(draw.transcript or b"") for draw in draws) > AT_ONCE_BYTES


def recomputed(proof: bytes, draws: list[Draw]) -> str:
    """Blank where the roster in a proof follows from its draws and answers, else the engine's code for what does not."""
    if not is_large(draws):
        return check_roster(proof, [bytes(draw.transcript or b"") for draw in draws]).code or ""
    try:
        events = [_event(record) for record in json.loads(proof)["events"]]
        made = roster_file([seating_of(draw) for draw in draws], events)
    except FairdrawError as error:
        return error.code
    return "" if made == proof else "SEAT_DIFFERS"


def _event(record: Mapping[str, Any]) -> Event:
    if record["kind"] in (JOIN, VOID):
        return Event(record["kind"], record["draw"])
    return Event(**record)


def holders_in(proof: bytes) -> dict[str, str | None]:
    """Seat -> who holds it in the roster that a proof states, by pseudonym; None: empty."""
    return {seat["seat"]: seat["holder"] for seat in json.loads(proof)["roster"]["seats"]}
