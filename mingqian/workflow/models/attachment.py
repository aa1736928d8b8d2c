"""Files that belong to a matter."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q

from mingqian.committees.models import CommitteeOffice

from .matter import Matter

MAX_BYTES = 20 * 1024 * 1024


def attachment_storage() -> FileSystemStorage:
    """A private folder: no URL leads there, only the download page that asks who is reading."""
    home = Path(str(settings.MINGQIAN["HOME"]))
    return FileSystemStorage(location=home / "attachments", base_url=None)


class AttachmentCategory(models.TextChoices):
    NOTICE = "NOTICE", "会议通知"
    BASIS = "BASIS", "申请依据"
    APPOINTMENT = "APPOINTMENT", "指定委员说明"
    OTHER = "OTHER", "其他材料"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def present(self) -> AttachmentQuerySet:
        """Files that were not taken off again; a taken-off file is kept, as is the fact."""
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user) -> AttachmentQuerySet:
        """A file is seen by those who see its matter."""
        return self.filter(matter__in=Matter.objects.visible_to(user))


class Attachment(models.Model):
    """One uploaded file: its own name is only shown, on disk it bears a random one."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="attachments")
    office = models.ForeignKey(CommitteeOffice, models.PROTECT, related_name="+")
    category = models.CharField(
        "类别", max_length=12, choices=AttachmentCategory, default=AttachmentCategory.OTHER
    )
    filename = models.CharField("文件名", max_length=200)
    mime = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField("文件", storage=attachment_storage, max_length=100)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("上传时间")
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["matter", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MAX_BYTES), name="attachment_size_bounded"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="attachment_removed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
