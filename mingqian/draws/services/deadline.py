"""更正答复截止时间: a released list gets another last moment for experts' own answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.letters import letter
from mingqian.draws.models import Answer, AnswerLink, Message, Position, Roster, RosterEvent
from mingqian.draws.queries.outbox import WITH_LINK, sent_to

from .holding import reason_of
from .links import OPEN
from .release_roster import DeadlineRefused, judged_deadline
from .rosters import RosterRefused, add_event, holding_roster
from .sealed_text import address_in, keep_text, text_of

PERMISSION = "draws.release_roster"


@dataclass(frozen=True)
class DeadlineMoved:
    """What the correction led to: messages written anew, and people whose message names the old moment."""

    event: RosterEvent
    rewritten: int
    told_before: int


def move_deadline(
    roster: Roster,
    *,
    answer_by: datetime,
    reason: str,
    by: User,
    seen: str = "",
    at: datetime | None = None,
) -> DeadlineMoved:
    """Set the last moment for answers anew, judged as at the release; links in force and messages that wait follow.

    A link keeps its address, on paper too. `seen`: the moment in force that the form showed, as `moment_words` has it.
    Raises DeadlineRefused, CeremonyRefused for a reason that says nothing, RosterRefused, RosterLocked, RosterVoid,
    PermissionDenied.
    """
    at = at or timezone.now()
    with holding_roster(roster, by=by, permission=PERMISSION) as held:
        before = held.answer_by
        if held.released_at is None or before is None:
            raise RosterRefused("名单尚未发布，还没有答复截止时间。")
        old = moment_words(before)
        if seen and seen != old:
            raise RosterRefused(f"答复截止时间刚刚已改为 {old}，请核对后再操作。")
        reason = reason_of(reason, what="更正原因")
        if moment_words(answer_by) == old:
            raise DeadlineRefused("与现在的答复截止时间相同。")
        held.answer_by = judged_deadline(held.draw.application, answer_by, at=at)
        held.save(update_fields=["answer_by"])
        AnswerLink.objects.filter(seat__standing__roster=held, revoked_at=None).update(
            expires_at=held.answer_by
        )
        rewritten = _write_anew(held)
        asked = held.standings.filter(position=Position.SEATED, answer=Answer.UNCONFIRMED)
        told = asked.filter(seat__in=sent_to(held).values("seat")).count()
        new = moment_words(held.answer_by)
        event = add_event(
            held,
            RosterEvent.Kind.RELEASE,
            by=by,
            at=at,
            action="draws.move_deadline",
            told={
                "before": {"answer_by": old},
                "after": {"answer_by": new},
                "messages": rewritten,
            },
            note=reason,
            details={"old": old, "new": new, "answer_by": held.answer_by.isoformat()},
        )
    return DeadlineMoved(event, rewritten, told)


def moment_words(at: datetime) -> str:
    """A moment to the minute, as forms show it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _write_anew(roster: Roster) -> int:
    """What waits in the outbox of a held roster and names the moment: the same letters with the new one."""
    waiting = roster.messages.filter(status__in=OPEN, kind__in=WITH_LINK)
    rows = waiting.select_related("seat__expert", "seat__group", "seat__specialty")
    number = 0
    for message in rows.exclude(link__revoked_at__isnull=False):
        address = address_in(text_of(message))
        keep_text(message, letter(message.kind, roster, message.seat, link=address))
        # Whoever hands it on claims it by its status: what has left stays as it left.
        number += Message.objects.filter(pk=message.pk, status__in=OPEN).update(
            sealed=message.sealed
        )
    return number
