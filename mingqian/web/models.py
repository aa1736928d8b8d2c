"""Two nouns without a domain: a gapless sequence, and a long piece of work."""

from __future__ import annotations

import uuid

from django.db import models


class Sequence(models.Model):
    """The last number given out under a key, such as `CQ-2026`."""

    key = models.CharField("序列", max_length=64, unique=True)
    value = models.PositiveBigIntegerField("当前值", default=0)

    class Meta:
        verbose_name = "编号序列"

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class JobStatus(models.TextChoices):
    """Where a job is."""

    QUEUED = "QUEUED", "等待处理"
    RUNNING = "RUNNING", "正在处理"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "未完成"
    CANCELLED = "CANCELLED", "已取消"


UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs."""

    def visible_to(self, user: object) -> JobQuerySet:
        """A job is its owner's business alone."""
        return self.filter(owner_id=getattr(user, "pk", None))

    def unfinished(self) -> JobQuerySet:
        """Queued or running."""
        return self.filter(status__in=UNFINISHED)


class Job(models.Model):
    """A long piece of work: its progress, its last sign of life, its outcome."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=64)
    title = models.CharField("事项", max_length=120, default="")
    # Plain numbers, not foreign keys: this chapter stands below offices and users.
    office_id = models.BigIntegerField("办公室", null=True, blank=True)
    owner_id = models.BigIntegerField("发起人")
    status = models.CharField(
        "状态", max_length=12, choices=JobStatus.choices, default=JobStatus.QUEUED
    )
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=500, blank=True, default="")
    result = models.JSONField("结果", default=dict, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近响应", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台事项"
        indexes = [
            models.Index(fields=["owner_id", "-created_at"], name="web_job_owner"),
            models.Index(fields=["status", "heartbeat_at"], name="web_job_alive"),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.kind} {self.get_status_display()}"

    @property
    def unfinished(self) -> bool:
        """Whether it may still change by itself."""
        return self.status in UNFINISHED

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self.status == JobStatus.FAILED

    @property
    def headline(self) -> str:
        """One line for the progress box."""
        word = self.get_status_display()
        if self.status == JobStatus.RUNNING and self.message:
            word = self.message
        return f"{self.title}：{word}" if self.title else word
