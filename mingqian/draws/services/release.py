"""What leaves the house: documents, transcripts and workbooks of a draw, each with its entry in the log."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import Draw

from .holding import check_scope


class PurposeMissing(ValueError):
    """An export of names asks what it is for."""

    told = "请填写导出用途，例如「通知专家参会」。"


def release_document(
    draw: Draw, *, kind: str, masked: bool, by: User, at: datetime | None = None
) -> None:
    """Record that a document of this draw was made for someone. Raises PermissionDenied."""
    check_scope(draw.application, by, "draws.view_roster")
    with transaction.atomic():
        record(
            "draws.print_document",
            on=draw.application.matter,
            by=by,
            office_id=draw.office_id,
            details={
                "number": draw.application.number,
                "attempt": draw.attempt,
                "document": kind,
                "masked": masked,
            },
            at=at,
        )


def judged_purpose(purpose: str) -> str:
    """The purpose as stored. Raises PurposeMissing where it says nothing."""
    purpose = " ".join(purpose.replace("\x00", "").split())[:200]
    if len(purpose) < 2:
        raise PurposeMissing
    return purpose


def release_workbook(
    draw: Draw, *, purpose: str, rows: int, sha256: str, by: User, at: datetime | None = None
) -> None:
    """Record an export of the roster: purpose, rows and digest of the file. Raises PurposeMissing."""
    check_scope(draw.application, by, "draws.export_roster")
    purpose = judged_purpose(purpose)
    with transaction.atomic():
        record(
            "draws.export_roster",
            on=draw.application.matter,
            by=by,
            office_id=draw.office_id,
            purpose=purpose,
            details={
                "number": draw.application.number,
                "attempt": draw.attempt,
                "rows": rows,
                "sha256": sha256,
            },
            at=at,
        )
