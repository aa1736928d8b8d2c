"""The columns of a register, by the names offices give them, and where its header row stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .sheet import Cell, Sheet

HEADER_SEARCH_ROWS = 30


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in code, its proper heading, other headings in use, whether it must be there."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = False


COLUMNS = (
    Column("serial", "序号", ("编号", "行号")),
    Column("name", "姓名", ("专家姓名", "评委姓名"), required=True),
    Column("gender", "性别", required=True),
    Column("id_type", "证件类型"),
    Column("id_number", "身份证号", ("身份证号码", "身份证", "证件号码", "证件号"), required=True),
    Column("birth_date", "出生日期", ("出生年月日",)),
    Column("mobile", "手机", ("手机号", "手机号码", "移动电话", "联系手机"), required=True),
    Column("unit_name", "工作单位", ("单位", "单位名称", "所在单位"), required=True),
    Column("uscc", "统一社会信用代码", ("社会信用代码", "单位代码", "信用代码"), required=True),
    Column("department", "部门", ("所在部门",)),
    Column("post", "行政职务"),
    Column("title_name", "职称", ("职称名称", "专业技术职称"), required=True),
    Column("title_level", "级别", ("职称级别",), required=True),
    Column("title_date", "取得日期", ("职称取得日期", "取得时间"), required=True),
    Column("title_cert_no", "证书号", ("职称证书号", "证书编号")),
    Column("field", "从事专业", ("现从事专业",), required=True),
    Column("specialties", "推荐专业", ("评审专业", "推荐评审专业"), required=True),
    Column("group_name", "学科组", ("专业组",)),
    Column("term_from", "聘期起", ("聘期开始", "聘任开始日期", "聘期起始"), required=True),
    Column("term_to", "聘期止", ("聘期结束", "聘任结束日期", "聘期终止"), required=True),
    Column("duty", "委员职务", ("评委会职务",)),
    Column("education", "学历", required=True),
    Column("degree", "学位"),
    Column("phone", "办公电话", ("固定电话", "固话")),
    Column("email", "邮箱", ("电子邮箱", "电子邮件")),
    Column("region_name", "所在地区", ("地区", "所在地"), required=True),
    Column("status", "状态", ("在库状态",)),
    Column("note", "备注", ("说明",)),
)
BY_KEY = {column.key: column for column in COLUMNS}
_BY_HEADING = {
    heading: column for column in COLUMNS for heading in (column.heading, *column.aliases)
}


class HeaderNotFound(Exception):
    """No header row, or one with columns missing; the text says which."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table stands: `row` and `places` count from 0."""

    sheet: Sheet
    row: int
    places: dict[str, int]
    headings: dict[str, str]
    ignored: list[str] = field(default_factory=list)

    def letter(self, key: str) -> str:
        """The column's letter as the spreadsheet shows it."""
        return column_letter(self.places[key])

    def data_rows(self) -> list[tuple[int, list[Cell]]]:
        """(row number as the spreadsheet shows it, cells) of each row below the header that holds anything."""
        rows = enumerate(self.sheet.rows[self.row + 1 :], start=self.row + 2)
        own = set(self.places.values()) - {self.places.get("serial", -1)}
        return [
            (number, cells) for number, cells in rows if any(_holds(cells, place) for place in own)
        ]


def _holds(cells: list[Cell], place: int) -> bool:
    if place >= len(cells) or cells[place] is None:
        return False
    cell = cells[place]
    return bool(cell.strip()) if isinstance(cell, str) else True


def column_letter(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _heading(cell: Cell) -> str:
    """A heading without blanks, required marks and remarks in brackets."""
    text = re.sub(r"[\s*＊\u3000]+", "", cell) if isinstance(cell, str) else ""
    return re.sub(r"[(（].*?[)）]$", "", text)


def find_header(sheets: list[Sheet]) -> Header:
    """The first row, of any sheet, that names the columns. Raises HeaderNotFound naming what is missing."""
    best: Header | None = None
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:HEADER_SEARCH_ROWS]):
            places: dict[str, int] = {}
            headings: dict[str, str] = {}
            ignored = []
            for place, cell in enumerate(row):
                text = _heading(cell)
                column = _BY_HEADING.get(text)
                if column is not None and column.key not in places:
                    places[column.key] = place
                    headings[column.key] = text
                elif text:
                    ignored.append(text[:30])
            if len(places) >= 3 and (best is None or len(places) > len(best.places)):
                best = Header(sheet, number, places, headings, ignored)
    if best is None:
        raise HeaderNotFound(
            "没有找到表头。请保留写有「姓名、身份证号、工作单位」等栏目名称的一行，或下载模板填写。"
        )
    missing = [
        column.heading for column in COLUMNS if column.required and column.key not in best.places
    ]
    if missing:
        raise HeaderNotFound(
            f"工作表「{best.sheet.name}」第 {best.row + 1} 行的表头缺少 {len(missing)} 栏：{'、'.join(missing)}。"
            "请补上这些栏目后再上传。"
        )
    return best
