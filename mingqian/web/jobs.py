"""Long work: a Job row beside a background task, with real progress, a heartbeat, cancelling and a reaper.

    @task
    def import_workbook(job_id: str, upload_id: int) -> None:
        with running(job_id) as progress:
            progress.start(total=len(rows), message="正在核对")
            for row in rows:
                ...
                progress.advance()
            progress.finish(message="已核对 327 行", url="/experts/import/…", label="查看结果")

    job = enqueue(import_workbook, kind="experts.import", title="导入评委库", owner_id=user.id, upload_id=upload.id)
    return redirect("web:job", job.pk)

Progress is written at most twice a second and must not be reported from inside a long transaction: nobody would
see it before the end.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from .context import RequestFacts, acting, current
from .models import UNFINISHED, Job, JobStatus

log = structlog.get_logger("mingqian.web")

WRITE_EVERY_SECONDS = 0.5
STALE_AFTER = timedelta(minutes=5)
LOST_IN_QUEUE_AFTER = timedelta(hours=1)


class Cancelled(Exception):
    """The owner cancelled the job, or it was given up for dead; the work must stop here."""


def fraction_of(done: int, total: int) -> float:
    """Progress between 0 and 1."""
    return min(done / total, 1.0) if total else 0.0


def shown(job: Job) -> dict[str, Any]:
    """What the progress box needs."""
    return {"job": job, "percent": round(100 * fraction_of(job.done, job.total))}


def enqueue(
    task: Any,
    *,
    kind: str,
    owner_id: int,
    title: str = "",
    office_id: int | None = None,
    total: int = 0,
    firm: bool = False,
    **arguments: Any,
) -> Job:
    """Make the Job row now and hand `task(job_id=…, **arguments)` to the worker once the caller's transaction commits.

    A `firm` job is done entirely or not at all: its owner cannot cancel it.
    """
    job = Job.objects.create(
        kind=kind,
        title=title,
        owner_id=owner_id,
        office_id=office_id,
        total=total,
        result={"firm": True} if firm else {},
    )
    transaction.on_commit(lambda: task.enqueue(job_id=str(job.pk), **arguments))
    return job


class Progress:
    """What a running task reports through."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._done = job.done
        self._written = 0.0

    def start(self, *, total: int, message: str = "") -> None:
        """How much there is to do; may be called again for a second stage."""
        self._done = 0
        self._write(done=0, total=total, message=message[:500])

    def advance(self, by: int = 1, *, message: str | None = None) -> None:
        """So much more is done. Raises Cancelled when the owner no longer wants it."""
        self._done += by
        if message is not None or time.monotonic() - self._written >= WRITE_EVERY_SECONDS:
            self._write(
                done=self._done, **({"message": message[:500]} if message is not None else {})
            )

    def finish(self, *, message: str = "", url: str = "", label: str = "", **result: Any) -> None:
        """The work is done; `url` and `label` make the button that leads on."""
        if url:
            result |= {"url": url, "label": label or "查看结果"}
        changes: dict[str, Any] = {
            "status": JobStatus.DONE,
            "message": message[:500],
            "finished_at": timezone.now(),
        }
        self._write(
            **changes, result={**self.job.result, **result}, done=max(self._done, self.job.total)
        )
        self.job.status = JobStatus.DONE

    def _write(self, **changes: Any) -> None:
        self._written = time.monotonic()
        changes["heartbeat_at"] = timezone.now()
        if not Job.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING).update(**changes):
            raise Cancelled(str(self.job.pk))
        for name, value in changes.items():
            setattr(self.job, name, value)


@contextmanager
def running(job_id: str | uuid.UUID) -> Iterator[Progress]:
    """Run one job: a second worker finds it taken, a failure is recorded with its incident number, never its detail."""
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING, started_at=now, heartbeat_at=now
    )
    if not taken:
        raise Cancelled(str(job_id))
    job = Job.objects.get(pk=job_id)
    with acting(RequestFacts(request_id=job.pk.hex[:16], ip=current().ip)):
        try:
            yield Progress(job)
        except Cancelled:
            log.info("job_cancelled", job=str(job.pk), kind=job.kind)
        except Exception as error:
            log.exception("job_failed", job=str(job.pk), kind=job.kind)
            end_badly(
                job,
                getattr(error, "told", "")
                or f"处理没有完成，事件编号 {job.pk.hex[:16].upper()}。已有数据不受影响，请重试。",
            )
            raise
        else:
            Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(
                status=JobStatus.DONE, finished_at=timezone.now()
            )


def end_badly(job: Job, message: str) -> None:
    """Record a failure in words for the owner."""
    Job.objects.filter(pk=job.pk, status__in=UNFINISHED).update(
        status=JobStatus.FAILED, message=message[:500], finished_at=timezone.now()
    )


def cancel(job: Job) -> bool:
    """Stop a job that has not ended; the task notices at its next report. False if it had ended already, or is firm."""
    return not job.result.get("firm") and bool(
        Job.objects.filter(pk=job.pk, status__in=UNFINISHED).update(
            status=JobStatus.CANCELLED, message="已由本人取消。", finished_at=timezone.now()
        )
    )


def reap() -> int:
    """Give up jobs whose worker died: no sign of life for five minutes, or never picked up within an hour."""
    now = timezone.now()
    words = {
        "status": JobStatus.FAILED,
        "message": "处理进程意外中断，已有数据不受影响，请重新提交。",
        "finished_at": now,
    }
    dead = Job.objects.filter(status=JobStatus.RUNNING, heartbeat_at__lt=now - STALE_AFTER).update(
        **words
    )
    lost = Job.objects.filter(
        status=JobStatus.QUEUED, created_at__lt=now - LOST_IN_QUEUE_AFTER
    ).update(**words)
    if dead or lost:
        log.warning("jobs_reaped", dead=dead, lost=lost)
    return dead + lost
