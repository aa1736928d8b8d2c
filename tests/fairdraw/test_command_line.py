"""The command line: what it prints, its exit status, and that bad input never ends in a traceback."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairdraw import transcript
from fairdraw.__main__ import main

POOL = """id,employer,strata,excluded,value:region
Ann,City Works,roads,,north
Ben,City Works,roads;bridges,,
Cy,Rail,roads;bridges,,
Dan,Rail,bridges,,
Fay,Dock,roads,,
Gil,Dock,roads,,
Hal,Port,bridges,,
Ida,Port,bridges,,
Jo,Univ,roads,,
Eve,,bridges,DATA_MISSING;LEVEL,
"""
PLAN = """
title = "Review 2026"
employer_cap = 1
[[stratum]]
id = "roads"
primary = 2
alternate = 1
[[stratum]]
id = "bridges"
primary = 1
alternate = 1
"""
NONCES = ["--nonce", "office=" + "ab" * 16, "--nonce", "observer=" + "cd" * 32]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "pool.csv").write_text("\ufeff" + POOL)
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    paths = ["--pool", str(folder / "pool.csv"), "--plan", str(folder / "plan.toml")]
    return main([arguments[0], *paths, *arguments[1:]])


def test_a_draw_is_written_verified_and_explained(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = files / "t.json"
    assert run(files, "draw", *NONCES, "--out", str(out), "--trials", "2") == 0
    told = capsys.readouterr().out
    assert "primaries:" in told
    assert "Both contributions were made by this computer" not in told
    assert main(["verify", str(out)]) == 0
    assert "every step fits" in capsys.readouterr().out
    assert main(["verify", str(out), "--lang", "zh"]) == 0
    assert "全部相符" in capsys.readouterr().out
    assert main(["explain", str(out), "--chances"]) == 0
    assert "1/3 = 33.33%" in capsys.readouterr().out
    document = transcript.load(out.read_bytes())
    assert document["trials"] == 2
    assert "Ann" not in out.read_text()


def test_names_lead_back_only_through_the_private_table(files: Path) -> None:
    out = files / "t.json"
    assert run(files, "draw", "--out", str(out)) == 0
    with (files / "t.json.keys.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} >= {"Ann", "Eve"}
    published = {record["id"] for record in transcript.load(out.read_bytes())["pool"]["records"]}
    assert {row["published"] for row in rows} == published


def test_without_contributions_the_computer_makes_two_and_says_so(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, "draw", "--out", str(files / "t.json"), "--plain-ids") == 0
    told = capsys.readouterr().out
    assert "made by this computer" in told
    assert "Ann" in (files / "t.json").read_text()


def test_a_trial_says_that_it_is_one(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "trial", "--number", "3") == 0
    assert "TRIAL 3" in capsys.readouterr().out


def test_who_enters_for_whom_is_explained(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = files / "t.json"
    run(files, "draw", *NONCES, "--out", str(out), "--plain-ids")
    panel = transcript.load(out.read_bytes())["panel"]
    capsys.readouterr()
    assert main(["explain", str(out), "--declined", panel[0]["id"]]) == 0
    assert f"{panel[0]['id']} -> " in capsys.readouterr().out
    assert main(["explain", str(out), "--declined", "nobody"]) == 2


def test_a_plan_that_cannot_be_filled_is_diagnosed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "plan.toml").write_text(PLAN.replace("primary = 1", "primary = 4"))
    assert run(files, "trial") == 1
    told = capsys.readouterr().out
    assert "bridges" in told
    assert "FEWER_SEATS" in told
    assert "tried out" in told


def test_a_changed_transcript_fails_with_status_one(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = files / "t.json"
    run(files, "draw", *NONCES, "--out", str(out))
    out.write_bytes(out.read_bytes().replace(b'"rank":1', b'"rank":2', 1))
    capsys.readouterr()
    assert main(["verify", str(out)]) == 1
    assert "do not trust this file" in capsys.readouterr().out
    assert main(["explain", str(out)]) == 1
    out.write_bytes(b"no json")
    assert main(["verify", str(out)]) == 2


BAD_POOLS = [
    ("no column 'strata'", "id,employer\nAnn,x\n"),
    ("no known column", POOL.replace("excluded", "exclude")),
    ("row 2: the row has 2 cells", "id,employer,strata\nAnn,x\n"),
    ("row 3: 'Ann' stands in the pool twice", "id,employer,strata\nAnn,x,roads\nAnn,y,roads\n"),
    ("row 2: id is empty", "id,employer,strata\n,x,roads\n"),
    ("row 2: 'lazy' is no exclusion code", "id,employer,strata,excluded\nAnn,x,roads,lazy\n"),
    ("row 2: id contains control characters", "id,employer,strata\nA\tnn,x,roads\n"),
    ("stands there twice", "id,id,employer,strata\n"),
    ("no readable CSV", 'id,employer,strata\n"Ann,x,roads\n'),
    ("has no employer", POOL.replace("Ann,City Works", "Ann,")),
    ("no column 'id'", ""),
]


@pytest.mark.parametrize(("message", "text"), BAD_POOLS)
def test_a_bad_pool_is_refused_with_its_row(
    files: Path, capsys: pytest.CaptureFixture[str], message: str, text: str
) -> None:
    (files / "pool.csv").write_text(text)
    assert run(files, "trial", "--plain-ids") == 2
    assert message in capsys.readouterr().err


BAD_PLANS = [
    ("no readable TOML", "title = "),
    ("no stratum", "title = 'x'"),
    ("'employercap' is no known field", "employercap = 2\n" + PLAN),
    ("stratum 1: primry", PLAN.replace("primary", "primry", 1)),
    ("stratum 1: id is missing", "[[stratum]]\nprimary = 1\n"),
    ("must be a whole number", PLAN.replace("primary = 2", "primary = 2.5")),
    ("must lie between 0", PLAN.replace("primary = 2", "primary = -2")),
    ("must lie between 0", PLAN.replace("primary = 2", "primary = 99999999999999999999")),
    ("must lie between 1", PLAN.replace("employer_cap = 1", "employer_cap = 0")),
    ("named twice", PLAN.replace('"bridges"', '"roads"')),
    ("must be a table", "stratum = 3"),
    ("no primary seat", PLAN.replace("primary = 2", "").replace("primary = 1", "")),
]


@pytest.mark.parametrize(("message", "text"), BAD_PLANS)
def test_a_bad_plan_is_refused_with_its_field(
    files: Path, capsys: pytest.CaptureFixture[str], message: str, text: str
) -> None:
    (files / "plan.toml").write_text(text)
    assert run(files, "trial") == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "nonces",
    [
        ["office=" + "ab" * 16],
        ["office=" + "ab" * 15, "server=" + "cd" * 16],
        ["office=" + "ab" * 65, "server=" + "cd" * 16],
        ["office=" + "ab" * 16, "server=" + "ab" * 16],
        ["office=xyz", "server=" + "cd" * 16],
        ["office", "server=" + "cd" * 16],
        ["OFFICE=" + "ab" * 16, "server=" + "cd" * 16],
        ["office=" + "ab" * 16, "office=" + "cd" * 16],
        ["office=", "server=" + "cd" * 16],
    ],
)
def test_bad_contributions_are_refused(
    files: Path, capsys: pytest.CaptureFixture[str], nonces: list[str]
) -> None:
    arguments = [part for nonce in nonces for part in ("--nonce", nonce)]
    assert run(files, "draw", *arguments, "--out", str(files / "t.json")) == 2
    assert capsys.readouterr().err.strip()
    assert not (files / "t.json").exists()


def test_files_that_are_missing_or_no_text_are_refused(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "pool.csv").write_bytes(b"id,employer,strata\n\xff\xfe,x,y\n")
    assert run(files, "trial") == 2
    assert "not UTF-8" in capsys.readouterr().err
    (files / "pool.csv").unlink()
    assert run(files, "trial") == 2
    assert main(["verify", str(files / "nothing.json")]) == 2


def test_help_teaches_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert "id,employer,strata,excluded" in told
    assert "[[stratum]]" in told


def test_texts_cannot_make_a_line_say_what_it_does_not(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mark that turns the direction of writing is shown, in words, in results and in refusals."""
    turned = "Ann\u202eyM\u2066"
    (files / "pool.csv").write_text(POOL.replace("Ann,City Works", f"{turned},City Works"))
    plan = PLAN.replace('"roads"', '"ro\u202eads"')
    out = str(files / "t.json")
    for text in (plan, PLAN.replace('"roads"', '"ro\u202e\u2029"'), PLAN):
        (files / "plan.toml").write_text(text)
        run(files, "trial")
        run(files, "trial", "--json")
    assert run(files, "draw", *NONCES, "--plain-ids", "--out", out) == 0
    main(["explain", out, "--chances"])
    main(["explain", out, "--chances", "--json"])
    assert main(["explain", out, "--declined", "x\u202ey\x1b"]) == 2
    told = capsys.readouterr()
    assert "Ann\\u202eyM\\u2066" in told.out
    assert "ro\\u202eads" in told.out
    assert "x\\u202ey\\u001b was not drawn" in told.err
    assert (told.out + told.err).replace("\n", "").isprintable()
