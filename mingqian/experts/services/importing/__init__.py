"""A register on its way into the pool: upload, dry run, import, or dropped."""

from .apply import PoolChanged, import_pool
from .badrows import bad_rows_workbook
from .content import ContentGone
from .dry_run import check_import
from .template import register_template
from .upload import confirm_import, drop_import, recheck_import, start_import

__all__ = [
    "ContentGone",
    "PoolChanged",
    "bad_rows_workbook",
    "check_import",
    "confirm_import",
    "drop_import",
    "import_pool",
    "recheck_import",
    "register_template",
    "start_import",
]
