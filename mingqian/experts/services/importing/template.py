"""An empty register to fill in: headings, the choices of each column, one made-up example."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from mingqian.committees.models import Committee, TitleGrade
from mingqian.committees.queries import specialties_of

from ...models import Education, MemberDuty
from ...register.columns import COLUMNS

ROWS = 2000
EXAMPLE = {
    "serial": "例",
    "name": "（示例，导入前请删除本行）",
    "gender": "男",
    "id_number": "18 位身份证号",
    "mobile": "11 位手机号",
    "unit_name": "单位全称",
    "uscc": "18 位统一社会信用代码",
    "title_name": "高级工程师",
    "title_level": "副高级",
    "title_date": "2012-06-01",
    "field": "建筑设计",
    "group_name": "第一组",
    "term_from": "2026-04-01",
    "term_to": "2029-03-31",
    "duty": "委员",
    "education": "大学本科",
    "phone": "020-83120000",
    "email": "zhang@example.cn",
    "region_name": "南江市",
    "status": "正常",
}
OMITTED = {"id_type", "birth_date", "department", "post", "title_cert_no", "degree"}


def register_template(committee: Committee) -> bytes:
    """An .xlsx whose columns are those the import reads, with the committee's specialties to choose from."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("名册")
    title = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    head = book.add_format({"bold": True, "bg_color": "#EAF1FB", "border": 1, "align": "center"})
    needed = book.add_format(
        {
            "bold": True,
            "bg_color": "#EAF1FB",
            "border": 1,
            "align": "center",
            "font_color": "#C0281F",
        }
    )
    text = book.add_format({"num_format": "@"})
    faint = book.add_format({"num_format": "@", "font_color": "#8A94A3", "italic": True})
    columns = [column for column in COLUMNS if column.key not in OMITTED]
    specialties = [specialty.name for specialty in specialties_of(committee)]
    sheet.merge_range(0, 0, 0, len(columns) - 1, f"{committee.name}评委库名册", title)
    choices = {
        "gender": ["男", "女"],
        "title_level": [
            label for value, label in TitleGrade.choices if value >= committee.minimum_level
        ],
        "duty": list(MemberDuty.labels),
        "education": list(Education.labels),
        "status": ["正常", "暂停", "离库"],
    }
    for place, column in enumerate(columns):
        sheet.write_string(1, place, column.heading, needed if column.required else head)
        # Text format keeps Excel from turning long numbers into 4.4E+17.
        sheet.set_column(
            place, place, 20 if column.key in ("id_number", "uscc", "unit_name") else 13, text
        )
        example = (
            specialties[0]
            if column.key == "specialties" and specialties
            else EXAMPLE.get(column.key, "")
        )
        sheet.write_string(2, place, example, faint)
        if column.key in choices:
            sheet.data_validation(
                2, place, ROWS, place, {"validate": "list", "source": choices[column.key]}
            )
    sheet.freeze_panes(2, 2)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 110)
    lines = [
        "红字的栏目必须填写；栏目顺序可以调换，多出来的栏目不读取。",
        "身份证号、手机、统一社会信用代码请按文本填写；日期写到日，例如 2026-04-01。",
        "推荐专业可填多个，用分号隔开，第一个为主评专业。本评委会的评审专业：",
        *specialties,
    ]
    for line, words in enumerate(lines):
        notes.write_string(line, 0, words)
    book.close()
    return stream.getvalue()
