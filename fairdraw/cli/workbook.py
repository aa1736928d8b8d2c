"""Files as text, and workbooks as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fairdraw.errors import FairdrawError

LARGEST_FILE = 512 * 2**20
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


def text_of(path: Path) -> str:
    """The text of a file: FILE_UNREADABLE, FILE_TOO_LARGE, NOT_UTF8."""
    try:
        check_size(path)
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FairdrawError("FILE_UNREADABLE", file=str(path), reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise FairdrawError("NOT_UTF8", file=path.name, byte=error.start) from None


def check_size(path: Path) -> None:
    """FILE_TOO_LARGE; OSError if there is no such file."""
    if path.stat().st_size > LARGEST_FILE:
        raise FairdrawError("FILE_TOO_LARGE", file=path.name, most=LARGEST_FILE)


def workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet with their numbers; the first one is the header.

    WORKBOOK_NEEDS (the package that reads it is not installed), WORKBOOK_BROKEN, FILE_UNREADABLE.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise FairdrawError("WORKBOOK_NEEDS", file=path.name, package="python-calamine") from None
    try:
        check_size(path)
        table = (
            CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    except OSError as error:
        raise FairdrawError("FILE_UNREADABLE", file=str(path), reason=error.strerror) from None
    except (CalamineError, ValueError, IndexError) as error:
        raise FairdrawError("WORKBOOK_BROKEN", file=path.name, reason=str(error)[:200]) from None
    wide = 0
    for number, row in enumerate(table, 1):
        cells = [_text(cell) for cell in row]
        if number == 1:
            # Formatted but empty columns to the right are no columns.
            while cells and not cells[-1].strip():
                cells.pop()
            wide = len(cells)
        elif not any(cell.strip() for cell in cells[wide:]):
            cells = cells[:wide]
        yield number, cells


def _text(cell: Any) -> str:
    """What a person sees in the cell: 3 rather than 3.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
