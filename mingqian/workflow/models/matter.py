"""A matter: whatever an office submits and another side decides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mingqian.committees.models import CommitteeOffice


class MatterStatus(models.TextChoices):
    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "待审核"
    APPROVED = "APPROVED", "审核通过"
    RETURNED = "RETURNED", "退回修改"
    REJECTED = "REJECTED", "不予通过"
    CANCELLED = "CANCELLED", "已取消"


class Action(models.TextChoices):
    SUBMIT = "SUBMIT", "提交"
    WITHDRAW = "WITHDRAW", "撤回"
    APPROVE = "APPROVE", "审核通过"
    RETURN = "RETURN", "退回修改"
    REJECT = "REJECT", "不予通过"
    CANCEL = "CANCEL", "取消"


DECIDED = (MatterStatus.APPROVED, MatterStatus.RETURNED, MatterStatus.REJECTED)
EDITABLE = (MatterStatus.DRAFT, MatterStatus.RETURNED)


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, user) -> MatterQuerySet:
        """The office sees its own; HRSS what was ever submitted; the observer what was approved."""
        if user.office_id is not None:
            return self.filter(office_id=user.office_id)
        if user.is_hrss:
            return self.filter(submit_count__gt=0)
        if user.is_observer:
            return self.filter(status=MatterStatus.APPROVED)
        return self.none()


def _person(verbose_name: str, **kwargs) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=verbose_name,
        **kwargs,
    )


class Matter(models.Model):
    """The state of one document under review. Only `workflow.services.perform` moves it.

    `version` counts submissions, 0 before the first; each pair (status, version) is passed through once,
    which is why a conditional UPDATE on the pair lets exactly one of many simultaneous deeds through.
    The decision fields tell of the current version and are emptied by a new submission.
    """

    kind = models.CharField("业务种类", max_length=40)
    number = models.CharField("编号", max_length=20, unique=True)
    title = models.CharField("标题", max_length=200)
    office = models.ForeignKey(
        CommitteeOffice, models.PROTECT, related_name="matters", verbose_name="所属部门"
    )
    status = models.CharField(
        "状态", max_length=9, choices=MatterStatus, default=MatterStatus.DRAFT
    )
    version = models.PositiveIntegerField("版次", default=0)
    submit_count = models.PositiveIntegerField("提交次数", default=0)
    return_count = models.PositiveIntegerField("退回次数", default=0)
    created_by = _person("创建人")
    created_at = models.DateTimeField("创建时间")
    submitted_by = _person("提交人", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    decided_by = _person("审核人", null=True, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decision_version = models.PositiveIntegerField("审核版次", null=True, blank=True)
    # When the present state began: what a to-do row calls waiting time.
    moved_at = models.DateTimeField("进入当前状态的时间")

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "业务"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "status", "-id"], name="matter_of_office"),
            models.Index(fields=["status", "moved_at", "id"], name="matter_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MatterStatus.values), name="matter_status_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
                name="matter_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*DECIDED, MatterStatus.SUBMITTED])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False, version__gte=1),
                name="matter_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=DECIDED)
                | Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decision_version=F("version"),
                ),
                name="matter_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(submit_count=F("version")) & Q(return_count__lte=F("submit_count")),
                name="matter_counts_agree",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        """Whether the office may change the document: a draft, or returned for changes."""
        return self.status in EDITABLE


class MatterVersion(models.Model):
    """What was submitted, word for word, so that the reviewer sees the difference to the version before."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版次")
    content = models.JSONField("内容")
    submitted_by = _person("提交人")
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        ordering = ["matter", "number"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="matter_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} v{self.number}"


class Opinion(models.Model):
    """One decision on one version. Its submitter stands here too, so that four eyes is a plain CHECK."""

    class Decision(models.TextChoices):
        APPROVE = "APPROVE", "审核通过"
        RETURN = "RETURN", "退回修改"
        REJECT = "REJECT", "不予通过"

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="opinions")
    version = models.PositiveIntegerField("版次")
    decision = models.CharField("结论", max_length=7, choices=Decision)
    reasons = models.JSONField("退回原因", default=list)
    text = models.TextField("意见", blank=True, default="")
    actor = _person("审核人")
    submitted_by = _person("提交人")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "审核意见"
        ordering = ["matter", "version"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "version"], name="opinion_one_per_version"),
            models.CheckConstraint(condition=~Q(actor=F("submitted_by")), name="opinion_four_eyes"),
            models.CheckConstraint(
                condition=Q(decision__in=["APPROVE", "RETURN", "REJECT"]),
                name="opinion_decision_known",
            ),
            models.CheckConstraint(
                condition=Q(decision="APPROVE") | ~Q(text=""), name="opinion_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} v{self.version}: {self.get_decision_display()}"
