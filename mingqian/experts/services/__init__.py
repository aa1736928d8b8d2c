"""Verbs of the expert pool: every write, one transaction, one audit entry."""

from .availability import (
    NothingToDo,
    add_unavailability,
    restore_membership,
    suspend_membership,
    withdraw_unavailability,
)
from .editing import EditedMeanwhile, admit_expert, change_expert, change_membership
from .exporting import note_export
from .importing import (
    ContentGone,
    PoolChanged,
    bad_rows_workbook,
    check_import,
    confirm_import,
    drop_import,
    import_pool,
    recheck_import,
    register_template,
    start_import,
)
from .revealing import TooManyReveals, reveal_field
from .typed import NotAccepted

__all__ = [
    "ContentGone",
    "EditedMeanwhile",
    "NotAccepted",
    "NothingToDo",
    "PoolChanged",
    "TooManyReveals",
    "add_unavailability",
    "admit_expert",
    "bad_rows_workbook",
    "change_expert",
    "change_membership",
    "check_import",
    "confirm_import",
    "drop_import",
    "import_pool",
    "note_export",
    "recheck_import",
    "register_template",
    "restore_membership",
    "reveal_field",
    "start_import",
    "suspend_membership",
    "withdraw_unavailability",
]
