"""A new data key: every identity and telephone number sealed and indexed anew."""

from __future__ import annotations

from django.db import transaction

from mingqian.audit.services import record
from mingqian.web.sealed import needs_resealing

from ..models import Expert, PoolImport
from ..sealing import keep_id, keep_mobile, read_id, read_mobile
from .importing.content import content_of, sealed_content

BATCH = 500
FIELDS = ("id_sealed", "id_index", "mobile_sealed", "mobile_index")


def reseal_experts() -> int:
    """Seal what still lies under an earlier key under the current one; the number of experts changed.

    All or nothing. Runs while the system is stopped: an expert found by the new index must not wait for their turn.
    Raises web.sealed.CannotUnseal where the earlier key is not named.
    """
    changed = 0
    with transaction.atomic():
        rows = Expert.objects.order_by("pk").only("sealed_key", *FIELDS)
        batch: list[Expert] = []
        for expert in rows.iterator(BATCH):
            if not needs_resealing(expert.id_sealed):
                continue
            keep_id(expert, read_id(expert))
            keep_mobile(expert, read_mobile(expert))
            batch.append(expert)
            if len(batch) == BATCH:
                changed += Expert.objects.bulk_update(batch, FIELDS)
                batch = []
        changed += Expert.objects.bulk_update(batch, FIELDS)
        files = _reseal_files()
        if changed or files:
            record("experts.reseal", by=None, details={"experts": changed, "files": files})
    return changed


def _reseal_files() -> int:
    """The uploaded registers that are still kept."""
    changed = 0
    for pool_import in PoolImport.objects.filter(content_sealed__isnull=False).iterator(1):
        if needs_resealing(pool_import.content_sealed or b""):
            pool_import.content_sealed = sealed_content(pool_import, content_of(pool_import))
            pool_import.save(update_fields=["content_sealed"])
            changed += 1
    return changed
