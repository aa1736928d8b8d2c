"""Messages to experts: written from a template into the outbox, read, handed on, registered by hand, cancelled.

A text with its link is sealed while it waits. Once sent or cancelled it is sealed anew without the link, so that
from then on nobody but the expert holds it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.adapters import adapter_for
from mingqian.draws.letters import letter
from mingqian.draws.models import (
    AnswerLink,
    Channel,
    ContactOutcome,
    DrawStatus,
    Message,
    Roster,
    RosterEvent,
    Standing,
)
from mingqian.draws.queries.answer_links import answer_url
from mingqian.draws.queries.outbox import WAYS, WITH_LINK, Addressees, addressees
from mingqian.experts.models import Expert
from mingqian.experts.sealing import read_mobile

from .holding import check_scope
from .links import OPEN, link_sent, make_link, withdraw
from .rosters import RosterRefused, add_event, holding_roster, lot_of
from .sealed_text import address_in, drop_link, keep_text, text_of

PERMISSION = "draws.send_message"
Kind, Status = Message.Kind, Message.Status
log = structlog.get_logger("mingqian.draws")


class NotReleased(RosterRefused):
    """The list is not released: nobody is told yet."""

    told = "名单尚未发布，不能通知专家。请负责人先发布名单。"


@dataclass(frozen=True)
class Written:
    """What was put into the outbox, and who was left out with the reason."""

    messages: list[Message]
    left_out: list[tuple[Standing, str]]


def write_messages(
    roster: Roster,
    *,
    kind: str,
    by: User | None,
    seats: Collection[int] | None = None,
    channel: str = Channel.SMS,
    seen: int | None = None,
    at: datetime | None = None,
) -> Written:
    """One message with a link of its own for each of the chosen who can be asked (None: all of them).

    `seen`: the last message that the form knew of; whoever got one of this kind since gets no second.
    Raises NotReleased, RosterRefused where the last moment for answers has passed, RosterLocked, RosterVoid.
    """
    at = at or timezone.now()
    if kind not in Kind.values or channel not in dict(WAYS):
        raise RosterRefused("请选择信息种类和发送渠道。")
    relief = kind == Kind.RELIEF
    with holding_roster(
        roster, by=by, permission=PERMISSION, locked_too=relief, void_too=relief
    ) as held:
        check_open(held, kind, at=at)
        found = addressees(held, kind, seats=seats, channel=channel, seen=seen)
        made = put_in_outbox(held, found, kind=kind, channel=channel, by=by, at=at)
        if made:
            tell(
                held, "draws.write_messages", by, at, kind=kind, channel=channel, messages=len(made)
            )
    return Written(made, found.left_out)


def check_open(roster: Roster, kind: str, *, at: datetime) -> None:
    """Raise where no such message may be written now."""
    if roster.released_at is None or roster.answer_by is None:
        raise NotReleased()
    if kind in WITH_LINK and roster.answer_by <= at:
        raise RosterRefused("答复截止时间已过，请电话联系并登记答复。")


def put_in_outbox(
    roster: Roster, found: Addressees, *, kind: str, channel: str, by: User | None, at: datetime
) -> list[Message]:
    """The messages for these people of a held roster; a link each, if their kind has one."""
    made = []
    assert roster.answer_by is not None
    for standing in found.standings:
        link: AnswerLink | None = None
        address = ""
        # Nobody can be read an address over the telephone: a call asks to phone back.
        if kind in WITH_LINK and channel != Channel.PHONE:
            link, token = make_link(standing.seat, expires_at=roster.answer_by, by=by, at=at)
            address = answer_url(token)
        message = Message(
            roster=roster,
            seat=standing.seat,
            link=link,
            kind=kind,
            channel=channel,
            recipient=_masked(standing.seat.expert, channel),
            sealed_key=uuid4(),
            made_at=at,
            made_by=by,
        )
        keep_text(message, letter(kind, roster, standing.seat, link=address))
        made.append(message)
    return Message.objects.bulk_create(made)


def read_message(message: Message, *, by: User, at: datetime | None = None) -> str:
    """The text of one message; each reading is logged."""
    check_scope(message.roster.draw.application, by, PERMISSION)
    with transaction.atomic():
        text = text_of(message)
        tell(message.roster, "draws.read_message", by, at, message=message.pk, kind=message.kind)
    return text


def texts_to_print(
    roster: Roster, messages: Collection[int], *, by: User, at: datetime | None = None
) -> list[tuple[Message, str, str]]:
    """(message, text, address of its link) of those that still wait, for a sheet of paper; logged."""
    check_scope(roster.draw.application, by, PERMISSION)
    with transaction.atomic():
        rows = _sendable(roster, messages).select_related(
            "seat__expert", "seat__group", "seat__specialty", "link"
        )
        told = [(message, text_of(message)) for message in rows.order_by("id")]
        if not told:
            raise RosterRefused("所选信息已发送或已取消，链接不再保存；需要时请重新写一份。")
        tell(roster, "draws.print_messages", by, at, messages=len(told))
    return [(message, text, address_in(text)) for message, text in told]


def hand_on(
    roster: Roster, messages: Collection[int], *, by: User | None, at: datetime | None = None
) -> tuple[int, int]:
    """Send those that wait or failed by the adapter of their way: (sent, failed). Without an adapter they wait.

    Each is claimed before it leaves, so that two who press at once send it once; one that the adapter refuses is
    marked as failed with the reason.
    """
    at = at or timezone.now()
    if by is not None:
        check_scope(roster.draw.application, by, PERMISSION)
    sent: list[Message] = []
    failed = 0
    for message in _sendable(roster, messages).select_related("seat__expert", "link"):
        adapter = adapter_for(message.channel)
        if adapter is None or _ended(message):
            continue
        if not Message.objects.filter(pk=message.pk, status=message.status).update(
            status=Status.SENT, sent_at=at, sent_by=by, failure=""
        ):
            continue
        # The office may have corrected the text since it was read.
        message.refresh_from_db(fields=["sealed"])
        try:
            adapter.send(message.channel, _recipient(message), text_of(message))
        except Exception as error:
            # A gateway may fail in any way; the office reads what to do, the log keeps the rest.
            log.warning("message_failed", message=message.pk, error=type(error).__name__)
            Message.objects.filter(pk=message.pk).update(
                status=Status.FAILED, sent_at=None, sent_by=None, failure=_failure(message, error)
            )
            failed += 1
        else:
            sent.append(message)
    if sent or failed:
        with holding_roster(
            roster, by=by, permission=PERMISSION, locked_too=True, void_too=True
        ) as held:
            _note_sent(held, sent, by=by, at=at)
            tell(held, "draws.hand_on_messages", by, at, messages=len(sent), failed=failed)
    return len(sent), failed


def mark_sent(
    roster: Roster,
    messages: Collection[int],
    *,
    by: User,
    channel: str = "",
    at: datetime | None = None,
) -> int:
    """The office sent or handed over these itself, by the way they were written for or by `channel`."""
    at = at or timezone.now()
    with holding_roster(
        roster, by=by, permission=PERMISSION, locked_too=True, void_too=True
    ) as held:
        rows = _open_ones(held, messages)
        for message in rows:
            message.channel = channel if channel in Channel.values else message.channel
            message.status, message.sent_at, message.sent_by = Status.SENT, at, by
            message.failure = ""
            message.save(update_fields=["channel", "status", "sent_at", "sent_by", "failure"])
        if rows:
            _note_sent(held, rows, by=by, at=at)
            tell(held, "draws.mark_messages", by, at, messages=len(rows))
    return len(rows)


def cancel_messages(
    roster: Roster, messages: Collection[int], *, by: User, at: datetime | None = None
) -> int:
    """These are not sent; their links end."""
    at = at or timezone.now()
    with holding_roster(
        roster, by=by, permission=PERMISSION, locked_too=True, void_too=True
    ) as held:
        rows = withdraw(_open_ones(held, messages), at=at)
        AnswerLink.objects.filter(messages__in=[each.pk for each in rows], revoked_at=None).update(
            revoked_at=at
        )
        if rows:
            tell(held, "draws.cancel_messages", by, at, messages=len(rows))
    return len(rows)


def _sendable(roster: Roster, messages: Collection[int]) -> QuerySet[Message]:
    """Those of the chosen that have not left; of a void roster only what tells people not to come."""
    rows = roster.messages.filter(pk__in=messages, status__in=OPEN)
    return rows.filter(Q(kind=Kind.RELIEF) | Q(roster__draw__status=DrawStatus.EXECUTED))


def _open_ones(roster: Roster, messages: Collection[int]) -> list[Message]:
    rows = _sendable(roster, messages).select_for_update(of=("self",))
    return [each for each in rows.select_related("seat", "link") if not _ended(each)]


def _ended(message: Message) -> bool:
    return message.link is not None and message.link.revoked_at is not None


def _note_sent(roster: Roster, messages: list[Message], *, by: User | None, at: datetime) -> None:
    """On a held roster: the link leaves the text that is kept, the person's older one ends, the history says what was sent."""
    seats = [message.seat_id for message in messages]
    there = set(roster.standings.filter(seat__in=seats).values_list("seat_id", flat=True))
    for message in messages:
        drop_link(message)
        message.save(update_fields=["sealed"])
        link_sent(message, at=at)
        if message.seat_id in there and not roster.is_void:
            add_event(
                roster,
                RosterEvent.Kind.CONTACT,
                by=by,
                at=at,
                action="draws.log_contact",
                told={"seat": lot_of(message.seat), "channel": message.channel, "outcome": "SENT"},
                seat=message.seat,
                channel=message.channel,
                outcome=ContactOutcome.SENT,
                note=message.get_kind_display(),
            )
            roster.standings.filter(seat=message.seat_id).update(contacts=F("contacts") + 1)


def _failure(message: Message, error: Exception) -> str:
    """Why a message did not leave, in words for the office."""
    way = {Channel.SMS: "短信", Channel.MAIL: "邮件", Channel.PHONE: "语音"}[
        Channel(message.channel)
    ]
    if isinstance(error, OSError):
        return f"连接不上{way}网关，可再次发送"
    return f"{way}网关没有接收，可再次发送"


def _recipient(message: Message) -> str:
    """The number or address in the clear; whoever sends writes the entry in the log."""
    expert = message.seat.expert
    return expert.email if message.channel == Channel.MAIL else read_mobile(expert)


def _masked(expert: Expert, channel: str) -> str:
    if channel == Channel.MAIL:
        name, _, host = expert.email.partition("@")
        return f"{name[:1]}***@{host}"[:60]
    return expert.mobile_masked if channel in (Channel.SMS, Channel.PHONE) else ""


def tell(
    roster: Roster, action: str, by: User | None, at: datetime | None, **details: object
) -> None:
    """One entry in the log about messages of a roster; it names nobody."""
    record(
        action,
        on=roster.draw.application.matter,
        by=by,
        office_id=roster.office_id,
        details={"number": roster.draw.application.number, **details},
        at=at,
    )
