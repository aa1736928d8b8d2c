"""Professional titles: series, specialties and the five grades."""

from __future__ import annotations

from django.db import models


class TitleGrade(models.IntegerChoices):
    ASSISTANT_LOWER = 1, "员级"
    ASSISTANT = 2, "助理级"
    INTERMEDIATE = 3, "中级"
    ASSOCIATE_SENIOR = 4, "副高级"
    FULL_SENIOR = 5, "正高级"


class Series(models.Model):
    """职称系列. `levels` maps a grade ("1" to "5") to the title's name in this series."""

    code = models.CharField("代码", max_length=2, unique=True)
    name = models.CharField("名称", max_length=30, unique=True)
    levels = models.JSONField("层级设置", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "职称系列"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def level_name(self, grade: int) -> str:
        """What a title of this grade is called here, or the grade's general name."""
        return self.levels.get(str(int(grade))) or TitleGrade(grade).label

    @property
    def has_lowest_grade(self) -> bool:
        """初级是否设员级."""
        return str(TitleGrade.ASSISTANT_LOWER.value) in self.levels


class SpecialtyQuerySet(models.QuerySet["Specialty"]):
    def active(self) -> SpecialtyQuerySet:
        return self.filter(active=True)


class Specialty(models.Model):
    """评审专业. Its code is the committee's six characters and two digits."""

    code = models.CharField("代码", max_length=8, unique=True)
    name = models.CharField("名称", max_length=50)
    series = models.ForeignKey(
        Series, models.PROTECT, related_name="specialties", verbose_name="系列"
    )
    active = models.BooleanField("启用", default=True)

    objects = SpecialtyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评审专业"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
