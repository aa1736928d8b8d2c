"""A matter begins, and is held while its document is changed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from mingqian.audit import services as audit
from mingqian.committees.models import CommitteeOffice
from mingqian.web.services import next_number

from ..models import Matter


class NotEditable(RuntimeError):
    """The document is not the office's to change now; `matter` is its present state."""

    def __init__(self, matter: Matter):
        super().__init__(f"{matter.number} is {matter.status}")
        self.matter = matter


def open_matter(
    kind: str,
    *,
    prefix: str,
    year: int,
    title: str,
    office: CommitteeOffice,
    by,
    at: datetime | None = None,
) -> Matter:
    """A new matter in draft, numbered without a gap within its prefix and year: CQ-2026-0001.

    Part of the service that makes the document, whose permission it relies on; only the office is checked.
    """
    if by.office_id != office.pk:
        raise PermissionDenied("another office")
    at = at or timezone.now()
    with transaction.atomic():
        serial = next_number(f"{prefix}-{year}")
        matter = Matter.objects.create(
            kind=kind,
            number=f"{prefix}-{year}-{serial:04d}",
            title=title[:200],
            office=office,
            created_by=by,
            created_at=at,
            moved_at=at,
        )
        audit.record(
            "workflow.open",
            on=matter,
            by=by,
            office_id=office.pk,
            details={"kind": kind, "title": title},
            at=at,
        )
    return matter


def hold_for_edit(matter: Matter, *, by) -> Matter:
    """Lock the matter's row until the caller's transaction ends and say that its document may be changed.

    Raises NotEditable where it was submitted or closed meanwhile, PermissionDenied for another office.
    """
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    if by.office_id != held.office_id:
        raise PermissionDenied("another office")
    if not held.is_editable:
        raise NotEditable(held)
    return held


def retitle(matter: Matter, *, title: str, by) -> None:
    """Give a document under edit another title; the audit entry is the editing service's own."""
    with transaction.atomic():
        held = hold_for_edit(matter, by=by)
        held.title = matter.title = title[:200]
        held.save(update_fields=["title"])
