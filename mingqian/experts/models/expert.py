"""The expert as a person: identity (sealed), unit, title, contact, and when they cannot come."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from mingqian.committees.models import CommitteeOffice, TitleGrade, Unit
from mingqian.web.sealed import mask_name


class IdType(models.TextChoices):
    RESIDENT = "1", "居民身份证"
    HK_MACAO_PERMIT = "2", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "3", "台湾居民来往大陆通行证"
    HMT_RESIDENCE = "4", "港澳台居民居住证"
    PASSPORT = "5", "护照"
    FOREIGN_PERMANENT = "6", "外国人永久居留身份证"
    OFFICER = "7", "军官证"
    OTHER = "9", "其他"


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSTATED = "9", "未说明"


class Education(models.TextChoices):
    """Main groups of GB/T 4658."""

    POSTGRADUATE = "10", "研究生"
    BACHELOR = "20", "大学本科"
    COLLEGE = "30", "大学专科"
    VOCATIONAL = "40", "中等职业"
    SENIOR_SCHOOL = "60", "普通高中"
    JUNIOR_SCHOOL = "70", "初中"
    PRIMARY_SCHOOL = "80", "小学"
    OTHER = "90", "其他"


class Degree(models.TextChoices):
    DOCTOR = "DOCTOR", "博士"
    MASTER = "MASTER", "硕士"
    BACHELOR = "BACHELOR", "学士"
    NONE = "NONE", "无"


class ExpertStatus(models.TextChoices):
    CANDIDATE = "CANDIDATE", "候选"
    ACTIVE = "ACTIVE", "正常"
    SUSPENDED = "SUSPENDED", "暂停"
    DISQUALIFIED = "DISQUALIFIED", "取消资格"
    LEFT = "LEFT", "离库"
    DECEASED = "DECEASED", "已故"


class EmploymentRelation(models.TextChoices):
    EMPLOYEE = "EMPLOYEE", "员工"
    PART_TIME = "PART_TIME", "兼职"
    DIRECTOR = "DIRECTOR", "董事监事"
    SHAREHOLDER = "SHAREHOLDER", "股东"
    ADVISER = "ADVISER", "顾问"


class ExpertQuerySet(models.QuerySet["Expert"]):
    def visible_to(self, user) -> ExpertQuerySet:
        """An office sees the members, past ones too, of its own pools; HRSS sees all; nobody else any."""
        if user.office_id is not None:
            from .membership import PoolMembership

            own = PoolMembership.objects.filter(expert=OuterRef("pk"), office_id=user.office_id)
            return self.filter(Exists(own))
        if user.is_hrss:
            return self
        return self.none()


class Expert(models.Model):
    """A person who may be drawn. One row per person in the province, whatever pools they belong to.

    Identity number and mobile are stored three times over: sealed (readable with the key outside the database, for one
    logged reveal), as a keyed index (exact look-up and uniqueness) and masked (what pages show). `sealed_key` is the
    associated data that ties a sealed value to this row. `name_initials` holds the pinyin initials of every reading,
    divided by blanks. `version` guards against two people editing; every save counts it up.
    """

    expert_no = models.CharField("专家编号", max_length=12, unique=True)
    name = models.CharField("姓名", max_length=50)
    name_pinyin = models.CharField("姓名拼音", max_length=300, blank=True)
    name_initials = models.CharField("姓名首字母", max_length=300, blank=True)
    id_type = models.CharField("证件类型", max_length=1, choices=IdType, default=IdType.RESIDENT)
    id_sealed = models.BinaryField("证件号码")
    id_index = models.CharField(max_length=64)
    id_masked = models.CharField("证件号码", max_length=30)
    gender = models.CharField("性别", max_length=1, choices=Gender)
    birth_date = models.DateField("出生日期")
    unit = models.ForeignKey(
        Unit,
        verbose_name="工作单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    department = models.CharField("部门", max_length=100, blank=True)
    post = models.CharField("行政职务", max_length=100, blank=True)
    title_name = models.CharField("职称", max_length=50)
    title_level = models.PositiveSmallIntegerField("级别", choices=TitleGrade)
    title_date = models.DateField("取得日期", null=True, blank=True)
    title_cert_no = models.CharField("证书号", max_length=50, blank=True)
    field = models.CharField("从事专业", max_length=100, blank=True)
    field_since = models.PositiveSmallIntegerField("从事专业起始年", null=True, blank=True)
    mobile_sealed = models.BinaryField("手机")
    mobile_index = models.CharField(max_length=64)
    mobile_masked = models.CharField("手机", max_length=20)
    phone = models.CharField("办公电话", max_length=20, blank=True)
    email = models.EmailField("邮箱", max_length=100, blank=True)
    education = models.CharField("学历", max_length=2, choices=Education, blank=True)
    degree = models.CharField("学位", max_length=8, choices=Degree, blank=True)
    region_code = models.CharField("行政区划", max_length=6, blank=True)
    region_name = models.CharField("所在地区", max_length=50, blank=True)
    retired = models.BooleanField("退休", default=False)
    status = models.CharField(
        "状态", max_length=12, choices=ExpertStatus, default=ExpertStatus.ACTIVE
    )
    sealed_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_in_office = models.ForeignKey(
        CommitteeOffice, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["expert_no"]
        indexes = [
            models.Index(fields=["name", "id"], name="expert_by_name"),
            models.Index(fields=["mobile_index"], name="expert_by_mobile"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_type", "id_index"], name="one_expert_per_id_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.expert_no}）"

    @property
    def audit_label(self) -> str:
        """What the log calls this person: those who read it need not be those who may see names."""
        return f"{mask_name(self.name)}（{self.expert_no}）"


class ExpertUnavailability(models.Model):
    """Days on which an expert cannot come, both ends included."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="unavailabilities")
    office = models.ForeignKey(CommitteeOffice, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    reason = models.CharField("事由", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-from_on", "-id"]
        indexes = [models.Index(fields=["expert", "to_on"], name="unavailability_by_expert")]
        constraints = [
            models.CheckConstraint(
                name="unavailability_ends_after_it_starts", condition=Q(to_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} 至 {self.to_on}"


class ExpertEmployment(models.Model):
    """A unit the expert works or worked for: what conflicts within the window of years are judged by."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="employments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(
        "关系", max_length=11, choices=EmploymentRelation, default=EmploymentRelation.EMPLOYEE
    )
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        ordering = ["-from_on", "-id"]
        indexes = [models.Index(fields=["expert", "unit"], name="employment_by_expert")]
        constraints = [
            models.CheckConstraint(
                name="employment_ends_after_it_starts",
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id}·{self.unit_id}"
