"""What the verifier said of a transcript when it was made, kept with the draw.

A transcript of a hundred thousand people takes longer than a page may. For such a file the page shows what was
said at the draw, and by which program; whoever doubts it computes the file on a machine of their own.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from mingqian.draws.models import Draw

from .sandbox import Judgement, judge, verifier_path

AT_ONCE_BYTES = 2 * 1024 * 1024
"""Up to this size a stored transcript is judged anew whenever somebody asks."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A judgement and how it came about: which bytes of the verifier, when, and how long they took."""

    judgement: Judgement
    program: str
    at: datetime
    seconds: float


def to_keep(judgement: Judgement, data: bytes, *, at: datetime, seconds: float) -> bytes:
    """A judgement on these bytes as it is stored with their draw."""
    told = {
        "at": at.isoformat(),
        "file": hashlib.sha256(data).hexdigest(),
        "judgement": asdict(judgement),
        "program": hashlib.sha256(verifier_path().read_bytes()).hexdigest(),
        "seconds": round(seconds, 2),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def kept_of(draw: Draw) -> Kept | None:
    """What was kept with a large transcript, if it was said of the very bytes that are stored now."""
    data = bytes(draw.transcript or b"")
    if draw.judgement is None or len(data) <= AT_ONCE_BYTES:
        return None
    told = json.loads(bytes(draw.judgement))
    if told["file"] != hashlib.sha256(data).hexdigest():
        return None
    return Kept(
        Judgement(**told["judgement"]),
        told["program"],
        datetime.fromisoformat(told["at"]),
        told["seconds"],
    )


def earlier_of(draw: Draw) -> bytes:
    """The stored transcript that a draw is bound to, to be judged with it; none if there is none or it is large."""
    if not draw.previous:
        return b""
    earlier = Draw.objects.filter(transcript_hash=draw.previous).only("transcript").first()
    data = bytes(earlier.transcript or b"") if earlier else b""
    return data if len(data) <= AT_ONCE_BYTES else b""


def judgement_of(draw: Draw) -> Judgement:
    """The judgement on a stored transcript and the one it is bound to: of a large one as it was kept, else made now.

    Raises Busy, TookTooLong.
    """
    kept = kept_of(draw)
    return kept.judgement if kept else judge(bytes(draw.transcript or b""), earlier_of(draw))
