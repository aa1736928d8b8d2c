"""Over a large pool trial, freeze and draw are jobs: asked for once or twice, done once, told in words."""

from __future__ import annotations

import pytest
from django.test import override_settings
from django.utils import timezone

from mingqian.draws.models import Draw, DrawStatus
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
