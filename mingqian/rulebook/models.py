"""Dated rows of the rule book."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .numbers import NumberField


class Enforcement(models.TextChoices):
    BLOCK = "BLOCK", "阻止"
    WARN = "WARN", "提醒"
    INFO = "INFO", "提示"


class Scope(models.TextChoices):
    PROVINCE = "PROVINCE", "全省"
    COMMITTEE = "COMMITTEE", "评委会"


class RuleQuerySet(models.QuerySet):
    def in_force(self, on: date) -> RuleQuerySet:
        """Rows that hold on a day: the first day counts, the day of ending does not."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)

    def for_committee(self, committee_code: str | None) -> RuleQuerySet:
        """The province's rows and, where a committee is named, its own."""
        return self.filter(Q(scope_type=Scope.PROVINCE) | Q(committee_code=committee_code or "-"))

    def visible_to(self, user) -> RuleQuerySet:
        """Everyone who may see the rule book sees all of it; it holds no one's data."""
        return self if user.may("rulebook.view_rule") else self.none()


class RuleParameter(models.Model):
    """One value of one rule for a span of days; a change makes a new row and ends the old one."""

    key = models.CharField("规则", max_length=60)
    scope_type = models.CharField("适用范围", max_length=10, choices=Scope, default=Scope.PROVINCE)
    committee_code = models.CharField("评委会代码", max_length=6, blank=True, default="")
    value = NumberField("数值", null=True, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True, default="")
    enforcement = models.CharField("执行方式", max_length=5, choices=Enforcement)
    citation = models.CharField("依据", max_length=200)
    note = models.CharField("说明", max_length=500, blank=True, default="")
    valid_from = models.DateField("生效日期")
    # The first day on which the row no longer holds; equal to valid_from where it never came to hold.
    valid_to = models.DateField("失效日期", null=True, blank=True)
    checked_on = models.DateField("官方文本核对日期", null=True, blank=True)
    change_reason = models.CharField("变更理由", max_length=500, blank=True, default="")
    # Accounts stand above the rule book, so the person is kept as the audit log keeps one.
    changed_by_id = models.BigIntegerField("变更人编号", null=True, blank=True)
    changed_by_name = models.CharField("变更人", max_length=50, blank=True, default="")
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则"
        ordering = ["key", "scope_type", "committee_code", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "committee_code"],
                condition=Q(valid_to__isnull=True),
                name="rulebook_one_open_row",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rulebook_span_forward",
            ),
            models.CheckConstraint(
                condition=Q(scope_type=Scope.PROVINCE, committee_code="")
                | (Q(scope_type=Scope.COMMITTEE) & ~Q(committee_code="")),
                name="rulebook_scope_named",
            ),
            models.CheckConstraint(
                condition=Q(enforcement__in=Enforcement.values), name="rulebook_enforcement_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value or '—'}"

    @property
    def last_day(self) -> date | None:
        """The last day on which the row holds."""
        return self.valid_to and self.valid_to - timedelta(days=1)

    def holds_on(self, day: date) -> bool:
        """Whether this is the row of that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def never_held(self) -> bool:
        """True for a row that was replaced before its first day had passed."""
        return self.valid_to is not None and self.valid_to <= self.valid_from
