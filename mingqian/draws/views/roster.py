"""评委名单查看: the list of rosters, one roster by group as it stands or as drawn."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires
from mingqian.draws.forms.filters import committees_of, recent_years
from mingqian.draws.models import Draw, DrawApplication, DrawKind, DrawStatus
from mingqian.draws.models import Roster as KeptRoster
from mingqian.draws.queries.composition import composition_of
from mingqian.draws.queries.locked import open_version
from mingqian.draws.queries.locking import unfit_of
from mingqian.draws.queries.roster import WHOLE_POOL, Roster, draws_with_rosters, roster_draw
from mingqian.draws.queries.standing import StandingRoster, roster_of
from mingqian.web.components import Empty, Tab, Tone
from mingqian.web.filters import KeywordFilter, ListingFilter
from mingqian.web.listing import Column, Listing, respond
from mingqian.web.templatetags.web import pill

from .frozen import tells_unreadable


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
        choices=[("OPEN", "待确认"), ("LOCKED", "已锁定"), ("VOIDED", "已作废")],
        empty_label="全部",
        method="by_state",
    )
    keyword = KeywordFilter(
        ["application__matter__number", "application__meeting_name", "short_code"],
        placeholder="申请编号 / 会议 / 验证短码",
    )

    class Meta:
        model = Draw
        fields = ["year", "committee", "status", "keyword"]

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """待确认 holds those too whose people have all confirmed: they wait to be locked."""
        if value == "VOIDED":
            return rows.filter(status=DrawStatus.VOIDED)
        locked = Q(lock__isnull=value != "LOCKED")
        return rows.filter(locked, status=DrawStatus.EXECUTED)


def _roster_url(draw: Draw) -> str:
    """The roster in force has the plain address; a void one names its attempt."""
    address = reverse("draws:roster", args=[draw.application.number])
    return f"{address}?attempt={draw.attempt}" if draw.is_void else address


def state_of_roster(draw: Any) -> tuple[Tone, str]:
    """待确认, 已锁定, 已作废; needs what `draws_with_rosters` reads."""
    if draw.is_void:
        return "red", "已作废"
    if draw.application.kind == DrawKind.SUPPLEMENTARY:
        return "teal", "已抽取"
    if draw.lock is not None:
        return "green", "已锁定"
    if draw.confirmed == draw.primaries + draw.extra:
        return "teal", "全部确认"
    return "amber", "待确认"


def _state(draw: Draw) -> Any:
    return pill(*state_of_roster(draw))


def _confirmed(draw: Any) -> str:
    if draw.application.kind == DrawKind.SUPPLEMENTARY:
        return "—"  # its people stand on the roster of the first draw
    return f"{draw.confirmed} / {draw.primaries + draw.extra}"


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
        Column("confirmed", "已确认/应到", value=_confirmed, number=True, phone="line"),
        Column("others", "备选", value="others", number=True, phone="line"),
        Column("executed", "抽取时间", value="executed_at", sort="executed_at"),
        Column("code", "验证短码", value="short_code"),
        Column("state", "状态", value=lambda d: state_of_roster(d)[1], cell=_state, phone="badge"),
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
@tells_unreadable
def show_roster(request: HttpRequest, number: str) -> HttpResponse:
    """One roster by group as it stands, or as drawn; narrowed by group and by name, unit, specialty or initials."""
    draw = found_draw(request, number)
    kept = roster_of(draw)
    drawn = kept is None or request.GET.get("list") == "drawn"
    roster = Roster(draw, request.user) if kept is None or drawn else _standing(kept, draw, request)
    group, text = request.GET.get("group", "")[:100], request.GET.get("q", "")[:60]
    version = open_version(kept) if kept is not None and not draw.is_void else None
    context = {
        "draw": draw,
        "application": draw.application,
        "roster": roster,
        "shown": roster.chosen(group=group, text=text),
        "facets": composition_of(kept, roster.seated)
        if isinstance(roster, StandingRoster) and kept
        else [],
        "kept": kept,
        "unfit": unfit_of(roster, request.user)
        if isinstance(roster, StandingRoster) and not draw.is_void
        else [],
        "version": version,
        "tabs": _switch(draw, drawn=drawn) if kept is not None else [],
        "chosen_group": group,
        "text": text,
        "others": draw.application.draws.exclude(pk=draw.pk).exclude(short_code=None),
        "may_export": request.user.may("draws.export_roster"),
        "may_send": request.user.may("draws.send_message"),
        "may_release": request.user.may("draws.release_roster") and draw.is_executed,
        "may_move": request.user.may("draws.reschedule_meeting") and draw.is_executed,
        "attempt": request.GET.get("attempt", "")[:5],
        "list": "drawn" if drawn and kept is not None else "",
        "whole_url": _roster_url(draw),
        "whole_pool": WHOLE_POOL,
        "columns": (10 if roster.masked else 11) + (not drawn),
    }
    return render(request, "draws/roster.html", context)


def _standing(kept: KeptRoster, draw: Draw, request: HttpRequest) -> StandingRoster:
    kept.draw = draw
    return StandingRoster(kept, request.user)


def _switch(draw: Draw, *, drawn: bool) -> list[Tab]:
    """现在的名单 · 抽取时名单."""
    plain = reverse("draws:roster", args=[draw.application.number])
    attempt = f"attempt={draw.attempt}" if draw.is_void else ""
    return [
        Tab("作废时名单" if draw.is_void else "现在的名单", _roster_url(draw), current=not drawn),
        Tab("抽取时名单", f"{plain}?{attempt + '&' if attempt else ''}list=drawn", current=drawn),
    ]
