"""What the papers of a roster say: the list, the sheet to sign in on, seat cards, letters, telephone list.

They print the locked version, with its short code; a roster not locked prints as it stands and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.models import Answer, Draw, DrawSeat, RosterEvent, RosterVersion, SeatType
from mingqian.draws.models import Roster as RosterModel
from mingqian.draws.succession_words import skip_words
from mingqian.web.pdf import qr_svg

from .documents import SIGNATURES, head_of, meeting_of, moment, person_of, substitution_of
from .locked import content_of_version, open_version
from .roster import Roster, RosterRow
from .standing import LockedRoster, StandingRoster, roster_of

LETTERS = {"invitations": "邀请函", "appointments": "聘书"}
LINE = 40


@dataclass(frozen=True)
class Sheet:
    """What a paper of a roster prints for one reader. `version`: the lock in force, if any."""

    draw: Draw
    roster: Roster
    version: RosterVersion | None

    @property
    def code(self) -> str:
        """The short code printed: of the locked version, else of the transcript."""
        return self.version.short_code if self.version else self.draw.short_code or ""

    @property
    def state(self) -> str:
        """Which list this is, as printed beside the code."""
        if self.version is not None:
            return f"名单第 {self.version.number} 版，{moment(self.version.locked_at)[:16]} 锁定"
        return "抽取时名单" if self.roster.as_drawn else "未锁定，以锁定的名单为准"


def sheet_of(draw: Draw, reader: User, *, drawn: bool = False, named: bool = False) -> Sheet:
    """The roster of a draw as it is to be printed: locked, else as it stands; as drawn where asked or without one.

    Names are masked unless `named`, and for readers who may not see them.
    """
    roster = None if drawn else roster_of(draw)
    if roster is None:
        return Sheet(draw, Roster(draw, reader, named=named), None)
    roster.draw = draw
    version = open_version(roster)
    if version is not None:
        content = content_of_version(version)
        return Sheet(draw, LockedRoster(draw, content, reader, named=named), version)
    return Sheet(draw, StandingRoster(roster, reader, named=named), None)


def watermark_of(by: User, purpose: str, at: datetime) -> str:
    """Behind every page of a paper that says more than a masked one: who made it, when and what for."""
    return f"内部资料 {by.real_name} {_minute(at)} 用途：{_short(purpose)}"


def handed_by(by: User, purpose: str, at: datetime) -> str:
    """The same as the line at the foot of a paper handed to its person."""
    return f"经手人 {by.real_name}　{_minute(at)}　用途：{_short(purpose)}"


def _short(purpose: str) -> str:
    """What one line holds of a purpose; the whole stands in the log."""
    return purpose if len(purpose) <= LINE else f"{purpose[: LINE - 1]}…"


def _minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _paper(sheet: Sheet, title: str, at: datetime) -> dict[str, Any]:
    address = reverse("draws:verify-code", args=[sheet.code])
    return head_of(sheet.draw, title, at) | {
        "code": sheet.code,
        "qr": qr_svg(f"{settings.MINGQIAN['PUBLIC_URL']}{address}"),
        "state": sheet.state,
        "meeting": meeting_of(sheet.draw),
        "names_note": "姓名已遮盖" if sheet.roster.masked else "内部资料，按规定不对外公开",
    }


def list_data(sheet: Sheet, *, at: datetime) -> dict[str, Any]:
    """评委名单: no phone, no ID. Of a locked list the alternates are no longer part."""
    roster, locked = sheet.roster, sheet.version is not None
    waiting = 0 if locked else roster.alternates
    return _paper(sheet, "评委名单", at) | {
        "substitution": substitution_of(sheet.draw),
        "groups": [
            {
                "name": group.name,
                "note": f"{len(group.members)} 人"
                + (f"，备选 {len(group.alternates)} 人" if group.alternates and not locked else ""),
                "primaries": [_person(row) for row in group.members],
                "alternates": [] if locked else [_person(row) for row in group.alternates],
            }
            for group in roster.groups
            if group.members or not locked
        ],
        "closing": f"合计 {roster.members} 人"
        + (f"，空缺 {roster.empty} 席" if roster.empty else "")
        + (f"，备选 {waiting} 人" if waiting else "")
        + f"。抽取时间 {moment(sheet.draw.executed_at)}，抽取凭证短码 {sheet.draw.short_code}"
        + (f"，名单短码 {sheet.version.short_code}。" if sheet.version else "。"),
    }


def attendance_data(sheet: Sheet, *, at: datetime) -> dict[str, Any]:
    """抽取结果暨签到表: who sits, with room to sign."""
    return _paper(sheet, "抽取结果暨签到表", at) | {
        "groups": [
            {
                "name": group.name,
                "note": f"{len(group.members)} 人",
                "people": [_person(row) for row in group.members],
            }
            for group in sheet.roster.groups
            if group.members
        ],
        "closing": f"应到 {sheet.roster.members + sheet.roster.empty} 人，"
        f"在册 {sheet.roster.members} 人，实到______人。",
        "signatures": [list(block) for block in SIGNATURES],
    }


def cards_data(sheet: Sheet, *, at: datetime) -> dict[str, Any]:
    """席卡: two on a sheet, to be cut and folded."""
    return _paper(sheet, "席卡", at) | {
        "people": [
            {"name": row.name, "duty": row.duty, "group": row.group} for row in _members(sheet)
        ],
    }


def letters_data(sheet: Sheet, kind: str, *, at: datetime) -> dict[str, Any]:
    """邀请函 or 聘书: a page for everybody who sits, the text from the template of its kind."""
    office = sheet.draw.office
    application = sheet.draw.application
    starts, ends = (
        f"{timezone.localtime(each):%Y年%-m月%-d日 %H:%M}" if each else ""
        for each in (application.starts_at, application.ends_at)
    )
    common = {
        "committee": application.committee.name if application.committee else "",
        "year": application.year,
        "meeting": application.meeting_name,
        "starts": starts,
        "ends": ends,
        "place": application.place or "另行通知",
        "handler": application.handler_name,
        "phone": application.handler_phone,
        "office": office.name,
    }
    return _paper(sheet, LETTERS[kind], at) | {
        "office": office.name,
        "day": f"{timezone.localtime(at):%Y年%-m月%-d日}",
        "letters": [
            {"name": row.name, "paragraphs": _paragraphs(kind, common | _variables(row))}
            for row in _members(sheet)
            if kind != "appointments" or sheet.version or row.answer == Answer.PARTICIPATING
        ],
    }


def _variables(row: RosterRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "unit": row.unit,
        "title": row.title,
        "group": row.group,
        "specialty": row.specialty,
        "duty": row.duty,
        "appointed": row.seat_type == SeatType.DESIGNATED,
    }


def _paragraphs(kind: str, variables: Mapping[str, Any]) -> list[str]:
    text = render_to_string(f"draws/papers/{kind}.txt", dict(variables))
    return ["".join(part.split("\n")) for part in text.strip().split("\n\n") if part.strip()]


def contacts_data(
    sheet: Sheet, mobiles: Mapping[str, str], *, watermark: str, at: datetime
) -> dict[str, Any]:
    """评委通讯录: who sits with a telephone number, the watermark behind every page."""
    return _paper(sheet, "评委通讯录", at) | {
        "watermark": watermark,
        "people": [
            _person(row) | {"group": row.group, "mobile": mobiles.get(row.expert_no, "")}
            for row in _members(sheet)
        ],
    }


def later_data(
    roster: RosterModel | None, reader: User, *, named: bool = True
) -> list[dict[str, str]]:
    """What happened to the list since the draw, for the record's appendix: entries and seats left empty."""
    if roster is None:
        return []
    people = StandingRoster(roster, reader, named=named)

    def called(seat: DrawSeat | None) -> str:
        return f"{people.told(seat)}\n{seat.lot_code or '指定'}" if seat else "—"

    kinds = (RosterEvent.Kind.DECLINE, RosterEvent.Kind.REVERT, RosterEvent.Kind.CHOOSE)
    rows = []
    events = roster.events.filter(kind__in=kinds)
    for event in events.select_related("seat", "entered", "left").order_by("seq"):
        if not (event.place_id or event.entered_id or event.left_id):
            continue
        skipped = "；".join(skip_words(s["row"], s["limit"]) for s in event.skips)
        seated = called(event.entered) if event.entered_id else ""
        if event.kind == RosterEvent.Kind.DECLINE and not event.entered_id:
            seated = "席位空缺"
        rows.append(
            {
                "at": moment(event.at)[:16],
                "kind": event.get_kind_display(),
                "who": called(event.seat),
                # Notes are people's own words, about health at times: they stay in the history of the seat.
                # Of 另选 the note is the office's reason, and the only one.
                "why": event.note
                if event.kind == RosterEvent.Kind.CHOOSE
                else event.get_reason_display(),
                "seated": seated or "—",
                "left": called(event.left) if event.left_id else "",
                "skipped": f"越过 {len(event.skips)} 人：{skipped}" if event.skips else "",
            }
        )
    return rows


def _members(sheet: Sheet) -> list[RosterRow]:
    return [row for group in sheet.roster.groups for row in group.members]


def _person(row: RosterRow) -> dict[str, Any]:
    return person_of(row) | {"seat": row.seat}
