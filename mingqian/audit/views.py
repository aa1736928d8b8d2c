"""操作日志: reading the log."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingqian.web.components import Empty
from mingqian.web.filters import active_filters
from mingqian.web.listing import Column, Listing, ListingPage, respond
from mingqian.web.xlsx import Written

from .access import requires
from .filters import EventFilter
from .models import Event
from .queries import actor_word, neighbours
from .services import record
from .words import action_word, detail_lines, role_word, subject_word


def _subject(event: Event) -> str:
    return f"{subject_word(event.subject_type)} {event.subject_label}".strip()


class EventListing(Listing):
    """Every entry the reader may see, newest first."""

    name = "events"
    title = "操作日志"
    filters = EventFilter
    columns = (
        Column("seq", "序号", sort="seq", number=True, link=True, phone="line"),
        Column("at", "时间", value="at", phone="line"),
        Column("actor_name", "操作人", value=actor_word, phone="line"),
        Column("role", "角色", value=lambda event: role_word(event.role)),
        Column("action", "操作", value=lambda event: action_word(event.action), phone="title"),
        Column("subject", "对象", value=_subject, wrap=True, phone="line"),
        Column("purpose", "事由", value="purpose", wrap=True, optional=True),
        Column("ip", "来源地址", value="ip"),
        Column("request_id", "请求编号", value="request_id", optional=True),
        Column(
            "hash", "摘要", value="hash", cell=lambda event: event.hash[:8].upper(), optional=True
        ),
    )
    order = "-seq"
    page_size = 50
    empty = Empty(
        "还没有操作记录", "登录、提交、审核、抽取、导出等操作都会在这里留痕。", icon="history"
    )

    def row_url(self, row: Event) -> str:
        """Its page."""
        return reverse("audit:detail", args=[row.seq])


def _note_export(request: HttpRequest, written: Written, page: ListingPage) -> None:
    filters = {chip.label: chip.value for chip in active_filters(request, page.filterset)}
    with transaction.atomic():
        record(
            "audit.export",
            by=request.user,  # type: ignore[arg-type]
            details={"rows": written.rows, "sha256": written.sha256, "filters": filters},
        )


@require_GET
@requires("audit.view_event")
def event_list(request: HttpRequest) -> HttpResponseBase:
    """The log, with filters."""
    rows = Event.objects.visible_to(request.user)
    return respond(request, EventListing(), rows, "audit/list.html", exported=_note_export)


@require_GET
@requires("audit.view_event")
def event_detail(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: who, when, from where, what changed, and the hashes that bind it."""
    rows = Event.objects.visible_to(request.user)
    event = get_object_or_404(rows, seq=seq)
    context = {
        "event": event,
        "actor": actor_word(event),
        "action": action_word(event.action),
        "subject_kind": subject_word(event.subject_type),
        "role": role_word(event.role),
        "lines": detail_lines(event.details),
        "sound": event.digest() == event.hash,
        **neighbours(event, rows),
    }
    return render(request, "audit/detail.html", context)
