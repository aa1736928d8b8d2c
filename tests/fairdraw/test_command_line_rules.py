"""The command line with quotas, a ceiling, workbooks, JSON, vectors and supplements."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import xlsxwriter

from fairdraw import Plan, Pool, Solution, transcript
from fairdraw.__main__ import main
from fairdraw.cli import outlook
from fairdraw.verify import verify
from tests.fairdraw.make_vectors import FOLDER
from tests.fairdraw.test_command_line import NONCES, PLAN, POOL, run

VALUED = """id,employer,strata,excluded,value:sex
Ann,City Works,roads,,f
Ben,City Works,roads;bridges,,m
Cy,Rail,roads;bridges,,m
Dan,Rail,bridges,,m
Fay,Dock,roads,,f
Gil,Dock,roads,,m
Hal,Port,bridges,,m
Ida,Port,bridges,,f
Jo,Univ,roads,,f
"""
QUOTA = """
ceiling = 1.5
[[quota]]
category = "sex"
values = ["f"]
low = 1
high = 2
[[designated]]
id = "Chair"
employer = "Univ"
values = { sex = "m" }
"""


@pytest.fixture
def valued(tmp_path: Path) -> Path:
    (tmp_path / "pool.csv").write_text(VALUED)
    top, rest = QUOTA.split("\n[[", 1)
    (tmp_path / "plan.toml").write_text(top + PLAN.replace("_cap = 1", "_cap = 2") + "[[" + rest)
    return tmp_path


def test_quotas_and_a_ceiling_are_drawn_and_explained(
    valued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = valued / "t.json"
    assert run(valued, "draw", *NONCES, "--out", str(out), "--plain-ids") == 0
    told = capsys.readouterr().out
    assert "mode     L" in told
    assert "equally likely panels" in told
    assert "nobody's chance may exceed" in told
    document = transcript.load(out.read_bytes())
    assert document["plan"]["ceiling"] == [3, 2]
    assert document["plan"]["designated"][0]["values"] == [["sex", "m"]]
    assert main(["verify", str(out)]) == 0
    assert main(["explain", str(out), "--chances"]) == 0
    assert "chance of every eligible person" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["strata", "flow", "open", "quotas", "ceiling", "gm"])
def test_a_transcript_is_explained_as_its_solution_would_be(name: str) -> None:
    data = (FOLDER / f"{name}.json").read_bytes()
    document = transcript.load(data)
    pool = Pool.from_records(document["pool"]["records"], profile=document["profile"])
    solution = Solution.from_record(pool, Plan.from_record(document["plan"]), document["lottery"])
    report = verify(data)
    assert report.ok
    assert outlook.of_transcript(document, report) == outlook.of_solution(pool, solution)


def test_results_for_programs(valued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(valued, "trial", "--json", "--plain-ids") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["feasible"]
    assert facts["mode"] == "L"
    assert len(facts["panel"]) == 3
    out = valued / "t.json"
    run(valued, "draw", *NONCES, "--out", str(out), "--plain-ids")
    capsys.readouterr()
    gone = transcript.load(out.read_bytes())["panel"][0]["id"]
    assert main(["explain", str(out), "--json", "--chances", "--declined", gone]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["substitutions"][0]["vacated"] == gone
    assert all(len(fraction) == 2 for fraction in facts["chances"].values())
    text = (valued / "plan.toml").read_text()
    (valued / "plan.toml").write_text(text.replace("low = 1", "low = 3").replace("high = 2", ""))
    (valued / "pool.csv").write_text(VALUED.replace(",f", ",m", 3))
    assert run(valued, "trial", "--json", "--plain-ids") == 1
    facts = json.loads(capsys.readouterr().out)
    assert not facts["feasible"]
    assert facts["quota_shortages"][0]["short"] == 2


def test_a_quota_that_cannot_be_kept_is_explained_in_words(
    valued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (valued / "pool.csv").write_text(VALUED.replace(",f", ",m"))
    assert run(valued, "trial") == 1
    told = capsys.readouterr().out
    assert "quota 1: 0 of 1 among the primary seats" in told
    assert "LOWER_QUOTA" in told


@pytest.mark.parametrize(
    ("message", "before", "after"),
    [
        ("quota 1: values is missing", 'values = ["f"]', ""),
        ("must be a list", 'values = ["f"]', 'values = "f"'),
        ("names no value", 'values = ["f"]', "values = []"),
        ("'quota 1: least' is no known field", "low = 1", "least = 1"),
        ("nobody can keep it", "low = 1", "low = 3"),
        ("more people than the 3 seats", "low = 1\nhigh = 2", "low = 4"),
        ("at least 1, not 0.5", "1.5", "0.5"),
        ("a number such as 1.5", "1.5", "nan"),
        ("a number such as 1.5", "1.5", "true"),
        ("no stratum is in a group", "low = 1", 'low = 1\ngroup = "x"'),
        ("has no value for 'age'", '"sex"\n', '"age"\n'),
    ],
)
def test_a_bad_quota_is_refused_with_its_place(
    valued: Path, capsys: pytest.CaptureFixture[str], message: str, before: str, after: str
) -> None:
    path = valued / "plan.toml"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    assert run(valued, "trial", "--plain-ids") == 2
    assert message in capsys.readouterr().err


def test_somebody_without_a_value_is_named(
    valued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (valued / "pool.csv").write_text(VALUED.replace("Fay,Dock,roads,,f", "Fay,Dock,roads,,"))
    assert run(valued, "trial", "--plain-ids") == 2
    assert "'Fay' has no value for 'sex'" in capsys.readouterr().err


def write_workbook(path: Path, text: str) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, line in enumerate(text.splitlines()):
        for column, cell in enumerate(line.split(",")):
            sheet.write(number, column, int(cell) if cell.isdigit() else cell)
    sheet.set_column(9, 9, 30)
    book.close()


def test_a_pool_may_be_a_workbook(valued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_workbook(valued / "pool.xlsx", VALUED.replace("Ann", "17"))
    paths = ["--pool", str(valued / "pool.xlsx"), "--plan", str(valued / "plan.toml")]
    assert main(["trial", *paths, "--json", "--plain-ids"]) == 0
    by_workbook = json.loads(capsys.readouterr().out)
    (valued / "pool.csv").write_text(VALUED.replace("Ann", "17"))
    assert run(valued, "trial", "--json", "--plain-ids") == 0
    assert json.loads(capsys.readouterr().out) == by_workbook


def test_a_workbook_that_cannot_be_read_is_refused(
    valued: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = valued / "pool.xlsx"
    arguments = ["trial", "--pool", str(path), "--plan", str(valued / "plan.toml")]
    assert main(arguments) == 2
    assert "cannot be read" in capsys.readouterr().err
    path.write_bytes(b"PK no workbook")
    assert main(arguments) == 2
    assert "no readable workbook" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert main(arguments) == 2
    assert "pip install python-calamine" in capsys.readouterr().err


def test_vectors_are_checked_and_drawn_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("strata", "quotas", "primitives"):
        shutil.copy(FOLDER / f"{name}.json", tmp_path)
    assert main(["vectors", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("ok") == 3
    changed = (tmp_path / "strata.json").read_bytes().replace(b'"rank":1', b'"rank":2', 1)
    (tmp_path / "strata.json").write_bytes(changed)
    assert main(["vectors", str(tmp_path)]) == 1
    assert "differs strata.json: step 12 ALTERNATES" in capsys.readouterr().out
    assert main(["vectors", str(tmp_path), "--write"]) == 0
    assert main(["vectors", str(tmp_path)]) == 0
    assert main(["vectors", str(tmp_path / "nothing")]) == 2


def test_a_supplement_binds_what_went_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = tmp_path, tmp_path / "t.json"
    (files / "pool.csv").write_text(POOL)
    (files / "plan.toml").write_text(PLAN)
    bound = ["--previous", "1" * 64, "--abandoned", "2" * 64, "--plain-ids", "--out", str(out)]
    assert run(files, "draw", *NONCES, *bound, "--refused", "Ann") == 2
    assert "could still be drawn" in capsys.readouterr().err
    text = POOL.replace("Ann,City Works,roads,,", "Ann,City Works,roads,REFUSED,")
    (files / "pool.csv").write_text(text)
    assert run(files, "draw", *NONCES, *bound, "--refused", "Ann") == 0
    document = transcript.load(out.read_bytes())
    assert (document["attempt"], document["abandoned"]) == (2, ["2" * 64])
    assert document["refusals"] == ["Ann"]
    assert main(["verify", str(out)]) == 0


def test_long_work_tells_how_far_it_is_when_somebody_looks(
    valued: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(valued, "trial") == 0
    assert "solving" not in capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run(valued, "trial") == 0
    told = capsys.readouterr().err
    assert "solving:  " in told
    assert told.endswith(" \r")
