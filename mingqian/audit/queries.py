"""Questions to the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from mingqian.web.components import TimelineEntry

from .models import GENESIS, Event, Head
from .words import action_word


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold: its number and what is wrong there."""

    seq: int
    why: str


def history_of(subject: models.Model) -> models.QuerySet[Event]:
    """Every event about one thing, newest first."""
    return Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-seq")


def timeline_of(subject: models.Model, limit: int = 50) -> list[TimelineEntry]:
    """The latest events about one thing as entries of a timeline, newest first."""
    return [entry_of(event) for event in history_of(subject)[:limit]]


def entry_of(event: Event) -> TimelineEntry:
    """One event as an entry of a timeline: a filled dot for the system's own acts."""
    return TimelineEntry(
        at=event.at,
        title=action_word(event.action),
        text=actor_word(event),
        quote=event.purpose,
        filled=event.actor_id is None,
    )


def actor_word(event: Event) -> str:
    """Who acted: a person, a visitor who had not signed in, or the system by itself."""
    if event.actor_id is not None:
        return event.actor_name
    return "未登录者" if event.ip else "系统"


def chain_head() -> tuple[int, str]:
    """The number and hash of the newest entry: whoever keeps them can tell later if any entry up to it was changed."""
    head = Head.objects.filter(id=1).first()
    return (head.seq, head.hash) if head is not None else (0, GENESIS)


def is_in_chain(seq: int, hash: str) -> bool:
    """Whether the log holds an entry of this number and hash, or nothing is what they stand for."""
    return (seq, hash) == (0, GENESIS) or Event.objects.filter(seq=seq, hash=hash).exists()


def check_chain() -> Break | None:
    """Recompute every hash from the beginning; None when the whole chain holds."""
    last_seq, last_hash = 0, GENESIS
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        if event.seq != last_seq + 1:
            return Break(event.seq, f"expected number {last_seq + 1}")
        if event.prev_hash != last_hash:
            return Break(event.seq, "does not continue the entry before it")
        if _digest(event) != event.hash:
            return Break(event.seq, "content does not match its hash")
        last_seq, last_hash = event.seq, event.hash
    return (
        None
        if chain_head() == (last_seq, last_hash)
        else Break(last_seq + 1, "the end of the log is missing")
    )


def _digest(event: Event) -> str:
    """The recomputed hash; blank where a forger left something that no entry ever held."""
    try:
        return event.digest()
    except (TypeError, ValueError, AttributeError):
        return ""


def neighbours(event: Event, rows: models.QuerySet[Event]) -> dict[str, Any]:
    """The entries before and after one, among those the reader may see."""
    return {
        "earlier": rows.filter(seq__lt=event.seq)
        .order_by("-seq")
        .values_list("seq", flat=True)
        .first(),
        "later": rows.filter(seq__gt=event.seq)
        .order_by("seq")
        .values_list("seq", flat=True)
        .first(),
    }
