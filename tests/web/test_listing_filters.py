"""Filters: chips, refusals, words in several columns, days, hostile values."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from mingqian.web.models import Job

from .listings import make_jobs, page

pytestmark = pytest.mark.django_db


def test_every_word_must_be_found():
    make_jobs(12)
    assert [r.title for r in page("/jobs?keyword=事项 011").rows] == ["事项011"]
    assert page("/jobs?keyword=事项 没有").rows == []


def test_active_filters_become_chips_that_take_themselves_away():
    make_jobs(3)
    here = page("/jobs?keyword=事项&status=QUEUED&started_at_from=2026-11-01&sort=title&after=x")
    assert [(c.label, c.value) for c in here.active] == [
        ("关键字", "事项"),
        ("状态", "等待处理"),
        ("开始时间", "2026-11-01 至 …"),
    ]
    keyword, status, days = here.active
    assert "keyword" not in keyword.url
    assert "status=QUEUED" in keyword.url
    assert "sort=title" in keyword.url
    assert "after" not in keyword.url
    assert "status" not in status.url
    assert "started_at_from" not in days.url


def test_a_day_is_a_local_day_with_both_ends():
    for hour in (15, 16, 17):  # 23:00, 00:00 and 01:00 in Shanghai
        Job.objects.create(
            kind="t",
            title=str(hour),
            owner_id=1,
            started_at=datetime(2026, 11, 3, hour, tzinfo=UTC),
        )
    shown = page("/jobs?started_at_from=2026-11-04&started_at_to=2026-11-04&sort=title").rows
    assert [r.title for r in shown] == ["16", "17"]


@pytest.mark.parametrize(
    "query",
    [
        "status=NOPE",
        "started_at_from=32.13.2026",
        "keyword=" + "长" * 200,
        "keyword=%00",
        "status=A%00",
    ],
)
def test_a_condition_that_cannot_be_read_finds_nothing_instead_of_everything(query):
    make_jobs(3)
    here = page(f"/jobs?{query}")
    assert here.rows == []
    assert here.total == 0
    assert here.filterset.form.errors


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE web_job; --", "%_\\", "𠮷", "\u202e反", "<script>", "😀"]
)
def test_any_text_may_be_searched_for(text):
    make_jobs(2)
    Job.objects.create(kind="t", title=f"甲{text}乙", owner_id=1)
    first = text.split()[0]
    assert f"甲{text}乙" in [r.title for r in page(f"/jobs?keyword={quote(first)}").rows]


def test_unknown_parameters_and_repeated_ones_do_no_harm():
    make_jobs(3)
    assert len(page("/jobs?what=ever&status=QUEUED&status=QUEUED&keyword=&keyword=").rows) == 3
