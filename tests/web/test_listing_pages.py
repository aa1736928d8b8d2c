"""Turning pages: every row exactly once, in a total order, in both directions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingqian.web import listing_page
from mingqian.web.keyset import BadPosition, Order, ordered, pack, position_of, unpack
from mingqian.web.models import Job

from .listings import JobListing, make_jobs, page

pytestmark = pytest.mark.django_db

SORTS = ["title", "-title", "done", "-done", "started_at", "-started_at"]


def forwards(address: str) -> list[list[Job]]:
    pages, here = [], page(address)
    while True:
        pages.append(here.rows)
        if not here.next:
            return pages
        here = page(here.next_url)


def backwards(address: str) -> list[list[Job]]:
    pages, here = [], page(address)
    while True:
        pages.append(here.rows)
        if not here.previous:
            return pages[::-1]
        here = page(here.previous_url)


@pytest.mark.parametrize("sort", SORTS)
def test_forward_pages_show_every_row_once_in_order_even_with_ties_and_blanks(sort):
    make_jobs(40)
    seen = [row.pk for rows in forwards(f"/jobs?sort={sort}") for row in rows]
    column = {"title": "title", "done": "done", "started_at": "started_at"}[sort.lstrip("-")]
    wanted = ordered(Job.objects.all(), Order(column, sort.startswith("-")))
    assert seen == [row.pk for row in wanted]
    assert len(set(seen)) == 40


@pytest.mark.parametrize("sort", SORTS)
def test_walking_back_from_the_last_page_shows_the_same_pages(sort):
    make_jobs(40)
    there = [row.pk for rows in forwards(f"/jobs?sort={sort}") for row in rows]
    back = [row.pk for rows in backwards(f"/jobs?sort={sort}&page=last") for row in rows]
    assert back == there


def test_blank_values_come_last_whichever_the_direction():
    make_jobs(20)
    for sort in ("started_at", "-started_at"):
        last = [row.started_at for rows in forwards(f"/jobs?sort={sort}") for row in rows][-4:]
        assert last == [None] * 4


def test_the_first_page_is_always_full_when_walking_back_onto_it():
    make_jobs(10)
    second = page(page("/jobs?sort=title").next_url)
    assert [r.title for r in second.rows] == ["事项007", "事项008", "事项009"]
    first = page(second.previous_url)
    assert [r.title for r in first.rows] == [f"事项{i:03d}" for i in range(7)]
    assert not first.previous


def test_a_row_added_meanwhile_neither_repeats_nor_hides_another():
    make_jobs(14)
    first = page("/jobs?sort=title")
    Job.objects.create(kind="test", title="事项000a", owner_id=1)
    second = page(first.next_url)
    assert [r.title for r in second.rows] == [f"事项{i:03d}" for i in range(7, 14)]


def test_page_numbers_follow_and_the_last_page_holds_the_remainder():
    make_jobs(16)
    second = page(page("/jobs?sort=title").next_url)
    assert second.page_words == "第 2 / 3 页"
    last = page(second.last_url)
    assert [r.title for r in last.rows] == ["事项014", "事项015"]
    assert last.page_words == "第 3 / 3 页"
    assert page(last.previous_url).page_words == "第 2 / 3 页"


def test_the_count_stops_at_the_cap_and_says_so(monkeypatch):
    monkeypatch.setattr(listing_page, "COUNT_CAP", 20)
    make_jobs(30)
    here = page("/jobs?sort=title")
    assert here.approximate
    assert here.count_words == "约 20 条以上"
    last = page(here.last_url)
    assert [r.title for r in last.rows] == [f"事项{i:03d}" for i in range(23, 30)]
    assert last.page_words == ""


def test_a_page_costs_the_same_queries_for_one_row_and_for_thirty():
    class Thirty(JobListing):
        page_size = 30

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown = page("/jobs", Thirty())
            assert shown.body()
        return len(captured)

    make_jobs(1)
    one = queries()
    make_jobs(29)
    assert queries() == one == 2


def test_the_bound_is_written_so_that_an_index_serves_it():
    make_jobs(20)
    first = page("/jobs?sort=title")
    with CaptureQueriesContext(connection) as captured:
        page(first.next_url)
    sql = captured[-1]["sql"]
    assert '"title" >= ' in sql
    assert '"title" > ' in sql


@pytest.mark.parametrize(
    "address",
    [
        "/jobs?after=%00",
        "/jobs?after=!!!!",
        "/jobs?after=bm90IGpzb24",
        "/jobs?after=" + "A" * 3000,
        "/jobs?before=W10",
        "/jobs?after=WzEsMiwzXQ",
        "/jobs?page=banana",
        "/jobs?n=999999999999999999999999&size=100000",
        "/jobs?sort=owner_id",
        "/jobs?sort=-started_at__year",
        "/jobs?sort=title;DROP TABLE web_job",
        "/jobs?sort=title&after=" + pack(("a" * 10, "not-a-uuid")),
    ],
)
def test_addresses_nobody_gave_out_show_the_first_page(address):
    make_jobs(9)
    here = page(address)
    assert len(here.rows) == 7
    assert not here.previous


def test_a_position_survives_its_way_through_the_address():
    job = make_jobs(2)[1]
    for path in ("title", "done", "started_at", "pk"):
        order = Order(path)
        packed = pack(position_of(job, order))
        value, key = unpack(packed, Job.objects.all(), order)
        assert key == job.pk
        assert value == (None if path == "pk" else getattr(job, path))


def test_a_position_with_a_number_no_column_can_hold_is_refused():
    with pytest.raises(BadPosition):
        unpack(
            pack((2**70, "6d3ff1d7-8a8e-4f37-b5b2-fb3cf2d6ac95")), Job.objects.all(), Order("done")
        )
