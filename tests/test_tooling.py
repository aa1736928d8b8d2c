"""The script `./run`, the locks, and the repository's own rules."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests import html, repository

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,]+\])?==")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "run", *arguments],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def in_run(script: str, *, path: str, home: Path) -> str:
    """What a snippet prints that is run with the functions of `./run` loaded."""
    result = subprocess.run(
        ["/bin/sh", "-c", f"set --; . ./run >/dev/null; {script}"],
        cwd=ROOT, env={"PATH": path, "HOME": str(home)}, capture_output=True, text=True,
    )  # fmt: skip
    return result.stdout.strip()


def fake_python(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_run_alone_lists_its_commands() -> None:
    result = run()
    assert result.returncode == 0
    for command in ("demo", "test", "check", "bench", "lock", "format", "manage"):
        assert f"./run {command}" in result.stdout


def test_an_unknown_command_is_refused_with_the_list() -> None:
    result = run("deploy")
    assert result.returncode == 1
    assert "there is no command deploy" in result.stderr
    assert "./run demo" in result.stdout


def test_a_taken_port_is_said_before_anything_is_built() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("demo", "--port", str(port))
    assert result.returncode == 1
    assert f"port {port} is taken" in result.stderr


@pytest.mark.parametrize("port", ["", "eight", "80 81", "-1"])
def test_a_port_that_is_no_number_is_refused(port: str) -> None:
    assert "--port wants a number" in run("demo", "--port", port).stderr


def test_a_dead_shim_and_an_old_python_are_skipped(tmp_path: Path) -> None:
    shims = tmp_path / "shims"
    fake_python(shims, "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    fake_python(shims, "python3.12", "echo 11")
    good = fake_python(tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin", "python3", "echo 12")
    found = in_run("find_python", path=f"{shims}:/bin", home=tmp_path)
    assert found == str(good)


def test_the_preferred_python_comes_first(tmp_path: Path) -> None:
    versions = tmp_path / ".pyenv" / "versions"
    fake_python(versions / "3.12.1" / "bin", "python3", "echo 12")
    good = fake_python(versions / "3.13.0" / "bin", "python3", "echo 13")
    shims = tmp_path / "shims"
    for minor in (12, 13, 14, 15):
        fake_python(shims, f"python3.{minor}", "exit 127")
    assert in_run("find_python", path=f"{shims}:/bin", home=tmp_path) == str(good)


def test_a_python_without_ensurepip_is_told_apart_from_none(tmp_path: Path) -> None:
    shims = tmp_path / "shims"
    fake_python(shims, "python3.13", "case $2 in *ensurepip*) exit 1;; esac; echo python3.13-venv")
    for minor in (12, 14, 15):
        fake_python(shims, f"python3.{minor}", "exit 127")
    path = f"{shims}:/bin"
    assert in_run("minor_of python3.13", path=path, home=tmp_path) == ""
    assert in_run("python_without_venv", path=path, home=tmp_path) == "python3.13-venv"


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_locked_package_is_pinned_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    for entry in entries:
        assert PIN.match(entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_both_locks_agree_on_versions() -> None:
    def versions(name: str) -> dict[str, str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return dict(line.split(" ")[0].split("==") for line in lines if PIN.match(line))

    runtime, dev = versions("runtime"), versions("dev")
    assert runtime.items() <= dev.items()


def test_every_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    for name in ("runtime", "dev"):
        for line in (ROOT / "requirements" / f"{name}.in").read_text().splitlines():
            if line and not line.startswith(("#", "-")):
                package = re.split(r"[\[<>=]", line)[0]
                assert f"| {package.lower()}" in page, package


def test_the_repository_holds_nothing_forbidden() -> None:
    found = subprocess.run(
        [sys.executable, "tests/repository.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


def test_the_repository_check_finds_what_it_forbids() -> None:
    page = Path("docs/page.md")
    assert repository.faults(page, "see /" + "root/.bashrc")
    assert repository.faults(page, "TO" + "DO later")
    assert repository.faults(Path("mingqian/web/utils.py"), "")
    assert not repository.faults(page, "see docs/operations.md and http://127.0.0.1:8000/")


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<div><p>one<p>two<ul><li>a<li>b</ul></div>", None),
        ("<table><tr><td>1<td>2<tr><td>3</table>", None),
        ("<svg><path d='M0'/><use href='#a'/></svg><br><img alt='' src='a.png'>", None),
        ("<label for='a'>A</label><input id='a'>", None),
        ("<div><span></div></span>", "</div> where <span>"),
        ("<div>", "never closed"),
        ("<i id='a'></i><b id='a'></b>", "stands twice"),
        ("<form><form></form></form>", "<form> inside <form>"),
        ("<a href='/'><button>x</button></a>", "<button> inside <a>"),
        ("<ul><div></div></ul>", "directly inside <ul>"),
        ("<label for='b'>B</label><input id='a'>", "labels nothing"),
        ("<img src='a.png'>", "without alt"),
        ("<div class='a' class='b'></div>", "twice"),
    ],
)
def test_the_judge_of_pages_finds_what_browsers_mend_silently(page: str, fault: str | None) -> None:
    found = html.faults(page)
    assert (not found) if fault is None else any(fault in line for line in found), found
