"""Each fault is named with its cell, its reason and how to mend it; what is right is never blamed."""

from __future__ import annotations

from datetime import date

import pytest

from mingqian.experts.models import ImportRow, PoolImport, RowVerdict
from mingqian.experts.register.columns import find_header
from mingqian.experts.register.judge import Expectations, Judge
from mingqian.experts.register.sheet import Sheet
from mingqian.experts.register.units import UnitBook
from mingqian.experts.sealing import id_index
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee, make_unit
from tests.factories.experts import (
    HEADINGS,
    checked_import,
    id_number,
    imported,
    register_row,
    register_workbook,
)

THIS = date(2026, 11, 23)
ASKED = Expectations(
    specialties={"建筑设计": 1, "结构工程": 2},
    minimum_level=4,
    minimum_level_name="副高级",
    term_years=3,
    term_citation="第十条",
    on=THIS,
)


def faults_of(**changes: object) -> list[tuple[str, str, str]]:
    """(code, column letter, heading) of the faults of one row, judged without a database."""
    cells = list(register_row(7, **changes).values())
    header = find_header([Sheet("名册", [["标题"], list(HEADINGS), cells])])
    (number, data), *_ = header.data_rows() or [(3, cells)]
    row = Judge(header, ASKED).judge(number, data)
    faults = [*row.faults, *UnitBook({}, {}).judge(row, header)]
    faults.sort(key=lambda fault: list(header.places).index(fault.key))
    return [(fault.code, fault.column, fault.heading) for fault in faults]


def check(rows, **workbook) -> PoolImport:
    committee = make_committee(specialties=["建筑设计", "结构工程"])
    return checked_import(committee, rows, by=make_user("clerk", committee.office), **workbook)


BORN_1975 = id_number(1, born=date(1975, 3, 8), male=True)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"姓名": None}, "missing", "B"),
        ({"姓名": "甲" * 51}, "too_long", "B"),
        ({"性别": "公"}, "not_understood", "C"),
        ({"性别": None}, "missing", "C"),
        ({"性别": "女"}, "gender_mismatch", "C"),
        ({"身份证号": None}, "missing", "D"),
        ({"身份证号": "44010619750308001"}, "id_length", "D"),
        ({"身份证号": 440106197503080019}, "id_as_number", "D"),
        ({"身份证号": "440106195003080019"}, "id_checksum", "D"),
        ({"身份证号": id_number(1, born=date(1940, 1, 1))}, "age", "D"),
        ({"身份证号": id_number(1, born=date(2010, 1, 1))}, "age", "D"),
        ({"手机": "1381234567"}, "not_understood", "E"),
        ({"手机": "23812345678"}, "not_understood", "E"),
        ({"手机": None}, "missing", "E"),
        ({"工作单位": None}, "missing", "F"),
        ({"工作单位": None, "统一社会信用代码": None}, "missing", "F"),
        ({"统一社会信用代码": None}, "missing", "G"),
        ({"统一社会信用代码": "11440000006939748X"}, "uscc", "G"),
        ({"统一社会信用代码": "114400000069397"}, "uscc", "G"),
        ({"职称": None}, "missing", "H"),
        ({"级别": "特级"}, "not_understood", "I"),
        ({"级别": "中级"}, "level_too_low", "I"),
        ({"取得日期": "2012年"}, "not_understood", "J"),
        ({"取得日期": date(2099, 1, 1)}, "in_future", "J"),
        ({"推荐专业": "量子烹饪"}, "unknown_specialty", "L"),
        ({"推荐专业": "建筑设计;量子烹饪"}, "unknown_specialty", "L"),
        ({"推荐专业": "；"}, "missing", "L"),
        ({"聘期止": date(2028, 4, 1)}, "term_too_long", "O"),
        ({"聘期止": date(2025, 4, 1)}, "term_backwards", "O"),
        ({"聘期起": "四月一日"}, "not_understood", "N"),
        ({"委员职务": "组长"}, "not_understood", "P"),
        ({"学历": "博学"}, "not_understood", "Q"),
        ({"邮箱": "not an address"}, "not_understood", "S"),
        ({"办公电话": "电话"}, "not_understood", "R"),
        ({"所在地区": None}, "missing", "T"),
        ({"状态": "在外"}, "not_understood", "U"),
        ({"备注": "字" * 501}, "too_long", "V"),
    ],
)
def test_one_fault_is_found_at_its_cell_and_no_other(
    changes: dict[str, object], code: str, place: str
) -> None:
    row: dict[str, object] = {"性别": "男", "身份证号": BORN_1975} | changes
    assert [(found[0], found[1]) for found in faults_of(**row)] == [(code, place)]


@pytest.mark.parametrize(
    "changes",
    [
        {"身份证号": BORN_1975.lower() if BORN_1975.endswith("X") else f" {BORN_1975}\u3000"},
        {"手机": 13812345678}, {"手机": "１３８１２３４５６７８"}, {"姓名": " 曾\u3000芳平 "},
        {"聘期起": "2026.4.1", "聘期止": "2029年3月31日"}, {"聘期起": "2026-04-01", "聘期止": "2029/3/31"},
        {"聘期起": 46113, "聘期止": 47208}, {"聘期起": date(2025, 3, 1), "聘期止": date(2028, 2, 29)},
        {"推荐专业": "建筑设计；结构工程"}, {"推荐专业": "建筑设计、结构工程"}, {"推荐专业": "建筑设计，结构工程"},
        {"学科组": None, "委员职务": None, "办公电话": None, "邮箱": None, "状态": None, "备注": None},
        {"学历": "博士研究生"}, {"学历": "大专"}, {"级别": "正高"}, {"状态": "在库"}, {"委员职务": "副主任"},
        {"办公电话": "020－83120000转8"}, {"姓名": "买买提·阿卜杜拉"}, {"姓名": "𠮷田"}, {"姓名": "Ann Lee"},
    ],
)  # fmt: skip
def test_what_only_looks_untidy_is_cleaned_and_taken(changes: dict[str, object]) -> None:
    assert faults_of(**({"性别": "男", "身份证号": BORN_1975} | changes)) == []


def test_every_bad_cell_of_a_row_is_told_at_once() -> None:
    found = faults_of(手机="138", 推荐专业="量子烹饪", 聘期止=date(2031, 1, 1), 学历=None)
    assert [heading for _, _, heading in found] == ["手机", "推荐专业", "聘期止", "学历"]


@pytest.mark.django_db
def test_the_second_of_two_equal_numbers_is_the_bad_one_and_nothing_is_said_about_its_gender() -> (
    None
):
    first = register_row(1)
    second = register_row(2, 身份证号=first["身份证号"])
    rows = {row.number: row for row in check([first, second]).rows.all()}
    assert rows[4].verdict == RowVerdict.ADD
    assert [fault["code"] for fault in rows[5].faults] == ["id_repeated"]
    assert "第 4 行" in rows[5].faults[0]["reason"]


@pytest.mark.django_db
def test_no_full_number_is_stored_in_a_message() -> None:
    row = register_row(1, 手机="1381234567", 姓名=f"张三{BORN_1975}")
    row["身份证号"] = str(row["身份证号"])[:-1] + "0"
    stored = check([row]).rows.get()
    text = f"{stored.name}{stored.id_masked}{stored.faults}{stored.changes}"
    assert str(row["身份证号"]) not in text
    assert "1381234567" not in text
    assert BORN_1975 not in text


@pytest.mark.django_db
def test_columns_may_stand_in_any_order_and_unknown_ones_are_named() -> None:
    headings = [*reversed(HEADINGS), "爱好", "联系地址"]
    rows = [register_row(1, 爱好="钓鱼", 联系地址="南江路")]
    found = check(rows, headings=headings, titles=5)
    assert found.summary["counts"]["ADD"] == 1
    assert found.summary["ignored"] == ["爱好", "联系地址"]
    assert found.summary["header_row"] == 6


@pytest.mark.django_db
def test_missing_columns_are_all_named() -> None:
    headings = [heading for heading in HEADINGS if heading not in ("手机", "聘期止")]
    found = check([register_row(1)], headings=headings)
    assert found.stage == PoolImport.Stage.REFUSED
    assert "手机、聘期止" in found.refusal


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [[], [{"备注": None}]])
def test_a_register_without_rows_is_refused_in_words(rows: list) -> None:
    found = check(rows)
    assert found.stage == PoolImport.Stage.REFUSED
    assert "没有数据行" in found.refusal


@pytest.mark.django_db
def test_a_sheet_without_header_is_refused_in_words() -> None:
    found = check(register_workbook([], headings=("甲", "乙", "丙")))
    assert "没有找到表头" in found.refusal


@pytest.mark.django_db
def test_a_unit_and_a_code_that_do_not_belong_together_are_bad() -> None:
    unit = make_unit("南江市建筑设计研究院")
    rows = [
        register_row(1, 工作单位=unit.name, 统一社会信用代码=unit.uscc),
        register_row(2, 工作单位="另一家设计院", 统一社会信用代码=unit.uscc),
        register_row(3, 工作单位=unit.name),
        register_row(4, 工作单位=unit.name, 统一社会信用代码=None),
        register_row(5, 工作单位=f" {unit.name}　", 统一社会信用代码=unit.uscc.lower()),
    ]
    verdicts = {row.number - 3: row for row in check(rows).rows.all()}
    assert [verdicts[n].verdict for n in range(1, 6)] == ["ADD", "BAD", "BAD", "ADD", "ADD"]
    assert verdicts[2].faults[0]["heading"] == "工作单位"
    assert verdicts[3].faults[0]["heading"] == "统一社会信用代码"


@pytest.mark.django_db
def test_a_number_registered_to_somebody_else_is_bad() -> None:
    committee = make_committee(specialties=["建筑设计"])
    clerk = make_user("clerk", committee.office)
    imported(committee, [register_row(1)], by=clerk)
    again = checked_import(committee, [register_row(1, 姓名="另一人")], by=clerk)
    assert [fault["code"] for fault in again.rows.get().faults] == ["id_of_another"]


@pytest.mark.django_db
def test_another_offices_expert_is_not_named_to_us() -> None:
    theirs = make_committee(specialties=["建筑设计"])
    imported(theirs, [register_row(1, 姓名="诸葛孔明")], by=make_user("clerk", theirs.office))
    ours = make_committee(specialties=["建筑设计"])
    found = checked_import(
        ours, [register_row(1, 姓名="另一人")], by=make_user("clerk", ours.office)
    )
    assert "诸葛" not in str(found.rows.get().faults)
    assert ImportRow.objects.get(pool_import=found).expert is None


@pytest.mark.django_db
def test_a_passport_needs_a_birth_date_and_no_check_digit() -> None:
    headings = [*HEADINGS, "证件类型", "出生日期"]
    rows = [
        register_row(1, 证件类型="护照", 身份证号="E12345678", 出生日期="1970.1.2"),
        register_row(2, 证件类型="护照", 身份证号="E12345679"),
        register_row(3, 证件类型="学生证"),
    ]
    found = {row.number - 3: row for row in check(rows, headings=headings).rows.all()}
    assert found[1].verdict == RowVerdict.ADD
    assert [fault["heading"] for fault in found[2].faults] == ["出生日期"]
    assert [fault["heading"] for fault in found[3].faults] == ["证件类型"]


@pytest.mark.django_db
def test_the_index_finds_a_number_however_it_was_typed() -> None:
    committee = make_committee(specialties=["建筑设计"])
    row = register_row(1)
    found = imported(committee, [row], by=make_user("clerk", committee.office)).rows.get()
    assert found.expert.id_index == id_index(str(row["身份证号"]))
