"""From the upload to the decision: every step leaves the import in a state that a page can show."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.committees.models import Committee
from mingqian.web.jobs import Cancelled, Progress, cancel, enqueue, running
from mingqian.web.models import Job

from ...models import PoolImport
from ...register.gate import check_workbook
from .apply import PoolChanged, import_pool
from .content import ContentGone, forget_old, sealed_content
from .dry_run import check_import

Stage = PoolImport.Stage
TO_CHECK = "experts.check_import"
TO_IMPORT = "experts.import_pool"


def start_import(*, committee: Committee, filename: str, content: bytes, by: User) -> PoolImport:
    """Take a register in and have it checked. Raises RefusedWorkbook before anything is stored, and PermissionDenied."""
    check(by, "experts.import_pool")
    if committee.office_id != by.office_id:
        raise PermissionDenied("experts.import_pool")
    check_workbook(filename, content)
    now = timezone.now()
    with transaction.atomic():
        forget_old(committee.office_id, at=now)
        pool_import = PoolImport(
            id=uuid4(),
            committee=committee,
            office_id=committee.office_id,
            uploaded_by=by,
            uploaded_at=now,
            filename=filename[-200:],
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        pool_import.content_sealed = sealed_content(pool_import, content)
        pool_import.save(force_insert=True)
        record(
            "experts.upload_register",
            on=pool_import,
            by=by,
            office_id=pool_import.office_id,
            details={
                "committee": committee.name,
                "sha256": pool_import.sha256,
                "size": pool_import.size,
            },
        )
        _enqueue(check_in_background, TO_CHECK, f"检查名册 {pool_import.filename}", pool_import, by)
    return pool_import


def recheck_import(pool_import: PoolImport, *, by: User) -> PoolImport:
    """Run the dry run again: after a broken job, or because the pool has changed."""
    _may_touch(pool_import, by)
    if not pool_import.content_sealed:
        raise ContentGone
    with transaction.atomic():
        waiting = PoolImport.objects.filter(pk=pool_import.pk).exclude(
            stage__in=[Stage.IMPORTED, Stage.DROPPED]
        )
        if waiting.update(stage=Stage.CHECKING) and not _under_way(pool_import):
            _enqueue(
                check_in_background, TO_CHECK, f"检查名册 {pool_import.filename}", pool_import, by
            )
    return pool_import


def confirm_import(pool_import: PoolImport, *, by: User) -> bool:
    """Have the good rows imported. False if somebody already did: a double click imports once."""
    _may_touch(pool_import, by)
    with transaction.atomic():
        waiting = PoolImport.objects.filter(pk=pool_import.pk, stage=Stage.CHECKED)
        if not waiting.update(stage=Stage.IMPORTING):
            return False
        _enqueue(
            import_in_background, TO_IMPORT, f"导入名册 {pool_import.filename}", pool_import, by
        )
    return True


def drop_import(pool_import: PoolImport, *, by: User) -> bool:
    """Give an import up: stop its dry run, forget its file. False once it is imported or being imported."""
    _may_touch(pool_import, by)
    with transaction.atomic():
        dropped = PoolImport.objects.filter(
            pk=pool_import.pk, stage__in=[Stage.CHECKING, Stage.CHECKED, Stage.REFUSED]
        ).update(stage=Stage.DROPPED, content_sealed=None)
        if dropped:
            for job in Job.objects.unfinished().filter(pk__in=[pool_import.job_id]):
                cancel(job)
            pool_import.rows.all().delete()
            record("experts.drop_import", on=pool_import, by=by, office_id=pool_import.office_id)
    return bool(dropped)


def _may_touch(pool_import: PoolImport, by: User) -> None:
    check(by, "experts.import_pool")
    if pool_import.office_id != by.office_id:
        raise PermissionDenied("experts.import_pool")


def _under_way(pool_import: PoolImport) -> bool:
    return Job.objects.unfinished().filter(pk__in=[pool_import.job_id]).exists()


def _enqueue(work: object, kind: str, title: str, pool_import: PoolImport, by: User) -> None:
    job = enqueue(
        work,
        kind=kind,
        title=title[:120],
        owner_id=by.pk,
        office_id=pool_import.office_id,
        import_id=str(pool_import.pk),
    )
    PoolImport.objects.filter(pk=pool_import.pk).update(job_id=job.pk)
    pool_import.job_id = job.pk


@task
def check_in_background(*, job_id: str, import_id: str) -> None:
    """The dry run as a job. A cancelled one drops the import."""
    with running(job_id) as progress:
        pool_import = PoolImport.objects.select_related("committee").get(pk=import_id)
        try:
            progress.start(total=0, message="正在读取工作簿")
            check_import(pool_import, watch=JobWatch(progress))
        except Cancelled:
            PoolImport.objects.filter(pk=import_id, stage=Stage.CHECKING).update(
                stage=Stage.DROPPED, content_sealed=None
            )
            raise
        progress.finish(message=_outcome(pool_import), url=_page(pool_import), label="查看检查结果")


@task
def import_in_background(*, job_id: str, import_id: str) -> None:
    """The import as a job. Whatever goes wrong, the import can be looked at and tried again."""
    with running(job_id) as progress:
        pool_import = PoolImport.objects.select_related("committee").get(pk=import_id)
        progress.start(total=0, message="正在核对并写入")
        owner = User.objects.get(pk=progress.job.owner_id)
        try:
            import_pool(pool_import, by=owner)
        except PoolChanged as changed:
            progress.finish(message=changed.told, url=_page(pool_import), label="查看检查结果")
            return
        except BaseException:
            PoolImport.objects.filter(pk=import_id, stage=Stage.IMPORTING).update(
                stage=Stage.CHECKED
            )
            raise
        counts = pool_import.summary["counts"]
        message = f"已导入 {counts['ADD'] + counts['CHANGE']} 条。"
        progress.finish(message=message, url=_page(pool_import), label="查看导入结果")


class JobWatch:
    """Tells the job how far the dry run is, and notices there that it was cancelled."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def begin(self, rows: int) -> None:
        """Rows are passed twice: judged, then compared."""
        self.progress.start(total=2 * rows, message=f"正在核对 {rows:,} 行")

    def passed(self, rows: int) -> None:
        """So many rows more."""
        self.progress.advance(rows)


def _outcome(pool_import: PoolImport) -> str:
    if pool_import.stage == Stage.REFUSED:
        return pool_import.refusal
    counts = pool_import.summary["counts"]
    return f"新增 {counts['ADD']}，变更 {counts['CHANGE']}，不变 {counts['SAME']}，有误 {counts['BAD']}。"


def _page(pool_import: PoolImport) -> str:
    return reverse("experts:import_result", args=[pool_import.pk])
