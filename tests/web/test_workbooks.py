"""Workbooks going out: text stays text, figures stay figures, complete or absent."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings

from mingqian.web import xlsx


def read(response) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def left_over() -> list[Path]:
    return list((Path(settings.MINGQIAN["HOME"]) / "exports").glob("*"))


def test_formulas_links_and_long_numbers_leave_as_text():
    rows = [
        ["=1+1", "+8613800138000", "@SUM(A1)", "http://example.com", "440106197203151524", 10**17]
    ]
    shown = read(xlsx.workbook_response("x.xlsx", list("abcdef"), rows))[1]
    assert shown == (*rows[0][:5], str(10**17))


def test_values_are_written_as_an_office_writes_them():
    rows = [
        [
            3,
            Decimal("2.5"),
            True,
            None,
            date(2026, 11, 16),
            datetime(2026, 11, 16, 1, 30, tzinfo=UTC),
            "甲\x00\x0b乙\ufffe",
            float("nan"),
        ]
    ]
    assert read(xlsx.workbook_response("x.xlsx", list("abcdefgh"), rows))[1] == (
        3,
        2.5,
        "是",
        None,
        "2026-11-16",
        "2026-11-16 09:30",
        "甲乙",
        "nan",
    )


def test_the_file_name_may_be_chinese_and_the_sheet_name_hostile():
    response = xlsx.workbook_response("专家信息.xlsx", ["a"], [], title="[甲]:乙/丙*" + "长" * 40)
    assert "filename*=UTF-8''%E4%B8%93" in response["Content-Disposition"]
    b"".join(response.streaming_content)


def test_nothing_is_left_behind_whether_it_works_or_not(monkeypatch):
    b"".join(xlsx.workbook_response("x.xlsx", ["a"], [["b"]]).streaming_content)

    def broken():
        yield ["a"]
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        xlsx.write_workbook(["a"], broken())
    with pytest.raises(ValueError):
        xlsx.workbook_response("x.xlsx", ["a"], [["b"]], exported=lambda written: int("no"))
    monkeypatch.setattr(xlsx, "MAX_ROWS", 2)
    with pytest.raises(xlsx.TooManyRows):
        xlsx.write_workbook(["a"], [["b"]] * 3)
    assert left_over() == []
