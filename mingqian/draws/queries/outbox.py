"""Messages of a roster: who can be sent what, what waits, and how far everybody has been told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils import timezone

from mingqian.draws.models import Answer, AnswerLink, Channel, Message, Position, Roster, Standing

from .answer_links import seat_words

Kind, Status = Message.Kind, Message.Status
WITH_LINK = (Kind.INVITATION, Kind.REMINDER, Kind.CHANGE)
# By which ways a message may go, as the office chooses it.
WAYS = (
    (Channel.SMS, "短信"),
    (Channel.MAIL, "邮件"),
    (Channel.PAPER, "书面（打印）"),
    (Channel.PHONE, "语音电话"),
)


@dataclass(slots=True)
class Addressees:
    """Those who would get a message, and those left out with the reason."""

    standings: list[Standing] = field(default_factory=list)
    left_out: list[tuple[Standing, str]] = field(default_factory=list)


def addressees(
    roster: Roster,
    kind: str,
    *,
    seats: Collection[int] | None = None,
    channel: str = Channel.SMS,
    seen: int | None = None,
) -> Addressees:
    """Who of the chosen (None: of all) can be sent such a message now; without a choice nobody is `left_out`.

    Without a choice nobody is invited who holds a link that was sent. `seen`: the last message there was when the
    form was shown; whoever got one of this kind since is left out, so that a form sent twice writes once.
    """
    rows = roster.standings.select_related("seat__expert", "seat__group", "seat__specialty")
    if seats is not None:
        rows = rows.filter(seat__in=seats)
    told, relieved = _told_and_relieved(roster)
    waiting = set(
        roster.messages.filter(kind=kind, status=Status.WAITING).values_list("seat_id", flat=True)
    )
    since: set[int] = set()
    if seen is not None:
        later = roster.messages.filter(kind=kind, pk__gt=seen).exclude(status=Status.CANCELLED)
        since = set(later.values_list("seat_id", flat=True))
    if seats is None and kind == Kind.INVITATION:
        rows = rows.exclude(seat__in=_holding_a_link(roster))
    found = Addressees()
    for standing in rows.order_by("seat__group__order", "id"):
        why = ""
        if standing.seat_id in waiting:
            why = "同类信息已在发件箱，尚未发送"
        elif standing.seat_id in since:
            why = "刚刚已写过同类信息"
        elif kind == Kind.RELIEF:
            sits = standing.position == Position.SEATED and not roster.is_void
            if sits or standing.answer == Answer.DECLINED:
                why = "仍在席，或本人已答复不参评"
            elif standing.seat_id in relieved:
                why = "已经告知过"
            elif standing.seat_id not in told:
                why = "此前没有通知过"
        else:
            why = _not_asked(standing, kind, told)
        if not why and channel == Channel.MAIL and not standing.seat.expert.email:
            why = "没有登记邮箱"
        if not why:
            found.standings.append(standing)
        elif seats is not None:
            found.left_out.append((standing, why))
    return found


def _told_and_relieved(roster: Roster) -> tuple[set[int], set[int]]:
    """Seats of those whose last word was that they are wanted, and of those whose last word was that they are not."""
    newest = Max("pk")
    asked = dict(
        sent_to(roster)
        .filter(kind__in=WITH_LINK)
        .order_by()
        .values_list("seat_id")
        .annotate(newest)
    )
    relief = dict(
        roster.messages.filter(kind=Kind.RELIEF)
        .exclude(status=Status.CANCELLED)
        .order_by()
        .values_list("seat_id")
        .annotate(newest)
    )
    relieved = {seat for seat, last in relief.items() if last > asked.get(seat, 0)}
    return asked.keys() - relieved, relieved


def _holding_a_link(roster: Roster) -> list[int]:
    """Seats of those who can answer by a link that was sent to them."""
    links = AnswerLink.objects.filter(seat__standing__roster=roster, sent_at__isnull=False)
    return list(links.filter(revoked_at=None).values_list("seat_id", flat=True))


def ended_link_words(seats: Iterable[int]) -> str:
    """What to add where people are asked again of whom some hold a link that has ended."""
    links = AnswerLink.objects.filter(seat__in=list(seats), sent_at__isnull=False)
    working = set(links.filter(revoked_at=None).values_list("seat_id", flat=True))
    ended = set(links.values_list("seat_id", flat=True)) - working
    return f"；其中 {len(ended)} 人的答复链接已停用，需要的请重新「发送答复链接」" if ended else ""


def last_message(roster: Roster) -> int:
    """The newest message of a roster, 0 where there is none: what a form has seen."""
    return roster.messages.aggregate(last=Max("pk"))["last"] or 0


def _not_asked(standing: Standing, kind: str, told: set[int]) -> str:
    if standing.position != Position.SEATED:
        return "不在席，递补入席后再发"
    if kind == Kind.CHANGE:
        return ""
    if standing.answer == Answer.PARTICIPATING:
        return "已确认参评"
    if kind == Kind.REMINDER and standing.seat_id not in told:
        return "还没有通知过，请先发参评通知"
    return ""


def sent_to(roster: Roster) -> QuerySet[Message]:
    """Messages that reached their expert, by an adapter or by hand."""
    return roster.messages.filter(status=Status.SENT)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message as the list shows it; its text stays sealed."""

    message: Message
    name: str
    seat: str
    tone: str
    answer: str
    answer_tone: str
    link: str

    @property
    def open(self) -> bool:
        return self.message.status in (Status.WAITING, Status.FAILED)


TONES = {"WAITING": "amber", "SENT": "green", "FAILED": "red", "CANCELLED": "gray"}
ANSWER_TONES = {"UNCONFIRMED": "amber", "PARTICIPATING": "green", "DECLINED": "red"}


def outbox_rows(messages: Iterable[Message]) -> list[OutboxRow]:
    """The messages with what has become of them."""
    kept = list(messages)
    standings = {
        each.seat_id: each
        for each in Standing.objects.filter(seat__in={m.seat_id for m in kept}).only(
            "seat_id", "answer", "channel", "answered_at", "position"
        )
    }
    rows = []
    for message in kept:
        standing = standings.get(message.seat_id)
        answer, tone = "已离开名单", "gray"
        if standing is not None and standing.position == Position.WAITING:
            answer = "备选"
        elif standing is not None:
            answer, tone = standing.get_answer_display(), ANSWER_TONES[standing.answer]
            if standing.channel:
                answer += f"（{standing.get_channel_display()}）"
        rows.append(
            OutboxRow(
                message=message,
                name=message.seat.expert.name,
                seat=seat_words(message.seat),
                tone=TONES[message.status],
                answer=answer,
                answer_tone=tone,
                link=_link_words(message),
            )
        )
    return rows


def _link_words(message: Message) -> str:
    link = message.link
    if link is None:
        return "不含链接"
    if link.answered_at is not None:
        return f"已答复 {_short(link.answered_at)}"
    if link.revoked_at is not None:
        return "链接已失效"
    if link.opened_at is not None:
        return f"已打开 {_short(link.opened_at)}"
    return "未打开" if message.status == Status.SENT else ""


def _short(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"
