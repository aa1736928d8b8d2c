"""The examples of the documentation run as they stand."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import fairdraw
from fairdraw.__main__ import EXAMPLE, main
from fairdraw.cli.messages import SENTENCES
from fairdraw.verify import STEPS

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.S)


def test_the_python_examples_run_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for block in blocks("fairdraw.md", "python"):
        exec(compile(block, "docs/fairdraw.md", "exec"), names)
    told = capsys.readouterr().out
    assert "every step fits" in told
    assert "UNIT_AVOID" in told


def test_the_shell_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (pool,), (plan,) = blocks("fairdraw.md", "csv"), blocks("fairdraw.md", "toml")
    (tmp_path / "pool.csv").write_text(pool)
    (tmp_path / "plan.toml").write_text(plan)
    monkeypatch.chdir(tmp_path)
    (script,) = blocks("fairdraw.md", "sh")
    for command in script.replace("\\\n", " ").splitlines():
        words = shlex.split(command, comments=True)
        assert words[:3] == ["python", "-m", "fairdraw"]
        assert main(words[3:]) == 0
    assert "every step fits" in capsys.readouterr().out


def test_the_formats_in_the_help_are_those_that_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [
        "\n".join(line[4:] for line in part.splitlines() if line.startswith("    "))
        for part in re.split(r"(?m)^\S.*:$", EXAMPLE)
    ]
    (tmp_path / "pool.csv").write_text(parts[1])
    (tmp_path / "plan.toml").write_text(parts[2].split("python -m")[0])
    paths = ["--pool", str(tmp_path / "pool.csv"), "--plan", str(tmp_path / "plan.toml")]
    # Three people cannot fill seven seats: read, understood, and told why.
    assert main(["trial", *paths]) == 1
    assert "roads" in capsys.readouterr().out


def test_the_protocol_page_names_every_step_of_the_verifier() -> None:
    page = (DOCS / "draw-protocol.md").read_text()
    assert all(f"`{step}`" in page for step in STEPS)


def raised_codes() -> Iterator[str]:
    """Every code in a ``FairdrawError(...)`` of the engine, and those of its kinds."""
    yield from ("ALTERNATES_UNDECIDED", "INFEASIBLE")
    for path in Path(fairdraw.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FairdrawError":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value)
                else:
                    # Anything else hands on the code of another error.
                    assert ast.unparse(code) == "error.code", path


def test_every_sentence_has_what_it_names() -> None:
    """Where a code is raised with parameters written there, its sentence asks for no others."""
    for path in Path(fairdraw.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "FairdrawError":
                continue
            given = {keyword.arg for keyword in node.keywords}
            if isinstance(node.args[0], ast.Constant) and None not in given:
                text = SENTENCES[str(node.args[0].value)]
                named = {name for _, name, _, _ in Formatter().parse(text) if name}
                assert named <= given, (path, node.lineno)


def test_every_error_code_is_documented_with_its_meaning() -> None:
    page = (DOCS / "fairdraw.md").read_text()
    table = page[page.index("## Errors") : page.index("## Choosing the mode")]
    rows = dict(re.findall(r"(?m)^\| `([A-Z0-9_]+)` \| (.+) \|$", table))
    assert set(rows) == set(raised_codes()) == set(SENTENCES)
    assert list(rows) == sorted(rows)
    for code, meaning in rows.items():
        assert meaning == re.sub(r"{([a-z]+)(![a-z])?}", r"*\1*", SENTENCES[code])
