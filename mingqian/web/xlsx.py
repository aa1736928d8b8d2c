"""Workbooks going out: streamed to a file in constant memory, complete or absent, formula-looking text as text."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.conf import settings
from django.http import FileResponse
from django.utils import timezone

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_000
# XML 1.0 forbids these; Excel calls a workbook holding one of them damaged.
FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


@dataclass(frozen=True, slots=True)
class Written:
    """A finished workbook: where it lies, how many rows, and its digest for the log."""

    path: Path
    rows: int
    sha256: str


def write_workbook(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    note: str = "",
    watermark: str = "",
) -> Written:
    """Write one sheet. `title` names the sheet; `note` (who, when, purpose) becomes its footer and its properties.

    `watermark` stands at the head of every printed page.
    """
    folder = Path(str(settings.MINGQIAN["HOME"])) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(suffix=".partial", dir=folder)
    os.close(handle)
    try:
        count = _fill(Path(name), columns, rows, title, note, watermark)
        finished = Path(name).with_suffix(".xlsx")
        os.replace(name, finished)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with finished.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(finished, count, digest)


def _fill(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    title: str,
    note: str,
    watermark: str,
) -> int:
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    try:
        book.set_properties({"title": title, "comments": note})
        head = book.add_format(
            {
                "bold": True,
                "bg_color": "#EAF1FB",
                "border": 1,
                "border_color": "#CDD6E2",
                "valign": "vcenter",
            }
        )
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{note[:200].replace('&', '&&')}&R第 &P 页，共 &N 页")
        if watermark:
            sheet.set_header(f"&C{watermark[:200].replace('&', '&&')}")
        for index, name in enumerate(columns):
            sheet.set_column(index, index, max(10, min(40, len(name) * 2 + 6)))
        sheet.write_row(0, 0, [_clean(c) for c in columns], head)
        count = 0
        for row in rows:
            count += 1
            if count > MAX_ROWS:
                raise TooManyRows(f"more than {MAX_ROWS} rows")
            for index, value in enumerate(row):
                _write_cell(sheet, count, index, value)
        sheet.autofilter(0, 0, max(count, 1), max(len(columns) - 1, 0))
        return count
    finally:
        book.close()


class TooManyRows(Exception):
    """A sheet holds about a million rows; the caller must narrow the filter."""

    told = "结果超过一百万行，一张工作表放不下；请缩小查询范围后分次导出。"


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, (int, float, Decimal)):
        # Past fifteen digits Excel rounds; such a figure is a number of a document, not a quantity.
        if math.isfinite(value) and abs(float(value)) < 10**15:
            sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value)
        else:
            sheet.write_string(row, column, str(value))
    else:
        sheet.write_string(row, column, _clean(as_text(value)))


def as_text(value: Any) -> str:
    """A value as an office writes it: local time to the minute, days as 2026-11-16."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        if timezone.is_aware(value):
            value = timezone.localtime(value)
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _clean(text: str) -> str:
    return str(text).translate(FORBIDDEN)[:32767]


def _sheet_name(title: str) -> str:
    kept = "".join(c for c in _clean(title) if c not in "[]:*?/\\'")[:31].strip()
    return kept or "Sheet1"


def file_response(written: Written, filename: str) -> FileResponse:
    """Send a finished workbook and forget it: the open file outlives its name."""
    file = written.path.open("rb")
    written.path.unlink(missing_ok=True)
    response = FileResponse(file, content_type=MIME)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    response["Cache-Control"] = "no-store, private"
    return response


def workbook_response(
    filename: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    note: str = "",
    exported: Callable[[Written], None] | None = None,
) -> FileResponse:
    """Write a workbook, tell `exported` (the caller's audit entry) once it is complete, and send it."""
    written = write_workbook(
        columns, rows, title=title or filename.removesuffix(".xlsx"), note=note
    )
    if exported is not None:
        try:
            exported(written)
        except BaseException:
            written.path.unlink(missing_ok=True)
            raise
    return file_response(written, filename)
