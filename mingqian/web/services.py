"""Writes without a domain: giving out numbers."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from .models import Sequence


def next_number(key: str) -> int:
    """The next number under `key`, starting at 1, gapless: taken back if the caller's transaction is rolled back.

    Must run inside a transaction. The row stays locked until that transaction ends, so two callers never share a
    number and the later one waits.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_number must run inside the transaction that uses the number")
    if not Sequence.objects.filter(key=key).update(value=F("value") + 1):
        try:
            with transaction.atomic():
                Sequence.objects.create(key=key, value=1)
                return 1
        except IntegrityError:
            # Somebody made the row in between; ours is the next one.
            Sequence.objects.filter(key=key).update(value=F("value") + 1)
    return Sequence.objects.values_list("value", flat=True).get(key=key)
