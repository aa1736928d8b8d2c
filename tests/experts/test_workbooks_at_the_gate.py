"""What is no harmless workbook is refused before it is opened, or dies alone in its own process."""

from __future__ import annotations

import zipfile
from io import BytesIO
from time import monotonic

import pytest

from mingqian.experts.register.gate import MOST_BYTES, RefusedWorkbook, check_workbook
from mingqian.experts.register.sheet import UnreadableWorkbook, read_sheets
from tests.factories.experts import register_row, register_workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)


PACKAGE = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData></worksheet>"


def archive(**parts: bytes | str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return stream.getvalue()


def workbook_with(sheet: bytes | str) -> bytes:
    """A workbook complete but for what stands in its only sheet."""
    return archive(**{
        "[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": PACKAGE, "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": sheet,
    })  # fmt: skip


def test_the_hand_made_workbook_can_be_read() -> None:
    """The control of the tests below: what they refuse is refused for its content."""
    content = workbook_with(f'{SHEET}<row r="1"><c r="A1"><v>7</v></c></row>{END}')
    assert read_sheets(content)[0].rows == [[7.0]]


@pytest.mark.parametrize(
    ("filename", "content", "words"),
    [
        ("a.xlsx", b"", "空的"),
        ("a.xlsx", b"not a workbook", "不是 Excel 工作簿"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "不是 Excel 工作簿"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), ".xls"),
        ("a.doc", OLE + bytes(600), "不是 Excel 工作簿"),
        ("a.xlsx", b"PK\x03\x04 broken", "损坏"),
        ("a.xlsx", archive(**{"readme.txt": "hello"}), "没有工作簿"),
        ("a.xlsb", archive(**{"xl/workbook.bin": "x"}), "xlsx"),
        ("a.xlsx", archive(**{"xl/workbook.bin": "x"}), ".xlsb"),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(filename: str, content: bytes, words: str) -> None:
    with pytest.raises(RefusedWorkbook, match=words):
        check_workbook(filename, content)


def test_a_good_register_passes() -> None:
    check_workbook("名册.XLSX", register_workbook([register_row(1)]))


def test_another_extension_is_refused_even_with_good_content() -> None:
    with pytest.raises(RefusedWorkbook, match=r"\.xlsx"):
        check_workbook("名册.zip", register_workbook([register_row(1)]))


def test_more_than_the_limit_is_refused_at_once() -> None:
    started = monotonic()
    with pytest.raises(RefusedWorkbook, match="超过 20 MB"):
        check_workbook("a.xlsx", bytes(MOST_BYTES + 1))
    assert monotonic() - started < 2


def test_a_bomb_by_its_own_directory_is_refused_unopened() -> None:
    bomb = workbook_with(bytes(300 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    started = monotonic()
    with pytest.raises(RefusedWorkbook, match="异常庞大"):
        check_workbook("a.xlsx", bomb)
    assert monotonic() - started < 2


def test_an_archive_of_thousands_of_parts_is_refused() -> None:
    parts = {"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": WORKBOOK}
    many = archive(**parts, **{f"xl/{number}.xml": "" for number in range(3000)})
    with pytest.raises(RefusedWorkbook, match="异常庞大"):
        check_workbook("a.xlsx", many)


def test_a_directory_that_lies_about_sizes_harms_nothing() -> None:
    """The declared size says a few bytes; the data unpacks to 360 MB of cells."""
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>' + "甲" * 30_000 + "</t></is></c></row>"
    sheet = (SHEET + "".join(row.format(number) for number in range(1, 4001)) + END).encode()
    honest = workbook_with(sheet)
    lying = honest.replace(len(sheet).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    check_workbook("a.xlsx", lying)
    with pytest.raises(UnreadableWorkbook):
        read_sheets(lying)


def test_one_cell_in_the_farthest_corner_harms_nothing() -> None:
    """Seventeen thousand million cells, said in a hundred bytes: the parser's process dies, we do not."""
    content = workbook_with(
        f'{SHEET}<row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>{END}'
    )
    check_workbook("a.xlsx", content)
    started = monotonic()
    with pytest.raises(UnreadableWorkbook):
        read_sheets(content)
    assert monotonic() - started < 30
    assert read_sheets(register_workbook([register_row(1)]))[0].name == "名册"


def test_more_rows_than_an_office_has_experts_are_refused() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_102))
    with pytest.raises(UnreadableWorkbook, match="20,000 行"):
        read_sheets(workbook_with(SHEET + rows + END))


@pytest.mark.parametrize("sheet", ["", "<worksheet", "<?xml version='1.0'?><html/>", "\x00" * 50])
def test_a_broken_sheet_is_refused_or_empty(sheet: str) -> None:
    try:
        sheets = read_sheets(workbook_with(sheet))
    except UnreadableWorkbook:
        return
    assert all(not one.rows for one in sheets)


def test_a_hidden_sheet_is_not_read() -> None:
    hidden = WORKBOOK.replace("<sheet ", '<sheet state="hidden" ')
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        for name, part in {
            "[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": PACKAGE, "xl/workbook.xml": hidden,
            "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": SHEET + END,
        }.items():  # fmt: skip
            book.writestr(name, part)
    assert read_sheets(stream.getvalue()) == []
