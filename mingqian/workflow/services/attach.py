"""Files put on a matter and taken off again."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from mingqian.audit import services as audit

from ..filetypes import WORDS, recognise
from ..models import Attachment, AttachmentCategory, Matter
from ..models.attachment import MAX_BYTES
from .open import hold_for_edit

MOST_FILES = 20


class AttachmentRefused(ValueError):
    """A file that is not taken; the text says why and what to do."""


def attach(
    matter: Matter,
    *,
    upload: UploadedFile[Any],
    by,
    category: str = AttachmentCategory.OTHER,
    at: datetime | None = None,
) -> Attachment:
    """Put one file on a matter under edit: up to 20 MiB, of an allowed type, under a random name on disk.

    The same file twice is stored once. Raises AttachmentRefused, NotEditable, PermissionDenied.
    """
    filename = _plain_name(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise AttachmentRefused(f"「{filename}」是空文件。")
    if size > MAX_BYTES:
        raise AttachmentRefused(
            f"「{filename}」有 {size / 1024 / 1024:.1f} MB，每个附件不超过 20 MB。"
        )
    kind = recognise(filename, cast(BinaryIO, upload))
    if kind is None:
        raise AttachmentRefused(
            f"「{filename}」不是可以上传的文件，请上传 {WORDS}，且扩展名与内容一致。"
        )
    if category not in AttachmentCategory.values:
        raise AttachmentRefused("请选择附件类别。")
    digest = _sha256(upload)
    with transaction.atomic():
        hold_for_edit(matter, by=by)
        present = matter.attachments.present()
        twin = present.filter(sha256=digest, category=category).first()
        if twin is not None:
            return twin
        if present.count() >= MOST_FILES:
            raise AttachmentRefused(f"每项业务最多 {MOST_FILES} 个附件。")
        attachment = Attachment(
            matter=matter,
            office_id=matter.office_id,
            category=category,
            filename=filename,
            mime=kind.mime,
            size=size,
            sha256=digest,
            uploaded_by=by,
            at=at or timezone.now(),
        )
        stored = secrets.token_hex(16)
        attachment.file.save(f"{stored[:2]}/{stored}", File(upload), save=False)
        try:
            attachment.save()
            audit.record(
                "workflow.attach",
                on=matter,
                by=by,
                office_id=matter.office_id,
                details=_facts(attachment),
                at=at,
            )
        except BaseException:
            attachment.file.storage.delete(str(attachment.file.name))
            raise
    return attachment


def remove_attachment(attachment: Attachment, *, by, at: datetime | None = None) -> Attachment:
    """Take a file off a matter under edit. Row and file stay: an earlier version may have been judged by it.

    Doing it twice is doing it once. Raises NotEditable, PermissionDenied.
    """
    at = at or timezone.now()
    with transaction.atomic():
        hold_for_edit(attachment.matter, by=by)
        gone = (
            Attachment.objects.present()
            .filter(pk=attachment.pk)
            .update(removed_by=by, removed_at=at)
        )
        if gone:
            audit.record(
                "workflow.remove_attachment",
                on=attachment.matter,
                by=by,
                office_id=attachment.office_id,
                details=_facts(attachment),
                at=at,
            )
    attachment.refresh_from_db()
    return attachment


def record_download(attachment: Attachment, *, by) -> None:
    """Note in the log that a file was fetched: it may name people."""
    with transaction.atomic():
        audit.record(
            "workflow.download_attachment",
            on=attachment.matter,
            by=by,
            office_id=attachment.office_id,
            details=_facts(attachment),
        )


def _facts(attachment: Attachment) -> dict[str, Any]:
    return {
        "attachment": attachment.pk,
        "filename": attachment.filename,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


def _plain_name(name: str) -> str:
    """The file's own name without folders or control characters, at most 200 characters, extension kept."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    if len(name) > 200:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[: 199 - len(extension)]}{dot}{extension}"
    return name or "未命名"


def _sha256(upload: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
