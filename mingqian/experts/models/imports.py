"""A register as it was handed over: the sealed file, its dry run row by row, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from mingqian.committees.models import Committee, CommitteeOffice

from .expert import Expert


class RowVerdict(models.TextChoices):
    ADD = "ADD", "新增"
    CHANGE = "CHANGE", "变更"
    SAME = "SAME", "不变"
    BAD = "BAD", "有误"


class PoolImportQuerySet(models.QuerySet["PoolImport"]):
    def visible_to(self, user) -> PoolImportQuerySet:
        """An office sees its own imports only: they are working papers, not records."""
        if user.office_id is not None:
            return self.filter(office_id=user.office_id)
        return self.none()


class PoolImport(models.Model):
    """One uploaded register. `content_sealed` is emptied once it was imported or dropped.

    `outcome_digest` is the SHA-256 of the dry run's rows in canonical form: an import whose re-check gives another digest
    stops, because the pool has changed since the clerk looked.
    """

    class Stage(models.TextChoices):
        CHECKING = "CHECKING", "检查中"
        CHECKED = "CHECKED", "待导入"
        REFUSED = "REFUSED", "未能读取"
        IMPORTING = "IMPORTING", "导入中"
        IMPORTED = "IMPORTED", "已导入"
        DROPPED = "DROPPED", "已放弃"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    filename = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField(max_length=64)
    content_sealed = models.BinaryField(null=True, blank=True)
    stage = models.CharField("状态", max_length=9, choices=Stage, default=Stage.CHECKING)
    job_id = models.UUIDField(null=True, blank=True)
    refusal = models.CharField("未能读取的原因", max_length=500, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    outcome_digest = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PoolImportQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "id"]
        indexes = [models.Index(fields=["office", "-uploaded_at"], name="import_of_office")]

    def __str__(self) -> str:
        return self.filename


class ImportRow(models.Model):
    """What the dry run found about one row. Identity numbers and mobiles appear masked only.

    `changes`: [{"field", "label", "old", "new"}]; `faults`: [{"column", "header", "value", "reason", "mend"}].
    After the import, `expert` tells whom the row concerned and `applied_at` when it took effect.
    """

    pool_import = models.ForeignKey(PoolImport, on_delete=models.CASCADE, related_name="rows")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField(max_length=6, choices=RowVerdict)
    name = models.CharField("姓名", max_length=100, blank=True)
    id_masked = models.CharField("证件号码", max_length=30, blank=True)
    note = models.CharField(max_length=100, blank=True)
    changes = models.JSONField(default=list, blank=True)
    faults = models.JSONField(default=list, blank=True)
    expert = models.ForeignKey(
        Expert, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["pool_import", "verdict", "number"], name="import_row_by_verdict"),
            models.Index(fields=["expert", "applied_at"], name="import_row_of_expert"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pool_import", "number"], name="one_verdict_per_row"),
        ]

    def __str__(self) -> str:
        return f"{self.pool_import_id}#{self.number}"
