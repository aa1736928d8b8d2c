"""Experts, registers and the workbooks they come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from itertools import count

from openpyxl import Workbook

from mingqian.accounts.models import User
from mingqian.committees.models import Committee
from mingqian.experts.idnumber import check_digit
from mingqian.experts.models import Expert, PoolImport, PoolMembership
from mingqian.experts.services import import_pool, start_import
from mingqian.experts.services.importing import check_import

from .committees import credit_code

HEADINGS = (
    "序号", "姓名", "性别", "身份证号", "手机", "工作单位", "统一社会信用代码", "职称", "级别", "取得日期", "从事专业",
    "推荐专业", "学科组", "聘期起", "聘期止", "委员职务", "学历", "办公电话", "邮箱", "所在地区", "状态", "备注",
)  # fmt: skip
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂"
_serial = count(1)

Row = dict[str, object]


def id_number(serial: int, *, born: date = date(1975, 3, 8), male: bool = True) -> str:
    """A valid identity number; the serial differs below 500 for one birth date and gender."""
    body = f"440106{born:%Y%m%d}{(serial % 500) * 2 + (1 if male else 0):03d}"
    return body + check_digit(body)


def register_row(
    serial: int, *, specialties: Sequence[str] = ("建筑设计",), **changes: object
) -> Row:
    """A row without fault: heading → cell."""
    born = date(1965 + serial // 500 % 20, 1 + serial // 10_000 % 12, 8)
    male = serial % 2 == 1
    row: Row = {
        "序号": serial,
        "姓名": SURNAMES[serial % 20] + GIVEN[serial // 20 % 20] + GIVEN[serial // 400 % 20],
        "性别": "男" if male else "女",
        "身份证号": id_number(serial, born=born, male=male),
        "手机": f"138{serial:08d}",
        "工作单位": f"南江第{serial % 30}设计院",
        "统一社会信用代码": credit_code(90_000_000 + serial % 30),
        "职称": "高级工程师",
        "级别": "副高级",
        "取得日期": date(2012, 6, 1),
        "从事专业": specialties[0],
        "推荐专业": ";".join(specialties),
        "学科组": "第一组",
        "聘期起": date(2025, 4, 1),
        "聘期止": date(2028, 3, 31),
        "委员职务": "委员",
        "学历": "大学本科",
        "办公电话": f"020-8312{serial % 10_000:04d}",
        "邮箱": f"zj{serial}@example.cn",
        "所在地区": "南江市",
        "状态": "正常",
        "备注": None,
    }
    return row | changes


def register_workbook(
    rows: Sequence[Row], *, headings: Sequence[str] = HEADINGS, titles: int = 2, sheet: str = "名册"
) -> bytes:
    """The rows as an .xlsx with title rows above its header."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for number in range(titles):
        page.append([f"评委库名册 第 {number + 1} 行标题"])
    page.append(list(headings))
    for row in rows:
        page.append([row.get(heading) for heading in headings])
    for cells in page.iter_rows():
        for cell in cells:
            if cell.data_type == "f":
                # Formula-looking text is to arrive as text.
                cell.data_type = "s"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def checked_import(
    committee: Committee, rows: Sequence[Row] | bytes, *, by: User, **workbook: object
) -> PoolImport:
    """A register uploaded and dry-run, as the job does it."""
    content = rows if isinstance(rows, bytes) else register_workbook(rows, **workbook)  # type: ignore[arg-type]
    pool_import = start_import(committee=committee, filename="名册.xlsx", content=content, by=by)
    return check_import(pool_import)


def imported(committee: Committee, rows: Sequence[Row], *, by: User) -> PoolImport:
    """A register imported whole."""
    return import_pool(checked_import(committee, rows, by=by), by=by)


def make_member(
    committee: Committee, *, by: User | None = None, **changes: object
) -> PoolMembership:
    """One expert in a committee's pool, entered through a register of one row (headings as keys)."""
    return make_members(committee, 1, by=by, **changes)[0]


def make_members(
    committee: Committee, number: int, *, by: User | None = None, **changes: object
) -> list[PoolMembership]:
    """So many experts in a pool. `changes` apply to every row."""
    from .accounts import make_user

    by = by or make_user("clerk", committee.office)
    first = committee.specialties.order_by("code").first()
    assert first is not None
    serials = [next(_serial) for _ in range(number)]
    rows = [register_row(serial, specialties=[first.name], **changes) for serial in serials]
    imported(committee, rows, by=by)
    numbers = [str(row["身份证号"]) for row in rows]
    from mingqian.experts.sealing import id_index

    order = {id_index(text): place for place, text in enumerate(numbers)}
    members = PoolMembership.objects.filter(
        committee=committee, expert__id_index__in=order
    ).select_related("expert", "committee")
    return sorted(members, key=lambda member: order[member.expert.id_index])


def make_expert(committee: Committee, *, by: User | None = None, **changes: object) -> Expert:
    """The expert of `make_member`."""
    return make_member(committee, by=by, **changes).expert
