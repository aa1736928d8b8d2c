"""Freezing and drawing in two steps, and how files are written."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

from fairdraw import nonce_commitment, transcript
from fairdraw.__main__ import main
from fairdraw.cli import ceremony, writing
from fairdraw.errors import FairdrawError
from fairdraw.seed import Program
from tests.fairdraw.test_command_line import NONCES, PLAN, POOL, run

SECRETS = {"office": bytes(range(16)), "observer": bytes(range(50, 90))}
COMMITMENTS = [f"{party}={nonce_commitment(nonce)}" for party, nonce in SECRETS.items()]
SHOWN = [f"{party}={nonce.hex()}" for party, nonce in SECRETS.items()]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "pool.csv").write_text(POOL)
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path


def freeze(files: Path, *more: str) -> int:
    out = str(files / "frozen.json")
    return run(files, "freeze", "--out", out, *more, "--commitments", *COMMITMENTS)


def draw(files: Path, *more: str, shown: list[str] = SHOWN) -> int:
    paths = ["--frozen", str(files / "frozen.json"), "--out", str(files / "t.json")]
    return main(["draw", *paths, *more, "--nonces", *shown])


def test_what_is_frozen_is_drawn_as_it_was_published(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert freeze(files, "--trials", "3") == 0
    published = capsys.readouterr().out
    # The people may change after that: what is drawn does not.
    (files / "pool.csv").write_text("nothing")
    assert draw(files) == 0
    told = capsys.readouterr().out
    assert "in one step" not in told
    assert "Dan" in told or "Ben" in told or "Cy" in told or "Hal" in told or "Ida" in told
    document = transcript.load((files / "t.json").read_bytes())
    assert document["commit"] in published
    assert document["pool"]["root"] in published
    assert document["trials"] == 3
    assert "Ann" not in (files / "t.json").read_text() + (files / "frozen.json").read_text()
    assert main(["verify", str(files / "t.json")]) == 0


def test_names_are_left_out_without_the_private_table(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(files)
    (files / "frozen.json.keys.csv").rename(files / "elsewhere.csv")
    capsys.readouterr()
    assert draw(files) == 0
    names = {line.split(",")[0] for line in POOL.splitlines()[1:]}
    told = capsys.readouterr().out
    assert not any(f"  {name}\n" in told for name in names)
    assert draw(files, "--force", "--keys", str(files / "elsewhere.csv")) == 0
    told = capsys.readouterr().out
    assert any(f"  {name}\n" in told for name in names)
    (files / "elsewhere.csv").write_text("id,salt\n")
    assert draw(files, "--force", "--keys", str(files / "elsewhere.csv")) == 2
    assert "no table of names" in capsys.readouterr().err


def test_a_contribution_that_was_not_committed_to_is_refused(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(files)
    for shown in (SHOWN[:1], [SHOWN[0], "observer=" + "ab" * 16], [*SHOWN, "third=" + "ab" * 16]):
        assert draw(files, shown=shown) == 2
        assert capsys.readouterr().err
    assert draw(files, shown=[SHOWN[0], "observer=secret"]) == 2
    assert "secret" not in capsys.readouterr().err
    assert not (files / "t.json").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pool", []),
        ("plan", {}),
        ("lottery", {}),
        ("lottery", {"mode": "L"}),
        ("commitment", {}),
        ("profile", "md5"),
        ("profile", "gm"),
        ("format", "fairdraw/2"),
        ("more", 1),
    ],
)
def test_a_frozen_file_that_was_changed_is_refused(
    files: Path, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    freeze(files)
    record = json.loads((files / "frozen.json").read_bytes())
    (files / "frozen.json").write_text(json.dumps({**record, field: value}))
    assert draw(files) == 2
    assert "frozen.json: " in capsys.readouterr().err


def test_another_pool_in_a_frozen_file_does_not_fit_the_commitment(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(files)
    record = json.loads((files / "frozen.json").read_bytes())
    record["pool"][0]["exclusions"] = [["AGE", "0" * 64]]
    (files / "frozen.json").write_text(json.dumps(record))
    assert draw(files) == 2
    assert "do not belong together" in capsys.readouterr().err


def test_what_was_fixed_cannot_be_given_again(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(files)
    assert draw(files, "--trials", "2") == 2
    assert "--trials" in capsys.readouterr().err
    assert main(["draw", "--pool", str(files / "pool.csv")]) == 2
    assert "--plan" in capsys.readouterr().err


def test_another_program_does_not_draw_what_was_frozen(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(files)
    other = Program("fairdraw", "9", "0" * 64)
    monkeypatch.setattr(ceremony, "this_program", lambda profile: other)
    assert draw(files) == 2
    assert "another version" in capsys.readouterr().err


def test_one_step_says_what_it_lacks(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "draw", *NONCES, "--out", str(files / "t.json")) == 0
    assert "in one step" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["t.json", "t.json.keys.csv"])
def test_no_file_is_written_over_unasked(
    files: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (files / name).write_text("precious")
    arguments = ["draw", *NONCES, "--out", str(files / "t.json")]
    before = sorted(files.iterdir())
    assert run(files, *arguments) == 2
    assert f"{name}: there is such a file already" in capsys.readouterr().err
    assert (files / name).read_text() == "precious"
    assert sorted(files.iterdir()) == before
    assert run(files, *arguments, "--force") == 0
    assert (files / name).read_text() != "precious"


def test_an_interruption_leaves_nothing_half_written(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(files.iterdir())

    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    assert run(files, "draw", *NONCES, "--out", str(files / "t.json")) == 130
    assert sorted(files.iterdir()) == before


def test_the_private_table_is_for_its_owner_alone(files: Path) -> None:
    freeze(files)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in files.glob("frozen*")}
    assert modes["frozen.json.keys.csv"] == 0o600
    assert modes["frozen.json"] & 0o044


def test_where_nothing_can_be_written_is_said_before_the_work(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (files, files / "nowhere" / "t.json"):
        assert run(files, "draw", *NONCES, "--out", str(out)) == 2
        assert "cannot be written" in capsys.readouterr().err


def test_a_file_system_without_links_is_written_to_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    writing.write_files({tmp_path / "a": b"1"})
    assert (tmp_path / "a").read_bytes() == b"1"
    with pytest.raises(FairdrawError, match="FILE_EXISTS"):
        writing.write_files({tmp_path / "a": b"2"})
    with pytest.raises(FairdrawError, match="FILE_NAMED_TWICE"):
        writing.check_free(tmp_path / "b", tmp_path / "." / "b")


COMMANDS = ["nonce", "freeze", "draw", "trial", "verify", "explain", "vectors"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"python -m fairdraw {command}" in capsys.readouterr().out


@pytest.mark.parametrize("force", [False, True])
def test_of_two_files_both_are_written_or_none(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], force: bool
) -> None:
    out = files / "t.json"
    if force:
        assert run(files, "draw", *NONCES, "--out", str(out)) == 0
    before = {path: path.read_bytes() for path in files.iterdir()}
    put = writing._put

    def full(draft: Path, path: Path, force: bool) -> None:
        # By then the names have their place.
        if path == out:
            assert path.with_name("t.json.keys.csv").read_bytes() != before.get(path, b"")
            raise FairdrawError("FILE_UNWRITABLE", file=str(path), reason="the disk is full")
        put(draft, path, force)

    monkeypatch.setattr(writing, "_put", full)
    assert run(files, "draw", *NONCES, "--out", str(out), *["--force"] * force) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in files.iterdir()} == before


def test_numbers_come_from_files_or_a_question_and_are_never_repeated(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = {party: files / f"{party}.txt" for party in SECRETS}
    for path in numbers.values():
        assert main(["nonce", "--out", str(path)]) == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        told = capsys.readouterr().out
        assert path.read_text().strip() not in told
        assert path.with_name(f"{path.name}.commitment").read_text() in told
        assert main(["nonce", "--out", str(path)]) == 2
    promised = [f"{party}=@{path}.commitment" for party, path in numbers.items()]
    out = ["--out", str(files / "frozen.json"), "--commitments", *promised]
    assert run(files, "freeze", *out) == 0
    shown = [f"{party}=@{path}" for party, path in numbers.items()]
    assert draw(files, shown=shown) == 0
    first = (files / "t.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.StringIO(numbers["office"].read_text()))
    assert draw(files, "--force", shown=["office=-", shown[1]]) == 0
    typed = iter([numbers["office"].read_text()])
    monkeypatch.setattr(ceremony, "getpass", lambda question: next(typed))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert draw(files, "--force", shown=["office=-", shown[1]]) == 0
    assert (files / "t.json").read_bytes() == first
    capsys.readouterr()
    number = SHOWN[0].removeprefix("office=")
    for wrong, message in (
        (number, "PARTY=VALUE"),
        (f"office=@{files / 'none'}", "cannot be read"),
    ):
        assert draw(files, "--force", shown=[wrong, shown[1]]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert number not in told
