"""The daily reminder of experts who have not answered, before the last moment for it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from mingqian.draws.models import Channel, DrawStatus, Message, Roster
from mingqian.draws.queries.outbox import Addressees, addressees

from .messages import hand_on, put_in_outbox, tell
from .rosters import RosterLocked, RosterVoid, holding_roster

Kind, Status = Message.Kind, Message.Status


def remind_everybody(*, at: datetime | None = None) -> int:
    """Write the reminders of today for every released list: how many. Asked again on the same day it writes none."""
    at = at or timezone.now()
    rosters = Roster.objects.filter(
        draw__status=DrawStatus.EXECUTED, released_at__isnull=False, answer_by__gt=at
    ).select_related("draw__application__matter")
    return sum(remind_roster(roster, at=at) for roster in rosters.order_by("id"))


def remind_roster(roster: Roster, *, at: datetime) -> int:
    """One reminder per person and day, for those who were told on an earlier day and have not answered."""
    try:
        with holding_roster(roster, by=None) as held:
            if held.answer_by is None or held.answer_by <= at:
                return 0
            found = addressees(held, Kind.REMINDER)
            today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
            spoken_to = set(
                held.messages.filter(made_at__gte=today).values_list("seat_id", flat=True)
            )
            spoken_to |= set(
                held.messages.filter(status=Status.SENT, sent_at__gte=today).values_list(
                    "seat_id", flat=True
                )
            )
            due = Addressees([s for s in found.standings if s.seat_id not in spoken_to])
            made = put_in_outbox(held, due, kind=Kind.REMINDER, channel=Channel.SMS, by=None, at=at)
            if made:
                tell(held, "draws.remind_experts", None, at, messages=len(made))
    except (RosterLocked, RosterVoid):
        return 0
    hand_on(roster, [each.pk for each in made], by=None, at=at)
    return len(made)
