"""会议改期: the meeting of a drawn roster moves; whoever had confirmed is asked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fairdraw.substitution import Event
from mingqian.accounts.models import User
from mingqian.committees.queries import filing_on
from mingqian.draws.models import (
    Answer,
    AnswerLink,
    Channel,
    DrawApplication,
    Message,
    Roster,
    RosterEvent,
    Standing,
)
from mingqian.draws.queries.outbox import Addressees, sent_to
from mingqian.draws.queries.succession import series_of_roster

from .holding import CeremonyRefused, check_scope, reason_of
from .links import drop_unsent, end_links
from .messages import put_in_outbox
from .release_roster import judged_deadline
from .rosters import RosterRefused, add_event, holding_roster

PERMISSION = "draws.reschedule_meeting"


@dataclass(frozen=True)
class Moved:
    """What the move led to: who is asked again, and the messages that wait in the outbox."""

    event: RosterEvent
    asked_again: int
    messages: list[Message]


class MeetingRefused(RosterRefused):
    """A new time or place that cannot be; `field` is where it stands in the form."""

    def __init__(self, field: str, told: str) -> None:
        self.field = field
        super().__init__(told)


def reschedule_meeting(
    roster: Roster,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    reason: str,
    by: User,
    answer_by: datetime | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Moved:
    """Move the meeting of the whole series: the first application and its supplements in any state.

    What was applied for and approved stays as it was in the versions and in the event. Those who had confirmed
    are unconfirmed again; on a released list every link ends, the last moment for answers is set anew, and change
    messages with new links wait in the outbox. `seen`: the revision of the roster that the form showed.
    Raises MeetingRefused, DeadlineRefused, RosterRefused, RosterLocked, RosterVoid, PermissionDenied.
    """
    at = at or timezone.now()
    check_scope(roster.draw.application, by, PERMISSION)
    place = " ".join(place.replace("\x00", "").split())
    with transaction.atomic():
        root = roster.draw.application_id
        series = list(
            DrawApplication.objects.select_for_update(of=("self",))
            .filter(Q(pk=root) | Q(parent=root))
            .order_by("pk")
        )
        with holding_roster(roster, by=by, permission=PERMISSION) as held:
            if seen is not None and seen != held.revision:
                raise RosterRefused("名单刚刚有变化，页面已更新，请核对后再操作。")
            _judge(held, starts_at, ends_at, place, at=at)
            try:
                reason = reason_of(reason, what="改期原因")
            except CeremonyRefused as refusal:
                raise MeetingRefused("reason", refusal.told) from None
            old, new = _facts(held.draw.application), _new_facts(starts_at, ends_at, place)
            if held.released_at is not None:
                held.answer_by = judged_deadline(
                    held.draw.application, answer_by, at=at, starts_at=starts_at
                )
                held.save(update_fields=["answer_by"])
            DrawApplication.objects.filter(pk__in=[each.pk for each in series]).update(
                starts_at=starts_at, ends_at=ends_at, place=place, revision=F("revision") + 1
            )
            again = _ask_again(held)
            event = add_event(
                held,
                RosterEvent.Kind.RESCHEDULE,
                by=by,
                at=at,
                action="draws.reschedule_meeting",
                told={"before": old, "after": new, "asked_again": len(again)},
                note=reason,
                details={"asked_again": again, "old": old, "new": new},
            )
            application = held.draw.application
            application.starts_at, application.ends_at = starts_at, ends_at
            application.place = place
            messages = _tell_experts(held, by=by, at=at)
    return Moved(event, len(again), messages)


def _judge(
    roster: Roster, starts_at: datetime, ends_at: datetime, place: str, *, at: datetime
) -> None:
    application = roster.draw.application
    if starts_at <= at:
        raise MeetingRefused("starts_at", "开始时间应在现在之后。")
    if ends_at <= starts_at:
        raise MeetingRefused("ends_at", "结束时间应晚于开始时间。")
    if not place:
        raise MeetingRefused("place", "请填写地点。")
    if len(place) > 200:
        raise MeetingRefused("place", f"地点最多 200 字，现为 {len(place)} 字。")
    if (starts_at, ends_at, place) == (
        application.starts_at,
        application.ends_at,
        application.place,
    ):
        raise MeetingRefused("starts_at", "时间和地点都没有变化。")
    day = timezone.localtime(starts_at).date()
    if application.committee is not None and filing_on(application.committee, day) is None:
        raise MeetingRefused(
            "starts_at", f"评委会的核准备案在 {day} 无效（《职称评审管理暂行规定》第八条）。"
        )


def _ask_again(roster: Roster) -> list[str]:
    """Everybody who had confirmed is unconfirmed; their pseudonyms, by which the engine replays it."""
    series = series_of_roster(roster)
    confirmed = roster.standings.filter(answer=Answer.PARTICIPATING).select_related("seat")
    names = sorted(series.name(standing.seat) for standing in confirmed)
    for name in names:
        series.succession.apply(Event("REVERT", name))
    Standing.objects.filter(pk__in=[each.pk for each in confirmed]).update(
        answer=Answer.UNCONFIRMED, channel="", reason="", note="", answered_at=None
    )
    return names


def _tell_experts(roster: Roster, *, by: User, at: datetime) -> list[Message]:
    """Old links end; whoever was told, or was about to be, gets a message with the new time."""
    if roster.released_at is None or roster.answer_by is None:
        return []
    told = set(sent_to(roster).values_list("seat_id", flat=True))
    unsent = {each.seat_id for each in drop_unsent(roster, at=at, but=[Message.Kind.RELIEF])} - told
    every = list(
        AnswerLink.objects.filter(seat__standing__roster=roster, revoked_at=None).values_list(
            "seat_id", flat=True
        )
    )
    end_links(every, at=at)
    if roster.answer_by <= at:
        return []
    rows = list(
        roster.standings.filter(position="SEATED")
        .select_related("seat__expert", "seat__group", "seat__specialty")
        .order_by("id")
    )
    # Whoever never confirmed by message but by telephone is told as well.
    answered = set(
        roster.events.filter(kind=RosterEvent.Kind.CONFIRM).values_list("seat_id", flat=True)
    )
    change = [row for row in rows if row.seat_id in told | answered]
    invite = [row for row in rows if row.seat_id in unsent - answered]
    messages = []
    for kind, people in ((Message.Kind.CHANGE, change), (Message.Kind.INVITATION, invite)):
        found = Addressees(people)
        messages += put_in_outbox(roster, found, kind=kind, channel=Channel.SMS, by=by, at=at)
    return messages


def _facts(application: DrawApplication) -> dict[str, Any]:
    assert application.starts_at is not None
    assert application.ends_at is not None
    return _new_facts(application.starts_at, application.ends_at, application.place)


def _new_facts(starts_at: datetime, ends_at: datetime, place: str) -> dict[str, Any]:
    return {
        "starts_at": timezone.localtime(starts_at).isoformat(timespec="minutes"),
        "ends_at": timezone.localtime(ends_at).isoformat(timespec="minutes"),
        "place": place,
    }
