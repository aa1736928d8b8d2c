"""Over a large pool trial, freeze and draw are jobs: asked for once or twice, done once, told in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from mingqian.draws.models import Draw, DrawStatus
from mingqian.draws.queries import pool
from mingqian.draws.services import background
from mingqian.web import jobs
from mingqian.web.models import Job, JobStatus
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, frozen, make_cast, revealed
from tests.factories.draws import make_application, make_ground

pytestmark = pytest.mark.django_db
AT_ONCE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture(autouse=True)
def every_pool_is_large(monkeypatch) -> None:
    monkeypatch.setattr(background, "AT_ONCE", 10)


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """Do background work when the request that asked for it has ended."""

    def run(deed):
        with override_settings(TASKS=AT_ONCE), django_capture_on_commit_callbacks(execute=True):
            return deed()

    return run


@pytest.fixture
def cast(monkeypatch) -> Cast:
    """A cast whose moment has come."""
    made = make_cast(SIZES)
    monkeypatch.setattr(timezone, "now", lambda: made.at)
    return made


def address(cast: Cast, deed: str = "") -> str:
    return f"/draws/{cast.application.number}/official{deed}"


def test_a_trial_runs_as_a_job_and_leads_to_its_page(client, work):
    committee, clerk, _ = make_ground(SIZES)
    application = make_application(committee, clerk)
    client.force_login(clerk)
    answer = work(lambda: client.post(f"/draws/{application.number}/trial", {"key": "a"}))
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/"
    assert (job.status, job.done, job.total) == (JobStatus.DONE, 4, 4)
    assert job.result["url"].endswith(f"/draws/{application.number}/trial?n=1")
    assert client.get(job.result["url"]).status_code == 200
    again = work(lambda: client.post(f"/draws/{application.number}/trial", {"key": "a"}))
    assert again.url != answer.url
    assert application.trials.count() == 1


def test_a_trial_that_makes_no_sense_says_so(client, work):
    committee, clerk, _ = make_ground(SIZES)
    application = make_application(committee, clerk, seats={})
    client.force_login(clerk)
    work(lambda: client.post(f"/draws/{application.number}/trial", {"key": "a"}))
    job = Job.objects.get()
    assert (job.status, job.message) == (
        JobStatus.FAILED,
        "还没有设置正选人数，请先填写席位再试抽取。",
    )


def test_freeze_and_draw_are_done_once_however_often_asked(client, work, cast):
    client.force_login(cast.clerk)
    for _ in range(2):
        client.post(address(cast, "/freeze"))
    job = Job.objects.get()
    assert "取消" not in client.get(f"/jobs/{job.pk}/").content.decode()
    assert not jobs.cancel(job)
    work(
        lambda: background.freeze_in_background.enqueue(
            job_id=str(job.pk), application_id=cast.application.pk, by_id=cast.clerk.pk
        )
    )
    job.refresh_from_db()
    assert (job.status, job.result["url"]) == (JobStatus.DONE, address(cast))
    assert Draw.objects.get().members.count() == 48


def test_the_draw_is_made_by_the_job_and_by_no_second_one(client, work, cast):
    draw = revealed(cast)
    client.force_login(cast.clerk)
    answer = work(lambda: client.post(address(cast, "/execute"), {"key": draw.commit_hash}))
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/"
    assert (job.status, job.message) == (JobStatus.DONE, "抽取已完成，抽取记录已通过验证。")
    draw.refresh_from_db()
    assert draw.status == DrawStatus.EXECUTED
    # Whoever comes now is shown the result, without a job.
    page = work(lambda: client.post(address(cast, "/execute"), {"key": draw.commit_hash}))
    assert page.url == f"{address(cast)}?show=1"
    assert Job.objects.count() == 1


def test_a_refusal_is_told_in_words(client, work, cast):
    draw = frozen(cast)
    client.force_login(cast.clerk)
    work(lambda: client.post(address(cast, "/execute"), {"key": draw.pool_root}))
    job = Job.objects.get()
    assert (job.status, "抽取进程已有变化" in job.message) == (JobStatus.FAILED, True)


def test_a_small_pool_is_answered_at_once(client, work, monkeypatch, cast):
    monkeypatch.setattr(background, "AT_ONCE", 48)
    client.force_login(cast.clerk)
    answer = work(lambda: client.post(address(cast, "/freeze")))
    assert answer.url == address(cast)
    assert not Job.objects.exists()
    assert make_user("clerk").pk


@pytest.fixture
def nobody_judges_inline(monkeypatch) -> None:
    """Any request that goes through the pool member by member fails."""

    def judged(*_args, **_kwargs):
        raise AssertionError("the pool was judged inside a request")

    monkeypatch.setattr(pool, "judge_members", judged)


def test_no_page_of_the_official_draw_judges_a_large_pool_inline(
    client, cast, nobody_judges_inline
):
    client.force_login(cast.clerk)
    page = client.get(address(cast))
    assert "核对之后可以冻结" in page.text
    assert 'data-hx-trigger="load, submit"' in page.text
    for deed in ("/check", "/check", "/freeze"):
        assert client.post(address(cast, deed)).status_code == 302
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["draws.check", "draws.freeze"]
    box = client.get(address(cast, "/check"), headers={"HX-Request": "true"})
    assert "等待处理" in box.text
    assert 'data-hx-trigger="every 1s"' in box.text


def test_no_page_of_a_trial_judges_a_large_pool_inline(client, monkeypatch, work):
    committee, clerk, _ = make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 6})
    application = make_application(committee, clerk)
    client.force_login(clerk)
    work(lambda: client.post(f"/draws/{application.number}/trial", {"key": "a"}))
    trial = application.trials.get()
    assert not trial.feasible

    def judged(*_args, **_kwargs):
        raise AssertionError("the pool was judged inside a request")

    monkeypatch.setattr(pool, "judge_members", judged)
    assert client.get(f"/draws/{application.number}/trial?n=1").status_code == 200
    taken = client.post(f"/draws/{application.number}/trial/fix", {"trial": "1", "fix": "0"})
    assert taken.url.startswith("/jobs/")
    assert client.post(f"/draws/{application.number}/trial", {"key": "b"}).url.startswith("/jobs/")


def test_the_readiness_check_is_a_job_whose_findings_the_page_shows(client, work, cast):
    client.force_login(cast.clerk)
    work(lambda: client.post(address(cast, "/check"), headers={"HX-Request": "true"}))
    job = Job.objects.get()
    assert (job.status, job.done, job.total) == (JobStatus.DONE, 2, 2)
    answer = client.get(address(cast, "/check"), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    page = client.get(address(cast)).text
    assert "可以冻结评委库" in page
    assert "申请已审核通过" in page
    assert "冻结时重新逐人核对" in page
    # Another person has to look for themselves.
    client.force_login(cast.reviewer)
    assert "核对之后可以冻结" in client.get(address(cast)).text


def test_a_check_is_forgotten_with_time_and_with_a_change(client, work, cast, monkeypatch):
    client.force_login(cast.clerk)
    work(lambda: client.post(address(cast, "/check")))
    assert "可以冻结评委库" in client.get(address(cast)).text
    type(cast.application).objects.filter(pk=cast.application.pk).update(
        revision=cast.application.revision + 1
    )
    assert "核对之后可以冻结" in client.get(address(cast)).text
    type(cast.application).objects.filter(pk=cast.application.pk).update(
        revision=cast.application.revision
    )
    later = cast.at + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "核对之后可以冻结" in client.get(address(cast)).text


def test_what_stands_against_the_freeze_is_told_by_the_job_too(client, work, cast, monkeypatch):
    early = cast.at - timedelta(days=60)
    monkeypatch.setattr(timezone, "now", lambda: early)
    client.force_login(cast.clerk)
    work(lambda: client.post(address(cast, "/check")))
    page = client.get(address(cast)).text
    assert "暂不能冻结" in page
    assert "未到抽取时间" in page
