"""Long work: real progress, one worker at a time, cancelling, and jobs whose worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mingqian.web import jobs
from mingqian.web.models import Job, JobStatus
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def make_job(**kwargs) -> Job:
    return Job.objects.create(**{"kind": "test", "title": "导入评委库", "owner_id": 1} | kwargs)


def test_a_job_runs_reports_and_ends_with_a_way_on():
    job = make_job()
    with jobs.running(job.pk) as progress:
        progress.start(total=3, message="正在核对")
        job.refresh_from_db()
        assert (job.status, job.total, job.headline) == (
            JobStatus.RUNNING,
            3,
            "导入评委库：正在核对",
        )
        progress.advance(2, message="还剩一行")
        job.refresh_from_db()
        assert (job.done, job.message) == (2, "还剩一行")
        progress.finish(message="已核对 3 行", url="/x", label="查看", rows=3)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert job.finished_at is not None
    assert job.result == {"url": "/x", "label": "查看", "rows": 3}


def test_a_second_worker_finds_the_job_taken():
    job = make_job()
    with jobs.running(job.pk) as progress:
        with pytest.raises(jobs.Cancelled), jobs.running(job.pk):
            pass
        progress.finish()


def test_a_failure_is_told_by_number_and_never_by_detail():
    job = make_job()
    with pytest.raises(ZeroDivisionError), jobs.running(job.pk):
        _ = 1 / 0
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert job.pk.hex[:16].upper() in job.message
    assert "division" not in job.message


def test_a_cancelled_job_stops_at_its_next_report_and_stays_cancelled():
    job = make_job()
    with jobs.running(job.pk) as progress:
        assert jobs.cancel(job)
        progress.start(total=5)
        pytest.fail("the report must not come back")
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert not jobs.cancel(job)


def test_the_reaper_gives_up_the_dead_and_the_lost_and_spares_the_living():
    now = timezone.now()
    dead = make_job(status=JobStatus.RUNNING, heartbeat_at=now - timedelta(minutes=6))
    alive = make_job(status=JobStatus.RUNNING, heartbeat_at=now - timedelta(minutes=4))
    waiting = make_job()
    lost = make_job()
    Job.objects.filter(pk=lost.pk).update(created_at=now - timedelta(hours=2))
    assert jobs.reap() == 2
    for job, status in (
        (dead, JobStatus.FAILED),
        (lost, JobStatus.FAILED),
        (alive, JobStatus.RUNNING),
        (waiting, JobStatus.QUEUED),
    ):
        job.refresh_from_db()
        assert job.status == status


def test_a_reaped_job_that_still_runs_cannot_report_success():
    job = make_job()
    with jobs.running(job.pk) as progress:
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        jobs.reap()
        progress.finish(message="fertig")
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_the_owner_sees_progress_and_nobody_else_does(client):
    owner, other = make_user("clerk"), make_user("lead")
    job = make_job(
        owner_id=owner.pk, status=JobStatus.RUNNING, done=80, total=327, heartbeat_at=timezone.now()
    )
    address = reverse("web:job", args=[job.pk])
    client.force_login(owner)
    text = client.get(address).content.decode()
    assert "80 / 327·24%" in text
    assert 'http-equiv="refresh"' in text
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'data-hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert client.post(reverse("web:cancel-job", args=[job.pk])).status_code == 404


def test_the_owner_cancels_by_a_button(client):
    owner = make_user("clerk")
    job = make_job(owner_id=owner.pk)
    client.force_login(owner)
    response = client.post(reverse("web:cancel-job", args=[job.pk]), follow=True)
    assert "已由本人取消。" in response.content.decode()


def test_an_ended_job_no_longer_asks_for_itself(client):
    owner = make_user("clerk")
    job = make_job(
        owner_id=owner.pk, status=JobStatus.DONE, result={"url": "/experts/", "label": "查看结果"}
    )
    client.force_login(owner)
    text = client.get(reverse("web:job", args=[job.pk])).content.decode()
    assert "every 2s" not in text
    assert 'href="/experts/"' in text
