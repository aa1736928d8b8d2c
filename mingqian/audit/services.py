"""Appending to the log."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django.db import models, transaction
from django.utils import timezone

from mingqian.web.context import current

from .canonical import clean, plain
from .models import Event, Head


class Actor(Protocol):
    """Whoever acts: the user of a chapter above."""

    id: int
    real_name: str
    role: str


class OutsideTransaction(RuntimeError):
    """An entry was written outside the transaction of the deed it records."""


def record(
    action: str,
    *,
    on: models.Model | None = None,
    by: Actor | None,
    office_id: int | None = None,
    details: dict[str, Any] | None = None,
    purpose: str = "",
    label: str = "",
    at: dt.datetime | None = None,
) -> Event:
    """Append one event inside the caller's transaction, so that the deed and its entry stand or fall together.

    `by` None means the system itself. `details` is masked by the caller: no personal data in the clear; a thing whose
    own text names a person has an `audit_label` for the log. `details` may hold what JSON holds, and days, times, decimals, ids (kept as text). Appending locks the end of the log until the
    transaction ends, so record last, after other rows have been locked.
    Raises OutsideTransaction where there is no transaction to belong to, TypeError where details are not plain.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(action)
    head = _locked_head()
    facts = current()
    event = Event(
        seq=head.seq + 1,
        at=at or timezone.now(),
        actor_id=by.id if by is not None else None,
        actor_name=clean(by.real_name, 60) if by is not None else "",
        role=by.role if by is not None else "",
        ip=clean(facts.ip, 45),
        request_id=clean(facts.request_id, 32),
        office_id=office_id if office_id is not None else _office_of(on, by),
        action=action,
        subject_type=on._meta.label_lower if on is not None else "",
        subject_id=str(on.pk) if on is not None else "",
        subject_label=clean(
            label or getattr(on, "audit_label", "") or (str(on) if on is not None else ""), 120
        ),
        purpose=clean(purpose, 200),
        details=plain(details or {}),
        prev_hash=head.hash,
    )
    event.hash = event.digest()
    event.save(force_insert=True)
    head.seq, head.hash = event.seq, event.hash
    head.save(update_fields=["seq", "hash"])
    return event


def _locked_head() -> Head:
    """The end of the chain, ours until the transaction ends. SQLite has locked the file already (IMMEDIATE)."""
    head = Head.objects.select_for_update().filter(id=1).first()
    if head is None:
        Head.objects.get_or_create(id=1)
        head = Head.objects.select_for_update().get(id=1)
    return head


def _office_of(on: models.Model | None, by: Actor | None) -> int | None:
    """The office whose log this belongs to: the thing's owner, else the actor's."""
    owner = getattr(on, "office_id", None)
    return owner if owner is not None else getattr(by, "office_id", None)
