"""Verbs of the expert pool: every write, one transaction, one audit entry."""

from .importing import (
    PoolChanged,
    bad_rows_workbook,
    check_import,
    confirm_import,
    drop_import,
    import_pool,
    recheck_import,
    start_import,
)

__all__ = [
    "PoolChanged",
    "bad_rows_workbook",
    "check_import",
    "confirm_import",
    "drop_import",
    "import_pool",
    "recheck_import",
    "start_import",
]
