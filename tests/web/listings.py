"""A listing over a table without a domain, for the tests of the listing itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from mingqian.web.listing import (
    Bulk,
    Column,
    DaysFilter,
    KeywordFilter,
    Listing,
    ListingFilter,
    ListingPage,
)
from mingqian.web.models import Job, JobStatus

START = datetime(2026, 11, 1, 4, tzinfo=UTC)


class JobFilter(ListingFilter):
    keyword = KeywordFilter(["title"], placeholder="事项")
    status = django_filters.ChoiceFilter(choices=JobStatus.choices, label="状态")
    started_at = DaysFilter("started_at", label="开始时间")

    class Meta:
        model = Job
        fields: list[str] = []


class JobListing(Listing):
    name = "jobs"
    title = "后台事项"
    filters = JobFilter
    order = "-started_at"
    page_size = 7
    columns = (
        Column("title", "事项", sort="title", link=True, phone="title"),
        Column("done", "已处理", sort="done", number=True),
        Column("started_at", "开始时间", sort="started_at", phone="line"),
        Column("status", "状态", value="get_status_display", phone="badge"),
    )
    bulk = (Bulk("取消", "/cancel", icon="x"),)

    def row_url(self, row: Job) -> str:
        return f"/jobs/{row.pk}/"


def make_jobs(count: int, **kwargs) -> list[Job]:
    """Jobs whose starting times come in ties of three, every fifth without one."""
    made = Job.objects.bulk_create(
        Job(
            kind="test",
            title=f"事项{i:03d}",
            owner_id=1,
            done=i % 4,
            **{"started_at": None if i % 5 == 0 else START + timedelta(hours=i // 3)} | kwargs,
        )
        for i in range(count)
    )
    return list(made)


def request(address: str = "/jobs", **headers):
    """A GET by nobody in particular."""
    made = RequestFactory().get(address, headers=headers)
    made.user = AnonymousUser()
    return made


def page(address: str = "/jobs", listing: Listing | None = None, rows=None) -> ListingPage:
    """The page at an address."""
    queryset = Job.objects.all() if rows is None else rows
    return ListingPage(request(address), listing or JobListing(), queryset, exportable=True)
