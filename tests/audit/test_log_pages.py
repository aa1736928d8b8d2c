"""操作日志 in the browser."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from mingqian.audit.models import Event
from mingqian.audit.services import record
from tests.factories.accounts import make_user
from tests.factories.committees import make_office

pytestmark = pytest.mark.django_db
LIST = reverse("audit:list")


@pytest.fixture
def reader(client):
    user = make_user("hrss_lead", real_name="周卫东")
    client.force_login(user)
    return user


def page(client, **asked) -> str:
    response = client.get(LIST, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_every_entry_is_listed_in_words_newest_first(client, reader):
    record("accounts.disable_user", on=reader, by=reader)
    html = page(client)
    assert html.index("停用用户") < html.index("新增用户")
    assert "周卫东" in html
    assert "人社部门负责人" in html


def test_the_observer_reads_the_log_too(client):
    client.force_login(make_user("observer"))
    assert "新增用户" in page(client)


@pytest.mark.parametrize("role", ["clerk", "lead", "reviewer", "sysadmin"])
def test_nobody_else_reads_it(client, role):
    client.force_login(make_user(role))
    for address in (LIST, reverse("audit:detail", args=[1])):
        assert client.get(address).status_code == 403
    assert Event.objects.filter(action="access.denied").count() == 2


def test_filters_by_person_action_area_and_thing(client, reader):
    other = make_user("observer", real_name="孙正")
    record("demo.deed", on=other, by=other, label="甲申请")
    record("accounts.sign_out", on=other, by=other)
    for asked, rows in [
        ({"actor": "孙正"}, 2),
        ({"actor": "孙正", "action": "accounts.sign_out"}, 1),
        ({"subject": "甲申请"}, 1),
        ({"area": "access"}, 0),
        ({"actor": "无此人"}, 0),
    ]:
        html = page(client, **asked)
        assert html.count("<tr data-href") == rows, asked


def test_filters_by_local_day(client, reader):
    import datetime as dt

    # One minute past midnight in Shanghai is still the day before in UTC.
    record("demo.deed", by=None, label="午夜", at=dt.datetime(2026, 3, 1, 16, 1, tzinfo=dt.UTC))
    assert "午夜" in page(client, days_from="2026-03-02", days_to="2026-03-02")
    assert "午夜" not in page(client, days_from="2026-03-01", days_to="2026-03-01")


def test_an_entry_shows_what_changed_and_its_hashes(client, reader):
    office = make_office()
    event = record(
        "accounts.change_user",
        on=reader,
        by=reader,
        office_id=office.pk,
        purpose="人事调整",
        details={
            "before": {"role": "审核", "x": 1},
            "after": {"role": "负责", "x": 1},
            "n": [1, 2],
        },
    )
    html = client.get(reverse("audit:detail", args=[event.seq])).content.decode()
    assert '<span class="old">审核</span> → <span class="new">负责</span>' in html
    assert "人事调整" in html
    assert "1、2" in html
    assert event.hash[:4].upper() in html
    assert "内容与摘要不符" not in html
    assert reverse("audit:detail", args=[event.seq - 1]) in html


@pytest.mark.breaks_invariants
def test_a_tampered_entry_says_so_on_its_page(client, reader):
    from mingqian.audit import protection

    event = record("demo.deed", by=reader)
    protection.remove(connection)
    Event.objects.filter(seq=event.seq).update(purpose="后来加的")
    protection.install(connection)
    html = client.get(reverse("audit:detail", args=[event.seq])).content.decode()
    assert "内容与摘要不符" in html


def test_no_such_entry_answers_404(client, reader):
    assert client.get(reverse("audit:detail", args=[10**9])).status_code == 404


def test_hostile_text_in_an_entry_is_shown_as_text(client, reader):
    record("demo.deed", by=None, label="<script>alert(1)</script>", details={"<b>": "<i>"})
    html = page(client)
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_an_export_is_complete_and_leaves_an_entry(client, reader):
    for n in range(60):
        record("demo.deed", by=reader, label=f"第{n}件")
    before = Event.objects.count()
    response = client.get(LIST, {"export": "xlsx", "subject": "件"})
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert [row for row in sheet.iter_rows(values_only=True) if "demo.deed" in row].__len__() == 60
    assert Event.objects.count() == before + 1
    event = Event.objects.first()
    assert event.action == "audit.export"
    assert event.details["rows"] == 60
    assert event.details["filters"] == {"对象": "件"}
    assert len(event.details["sha256"]) == 64


def test_a_page_costs_the_same_queries_for_few_rows_and_for_many(client, reader):
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for _ in range(30):
        record("demo.deed", by=reader)
    with CaptureQueriesContext(connection) as many:
        page(client)
    assert len(many) == len(few)
