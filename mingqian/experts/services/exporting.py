"""What leaves the system is written down."""

from __future__ import annotations

from django.db import transaction

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record


def note_export(*, rows: int, sha256: str, filters: str, by: User) -> None:
    """Record that a list of experts, masked, was exported."""
    check(by, "experts.view_expert")
    with transaction.atomic():
        record(
            "experts.export_pool",
            by=by,
            office_id=by.office_id,
            details={"rows": rows, "sha256": sha256, "filters": filters},
        )
