"""The text of a message to an expert: a template of its kind, filled with the facts of the meeting and the seat."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from mingqian.draws.models import DrawApplication, DrawSeat, Message, Roster, SeatType
from mingqian.draws.queries.answer_links import seat_words

NO_LINK = "（链接已随信发出，平台不再保存）"
SAMPLE_LINK = "（发送时为每位专家生成各自的链接）"


def letter(
    kind: str, roster: Roster, seat: DrawSeat, *, link: str, deadline: datetime | None = None
) -> str:
    """The text for one person. Without a `link` the person is asked to phone the office."""
    application = roster.draw.application
    office = roster.office
    until = deadline or roster.answer_by
    text = render_to_string(
        f"draws/letters/{Message.Kind(kind).value.lower()}.txt",
        {
            "platform": settings.MINGQIAN["PLATFORM_NAME"],
            "name": seat.expert.name,
            "committee": application.committee.name if application.committee else "",
            "seat": seat_words(seat),
            "appointed": seat.seat_type == SeatType.DESIGNATED,
            "meeting": application.meeting_name,
            "time": meeting_time(application),
            "place": application.place,
            "deadline": f"{timezone.localtime(until):%m月%d日 %H:%M}" if until else "",
            "link": link,
            "office": office.name,
            "phone": office_phone(roster),
        },
    )
    return text.strip()


def meeting_time(application: DrawApplication) -> str:
    """From when to when, in words."""
    starts, ends = application.starts_at, application.ends_at
    if starts is None or ends is None:
        return ""
    first, last = timezone.localtime(starts), timezone.localtime(ends)
    if first.date() == last.date():
        return f"{first:%Y年%m月%d日 %H:%M}至{last:%H:%M}"
    return f"{first:%Y年%m月%d日 %H:%M}至{last:%m月%d日 %H:%M}"


def office_phone(roster: Roster) -> str:
    """Where experts phone: what the application names, else the office's own number."""
    office = roster.office
    return (
        roster.draw.application.handler_phone or office.contact_phone or office.contact_mobile or ""
    )
