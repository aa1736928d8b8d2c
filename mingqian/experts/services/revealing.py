"""One field of one person in the clear, for one reason, with one entry in the log."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.models import Event
from mingqian.audit.services import record

from ..models import Expert
from ..sealing import read_id, read_mobile

READERS = {"id": read_id, "mobile": read_mobile}
MOST_REVEALS = 30
WITHIN = timedelta(hours=1)


class TooManyReveals(Exception):
    """The user has looked at more full numbers within the hour than one person's work asks for."""

    told = f"一小时内最多查看 {MOST_REVEALS} 次完整号码，请稍后再试；需要成批使用时请联系人社部门。"


def reveal_field(expert: Expert, *, field: str, purpose: str, by: User) -> str:
    """The identity number ("id") or mobile ("mobile"). Raises TooManyReveals, PermissionDenied, KeyError."""
    check(by, "experts.reveal_field")
    if not Expert.objects.visible_to(by).filter(pk=expert.pk).exists():
        raise PermissionDenied("experts.reveal_field")
    reader = READERS[field]
    now = timezone.now()
    with transaction.atomic():
        # The entry comes first: it locks the log, so that simultaneous requests are counted one after the other.
        event = record(
            "experts.reveal_field",
            on=expert,
            by=by,
            office_id=by.office_id,
            details={"field": field},
            purpose=purpose,
        )
        recent = Event.objects.filter(
            actor_id=by.pk, action="experts.reveal_field", at__gt=now - WITHIN, seq__lt=event.seq
        )
        if recent.count() >= MOST_REVEALS:
            raise TooManyReveals
        return reader(expert)
