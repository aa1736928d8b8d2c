"""Trial, freeze and draw over a pool so large that nobody should wait for an answer: as jobs.

Up to `AT_ONCE` members a deed is done within the request. Each deed may be asked for twice: the second
job finds what the first has made.
"""

from __future__ import annotations

from typing import Any

from django.tasks import task
from django.urls import reverse

from mingqian.accounts.models import User
from mingqian.draws.models import Draw, DrawApplication
from mingqian.draws.queries.pool_facts import pool_size
from mingqian.web.jobs import end_badly, enqueue, running
from mingqian.web.models import Job

from .execute import execute_draw
from .freeze import freeze_draw
from .holding import CeremonyRefused
from .trial import TrialRefused, run_trial

AT_ONCE = 5_000


def is_long(application: DrawApplication) -> bool:
    """Whether deeds over this application's pool are left to a job."""
    return pool_size(application) > AT_ONCE


def try_later(application: DrawApplication, *, key: str, by: User) -> Job:
    """A trial as a job."""
    return _later(try_in_background, "trial", "试抽取", application, by, key=key)


def freeze_later(application: DrawApplication, *, by: User) -> Job:
    """The freeze as a job."""
    return _later(freeze_in_background, "freeze", "冻结评委库", application, by)


def execute_later(draw: Draw, *, key: str, by: User) -> Job:
    """The official draw as a job."""
    application = draw.application
    return _later(
        execute_in_background, "execute", "正式抽取", application, by, draw_id=draw.pk, key=key
    )


def _later(
    work: Any, kind: str, title: str, application: DrawApplication, by: User, **arguments: Any
) -> Job:
    """The job of this person for this deed: the one under way, else a new one."""
    title = f"{title} {application.number}"
    kind = f"draws.{kind}"
    under_way = Job.objects.unfinished().filter(owner_id=by.pk, kind=kind, title=title).first()
    return under_way or enqueue(
        work,
        kind=kind,
        title=title,
        owner_id=by.pk,
        office_id=application.office_id,
        # Done entirely or not at all; only a trial may be given up on the way.
        firm=work is not try_in_background,
        application_id=application.pk,
        by_id=by.pk,
        **arguments,
    )


@task
def try_in_background(*, job_id: str, application_id: int, by_id: int, key: str) -> None:
    """试抽取."""
    with running(job_id) as progress:
        application = DrawApplication.objects.get(pk=application_id)
        try:
            trial = run_trial(
                application, key=key, by=User.objects.get(pk=by_id), progress=progress
            )
        except TrialRefused as refusal:
            end_badly(progress.job, str(refusal))
            return
        progress.finish(
            message=f"第 {trial.number} 次试抽取已完成。",
            url=f"{reverse('draws:trial', args=[application.number])}?n={trial.number}",
        )


@task
def freeze_in_background(*, job_id: str, application_id: int, by_id: int) -> None:
    """冻结评委库: in one transaction, so the bar only says that it is under way."""
    with running(job_id) as progress:
        application = DrawApplication.objects.get(pk=application_id)
        progress.start(total=0, message="正在核对并冻结评委库，计算入选机会")
        try:
            draw = freeze_draw(application, by=User.objects.get(pk=by_id))
        except CeremonyRefused as refusal:
            end_badly(progress.job, refusal.told)
            return
        progress.finish(
            message=f"评委库已冻结，在库 {draw.pool_count} 人，可抽 {draw.eligible_count} 人。",
            url=reverse("draws:official", args=[application.number]),
            label="返回正式抽取",
        )


@task
def execute_in_background(
    *, job_id: str, application_id: int, draw_id: int, by_id: int, key: str
) -> None:
    """正式抽取: in one transaction as well."""
    with running(job_id) as progress:
        draw = Draw.objects.select_related("application").get(pk=draw_id)
        progress.start(total=0, message="正在抽取，并逐项验证抽取记录")
        try:
            execute_draw(draw, by=User.objects.get(pk=by_id), key=key)
        except CeremonyRefused as refusal:
            end_badly(progress.job, refusal.told)
            return
        progress.finish(
            message="抽取已完成，抽取记录已通过验证。",
            url=f"{reverse('draws:official', args=[draw.application.number])}?show=1",
        )
