"""Trial, readiness check, freeze and draw over a pool so large that nobody should wait for an answer: as jobs.

Up to `AT_ONCE` members a deed is done within the request. Each deed may be asked for twice: the second
job finds what the first has made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.tasks import task
from django.urls import reverse

from mingqian.accounts.models import User
from mingqian.draws.models import Draw, DrawApplication
from mingqian.draws.queries.pool import survey_of
from mingqian.draws.queries.pool_facts import pool_size
from mingqian.draws.queries.readiness import freeze_case, freeze_findings
from mingqian.draws.queries.rules.check import rules_for
from mingqian.web.jobs import end_badly, enqueue, running
from mingqian.web.models import Job

from .execute import execute_draw
from .freeze import freeze_draw
from .holding import CeremonyRefused
from .trial import TrialRefused, run_trial

AT_ONCE = 5_000
CHECK_TITLE = "核对抽取条件"
CHECK_HOLDS = timedelta(minutes=10)
"""How long a page shows the findings of a check; the freeze itself looks at everything anew."""


def is_long(application: DrawApplication) -> bool:
    """Whether deeds over this application's pool are left to a job."""
    return pool_size(application) > AT_ONCE


def try_later(application: DrawApplication, *, key: str, by: User) -> Job:
    """A trial as a job."""
    return _later(try_in_background, "trial", "试抽取", application, by, key=key)


def check_later(application: DrawApplication, *, by: User) -> Job:
    """The readiness check as a job; its findings stay with it."""
    return _later(check_in_background, "check", CHECK_TITLE, application, by)


def last_check(application: DrawApplication, *, by: User, now: datetime) -> Job | None:
    """This person's last readiness check, unless time or a change of the application has passed over it."""
    title = f"{CHECK_TITLE} {application.number}"
    jobs = Job.objects.visible_to(by).filter(kind="draws.check", title=title)
    job = jobs.order_by("-created_at").first()
    if job is None or job.unfinished:
        return job
    seen = job.result.get("revision", application.revision) == application.revision
    fresh = job.finished_at is not None and now - job.finished_at < CHECK_HOLDS
    return job if fresh and seen else None


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
        # Done entirely or not at all; only a trial or a check may be given up on the way.
        firm=work not in (try_in_background, check_in_background),
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
def check_in_background(*, job_id: str, application_id: int, by_id: int) -> None:
    """核对抽取条件: what stands for and against the freeze, told on the page of the official draw."""
    with running(job_id) as progress:
        application = DrawApplication.objects.get(pk=application_id)
        progress.start(total=2, message="正在逐人核对评委库")
        survey = survey_of(application, rules=rules_for(application))
        progress.advance(message="正在核对全部席位与同单位上限能否同时满足")
        findings = freeze_findings(application, case=freeze_case(application, survey=survey))
        progress.finish(
            message="核对完成。",
            url=reverse("draws:official", args=[application.number]),
            label="查看抽取条件",
            revision=application.revision,
            findings=[[f.level, f.title, f.text, f.citation] for f in findings],
            blocked=bool(findings.blocking),
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
    """正式抽取: computed and verified without a lock, then stored in one short transaction."""
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
