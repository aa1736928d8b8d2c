"""导出专家名单: the list of a tab, or the whole roster, as a workbook; with telephone numbers as PDF too."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingqian.accounts.access import check, requires
from mingqian.draws.models import Answer, Draw
from mingqian.draws.queries.papers import Sheet, contacts_data, sheet_of, watermark_of
from mingqian.draws.queries.roster import Roster, RosterRow
from mingqian.draws.queries.standing import TABS, StandingRoster, roster_of
from mingqian.draws.services.release import (
    PurposeMissing,
    clear_mobiles,
    judged_purpose,
    release_workbook,
)
from mingqian.web.pdf import pdf_response, render_pdf
from mingqian.web.xlsx import file_response, write_workbook

from .frozen import tells_unreadable
from .roster import found_draw

TEMPLATE = Path(__file__).resolve().parent.parent / "typst" / "contacts.typ"
COLUMNS = (
    "序号", "席位", "姓名", "性别", "单位", "职称", "级别", "专业", "学科组", "委员职务", "手机", "签号",
    "答复", "理由与渠道", "备注",
)  # fmt: skip
WHOLE, DRAWN = "", "drawn"


@dataclass(frozen=True)
class Listing:
    """What is exported: which people, what the file is called."""

    key: str
    title: str
    rows: Sequence[RosterRow]


def listing_of(draw: Draw, request: HttpRequest) -> Listing:
    """The list that an address or a form names; the whole roster as it stands otherwise."""
    key = request.POST.get("list", request.GET.get("list", request.GET.get("tab", "")))
    kept = roster_of(draw)
    if kept is None or key == DRAWN:
        drawn = Roster(draw, request.user)
        rows = [row for group in drawn.groups for row in group.rows]
        return Listing(DRAWN, "抽取时名单" if kept is not None else "评委名单", rows)
    kept.draw = draw
    roster = StandingRoster(kept, request.user)
    if key in TABS:
        return Listing(key, TABS[key][1], roster.of_tab(key))
    return Listing(WHOLE, "评委名单", [row for group in roster.groups for row in group.rows])


@requires("draws.export_roster")
@require_http_methods(["GET", "POST"])
@tells_unreadable
def export_roster(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask what it is for, then give the file: purpose and name on every page, logged.

    Phones are masked; in the clear they ask for a permission, and a watermark goes with them.
    """
    draw = found_draw(request, number)
    listing = listing_of(draw, request)
    problem, purpose = "", request.POST.get("purpose", "")
    as_pdf = request.POST.get("format") == "pdf"
    unmasked = as_pdf or request.POST.get("mobiles") == "clear"
    if request.method == "POST":
        try:
            purpose = judged_purpose(purpose)
        except PurposeMissing as missing:
            problem = missing.told
        else:
            if unmasked:
                check(request.user, "draws.export_unmasked")
            if as_pdf:
                return _contacts(request, draw, purpose)
            return _workbook(request, draw, listing, purpose, unmasked=unmasked)
    address = reverse("draws:roster", args=[number])
    context = {
        "draw": draw,
        "application": draw.application,
        "listing": listing,
        "problem": problem,
        "purpose": purpose[:200],
        "unmasked": unmasked,
        "may_unmask": request.user.may("draws.export_unmasked"),
        "lists": _lists(draw),
        "back": f"{address}?attempt={draw.attempt}" if draw.is_void else address,
    }
    return render(request, "draws/roster_export.html", context, status=422 if problem else 200)


def _lists(draw: Draw) -> list[tuple[str, str]]:
    if roster_of(draw) is None:
        return []
    tabs = [(key, title) for key, (_, title) in TABS.items()]
    return [(WHOLE, "评委名单（在席与备选）"), *tabs, (DRAWN, "抽取时名单")]


def _note(request: HttpRequest, draw: Draw, title: str, purpose: str, at: datetime) -> str:
    """Who exported what, when and what for: on every page."""
    return (
        f"{settings.MINGQIAN['PLATFORM_NAME']} {draw.application.number} {title}"
        f" {request.user.real_name} {timezone.localtime(at):%Y-%m-%d %H:%M} 用途：{purpose}"
    )


def _workbook(
    request: HttpRequest, draw: Draw, listing: Listing, purpose: str, *, unmasked: bool
) -> HttpResponseBase:
    now = timezone.now()
    title = f"{listing.title}（已作废）" if draw.is_void else listing.title
    mobiles: Mapping[str, str] = {}
    if unmasked:
        mobiles = clear_mobiles(draw, [row.expert_no for row in listing.rows], by=request.user)
    written = write_workbook(
        COLUMNS,
        (_cells(row, number, mobiles) for number, row in enumerate(listing.rows, 1)),
        title=title,
        note=_note(request, draw, title, purpose, now),
        watermark=watermark_of(request.user, purpose, now) if unmasked else "",
    )
    try:
        release_workbook(
            draw,
            purpose=purpose,
            rows=written.rows,
            sha256=written.sha256,
            by=request.user,
            document=listing.title,
            unmasked=unmasked,
            at=now,
        )
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise
    return file_response(written, f"{draw.application.number}-{title}.xlsx")


def _cells(row: RosterRow, number: int, mobiles: Mapping[str, str]) -> tuple[object, ...]:
    return (
        number, row.seat, row.name, row.gender, row.unit, row.title, row.level, row.specialty, row.group,
        row.duty, mobiles.get(row.expert_no, row.mobile), row.lot,
        Answer(row.answer).label if row.answer else "", row.why,
        "；".join(filter(None, (row.entry, row.changed))),
    )  # fmt: skip


def _contacts(request: HttpRequest, draw: Draw, purpose: str) -> HttpResponse:
    """评委通讯录 of those who sit, as PDF."""
    now = timezone.now()
    sheet: Sheet = sheet_of(draw, request.user, named=True)
    members = [row for group in sheet.roster.groups for row in group.members]
    mobiles = clear_mobiles(draw, [row.expert_no for row in members], by=request.user)
    mark = watermark_of(request.user, purpose, now)
    data = contacts_data(sheet, mobiles, watermark=mark, at=now)
    body = render_pdf(TEMPLATE, data, at=now)
    release_workbook(
        draw,
        purpose=purpose,
        rows=len(members),
        sha256=hashlib.sha256(body).hexdigest(),
        by=request.user,
        document="评委通讯录",
        unmasked=True,
        at=now,
    )
    return pdf_response(f"{draw.application.number}-评委通讯录.pdf", body, inline=False)
