"""The pages of the chapter: list, import, pickers, to-dos; what each role sees of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.experts.models import Expert, PoolImport, PoolMembership
from mingqian.experts.queries import todos
from mingqian.experts.register.gate import MOST_BYTES
from mingqian.experts.sealing import read_id
from mingqian.web import jobs
from mingqian.web.models import Job
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import checked_import, imported, register_row, register_workbook

pytestmark = pytest.mark.django_db
AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def committee():
    return make_committee("南江省建筑高评委", specialties=["建筑设计", "结构工程"])


@pytest.fixture
def clerk(committee, client):
    clerk = make_user("clerk", committee.office)
    client.force_login(clerk)
    return clerk


def upload(client, committee, content: bytes, name: str = "名册.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post("/experts/import/", {"committee": committee.pk, "file": file})


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """Do background work when the request that asked for it has ended."""

    def run(deed):
        with override_settings(TASKS=AT_ONCE), django_capture_on_commit_callbacks(execute=True):
            return deed()

    return run


def test_a_register_goes_from_upload_to_pool_through_the_pages(
    client, committee, clerk, at_once
) -> None:
    rows = [*(register_row(n) for n in range(1, 9)), register_row(9, 手机="1381234567")]
    answer = at_once(lambda: upload(client, committee, register_workbook(rows)))
    page = client.get(answer.url)
    text = page.content.decode()
    assert "导入 8 条" in text
    assert "手机号应为 11 位，现为 10 位" in text
    assert "E 列·手机" in text
    assert page.context["page"].total == 1
    for show, total in (("ADD", 8), ("CHANGE", 0), ("SAME", 0), ("BAD", 1), ("nonsense", 1)):
        assert client.get(answer.url, {"show": show}).context["page"].total == total
    at_once(lambda: client.post(f"{answer.url}confirm"))
    assert Expert.objects.count() == 8
    assert "导入 8 条" in client.get(answer.url).content.decode()
    assert client.get(f"{answer.url}bad-rows")["Content-Disposition"].endswith(".xlsx")
    again = at_once(lambda: upload(client, committee, register_workbook(rows[:8])))
    page = client.get(again.url)
    assert page.context["counts"]["SAME"] == 8
    assert "没有可以导入的行" in page.content.decode()


def test_progress_is_shown_until_a_worker_has_done_it(client, committee, clerk) -> None:
    answer = upload(client, committee, register_workbook([register_row(1)]))
    page = client.get(answer.url)
    assert "正在检查名册" in page.content.decode()
    job = Job.objects.get(pk=PoolImport.objects.get().job_id)
    assert (job.owner_id, job.kind) == (clerk.pk, "experts.check_import")
    colleague = make_user("lead", committee.office)
    client.force_login(colleague)
    assert "正在处理" in client.get(answer.url).content.decode()


def test_a_dead_job_leaves_a_way_out(client, committee, clerk, at_once) -> None:
    answer = upload(client, committee, register_workbook([register_row(1)]))
    jobs.cancel(Job.objects.get())
    text = client.get(answer.url).content.decode()
    assert "重新检查" in text
    at_once(lambda: client.post(f"{answer.url}recheck"))
    assert PoolImport.objects.get().stage == PoolImport.Stage.CHECKED


def test_a_cancelled_dry_run_writes_nothing(client, committee, clerk, at_once, monkeypatch) -> None:
    rows = [register_row(n) for n in range(1, 450)]
    passed = jobs.Progress.advance

    def cancel_first(self, *args, **kwargs):
        jobs.cancel(self.job)
        monkeypatch.setattr(jobs, "WRITE_EVERY_SECONDS", 0)
        return passed(self, *args, **kwargs)

    monkeypatch.setattr(jobs.Progress, "advance", cancel_first)
    at_once(lambda: upload(client, committee, register_workbook(rows)))
    stopped = PoolImport.objects.get()
    assert (stopped.stage, stopped.rows.count(), stopped.content_sealed) == ("DROPPED", 0, None)


def test_dropping_an_unfinished_import_stops_its_job(client, committee, clerk) -> None:
    answer = upload(client, committee, register_workbook([register_row(1)]))
    client.post(f"{answer.url}drop")
    assert Job.objects.get().status == "CANCELLED"
    assert "已放弃" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"hello", "不是 Excel 工作簿"),
        ("a.csv", register_workbook([register_row(1)]), "xlsx"),
        ("a.xlsx", b"", "空的"),
        (
            "a.xlsx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_field(
    client, committee, clerk, name, content, words
) -> None:
    answer = upload(client, committee, content, name)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["file"])
    assert not PoolImport.objects.exists()


def test_fifty_megabytes_are_refused_before_they_are_read(client, committee, clerk) -> None:
    answer = upload(client, committee, bytes(50 * 1024 * 1024))
    assert answer.status_code == 413
    assert "超过 20 MB" in answer.content.decode()
    assert not PoolImport.objects.exists()


def test_a_little_too_much_is_refused_at_the_field(client, committee, clerk) -> None:
    answer = upload(client, committee, b"PK\x03\x04" + bytes(MOST_BYTES))
    assert answer.status_code == 422
    assert "超过 20 MB" in str(answer.context["form"].errors["file"])


def test_the_upload_still_needs_its_token(committee, clerk) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk)
    assert upload(strict, committee, register_workbook([register_row(1)])).status_code == 403


def test_an_upload_without_file_or_committee_is_told_at_the_fields(
    client, committee, clerk
) -> None:
    make_committee("第二评委会", office=committee.office)
    answer = client.post("/experts/import/", {})
    assert set(answer.context["form"].errors) == {"committee", "file"}
    other = make_committee()
    assert "committee" in upload(client, other, b"x").context["form"].errors


def test_an_unreadable_workbook_says_why(client, committee, clerk, at_once) -> None:
    content = register_workbook([register_row(1)], headings=["姓名", "性别", "手机", "职称"])
    answer = at_once(lambda: upload(client, committee, content))
    text = client.get(answer.url).content.decode()
    assert "表头缺少" in text
    assert "身份证号" in text


def test_imports_of_another_office_are_not_found(client, committee, clerk) -> None:
    checked = checked_import(committee, [register_row(1)], by=clerk)
    client.force_login(make_user("clerk"))
    for deed in ("", "bad-rows"):
        assert client.get(f"/experts/import/{checked.pk}/{deed}").status_code == 404
    for deed in ("confirm", "drop", "recheck"):
        assert client.post(f"/experts/import/{checked.pk}/{deed}").status_code == 404
    client.force_login(make_user("reviewer"))
    assert client.get(f"/experts/import/{checked.pk}/").status_code == 403
    assert Event.objects.filter(action="access.denied").exists()


@pytest.fixture
def pool(committee, clerk):
    rows = [
        register_row(1, 姓名="曾芳平", 推荐专业="建筑设计;结构工程", 工作单位="南江第1设计院"),
        register_row(
            2, 姓名="单勇", 推荐专业="结构工程", 级别="正高级", 职称="正高级工程师", 学科组="结构组"
        ),
        register_row(3, 姓名="任强", 推荐专业="建筑设计", 状态="暂停", 所在地区="江州市"),
        register_row(
            4, 姓名="吕平", 推荐专业="建筑设计", 聘期起=date(2022, 1, 1), 聘期止=date(2024, 12, 31)
        ),
    ]
    imported(committee, rows, by=clerk)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "曾芳平 单勇 任强 吕平"),
        ({"keyword": "曾"}, "曾芳平"),
        ({"keyword": "zfp"}, "曾芳平"),
        ({"keyword": "CFP"}, "曾芳平"),
        ({"keyword": "shan"}, "单勇"),
        ({"unit": "第1设计"}, "曾芳平"),
        ({"level": "5"}, "单勇"),
        ({"group": "结构"}, "单勇"),
        ({"region": "江州"}, "任强"),
        ({"status": "SUSPENDED"}, "任强"),
        ({"term": "over"}, "吕平"),
        ({"term": "running", "status": "ACTIVE"}, "曾芳平 单勇"),
        ({"keyword": "没有这个人"}, ""),
    ],
)
def test_the_list_is_filtered(client, pool, query, names) -> None:
    page = client.get("/experts/", query).context["page"]
    assert {row.expert.name for row in page.rows} == set(names.split())


def test_the_list_is_filtered_by_any_specialty_of_a_member(client, pool, committee) -> None:
    specialty = committee.specialties.get(name="结构工程")
    page = client.get("/experts/", {"specialty": specialty.pk}).context["page"]
    assert {row.expert.name for row in page.rows} == {"曾芳平", "单勇"}


def test_an_expert_is_found_by_the_whole_number_without_it_standing_in_an_address(
    client, pool
) -> None:
    expert = Expert.objects.get(name="单勇")
    number = read_id(expert)
    answer = client.post("/experts/find", {"id_number": f" {number.lower()} "})
    assert answer.url == f"/experts/{expert.expert_no}/"
    missed = client.post("/experts/find", {"id_number": number[:-1]})
    assert missed.url == "/experts/"
    client.force_login(make_user("clerk"))
    assert client.post("/experts/find", {"id_number": number}).url == "/experts/"


def test_the_list_costs_the_same_for_one_member_and_for_thirty(
    client, committee, clerk, django_assert_max_num_queries
) -> None:
    imported(committee, [register_row(1)], by=clerk)
    client.get("/experts/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get("/experts/")
    imported(committee, [register_row(n) for n in range(2, 31)], by=clerk)
    with django_assert_max_num_queries(len(one)):
        client.get("/experts/", {"size": "50"})


def test_an_export_is_masked_and_written_down(client, pool) -> None:
    answer = client.get("/experts/?export=xlsx")
    content = b"".join(answer.streaming_content)
    for expert in Expert.objects.all():
        assert read_id(expert).encode() not in content
    event = Event.objects.get(action="experts.export_pool")
    assert event.details["rows"] == 4


def test_each_office_sees_its_own_pool_and_hrss_all(client, pool) -> None:
    other = make_committee(specialties=["建筑设计"])
    imported(other, [register_row(50, 姓名="他处专家")], by=make_user("clerk", other.office))
    assert client.get("/experts/").context["page"].total == 4
    client.force_login(make_user("hrss_lead"))
    assert client.get("/experts/").context["page"].total == 5
    for role in ("observer", "sysadmin"):
        client.force_login(make_user(role))
        assert client.get("/experts/").status_code == 403
    assert not PoolMembership.objects.visible_to(make_user("observer")).exists()


def test_pickers_understand_chinese_and_initials(client, pool, committee) -> None:
    def names(**query):
        return [
            one["text"]
            for one in client.get("/experts/pick/", {"committee": committee.pk} | query).json()[
                "results"
            ]
        ]

    assert names(q="zf") == ["曾芳平"]
    assert names(q="单") == ["单勇"]
    assert len(names(q="")) == 4
    assert names(q="\x00") == names(q="")
    assert client.get("/experts/pick/", {"committee": make_committee().pk}).status_code == 404
    assert client.get("/experts/pick/", {"committee": "x"}).status_code == 404
    units = client.get("/experts/pick-unit/", {"q": "设计院"}).json()["results"]
    assert len(units) == 4
    assert client.get("/experts/pick-unit/", {"q": "njd"}).json()["results"]


def test_to_dos_name_unfinished_imports_and_ending_terms(committee, clerk) -> None:
    soon = timezone.localdate() + timedelta(days=30)
    imported(committee, [register_row(1, 聘期起=soon - timedelta(days=700), 聘期止=soon)], by=clerk)
    checked_import(committee, [register_row(2)], by=clerk)
    items = todos(clerk)
    assert [item.kind for item in items] == ["experts.import", "experts.term"]
    assert "新增 1" in items[0].why
    assert todos(make_user("reviewer")) == []
    assert todos(make_user("clerk")) == []


def test_an_unknown_address_below_experts_is_not_found(client, clerk) -> None:
    for address in ("ZJ9999999999/", "%00/", "import/00000000-0000-0000-0000-000000000000/"):
        assert client.get(f"/experts/{address}").status_code == 404
