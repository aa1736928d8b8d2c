"""The uploaded file at rest: sealed like any other personal data, and forgotten after a month."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from mingqian.web.sealed import seal, unseal

from ...models import PoolImport

KEPT_FOR = timedelta(days=30)


class ContentGone(Exception):
    """The file was dropped or its month is over."""

    told = "这份名册的文件已按规定清除，请重新上传。"


def sealed_content(pool_import: PoolImport, content: bytes) -> bytes:
    """The file, readable for this import alone."""
    return seal(base64.b64encode(content).decode("ascii"), aad=_aad(pool_import))


def content_of(pool_import: PoolImport) -> bytes:
    """The file as it was uploaded. Raises ContentGone."""
    if not pool_import.content_sealed:
        raise ContentGone
    return base64.b64decode(unseal(pool_import.content_sealed, aad=_aad(pool_import)))


def _aad(pool_import: PoolImport) -> str:
    return f"pool_import:{pool_import.pk}"


def forget_old(office_id: int, *, at: datetime) -> int:
    """Empty the files of an office whose month is over; their dry runs end as dropped, their results stay."""
    old = PoolImport.objects.filter(
        office_id=office_id, content_sealed__isnull=False, uploaded_at__lt=at - KEPT_FOR
    )
    old.filter(stage=PoolImport.Stage.CHECKED).update(stage=PoolImport.Stage.DROPPED)
    return old.update(content_sealed=None)
