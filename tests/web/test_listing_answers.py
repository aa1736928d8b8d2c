"""What a listing answers: the page, the fragment, the workbook."""

from __future__ import annotations

import io

import openpyxl
import pytest

from mingqian.web.components import Empty
from mingqian.web.listing import respond
from mingqian.web.models import Job

from .listings import JobListing, make_jobs, page, request

pytestmark = pytest.mark.django_db


def answer(address="/jobs", *, rows=None, listing=None, exported=lambda *a: None, **headers):
    queryset = Job.objects.all() if rows is None else rows
    return respond(
        request(address, **headers),
        listing or JobListing(),
        queryset,
        "web/list.html",
        exported=exported,
    )


def test_the_page_holds_filter_table_and_pager():
    make_jobs(9)
    text = answer("/jobs?sort=title").content.decode()
    assert "<h1>后台事项</h1>" in text
    assert 'aria-sort="ascending"' in text
    assert "共 9 条·第 1 / 2 页" in text
    assert 'rel="next"' in text
    assert 'data-label="开始时间"' in text


def test_htmx_gets_the_listing_alone():
    make_jobs(2)
    text = answer(**{"HX-Request": "true", "HX-Target": "listing-jobs"}).content.decode()
    assert text.lstrip().startswith('<section class="card listing"')
    assert "<html" not in text


def test_another_target_gets_the_whole_page():
    assert "<html" in answer(**{"HX-Request": "true", "HX-Target": "main"}).content.decode()


def test_values_are_escaped_everywhere():
    Job.objects.create(kind="t", title="<b>&\"'</b>", owner_id=1)
    text = answer("/jobs?keyword=<b>").content.decode()
    assert '<b>&"' not in text
    assert "&lt;b&gt;&amp;&quot;&#x27;&lt;/b&gt;" in text


def test_nothing_yet_says_what_to_do_next_and_nothing_found_how_to_widen():
    class Told(JobListing):
        empty = Empty("还没有事项", "先导入一份名册。", "/experts/import/", "导入名册")

    text = answer(listing=Told()).content.decode()
    assert "先导入一份名册。" in text
    assert 'href="/experts/import/"' in text
    make_jobs(1)
    assert "没有符合条件的记录" in answer("/jobs?keyword=没有", listing=Told()).content.decode()


def test_export_holds_every_filtered_row_and_tells_the_caller_first():
    make_jobs(30)
    told = []
    response = answer(
        "/jobs?export=xlsx&keyword=事项&sort=title",
        exported=lambda req, written, here: told.append(written),
    )
    content = b"".join(response.streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("事项", "已处理", "开始时间", "状态")
    assert [r[0] for r in rows[1:]] == [f"事项{i:03d}" for i in range(30)]
    assert told[0].rows == 30
    assert len(told[0].sha256) == 64
    assert response["Cache-Control"] == "no-store, private"


def test_no_workbook_leaves_when_the_log_entry_fails():
    make_jobs(3)

    def refuse(*_):
        raise RuntimeError("no audit entry, no export")

    with pytest.raises(RuntimeError):
        answer("/jobs?export=xlsx", exported=refuse)


def test_without_a_hook_there_is_no_export():
    make_jobs(3)
    response = answer("/jobs?export=xlsx", exported=None)
    assert "text/html" in response["Content-Type"]
    assert "导出" not in response.content.decode()


def test_column_values_follow_dotted_paths_and_methods():
    job = make_jobs(2)[1]
    columns = {c.name: c for c in JobListing.columns}
    assert columns["status"].value_of(job) == "等待处理"
    assert columns["title"].value_of(job) == job.title


def test_sort_links_turn_round_and_keep_the_filters():
    make_jobs(2)
    heads = {h["column"].name: h for h in page("/jobs?sort=title&keyword=事项").heads()}
    assert "sort=-title" in heads["title"]["url"]
    assert "keyword=" in heads["title"]["url"]
    assert heads["status"]["url"] == ""
