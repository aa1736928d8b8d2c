"""Questions to the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from .models import GENESIS, Event, Head


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


def check_chain() -> Break | None:
    """Recompute every hash from the beginning; None when the whole chain holds."""
    last_seq, last_hash = 0, GENESIS
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        if event.seq != last_seq + 1:
            return Break(event.seq, f"expected number {last_seq + 1}")
        if event.prev_hash != last_hash:
            return Break(event.seq, "does not continue the entry before it")
        if event.digest() != event.hash:
            return Break(event.seq, "content does not match its hash")
        last_seq, last_hash = event.seq, event.hash
    head = Head.objects.filter(id=1).first()
    if (head.seq, head.hash) != (last_seq, last_hash) if head else last_seq != 0:
        return Break(last_seq + 1, "the end of the log is missing")
    return None
