"""Numbers of experts: ZJ, the year, six digits."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from mingqian.web.models import Sequence


def _key(at: datetime) -> str:
    return f"ZJ{timezone.localtime(at).year}"


def lock_numbers(at: datetime) -> None:
    """Hold the year's sequence until the caller's transaction ends, so that new experts are entered one after the other."""
    key = _key(at)
    Sequence.objects.get_or_create(key=key)
    Sequence.objects.select_for_update().get(key=key)


def expert_numbers(count: int, *, at: datetime) -> list[str]:
    """So many consecutive numbers. Call `lock_numbers` first, in the same transaction."""
    key = _key(at)
    Sequence.objects.filter(key=key).update(value=F("value") + count)
    last = Sequence.objects.values_list("value", flat=True).get(key=key)
    return [f"{key}{number:06d}" for number in range(last - count + 1, last + 1)]
