"""Files as text, and workbooks as rows of text."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from fairdraw.errors import FairdrawError

LARGEST_FILE = 512 * 2**20
MOST_CELLS = 20_000_000
#: Where a row or a cell of a worksheet stands: r="7", r="AB7".
_PLACE = re.compile(rb"\br=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


def bytes_in(path: Path, most: int | None = None) -> bytes:
    """What stands in a file: FILE_UNREADABLE, FILE_TOO_LARGE. ``most``: bytes, if fewer than ever."""
    try:
        check_size(path, most)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FairdrawError("FILE_UNREADABLE", file=str(path), reason=reason) from None


def text_of(path: Path, most: int | None = None) -> str:
    """The text of a file: FILE_UNREADABLE, FILE_TOO_LARGE, NOT_UTF8 (with a row), NUL_BYTE."""
    data = bytes_in(path, most)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise FairdrawError(
            "NOT_UTF8", file=path.name, row=row, byte=error.start, guess=_guess(data)
        ) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise FairdrawError("NUL_BYTE", file=path.name, row=row)
    return text


def _guess(data: bytes) -> str:
    """What else a file could be; Chinese spreadsheets are often saved as GBK."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    if data[:4] == b"PK\x03\x04":
        return "a workbook (.xlsx)"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "no text"
    return "GBK"


def check_size(path: Path, most: int | None = None) -> None:
    """FILE_TOO_LARGE, FILE_UNREADABLE for what is no plain file; OSError if there is none."""
    # A pipe or a device may have no end.
    if not path.is_file() and path.exists():
        raise FairdrawError("FILE_UNREADABLE", file=str(path), reason="this is no file")
    limit = LARGEST_FILE if most is None else most
    if path.stat().st_size > limit:
        raise FairdrawError("FILE_TOO_LARGE", file=path.name, most=limit)


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
        _check_zip(path)
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


def _check_zip(path: Path) -> None:
    """A small workbook may unpack to more than any memory: WORKBOOK_TOO_LARGE."""
    if path.suffix.lower() == ".xls" or not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST_FILE:
                raise FairdrawError("WORKBOOK_TOO_LARGE", file=path.name, most=LARGEST_FILE)
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/"):
                    with archive.open(entry) as sheet:
                        _check_sheet(path, sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise FairdrawError("WORKBOOK_BROKEN", file=path.name, reason=str(error)[:200]) from None


def _check_sheet(path: Path, sheet: IO[bytes]) -> None:
    """One stray cell far out makes a table of millions of empty ones: WORKBOOK_TOO_LARGE."""
    wide = high = unread = 0
    tail = b""
    # The length that an archive tells of its parts may be a lie; what comes out is counted.
    while chunk := sheet.read(2**20):
        unread += len(chunk)
        text = tail + chunk
        for letters, digits in _PLACE.findall(text):
            high = max(high, int(digits))
            if letters:
                wide = max(wide, _column(letters))
        if wide * high > MOST_CELLS:
            raise FairdrawError("WORKBOOK_TOO_LARGE", file=path.name, most=MOST_CELLS)
        if unread > LARGEST_FILE:
            raise FairdrawError("WORKBOOK_TOO_LARGE", file=path.name, most=LARGEST_FILE)
        tail = text[-32:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _text(cell: Any) -> str:
    """What a person sees in the cell: 3 rather than 3.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
