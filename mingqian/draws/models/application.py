"""The application for a draw: meeting, seats, avoidance, appointed members, and its trials."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mingqian.committees.models import Committee, CommitteeOffice, DisciplineGroup, Specialty, Unit
from mingqian.experts.models import Expert
from mingqian.workflow.models import Matter, MatterStatus


class DrawKind(models.TextChoices):
    INITIAL = "INITIAL", "新增抽取"
    SUPPLEMENTARY = "SUPPLEMENTARY", "补充抽取"


class DrawMode(models.TextChoices):
    BY_GROUP = "BY_GROUP", "按学科组"
    WHOLE_POOL = "WHOLE_POOL", "不按学科组"


class SupplementReason(models.TextChoices):
    """Why a further draw is asked for."""

    EXHAUSTED = "EXHAUSTED", "备选用尽"
    SHORT = "SHORT", "专业不足"
    AVOIDANCE = "AVOIDANCE", "临时回避"
    ABSENCE = "ABSENCE", "缺席"
    RESCHEDULED = "RESCHEDULED", "改期"
    OTHER = "OTHER", "其他"


class DrawApplicationQuerySet(models.QuerySet["DrawApplication"]):
    def visible_to(self, user) -> DrawApplicationQuerySet:
        """The office sees its own; HRSS what was ever submitted; the observer what was approved."""
        if user.office_id is not None:
            return self.filter(office_id=user.office_id)
        if user.is_hrss:
            return self.filter(matter__submit_count__gt=0)
        if user.is_observer:
            return self.filter(matter__status=MatterStatus.APPROVED)
        return self.none()


class DrawApplication(models.Model):
    """What an office asks for. Its state lives in `matter`; every field may be empty in a draft.

    `typed` keeps what a clerk typed that is not valid yet (field name -> text), so that a draft loses nothing.
    `revision` guards against two people editing: every save must name the revision it started from.
    `rule_snapshot` holds the rules' values and the findings as they stood when last submitted, and what an approved
    supplement was approved upon.
    `same_unit_cap` empty means: as the rule book computes it from the seats.
    A supplement names its first application (`parent`), its round in the series (2 and more) and its reason; an
    approved one that nobody needs any more is ended, by whom and why.
    `creation_key` is the key of the rendered form, so that a double click makes one application.
    `saved_form` and `saved_tick` name the rendered form that saved last and its own clock, so that the
    form's own earlier autosave is not taken for another person's, nor a late one for the newest.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="draw_application")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("抽取类型", max_length=13, choices=DrawKind, default=DrawKind.INITIAL)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supplements"
    )
    round_no = models.PositiveSmallIntegerField("轮次", default=1)
    reason = models.CharField("补充事由", max_length=11, choices=SupplementReason, blank=True)
    reason_text = models.CharField("事由说明", max_length=200, blank=True)
    year = models.PositiveSmallIntegerField("年度")
    committee = models.ForeignKey(
        Committee,
        verbose_name="评委会",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    meeting_name = models.CharField("评审会议名称", max_length=100, blank=True)
    starts_at = models.DateTimeField("开始时间", null=True, blank=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    planned_draw_at = models.DateTimeField("计划抽取时间", null=True, blank=True)
    mode = models.CharField("抽取方式", max_length=10, choices=DrawMode, default=DrawMode.BY_GROUP)
    primary_total = models.PositiveIntegerField("正选合计", default=0)
    alternate_total = models.PositiveIntegerField("备选合计", default=0)
    alternate_total_typed = models.BooleanField(default=False)
    same_unit_cap = models.PositiveIntegerField("同单位上限", null=True, blank=True)
    avoidance_ground = models.TextField("回避事由", max_length=500, blank=True)
    handler_name = models.CharField("经办人", max_length=30, blank=True)
    handler_phone = models.CharField("联系电话", max_length=20, blank=True)
    observer_names = models.CharField("监督人员", max_length=100, blank=True)
    remarks = models.TextField("备注", max_length=500, blank=True)
    warning_reasons = models.JSONField(default=dict, blank=True)
    typed = models.JSONField(default=dict, blank=True)
    rule_snapshot = models.JSONField(default=dict, blank=True)
    trial_count = models.PositiveIntegerField("试抽取次数", default=0)
    revision = models.PositiveIntegerField(default=1)
    saved_form = models.CharField(max_length=36, blank=True)
    saved_tick = models.PositiveBigIntegerField(default=0)
    creation_key = models.CharField(max_length=36, null=True, blank=True, unique=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="终止人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    end_reason = models.TextField("终止原因", max_length=500, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DrawApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "-id"], name="application_of_office"),
            models.Index(fields=["committee", "starts_at"], name="application_of_committee"),
        ]
        constraints = [
            models.CheckConstraint(
                name="application_ends_after_it_starts",
                condition=models.Q(starts_at=None)
                | models.Q(ends_at=None)
                | models.Q(ends_at__gt=models.F("starts_at")),
            ),
            models.CheckConstraint(
                name="only_a_supplement_has_a_parent",
                condition=models.Q(kind="INITIAL", parent=None)
                | models.Q(kind="SUPPLEMENTARY", parent__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["parent", "round_no"],
                condition=models.Q(kind="SUPPLEMENTARY"),
                name="one_supplement_per_round",
            ),
            models.CheckConstraint(
                name="only_a_supplement_is_ended_with_who_and_why",
                condition=models.Q(ended_at=None, ended_by=None, end_reason="")
                | (
                    models.Q(kind="SUPPLEMENTARY", ended_at__isnull=False, ended_by__isnull=False)
                    & ~models.Q(end_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document number, e.g. CQ-2026-0001."""
        return self.matter.number

    @property
    def by_group(self) -> bool:
        return self.mode == DrawMode.BY_GROUP


class SeatQuota(models.Model):
    """Seats of one specialty. In a whole-pool draw `primary` is the least number of that specialty."""

    application = models.ForeignKey(
        DrawApplication, on_delete=models.CASCADE, related_name="quotas"
    )
    group = models.ForeignKey(
        DisciplineGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    specialty = models.ForeignKey(Specialty, on_delete=models.PROTECT, related_name="+")
    primary = models.PositiveSmallIntegerField("正选", default=0)
    alternate = models.PositiveSmallIntegerField("备选", default=0)
    alternate_typed = models.BooleanField(default=False)
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        ordering = ["group__order", "specialty__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "specialty"], name="one_quota_per_specialty"
            ),
        ]


class DrawAvoidance(models.Model):
    """A unit or an expert that must not be drawn, picked from what is on record, never typed freely."""

    class Kind(models.TextChoices):
        UNIT = "UNIT", "回避单位"
        EXPERT = "EXPERT", "回避专家"

    application = models.ForeignKey(
        DrawApplication, on_delete=models.CASCADE, related_name="avoidances"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expert = models.ForeignKey(
        Expert, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                name="avoidance_names_one_subject",
                condition=models.Q(kind="UNIT", unit__isnull=False, expert=None)
                | models.Q(kind="EXPERT", unit=None, expert__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["application", "unit"],
                condition=models.Q(kind="UNIT"),
                name="unit_avoided_once",
            ),
            models.UniqueConstraint(
                fields=["application", "expert"],
                condition=models.Q(kind="EXPERT"),
                name="expert_avoided_once",
            ),
        ]


class DesignatedMember(models.Model):
    """An appointed chair or vice-chair: from the pool, not drawn, counted in the number of members."""

    class Duty(models.TextChoices):
        CHAIR = "CHAIR", "主任委员"
        VICE_CHAIR = "VICE_CHAIR", "副主任委员"

    application = models.ForeignKey(
        DrawApplication, on_delete=models.CASCADE, related_name="designated"
    )
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField("委员职务", max_length=10, choices=Duty)
    reason = models.CharField("指定理由", max_length=200)

    class Meta:
        ordering = ["duty", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"], name="expert_designated_once"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(duty="CHAIR"), name="one_chair"
            ),
        ]


class TrialDraw(models.Model):
    """One trial: numbers and shortfalls only. Its list of names is never kept."""

    application = models.ForeignKey(
        DrawApplication, on_delete=models.CASCADE, related_name="trials"
    )
    number = models.PositiveIntegerField()
    matter_version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    feasible = models.BooleanField()
    summary = models.JSONField(default=dict)
    key = models.CharField(max_length=48)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="trial_number_once"),
            models.UniqueConstraint(fields=["application", "key"], name="one_trial_per_form"),
        ]
