"""Any text in any cell: stored, shown, found and exported unharmed, or refused with a message."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from mingqian.experts.models import Expert, PoolMembership
from mingqian.experts.services import bad_rows_workbook
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import checked_import, imported, register_row

pytestmark = pytest.mark.django_db

HARMLESS = [
    "=HYPERLINK(\"http://example.cn\",\"点我\")", "+1+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE experts_expert; --", "%s%n{0}{{7*7}}",
    "𠮷田𠀋", "😀🏳️‍🌈", "\u202egnp.exe", "\u2066甲\u2069", "ﷺ", "Ω≈ç√∫", "e\u0301", "甲" * 50, "null", "None", "../../etc",
    "１２３ＡＢＣ", "Ⅷ", "؀؁؂", "᠎", "İı",
]  # fmt: skip


@pytest.fixture
def committee():
    return make_committee(specialties=["建筑设计"])


@pytest.fixture
def clerk(committee):
    return make_user("clerk", committee.office)


def test_hostile_text_travels_unharmed_through_import_page_and_export(
    committee, clerk, client
) -> None:
    rows = [
        register_row(n, 备注=text, 学科组=text[:50]) for n, text in enumerate(HARMLESS, start=1)
    ]
    imported(committee, rows, by=clerk)
    stored = set(PoolMembership.objects.values_list("note", flat=True))
    expected = {" ".join(text.split()) for text in HARMLESS}
    assert stored == expected | ({""} if "" in stored else set())
    client.force_login(clerk)
    for expert in Expert.objects.all():
        page = client.get(f"/experts/{expert.expert_no}/")
        assert page.status_code == 200
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content
    exported = b"".join(client.get("/experts/?export=xlsx").streaming_content)
    groups = [row[7].value for row in load_workbook(BytesIO(exported)).active.iter_rows(min_row=2)]
    assert "=cmd|' /C calc'!A0" in groups
    assert all(
        cell.data_type != "f"
        for row in load_workbook(BytesIO(exported)).active.iter_rows()
        for cell in row
    )


def test_hostile_names_are_shown_as_text_and_found(committee, clerk, client) -> None:
    names = [text for text in HARMLESS if text.strip("᠎")]
    imported(
        committee, [register_row(n, 姓名=text) for n, text in enumerate(names, start=1)], by=clerk
    )
    client.force_login(clerk)
    for text in ("𠮷", "<script>", "DROP", "😀"):
        page = client.get("/experts/", {"keyword": text})
        assert page.context["page"].total == 1, text
        assert b"<script>alert" not in page.content


@pytest.mark.parametrize("column", ["姓名", "工作单位", "备注", "推荐专业", "手机", "身份证号"])
def test_control_characters_are_refused_with_a_message(committee, clerk, column) -> None:
    # The workbook carries it as its own escape, which the parser undoes; a plain NUL cannot stand in XML.
    checked = checked_import(committee, [register_row(1, **{column: "甲_x0000_乙"})], by=clerk)
    row = checked.rows.get()
    assert "control_characters" in [fault["code"] for fault in row.faults]
    assert "\x00" not in f"{row.name}{row.faults}{row.changes}{row.id_masked}"


def test_a_cell_of_ten_thousand_characters_is_refused_and_quoted_short(committee, clerk) -> None:
    checked = checked_import(
        committee, [register_row(1, 工作单位="院" * 10_000, 备注="字" * 10_000)], by=clerk
    )
    faults = checked.rows.get().faults
    assert [fault["code"] for fault in faults] == ["too_long", "too_long"]
    assert all(len(fault["value"]) < 80 for fault in faults)


def test_hostile_bad_rows_come_back_as_text(committee, clerk) -> None:
    rows = [register_row(n, 手机="1", 备注=text) for n, text in enumerate(HARMLESS, start=1)]
    content = bad_rows_workbook(checked_import(committee, rows, by=clerk), by=clerk)
    cells = [cell for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = {cell.value for cell in cells}
    assert "=cmd|' /C calc'!A0" in values
