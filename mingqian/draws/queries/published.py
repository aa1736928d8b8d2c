"""What a stranger may learn of stored draws: whether a transcript is ours, and whether its draw still stands."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass

from mingqian.draws.models import Draw, DrawStatus, RosterVersion
from mingqian.draws.short_codes import read_short_code
from mingqian.draws.signing import public_key

DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')
PUBLISHED = (DrawStatus.EXECUTED, DrawStatus.VOIDED)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """How a file stands to what is stored here. `draw` is None where the file is not ours."""

    draw: Draw | None
    same_bytes: bool = False
    # Another transcript is on record for the same number: the file is of no draw of ours.
    other_code: str = ""

    @property
    def same_draw(self) -> Draw | None:
        """The draw, if the file is its transcript byte for byte."""
        return self.draw if self.same_bytes else None

    @property
    def is_void(self) -> bool:
        return bool(self.draw and self.draw.is_void)


def on_record(*, digest: str, number: str, data: bytes) -> OnRecord:
    """Look up a transcript by what it says its digest is, then compare the bytes."""
    published = Draw.objects.filter(status__in=PUBLISHED).select_related("application__matter")
    draw = published.filter(transcript_hash=digest).first() if digest else None
    if draw is not None:
        same = draw.transcript is not None and hmac.compare_digest(bytes(draw.transcript), data)
        return OnRecord(draw, same)
    if number:
        others = published.filter(application__matter__number=number).order_by("-attempt")
        other = others.filter(status=DrawStatus.EXECUTED).first() or others.first()
        if other is not None:
            return OnRecord(None, other_code=other.short_code or "")
    return OnRecord(None)


def stored_as(data: bytes) -> Draw | None:
    """The draw whose stored transcript these very bytes are; nothing of the file is taken apart for it."""
    found = DIGEST.search(data)
    if found is None:
        return None
    # A digest stands in the file once where it is one of ours; whatever else is no match and no harm.
    return on_record(digest=found[1].decode(), number="", data=data).same_draw


def published_draw(typed: str) -> Draw | None:
    """The draw of a short code, however it was typed."""
    code = read_short_code(typed)
    if not code:
        return None
    return (
        Draw.objects.filter(status__in=PUBLISHED, short_code=code)
        .select_related("application__matter", "application__committee")
        .first()
    )


def published_version(typed: str) -> RosterVersion | None:
    """The locked version of a roster with this short code, however it was typed."""
    code = read_short_code(typed)
    if not code:
        return None
    large = ("pool", "plan", "solution", "chances", "transcript", "judgement")
    return (
        RosterVersion.objects.filter(short_code=code)
        .select_related("roster__draw__application__matter", "roster__draw__application__committee")
        .defer(*(f"roster__draw__{column}" for column in large))
        .first()
    )


def earlier_code(draw: Draw | None) -> str:
    """The short code of the draw that this one supplements or replaces; blank if there is none."""
    if draw is None or not draw.previous:
        return ""
    rows = Draw.objects.filter(status__in=PUBLISHED, transcript_hash=draw.previous)
    return rows.values_list("short_code", flat=True).first() or ""


def signed_with(draw: Draw) -> str:
    """The platform's key under the transcript of a draw: 64 hex digits; the present one where nothing is signed yet."""
    signatures = json.loads(bytes(draw.transcript))["signatures"] if draw.transcript else []
    keys = [str(each["public_key"]) for each in signatures if each["party"] == "server"]
    return keys[0] if keys else public_key()
