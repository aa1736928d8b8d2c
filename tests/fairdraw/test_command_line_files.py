"""Files that are no pool and no plan: each refused by name, and none can use up the memory."""

from __future__ import annotations

import os
import resource
import time
import zipfile
from pathlib import Path

import pytest

from fairdraw.cli import workbook
from tests.fairdraw.test_command_line import PLAN, POOL, run

CHINESE = "id,employer,strata\n张三,城建集团,roads\n"
BAD_BYTES = [
    ("row 2: the file is not UTF-8", "looks like GBK", CHINESE.encode("gbk")),
    ("is not UTF-8", "looks like UTF-16", CHINESE.encode("utf-16")),
    ("row 3: the file contains a zero byte", "", b"id,employer,strata\na,b,roads\nc\0,d,roads\n"),
    ("is not UTF-8", "looks like no text", bytes(range(256)) * 4),
    ("no column 'id'", "", b""),
    ("no column 'id'", "", b"\xef\xbb\xbf"),
    ("more than 1000 columns", "", b",".join(b"c%d" % n for n in range(10**6))),
    ("no readable CSV", "", b'id,employer,strata\n"' + b"x" * 200_000 + b'",e,roads\n'),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "pool.csv").write_text(POOL)
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path


def refused(files: Path, capsys: pytest.CaptureFixture[str], name: str = "pool.csv") -> str:
    paths = ["--pool", str(files / name)] if name != "plan.toml" else []
    assert run(files, "trial", *paths) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert name in told
    return told


@pytest.mark.parametrize(("message", "hint", "data"), BAD_BYTES)
def test_bytes_that_are_no_table(
    files: Path, capsys: pytest.CaptureFixture[str], message: str, hint: str, data: bytes
) -> None:
    (files / "pool.csv").write_bytes(data)
    told = refused(files, capsys)
    assert message in told
    assert hint in told


@pytest.mark.parametrize("name", ["pool.csv", "plan.toml", "pool.xlsx"])
def test_what_is_no_file_at_all(files: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = files / name
    path.unlink(missing_ok=True)
    assert "cannot be read" in refused(files, capsys, name)
    path.mkdir()
    assert "cannot be read: this is no file" in refused(files, capsys, name)
    path.rmdir()
    os.mkfifo(path)
    assert "cannot be read: this is no file" in refused(files, capsys, name)


def test_a_file_that_may_not_be_read(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "cannot be read: Permission denied" in refused(files, capsys, "plan.toml")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("group_caps must be a table", "group_caps = 3\n" + PLAN),
        ("group_cap must be a whole number", "[group_cap]\ng = 1\n" + PLAN),
        ("say the same", "group_cap = 1\n" + PLAN + "[group_caps]\ng = 1\n"),
        ("labels must be a table", "labels = ['ab']\n" + PLAN),
        ("title must be text", "title = 5\n" + PLAN.replace('title = "Review 2026"', "")),
        ("must be a list", PLAN + "[[quota]]\ncategory = 'x'\nvalues = 'ab'\n"),
        ("no readable TOML", "x = " + "[" * 100_000),
        ("nested too deeply", "title = " + "[" * 5000 + "]" * 5000 + PLAN.lstrip()),
        ("too long a number", "group_cap = " + "9" * 5000 + PLAN),
        ("a key of too many parts", ".".join("a" * 20_000) + " = 1\n" + PLAN),
        ("a key of too many parts", "labels = {x = 1, 'a' . " + "b. " * 20 + 'c = ""}\n' + PLAN),
        ("larger than 4194304 bytes", "#" * 2**22 + PLAN),
        ("must be a table", PLAN + "[[kept]]\nid = 'a'\nvalues = 3\n"),
        ("must be text", PLAN + "[[kept]]\nid = 7\n"),
    ],
)
def test_plans_whose_fields_are_of_another_kind(
    files: Path, capsys: pytest.CaptureFixture[str], message: str, text: str
) -> None:
    (files / "plan.toml").write_text(text)
    before = time.process_time()
    assert message in refused(files, capsys, "plan.toml")
    assert time.process_time() - before < 2


def test_dots_in_texts_are_no_keys(files: Path) -> None:
    (files / "plan.toml").write_text(PLAN.replace("Review", "a" + ".b" * 90))
    assert run(files, "trial") == 0


def test_one_id_in_two_encodings_is_one_person(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = (files / "pool.csv").read_text()
    (files / "pool.csv").write_text(pool + "é,Port,roads,,\ne\u0301,Dock,roads,,\n")
    assert "row 13: 'é' stands in the pool twice" in refused(files, capsys)
    (files / "pool.csv").write_text(pool + "é,Port,roads,,\n")
    # A member who sits already is left out of the draw, however the name was typed.
    member = "[[designated]]\nid = 'e\u0301'\nemployer = 'Port'\nstratum = 'roads'\n"
    (files / "plan.toml").write_text(PLAN + member)
    assert run(files, "trial") == 2
    assert "is a member already" in capsys.readouterr().err


def test_a_workbook_that_is_none(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("python_calamine")
    book = files / "pool.xlsx"
    for data in (b"", b"no zip", b"PK\x03\x04" + bytes(100)):
        book.write_bytes(data)
        assert "no readable workbook" in refused(files, capsys, "pool.xlsx")
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "no readable workbook" in refused(files, capsys, "pool.xlsx")


def test_a_workbook_that_unpacks_to_more_than_it_may(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("python_calamine")
    with zipfile.ZipFile(files / "pool.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3 * 2**20))
    monkeypatch.setattr(workbook, "LARGEST_FILE", 2**20)
    assert "more than 1048576 bytes or cells" in refused(files, capsys, "pool.xlsx")


def test_one_cell_far_out_is_no_table_of_millions(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("python_calamine")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(files / "pool.xlsx"))
    sheet = book.add_worksheet()
    for column, text in enumerate(["id", "employer", "strata"]):
        sheet.write(0, column, text)
    sheet.write(1_048_575, 16_383, "stray")
    book.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "bytes or cells" in refused(files, capsys, "pool.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
