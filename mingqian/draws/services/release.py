"""What leaves the house: documents, transcripts and workbooks of a draw, each with its entry in the log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import Draw
from mingqian.experts.models import Expert
from mingqian.experts.sealing import read_mobile

from .holding import check_scope


class PurposeMissing(ValueError):
    """An export of names asks what it is for."""

    told = "请填写用途，例如「通知专家参会」。"


def release_document(
    draw: Draw,
    *,
    kind: str,
    masked: bool,
    by: User,
    purpose: str = "",
    sha256: str = "",
    at: datetime | None = None,
) -> None:
    """Record that a document of this draw was made for someone.

    One with names asks for the permission, and for a purpose. Raises PermissionDenied, PurposeMissing.
    """
    check_scope(draw.application, by, "draws.view_roster" if masked else "draws.export_roster")
    if not masked:
        purpose = judged_purpose(purpose)
    with transaction.atomic():
        record(
            "draws.print_document",
            on=draw.application.matter,
            by=by,
            office_id=draw.office_id,
            purpose=purpose,
            details={
                "number": draw.application.number,
                "attempt": draw.attempt,
                "document": kind,
                "masked": masked,
                **({"sha256": sha256} if sha256 else {}),
            },
            at=at,
        )


def judged_purpose(purpose: str) -> str:
    """The purpose as stored. Raises PurposeMissing where it says nothing."""
    purpose = " ".join(purpose.replace("\x00", "").split())[:200]
    if len(purpose) < 2:
        raise PurposeMissing
    return purpose


def clear_mobiles(draw: Draw, expert_nos: Collection[str], *, by: User) -> dict[str, str]:
    """Expert number -> mobile in the clear. Whoever calls this writes the entry by `release_workbook`.

    Raises PermissionDenied.
    """
    check_scope(draw.application, by, "draws.export_unmasked")
    return {
        expert.expert_no: read_mobile(expert)
        for expert in Expert.objects.filter(expert_no__in=expert_nos)
    }


def release_workbook(
    draw: Draw,
    *,
    purpose: str,
    rows: int,
    sha256: str,
    by: User,
    document: str = "",
    unmasked: bool = False,
    at: datetime | None = None,
) -> None:
    """Record an export of the roster: purpose, rows and digest of the file. Raises PurposeMissing.

    `unmasked`: mobile numbers stand in it in the clear, which is a permission and an entry of its own.
    """
    action = "draws.export_unmasked" if unmasked else "draws.export_roster"
    check_scope(draw.application, by, action)
    purpose = judged_purpose(purpose)
    with transaction.atomic():
        record(
            action,
            on=draw.application.matter,
            by=by,
            office_id=draw.office_id,
            purpose=purpose,
            details={
                "number": draw.application.number,
                "attempt": draw.attempt,
                "rows": rows,
                "sha256": sha256,
                **({"document": document} if document else {}),
            },
            at=at,
        )
