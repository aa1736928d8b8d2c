"""A typist's slips are mended, not refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqian.experts.register.cleaning import (
    code_of,
    date_of,
    mobile_of,
    name_of,
    parts_of,
    text_of,
)
from mingqian.experts.register.columns import column_letter
from mingqian.experts.register.faults import last_day_of_term


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 4, 1), "2026.4.1", "2026-04-01", "2026/4/1", "2026年4月1日", "２０２６．４．１", " 2026. 4. 1 ",
        "2026年04月01日", "20260401", "2026-04-01 00:00:00", 46113, 46113.0,
    ],
)  # fmt: skip
def test_dates_are_read_however_they_are_written(cell: object) -> None:
    assert date_of(cell) == date(2026, 4, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [None, "", "2026年4月", "2026", "2月30日", "2026-02-30", "明年", True, 3.5, "0000-01-01"],
)
def test_what_is_no_day_is_not_guessed(cell: object) -> None:
    assert date_of(cell) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (" 曾\u3000芳平 ", "曾芳平"), ("曾 芳 平", "曾芳平"), ("\u00a0曾芳平\u200b", "曾芳平"), ("Ann   Lee", "Ann Lee"),
        ("买买提•阿卜杜拉", "买买提·阿卜杜拉"), ("𠮷\u3000田", "𠮷田"), ("曾\n芳", "曾芳"),
    ],
)  # fmt: skip
def test_stray_blanks_leave_a_name(cell: str, name: str) -> None:
    assert name_of(cell) == name


@pytest.mark.parametrize(
    "cell",
    [
        "13812345678",
        "１３８１２３４５６７８",
        13812345678,
        13812345678.0,
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
    ],
)
def test_mobiles_are_read_however_they_are_written(cell: object) -> None:
    assert mobile_of(cell) == "13812345678"  # type: ignore[arg-type]


def test_a_lower_case_x_is_raised() -> None:
    assert code_of(" 44060119790919156x ") == "44060119790919156X"


@pytest.mark.parametrize("sign", [";", "；", "、", ",", "，", "\n", " ； "])
def test_specialties_are_divided_by_any_usual_sign(sign: str) -> None:
    assert parts_of(f"建筑设计{sign}结构工程") == ["建筑设计", "结构工程"]


def test_a_specialty_named_twice_counts_once() -> None:
    assert parts_of("建筑设计;建筑设计；；") == ["建筑设计"]


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates()))
def test_no_cell_makes_the_cleaning_fail(cell: object) -> None:
    for clean in (text_of, name_of, code_of, mobile_of, date_of, parts_of):
        clean(cell)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 4, 1), date(2028, 3, 31)), (date(2024, 3, 1), date(2027, 2, 28)), (date(2025, 3, 1), date(2028, 2, 29)),
        (date(2024, 2, 29), date(2027, 2, 28)), (date(2026, 1, 1), date(2028, 12, 31)),
    ],
)  # fmt: skip
def test_three_years_end_on_the_day_before(first: date, last: date) -> None:
    assert last_day_of_term(first, 3) == last


def test_columns_are_lettered_as_the_spreadsheet_does() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
