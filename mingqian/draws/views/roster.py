"""评委名单查看: the list of rosters, one roster by group, its workbook."""

from __future__ import annotations

from typing import Any

import django_filters
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from mingqian.accounts.access import requires
from mingqian.draws.forms.filters import committees_of, recent_years
from mingqian.draws.models import Draw, DrawApplication, DrawStatus
from mingqian.draws.queries.roster import WHOLE_POOL, Roster, draws_with_rosters, roster_draw
from mingqian.draws.services.release import PurposeMissing, judged_purpose, release_workbook
from mingqian.web.components import Empty
from mingqian.web.filters import KeywordFilter, ListingFilter
from mingqian.web.listing import Column, Listing, respond
from mingqian.web.templatetags.web import pill
from mingqian.web.xlsx import file_response, write_workbook

WORKBOOK_COLUMNS = (
    "序号", "席位", "姓名", "性别", "单位", "职称", "级别", "专业", "学科组", "委员职务", "手机", "签号", "备注",
)  # fmt: skip


class RosterFilter(ListingFilter):
    """年度, 评委会, 状态, 关键字."""

    wide = ("committee", "keyword")
    year = django_filters.ChoiceFilter(
        field_name="application__year", label="年度", choices=recent_years, empty_label="全部"
    )
    committee = django_filters.ModelChoiceFilter(
        field_name="application__committee",
        label="评委会",
        queryset=committees_of,
        empty_label="全部评委会",
    )
    status = django_filters.ChoiceFilter(
        label="状态",
        choices=[(DrawStatus.EXECUTED, "已抽取"), (DrawStatus.VOIDED, "已作废")],
        empty_label="全部",
    )
    keyword = KeywordFilter(
        ["application__matter__number", "application__meeting_name", "short_code"],
        placeholder="申请编号 / 会议 / 验证短码",
    )

    class Meta:
        model = Draw
        fields = ["year", "committee", "status", "keyword"]


def _roster_url(draw: Draw) -> str:
    """The roster in force has the plain address; a void one names its attempt."""
    address = reverse("draws:roster", args=[draw.application.number])
    return f"{address}?attempt={draw.attempt}" if draw.is_void else address


def _state(draw: Draw) -> Any:
    return pill("red", "已作废") if draw.is_void else pill("teal", "已抽取")


def _meeting_on(draw: Draw) -> str:
    starts = draw.application.starts_at
    return f"{timezone.localtime(starts):%Y-%m-%d %H:%M}" if starts else ""


class RosterListing(Listing):
    """One row a draw that has a roster."""

    name = "rosters"
    title = "评委名单"
    unit = "份名单"
    filters = RosterFilter
    order = "-pk"
    columns = (
        Column("number", "申请编号", value="application.number", sort="application__matter__number", link=True, phone="title"),
        Column("committee", "评委会", value="application.committee.name", wrap=True, phone="bare"),
        Column("meeting", "评审会议", value="application.meeting_name", wrap=True, phone="bare"),
        Column("starts", "会议时间", value=_meeting_on, sort="application__starts_at", phone="line"),
        Column("primaries", "委员", value="primaries", number=True, phone="line"),
        Column("others", "备选", value="others", number=True, phone="line"),
        Column("executed", "抽取时间", value="executed_at", sort="executed_at"),
        Column("code", "验证短码", value="short_code"),
        Column("state", "状态", value=lambda d: "已作废" if d.is_void else "已抽取", cell=_state, phone="badge"),
    )  # fmt: skip
    empty = Empty("还没有评委名单", "正式抽取完成后，名单在这里查看、打印和导出。", icon="users")

    def row_url(self, row: Draw) -> str:
        return _roster_url(row)

    def row_label(self, row: Draw) -> str:
        return row.application.number


@requires("draws.view_roster")
@require_GET
def list_rosters(request: HttpRequest) -> HttpResponseBase:
    """评委名单查看."""
    return respond(
        request, RosterListing(), draws_with_rosters(request.user), "draws/roster_list.html"
    )


def found_draw(request: HttpRequest, number: str) -> Draw:
    """The drawn draw an address means, within what the user may see; 404 otherwise."""
    visible = DrawApplication.objects.visible_to(request.user)
    application = get_object_or_404(visible, matter__number=number)
    draw = roster_draw(application, request.GET.get("attempt", ""))
    if draw is None:
        raise Http404("not drawn")
    return draw


@requires("draws.view_roster")
@require_GET
def show_roster(request: HttpRequest, number: str) -> HttpResponse:
    """One roster by group; narrowed by group and by name, unit, specialty or pinyin initials."""
    draw = found_draw(request, number)
    roster = Roster(draw, request.user)
    group, text = request.GET.get("group", "")[:100], request.GET.get("q", "")[:60]
    context = {
        "draw": draw,
        "application": draw.application,
        "roster": roster,
        "shown": roster.chosen(group=group, text=text),
        "chosen_group": group,
        "text": text,
        "others": draw.application.draws.exclude(pk=draw.pk).exclude(short_code=None),
        "may_export": request.user.may("draws.export_roster"),
        "attempt": request.GET.get("attempt", "")[:5],
        "whole_url": _roster_url(draw),
        "whole_pool": WHOLE_POOL,
        "columns": 10 if roster.masked else 11,
    }
    return render(request, "draws/roster.html", context)


@requires("draws.export_roster")
@require_http_methods(["GET", "POST"])
def export_roster(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask what it is for, then give the workbook: masked phones, purpose and name in its header, logged."""
    draw = found_draw(request, number)
    problem, purpose = "", request.POST.get("purpose", "")
    if request.method == "POST":
        try:
            purpose = judged_purpose(purpose)
        except PurposeMissing as missing:
            problem = missing.told
        else:
            return _workbook(request, draw, purpose)
    context = {
        "draw": draw,
        "application": draw.application,
        "problem": problem,
        "purpose": purpose[:200],
        "back": _roster_url(draw),
    }
    return render(request, "draws/roster_export.html", context, status=422 if problem else 200)


def _workbook(request: HttpRequest, draw: Draw, purpose: str) -> HttpResponseBase:
    roster = Roster(draw, request.user)
    now = timezone.localtime()
    title = "评委名单（已作废）" if draw.is_void else "评委名单"
    note = (
        f"{settings.MINGQIAN['PLATFORM_NAME']} {draw.application.number} {title}"
        f" {request.user.real_name} {now:%Y-%m-%d %H:%M} 用途：{purpose}"
    )
    rows = (
        (
            row.order, row.seat, row.name, row.gender, row.unit, row.title, row.level, row.specialty,
            row.group, row.duty, row.mobile, row.lot, row.changed,
        )
        for group in roster.groups
        for row in group.rows
    )  # fmt: skip
    written = write_workbook(WORKBOOK_COLUMNS, rows, title=title, note=note)
    try:
        release_workbook(
            draw, purpose=purpose, rows=written.rows, sha256=written.sha256, by=request.user
        )
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise
    return file_response(written, f"{draw.application.number}-{title}.xlsx")
