"""Parse a workbook in a process of its own with little memory and little time, so that a hostile file harms nothing.

`read_sheets` is called by the system; it runs this very file as a script, which reads the workbook from standard input and
writes JSON to standard output. A crash of the parser is then one dead child and one refusal.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 40
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_SHEETS = 8
MOST_CELL_CHARACTERS = 12_000
MOST_CHARACTERS = 10_000_000
TOO_MANY_ROWS, TOO_MUCH_TEXT = 3, 4

Cell = str | int | float | bool | date | None


class UnreadableWorkbook(Exception):
    """The parser gave up; the text says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its name and its rows from the first row of the sheet on."""

    name: str
    rows: list[list[Cell]]


def read_sheets(content: bytes) -> list[Sheet]:
    """The workbook's visible sheets. Raises UnreadableWorkbook."""
    command = [sys.executable, "-I", str(Path(__file__))]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbook(
            "读取超过时限，已停止。请把名册的数据复制到一个新工作簿，保存后再上传。"
        ) from None
    if done.returncode == TOO_MANY_ROWS:
        raise UnreadableWorkbook(
            f"数据超过 {MOST_ROWS:,} 行或 {MOST_COLUMNS} 列。请删去数据区以外的空行空列，或分成几个文件分次导入。"
        )
    if done.returncode == TOO_MUCH_TEXT:
        raise UnreadableWorkbook(
            "工作簿的文字多得异常，已停止读取。请只保留名册的数据，或分成几个文件分次导入。"
        )
    if done.returncode != 0:
        raise UnreadableWorkbook(
            "工作簿内容异常，无法读取。请把名册的数据复制到一个新工作簿，保存后再上传。"
        )
    return [
        Sheet(name, [[_decoded(cell) for cell in row] for row in rows])
        for name, rows in json.loads(done.stdout)
    ]


def _decoded(cell: object) -> Cell:
    return date.fromisoformat(cell[0]) if isinstance(cell, list) else cell  # type: ignore[return-value]


def _limit_this_process() -> None:
    import contextlib
    import resource

    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        # Some systems do not know a limit; the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return [value.date().isoformat()]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, str):
        return value[:MOST_CELL_CHARACTERS] or None
    if isinstance(value, bool | int | float):
        return value
    return None if value is None else str(value)


def main() -> int:
    """The child: workbook in, JSON out."""
    _limit_this_process()
    from io import BytesIO

    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    found = []
    characters = 0
    for facts in book.sheets_metadata:
        if facts.typ != SheetTypeEnum.WorkSheet or facts.visible != SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(facts.name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            return TOO_MANY_ROWS
        rows = [[_encoded(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        # What goes back to the system must stay small whatever the file unpacks to.
        characters += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if characters > MOST_CHARACTERS:
            return TOO_MUCH_TEXT
        found.append((facts.name, rows))
        if len(found) == MOST_SHEETS:
            break
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
