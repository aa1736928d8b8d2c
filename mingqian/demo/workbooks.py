"""Pool workbooks as an office hands them over: two title rows, the usual columns, and a few slips."""

from __future__ import annotations

import dataclasses
import datetime as dt
from io import BytesIO
from typing import Any

import xlsxwriter

from .people import ExpertStory
from .places import CommitteeStory

COLUMNS = (
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "手机",
    "工作单位",
    "统一社会信用代码",
    "职称",
    "级别",
    "取得日期",
    "从事专业",
    "推荐专业",
    "学科组",
    "聘期起",
    "聘期止",
    "委员职务",
    "学历",
    "办公电话",
    "邮箱",
    "所在地区",
    "状态",
    "备注",
)


def pool_workbook(story: CommitteeStory, people: list[ExpertStory], *, year: int) -> bytes:
    """The committee's register for `year` as an .xlsx file."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, f"{story.name}评委库名册({year}年)")
    sheet.merge_range(1, 0, 1, len(COLUMNS) - 1, f"填报单位(盖章):          填报日期:{year}年3月")
    sheet.write_row(2, 0, COLUMNS)
    for serial, expert in enumerate(people, start=1):
        for column, value in enumerate(_cells(serial, expert)):
            if isinstance(value, dt.date):
                sheet.write_datetime(serial + 2, column, dt.datetime.combine(value, dt.time()), day)
            elif value is not None:
                sheet.write(serial + 2, column, value)
    book.close()
    return stream.getvalue()


def _cells(serial: int, expert: ExpertStory) -> list[object]:
    return [
        serial,
        expert.name,
        expert.gender,
        expert.id_number,
        expert.mobile,
        expert.unit.name if expert.unit else None,
        expert.unit.uscc if expert.unit else None,
        expert.title,
        expert.level,
        expert.title_on,
        expert.field,
        ";".join(expert.specialties),
        expert.group,
        expert.term_from,
        expert.term_to,
        expert.duty,
        expert.education,
        expert.phone,
        expert.email,
        expert.unit.city if expert.unit else None,
        expert.status,
        None,
    ]


def with_slips(people: list[ExpertStory]) -> list[ExpertStory]:
    """The same people with the slips a typist makes, one of each kind, at fixed places."""
    marred = list(people)

    def mar(row: int, **changes: Any) -> None:
        marred[row] = dataclasses.replace(marred[row], **changes)

    number = people[37].id_number
    mar(37, id_number=number[:-1] + ("1" if number[-1] != "1" else "2"))
    mar(67, specialties=("量子烹饪",))
    mar(141, mobile=people[141].mobile[:-1])
    mar(164, id_number=people[12].id_number, gender=people[12].gender)
    mar(197, term_to=people[197].term_from.replace(year=people[197].term_from.year + 4))
    mar(252, unit=None)
    mar(293, gender="女" if people[293].gender == "男" else "男")
    # Slips that the import mends by itself.
    mar(60, mobile="".join(chr(ord(digit) + 0xFEE0) for digit in people[60].mobile))
    mar(138, name=f" {people[138].name[0]}\u3000{people[138].name[1:]} ")
    return marred
