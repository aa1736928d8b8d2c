"""补充抽取申请: rosters that lack somebody, and the one step before a supplement has its number."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from mingqian.accounts.access import requires
from mingqian.committees.models import Specialty
from mingqian.draws.forms.supplement import GapFilter, SupplementForm
from mingqian.draws.models import DrawStatus, Roster, RosterVersion
from mingqian.draws.queries.gaps import rosters_with_figures
from mingqian.draws.queries.series import SeriesNow, series_of, supplement_under_way
from mingqian.draws.queries.strata import OPEN_WORDS
from mingqian.draws.services.rosters import RosterRefused, open_lock
from mingqian.draws.services.supplement import SupplementOpen, create_supplement, usual_reason
from mingqian.web.components import Empty
from mingqian.web.listing import Column, Listing, respond
from mingqian.web.templatetags.web import pill

from .creation import MODE_NOTES
from .listing import note_export


def _starts(roster: Any) -> str:
    starts = roster.draw.application.starts_at
    return f"{timezone.localtime(starts):%Y-%m-%d %H:%M}" if starts else ""


def _gap_words(roster: Any) -> str:
    words = str(roster.gap)
    return f"{words}（另指定空缺 {roster.vacant}）" if roster.vacant else words


def _gap_pill(roster: Any) -> Any:
    return pill("red" if roster.gap else "gray", _gap_words(roster))


def _supplement_cell(roster: Any, may_create: bool) -> Any:
    if roster.open_number:
        address = reverse("draws:application", args=[roster.open_number])
        return format_html(
            '<a class="underlined num" href="{}">{}</a>', address, roster.open_number
        )
    if not may_create:
        return ""
    address = reverse("draws:supplement-new")
    number = roster.draw.application.number
    style = "button small primary" if roster.gap else "button small"
    return format_html('<a class="{}" href="{}?roster={}">申请补充抽取</a>', style, address, number)


class GapListing(Listing):
    """One row a roster in force; a click opens it."""

    name = "supplements"
    title = "补充抽取申请"
    unit = "份名单"
    filters = GapFilter
    empty = Empty(
        "没有缺席位的名单",
        "有人不参评而备选递补不上时，会议未结束、尚未锁定的名单在这里列出；状态选「全部名单」可查看全部。",
        icon="users",
    )

    def __init__(self, *, may_create: bool) -> None:
        self.columns = (
            Column("number", "首次申请", value="draw.application.number", sort="draw__application__matter__number", link=True, phone="title"),
            Column("committee", "评委会", value="draw.application.committee.name", wrap=True, phone="bare"),
            Column("meeting", "评审会议", value="draw.application.meeting_name", wrap=True, optional=True),
            Column("starts", "会议时间", value=_starts, sort="draw__application__starts_at", phone="line"),
            Column("due", "应参评", value="due", number=True, phone="line"),
            Column("confirmed", "已确认", value="confirmed", number=True, phone="line"),
            Column("declined", "不参评", value="declined", number=True, phone="line"),
            Column("unconfirmed", "未确认", value="unconfirmed", number=True, phone="line"),
            Column("waiting", "剩余备选", value="waiting", number=True, phone="line"),
            Column("gap", "缺口", value=_gap_words, cell=_gap_pill, phone="badge"),
            Column(
                "supplement",
                "补充抽取",
                value="open_number",
                cell=lambda roster: _supplement_cell(roster, may_create),
                phone="line",
            ),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("draws:roster", args=[row.draw.application.number])

    def row_label(self, row: Any) -> str:
        return str(row.draw.application.number)


@requires("draws.view_application")
@require_GET
def list_gaps(request: HttpRequest) -> HttpResponseBase:
    """补充抽取申请: without a state asked for, rosters with empty seats."""
    rows: Any = rosters_with_figures(request.user)
    if not request.GET.get("state"):
        # Of a meeting that is over, or of a locked list, nothing is to be done any more.
        rows = rows.filter(gap__gt=0, draw__application__ends_at__gt=timezone.now())
        rows = rows.exclude(versions__in=RosterVersion.objects.filter(unlocked_at=None))
    listing = GapListing(may_create=request.user.may("draws.edit_application"))
    return respond(request, listing, rows, "draws/supplement_list.html", exported=note_export)


@requires("draws.edit_application")
@require_http_methods(["GET", "POST"])
def new_supplement(request: HttpRequest) -> HttpResponse:
    """?roster= names the first application. The form's key makes one draft of a double click."""
    number = request.POST.get("roster") or request.GET.get("roster") or ""
    roster = get_object_or_404(
        Roster.objects.visible_to(request.user)
        .filter(draw__status=DrawStatus.EXECUTED)
        .select_related("draw__application__matter", "draw__application__committee"),
        draw__application__matter__number=number[:20],
    )
    series = series_of(roster)
    first = roster.draw.application
    initial = {"mode": first.mode, "reason": usual_reason(series)}
    form = SupplementForm(request.POST if request.method == "POST" else None, initial=initial)
    key = request.POST.get("key", "")[:36] or uuid4().hex
    if request.method == "POST" and form.is_valid():
        try:
            made = create_supplement(roster, by=request.user, key=key, **form.cleaned_data)
        except SupplementOpen as refusal:
            messages.warning(request, refusal.told)
            return redirect("draws:application", number=refusal.application.number)
        except RosterRefused as refusal:
            form.add_error("reason_text", refusal.told)
        else:
            return redirect("draws:edit", number=made.number)
    context = {
        "form": form,
        "key": key,
        "roster": roster,
        "first": first,
        "series": series,
        "missing": _missing(series),
        "waiting": len(series.succession.waiting),
        "open": supplement_under_way(first),
        "locked": open_lock(roster),
        "mode_notes": MODE_NOTES,
    }
    status = 422 if form.is_bound else 200
    return render(request, "draws/supplement_new.html", context, status=status)


def _missing(series: SeriesNow) -> list[tuple[str, int]]:
    """Empty seats by specialty, in words."""
    codes = dict(Specialty.objects.filter(code__in=series.gaps).values_list("code", "name"))
    return [(codes.get(code, OPEN_WORDS), number) for code, number in sorted(series.gaps.items())]
