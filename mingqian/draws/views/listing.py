"""评委抽取申请: the list of the office, and its detail page's neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires
from mingqian.audit.services import record
from mingqian.draws.forms.filters import ApplicationFilter, ReviewFilter
from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.applications import state_of, visible_applications
from mingqian.web.components import Empty
from mingqian.web.listing import Column, Listing, ListingPage, respond
from mingqian.web.templatetags.web import pill
from mingqian.web.xlsx import Written
from mingqian.workflow.models import MatterStatus


def _state_pill(application: DrawApplication) -> Any:
    state = state_of(application)
    return pill(state.tone, state.word)


def _meeting(application: DrawApplication) -> str:
    if application.starts_at is None:
        return ""
    return f"{timezone.localtime(application.starts_at):%Y-%m-%d %H:%M}"


def _waiting(application: DrawApplication) -> Any:
    at = application.matter.submitted_at
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _mode_chip(application: DrawApplication) -> Any:
    return format_html('<span class="chip">{}</span>', application.get_mode_display())


def kind_words(application: DrawApplication) -> str:
    """新增抽取, or 补充抽取 with its round."""
    if application.parent is None:
        return str(application.get_kind_display())
    return f"{application.get_kind_display()}·第 {application.round_no} 轮"


def _kind_cell(application: DrawApplication) -> Any:
    if application.parent is None:
        return kind_words(application)
    number = application.parent.number
    address = reverse("draws:application", args=[number])
    return format_html(
        '{}<br><a class="underlined num" href="{}">{}</a>', kind_words(application), address, number
    )


def _committee(application: DrawApplication) -> str:
    return application.committee.name if application.committee else "未选评委会"


class ApplicationListing(Listing):
    """One row an application; click anywhere opens it."""

    name = "applications"
    title = "评委抽取申请"
    filters = ApplicationFilter
    order = "-pk"
    columns: Sequence[Column] = (
        Column(
            "number", "申请编号", value="number", sort="matter__number", link=True, phone="title"
        ),
        Column("committee", "评委会", value=_committee, wrap=True, phone="bare"),
        Column("meeting", "评审会议", value="meeting_name", wrap=True, optional=True),
        Column("kind", "抽取类型", value=kind_words, cell=_kind_cell, phone="line"),
        Column("mode", "抽取方式", value="get_mode_display", cell=_mode_chip),
        Column(
            "primary",
            "正选",
            value="primary_total",
            number=True,
            sort="primary_total",
            phone="line",
        ),
        Column("alternate", "备选", value="alternate_total", number=True, phone="line"),
        Column("starts", "会议时间", value=_meeting, sort="starts_at", phone="line"),
        Column("version", "版次", value="matter.version", number=True, optional=True),
        Column("trials", "试抽取", value="trial_count", number=True, optional=True),
        Column("handler", "经办人", value="handler_name", optional=True),
        Column(
            "created",
            "申请日期",
            value=lambda a: timezone.localtime(a.created_at).date(),
            sort="created_at",
        ),
        Column("state", "状态", value=lambda a: state_of(a).word, cell=_state_pill, phone="badge"),
    )

    def __init__(self, *, may_create: bool) -> None:
        if may_create:
            self.empty = Empty(
                "还没有评委抽取申请",
                "新建后即有编号，可随时保存草稿。",
                reverse("draws:new"),
                "新增抽取申请",
                "dice-5",
            )
        else:
            self.empty = Empty("没有可以查看的抽取申请", "审核通过或提交后的申请在这里列出。")

    def row_url(self, row: DrawApplication) -> str:
        return reverse("draws:application", args=[row.number])

    def row_label(self, row: DrawApplication) -> str:
        return row.number


class ReviewListing(ApplicationListing):
    """What was submitted to the department; waiting first unless filtered otherwise."""

    name = "reviews"
    title = "评委抽取审核"
    filters = ReviewFilter
    columns = (
        Column(
            "number", "申请编号", value="number", sort="matter__number", link=True, phone="title"
        ),
        Column("office", "申请部门", value="office.name", wrap=True, phone="bare"),
        Column("committee", "评委会", value=_committee, wrap=True, phone="bare"),
        Column("version", "版次", value="matter.version", number=True),
        Column("kind", "抽取类型", value=kind_words, cell=_kind_cell, phone="line"),
        Column("mode", "抽取方式", value="get_mode_display", cell=_mode_chip),
        Column("primary", "正选", value="primary_total", number=True, phone="line"),
        Column("alternate", "备选", value="alternate_total", number=True),
        Column("trials", "试抽取", value="trial_count", number=True),
        Column("starts", "会议时间", value=_meeting, phone="line"),
        Column("submitted", "提交时间", value=_waiting, sort="matter__submitted_at", phone="line"),
        Column("state", "状态", value=lambda a: state_of(a).word, cell=_state_pill, phone="badge"),
    )

    def __init__(self) -> None:
        super().__init__(may_create=False)
        self.empty = Empty(
            "没有待审核的申请", "各评委会办公室提交后在这里列出。", icon="rubber-stamp"
        )

    def row_url(self, row: DrawApplication) -> str:
        return reverse("draws:review", args=[row.number])


def note_export(request: HttpRequest, written: Written, page: ListingPage) -> None:
    """What leaves as a workbook stands in the log."""
    with transaction.atomic():
        record(
            "draws.export_list",
            by=request.user,
            details={"list": page.listing.name, "rows": written.rows, "sha256": written.sha256},
            purpose="导出查询结果",
        )


@requires("draws.view_application")
@require_GET
def list_applications(request: HttpRequest) -> HttpResponseBase:
    """评委抽取申请."""
    may_create = request.user.may("draws.edit_application")
    rows = visible_applications(request.user)
    return respond(
        request,
        ApplicationListing(may_create=may_create),
        rows,
        "draws/application_list.html",
        exported=note_export,
        may_create=may_create,
    )


@requires("draws.review_application")
@require_GET
def list_reviews(request: HttpRequest) -> HttpResponseBase:
    """业务审核→抽取审核: without a filter, what waits for a decision, oldest first."""
    rows = visible_applications(request.user)
    listing = ReviewListing()
    if (
        not any(request.GET.get(name) for name in ReviewFilter.base_filters)
        and "all" not in request.GET
    ):
        rows = rows.filter(matter__status=MatterStatus.SUBMITTED)
        listing.order = "matter__submitted_at"
    waiting = DrawApplication.objects.visible_to(request.user).filter(
        matter__status=MatterStatus.SUBMITTED
    )
    return respond(
        request,
        listing,
        rows,
        "draws/review_list.html",
        exported=note_export,
        waiting=waiting.count(),
        everything="all" in request.GET,
    )
