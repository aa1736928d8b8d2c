"""The bad rows as a workbook: the register's own columns, beside each bad column what is wrong and how to mend it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db import transaction

from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record

from ...models import PoolImport, RowVerdict
from ...register.cleaning import text_of
from ...register.columns import Header, find_header
from ...register.sheet import Cell, read_sheets
from .content import content_of

REMARK = "问题与改法"


def bad_rows_workbook(pool_import: PoolImport, *, by: User) -> bytes:
    """An .xlsx of the rows that were not taken, with identity numbers as handed in; one audit entry.

    Mended, it can be uploaded as it is: the columns added here are not read. Raises ContentGone.
    """
    check(by, "experts.import_pool")
    faults = {row.number: row.faults for row in pool_import.rows.filter(verdict=RowVerdict.BAD)}
    header = find_header(read_sheets(content_of(pool_import)))
    content = _workbook(header, faults)
    with transaction.atomic():
        record(
            "experts.download_bad_rows",
            on=pool_import,
            by=by,
            office_id=pool_import.office_id,
            details={"rows": len(faults), "sha256": hashlib.sha256(content).hexdigest()},
        )
    return content


def _workbook(header: Header, faults: dict[int, list[dict[str, str]]]) -> bytes:
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet("有误的行")
    styles = {
        "head": book.add_format(
            {"bold": True, "bg_color": "#EAF1FB", "border": 1, "align": "center"}
        ),
        "remark_head": book.add_format({"bold": True, "bg_color": "#FBE9E7", "border": 1}),
        "bad": book.add_format({"bg_color": "#FBE9E7", "num_format": "@"}),
        "remark": book.add_format({"font_color": "#A3261B", "text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "bad_day": book.add_format({"num_format": "yyyy-mm-dd", "bg_color": "#FBE9E7"}),
    }
    headings = [text_of(cell) for cell in header.sheet.rows[header.row]]
    key_at = {place: key for key, place in header.places.items()}
    troubled = {fault["key"] for found in faults.values() for fault in found}
    # A fault may name a column that the register lacks; its remark goes to the end.
    places: list[int | str] = []
    for place in range(len(headings)):
        places.append(place)
        if key_at.get(place) in troubled:
            places.append(key_at[place])
    places += sorted(troubled - header.places.keys())
    for column, spot in enumerate(places):
        if isinstance(spot, int):
            sheet.write_string(0, column, headings[spot], styles["head"])
            sheet.set_column(column, column, 14)
        else:
            sheet.write_string(0, column, REMARK, styles["remark_head"])
            sheet.set_column(column, column, 40)
    sheet.freeze_panes(1, 0)
    rows = dict(header.data_rows())
    for line, (number, found) in enumerate(sorted(faults.items()), start=1):
        reasons: dict[str, list[str]] = {}
        for fault in found:
            reasons.setdefault(fault["key"], []).append(f"{fault['reason']}。{fault['mend']}")
        cells = rows[number]
        for column, spot in enumerate(places):
            if isinstance(spot, int):
                cell = cells[spot] if spot < len(cells) else None
                _write(sheet, line, column, cell, styles, bad=key_at.get(spot) in reasons)
            elif spot in reasons:
                sheet.write_string(line, column, "\n".join(reasons[spot]), styles["remark"])
    book.close()
    return stream.getvalue()


def _write(
    sheet: Any, line: int, column: int, cell: Cell, styles: dict[str, Any], *, bad: bool
) -> None:
    if cell is None:
        sheet.write_blank(line, column, None, styles["bad"] if bad else None)
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time())
        sheet.write_datetime(line, column, moment, styles["bad_day" if bad else "day"])
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < 10**15:
        sheet.write_number(line, column, cell, styles["bad"] if bad else None)
    else:
        text = "".join(sign for sign in str(cell) if sign in "\n\t" or sign >= " ")[:32_000]
        sheet.write_string(line, column, text, styles["bad"] if bad else None)
