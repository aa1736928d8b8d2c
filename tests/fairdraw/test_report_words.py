"""What the verifier prints: nothing from a file steers the terminal, and a pipe may close."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairdraw import verify as verifier
from fairdraw.verify import CLOSED_PIPE, lines, main, printable, verify
from tests.fairdraw.mutations import vector

SCRIPT = Path(verifier.__file__)


def test_what_a_file_says_cannot_steer_the_terminal() -> None:
    said = "\x1b[2J 1 ok\nevery step fits\u202e\x85\u2028"
    data = json.dumps({"format": said}).encode()
    report = verify(data)
    assert report.checks[0].found == said
    told = "\n".join(lines(report))
    shown = r"\u001b[2J 1 ok\u000aevery step fits\u202e\u0085\u2028"
    assert f"the file says: {shown}\n" in told
    assert "every step fits" not in told.splitlines()


def test_words_of_any_language_are_printed_as_they_are() -> None:
    said = "评委　Zoë\u00a0x 🎲"
    assert printable(said) == said


@pytest.mark.parametrize(
    ("language", "last"),
    [
        ("en", "this Python has no SM3: use the page, or another Python"),
        ("zh", "本机 Python 不支持 SM3，请改用核验网页或另一版本的 Python"),
    ],
)
def test_a_python_without_sm3_does_not_call_the_file_forged(
    language: str, last: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    new = hashlib.new

    def without(name: str, *rest: Any) -> Any:
        if name == "sm3":
            raise ValueError("unsupported hash type")
        return new(name, *rest)

    monkeypatch.setattr(hashlib, "new", without)
    report = verify(vector("gm"))
    assert (report.ok, report.readable) == (False, False)
    assert not [check for check in report.checks if check.ok is False]
    file = tmp_path / "gm.json"
    file.write_bytes(vector("gm"))
    assert main([f"--lang={language}", str(file)]) == 2
    assert capsys.readouterr().out.splitlines()[-1] == last


MODULE = ["-m", "fairdraw"]


@pytest.mark.parametrize(
    "command",
    [
        [str(SCRIPT), "--chances"],
        [*MODULE, "verify"],
        [*MODULE, "explain", "--chances"],
    ],
)
def test_a_reader_that_has_seen_enough_ends_it_quietly(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "strata.json"
    file.write_bytes(vector("strata"))
    run = subprocess.Popen(
        [sys.executable, *command, str(file)],
        cwd=SCRIPT.parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait() == CLOSED_PIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [[str(SCRIPT)], [*MODULE, "verify"]])
def test_a_full_disk_is_told_and_is_no_verdict(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "strata.json"
    file.write_bytes(vector("strata"))
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, *command, str(file)],
            cwd=SCRIPT.parents[1],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 2
    assert run.stderr.endswith(f": {os.strerror(errno.ENOSPC)}\n")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [[str(SCRIPT)], [*MODULE, "verify"]])
@pytest.mark.parametrize(("change", "status"), [((b"", b""), 0), ((b'"rank":2', b'"rank":3'), 1)])
def test_without_any_output_the_status_still_tells_the_verdict(
    command: list[str], change: tuple[bytes, bytes], status: int, tmp_path: Path
) -> None:
    file = tmp_path / "strata.json"
    file.write_bytes(vector("strata").replace(*change, 1))
    script = '"$@" >&-'
    run = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, *command, str(file)],
        cwd=SCRIPT.parents[1],
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (run.returncode, run.stderr) == (status, b"")
