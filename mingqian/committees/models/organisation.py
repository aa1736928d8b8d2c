"""Units that people work for, and the offices that run committees."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ..scope import of_own_office


class Status(models.TextChoices):
    ACTIVE = "ACTIVE", "正常"
    CLOSED = "CLOSED", "已停用"


class UnitType(models.TextChoices):
    ORGAN = "ORGAN", "机关"
    INSTITUTION = "INSTITUTION", "事业单位"
    STATE_OWNED = "STATE_OWNED", "国有企业"
    PRIVATE = "PRIVATE", "民营企业"
    FOREIGN = "FOREIGN", "外资企业"
    SOCIAL = "SOCIAL", "社会组织"
    SELF_EMPLOYED = "SELF_EMPLOYED", "个体/自由职业"
    OTHER = "OTHER", "其他"


class UnitQuerySet(models.QuerySet["Unit"]):
    def active(self) -> UnitQuerySet:
        return self.filter(status=Status.ACTIVE)

    def visible_to(self, user) -> UnitQuerySet:
        """Units are a public register: everyone who handles business sees all of them."""
        if user.office_id is not None or user.is_hrss or user.is_observer:
            return self
        return self.none()


class Unit(models.Model):
    """An employer, known by its unified social credit code."""

    name = models.CharField("单位名称", max_length=100)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    unit_type = models.CharField(
        "单位类型", max_length=14, choices=UnitType, default=UnitType.OTHER
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级单位",
    )
    region_code = models.CharField("行政区划", max_length=6, blank=True, default="")
    # Former names, so that an avoided unit is recognised under the name it used to bear.
    aliases = models.JSONField("曾用名", default=list, blank=True)
    status = models.CharField("状态", max_length=6, choices=Status, default=Status.ACTIVE)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(status=Status.ACTIVE),
                name="committees_active_unit_name",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="committees_unit_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CommitteeOfficeQuerySet(models.QuerySet["CommitteeOffice"]):
    def visible_to(self, user) -> CommitteeOfficeQuerySet:
        return of_own_office(self, user, "pk")


class CommitteeOffice(models.Model):
    """评委会日常工作部门: the office that handles a committee's business, and the main user of the system."""

    name = models.CharField("名称", max_length=100, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="offices", verbose_name="所属单位")
    head = models.CharField("负责人", max_length=30, blank=True, default="")
    contact_name = models.CharField("联系人", max_length=30)
    contact_mobile = models.CharField("手机", max_length=11)
    contact_phone = models.CharField("固话", max_length=20, blank=True, default="")
    fax = models.CharField("传真", max_length=20, blank=True, default="")
    email = models.EmailField("邮箱", blank=True, default="")
    address = models.CharField("地址", max_length=200)
    postcode = models.CharField("邮编", max_length=6, blank=True, default="")
    office_hours = models.CharField("办公时间", max_length=100, blank=True, default="")

    objects = CommitteeOfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评委会日常工作部门"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
