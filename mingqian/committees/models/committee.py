"""Committees with their filings, discipline groups and meetings."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from ..scope import of_own_office
from ..terms import PlusYears
from .organisation import CommitteeOffice, Status, Unit
from .titles import Series, Specialty, TitleGrade


class CommitteeLevel(models.TextChoices):
    SENIOR = "SENIOR", "高级"
    INTERMEDIATE = "INTERMEDIATE", "中级"
    JUNIOR = "JUNIOR", "初级"


class Basis(models.TextChoices):
    BY_SERIES = "BY_SERIES", "按系列组建"
    BY_SPECIALTY = "BY_SPECIALTY", "按专业组建"


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def visible_to(self, user) -> CommitteeQuerySet:
        return of_own_office(self, user)

    def active(self) -> CommitteeQuerySet:
        return self.filter(status=Status.ACTIVE)

    def with_valid_filing(self, on: date) -> CommitteeQuerySet:
        """Committees whose approval and filing covers a day, the first and the last day included."""
        filings = CommitteeFiling.objects.filter(
            committee=models.OuterRef("pk"), valid_from__lte=on, valid_to__gte=on
        )
        return self.filter(models.Exists(filings))


class Committee(models.Model):
    """职称评审委员会. `minimum_level` is the lowest grade that its members must hold."""

    code = models.CharField("代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=100, unique=True)
    level = models.CharField("级别", max_length=12, choices=CommitteeLevel)
    basis = models.CharField("组建方式", max_length=12, choices=Basis)
    series = models.ForeignKey(
        Series, models.PROTECT, related_name="committees", verbose_name="系列"
    )
    specialties = models.ManyToManyField(
        Specialty, related_name="committees", verbose_name="评审专业"
    )
    scope = models.TextField("评审范围", max_length=500, blank=True, default="")
    convening_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="组建单位"
    )
    office = models.ForeignKey(
        CommitteeOffice, models.PROTECT, related_name="committees", verbose_name="日常工作部门"
    )
    status = models.CharField("状态", max_length=6, choices=Status, default=Status.ACTIVE)
    minimum_level = models.PositiveSmallIntegerField(
        "评委最低级别", choices=TitleGrade, default=TitleGrade.ASSOCIATE_SENIOR
    )

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评委会"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=CommitteeLevel.values), name="committees_level_known"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=Basis.values), name="committees_basis_known"
            ),
            models.CheckConstraint(
                condition=Q(minimum_level__gte=1, minimum_level__lte=5),
                name="committees_grade_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CommitteeFiling(models.Model):
    """核准备案: the span of days in which a committee's results are recognised; both days count."""

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="filings", verbose_name="评委会"
    )
    filing_no = models.CharField("备案号", max_length=60, unique=True)
    approver = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="核准部门")
    valid_from = models.DateField("有效期起")
    valid_to = models.DateField("有效期止")

    class Meta:
        verbose_name = verbose_name_plural = "核准备案"
        ordering = ["committee", "-valid_to", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="committees_filing_forward"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__lte=PlusYears(F("valid_from"), years=3)),
                name="committees_filing_3_years",
            ),
        ]

    def __str__(self) -> str:
        return self.filing_no

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


class DisciplineGroup(models.Model):
    """学科组: the specialties that sit together in one committee in one year."""

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="groups", verbose_name="评委会"
    )
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=50)
    order = models.PositiveSmallIntegerField("顺序", default=1)
    specialties = models.ManyToManyField(
        Specialty,
        through="GroupSpecialty",
        through_fields=("group", "specialty"),
        related_name="groups",
    )

    class Meta:
        verbose_name = verbose_name_plural = "学科组"
        ordering = ["committee", "year", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year", "name"], name="committees_group_name_once"
            ),
            models.UniqueConstraint(
                fields=["committee", "year", "order"], name="committees_group_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupSpecialty(models.Model):
    """Committee and year stand here again so that the database itself keeps a specialty in one group."""

    group = models.ForeignKey(DisciplineGroup, models.CASCADE, related_name="members")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["group", "specialty__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year", "specialty"], name="committees_specialty_in_one_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.specialty_id}"
