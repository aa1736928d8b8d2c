"""The published vectors: accepted, reproduced to the byte, on every hash seed and old Python."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fairdraw import verify as verifier
from fairdraw.vectors import primitives, recomputed
from fairdraw.verify import verify
from tests.fairdraw.make_vectors import FOLDER

NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "primitives")
SOURCE = Path(verifier.__file__)
ROOT = SOURCE.parent.parent


def known_hash(name: str) -> None:
    """Skip SM3 where this Python lacks it."""
    if name == "gm":
        try:
            verifier.hashlib.new("sm3")
        except ValueError:
            pytest.skip("this Python does not offer SM3")


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_accepted(name: str) -> None:
    known_hash(name)
    report = verify((FOLDER / f"{name}.json").read_bytes())
    assert all(check.ok for check in report.checks)


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_reproduced_to_the_byte(name: str) -> None:
    known_hash(name)
    data = (FOLDER / f"{name}.json").read_bytes()
    assert recomputed(data) == data


def test_the_hashes_of_small_inputs_are_as_published() -> None:
    assert primitives() == json.loads((FOLDER / "primitives.json").read_text())


PROGRAM = """
import hashlib, sys
from tests.fairdraw.invented import mixed_pool, plan_of, whole_draw
from tests.fairdraw.make_vectors import problems
pool = mixed_pool(150, strata=5, employers=14)
made = whole_draw(pool, plan_of({f"s{s}": (3, 2) for s in range(5)}, employer_cap=2))
print(hashlib.sha256(made.data).hexdigest())
for name in ("quotas", "ceiling", "crossing"):
    print(hashlib.sha256(whole_draw(*problems()[name]).data).hexdigest())
"""


def test_every_process_and_hash_seed_gives_the_same_bytes() -> None:
    found = set()
    for hash_seed in ("0", "1", "77", "random"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_the_verifier_is_one_file_of_the_standard_library() -> None:
    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert "fairdraw" not in imported


def test_the_verifier_stays_short_enough_to_be_read() -> None:
    """Every line of the file counts: comments, words of two languages, blank ones."""
    assert len(SOURCE.read_text().splitlines()) <= 1800


def test_the_verifier_is_formatted_and_checked_like_everything_else() -> None:
    assert not re.search(r"fmt: *off|mypy: *disable|ruff: *noqa|type: *ignore", SOURCE.read_text())
    assert (
        "verify.py"
        not in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["format"][
            "exclude"
        ]
    )


def old_pythons() -> list[str]:
    """Interpreters of this machine that really run, the oldest first."""
    names = [f"python3.{minor}" for minor in range(8, 12)]
    places = sorted((Path.home() / ".pyenv" / "versions").glob("3.[89]*/bin/python"))
    found = [shutil.which(name) for name in names] + [str(path) for path in places]
    works = []
    for path in dict.fromkeys(path for path in found if path):
        done = subprocess.run([path, "-c", "pass"], capture_output=True)
        if done.returncode == 0:
            works.append(path)
    return works[:2]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_verifier_runs_by_itself(language: str, tmp_path: Path) -> None:
    alone = tmp_path / "judge.py"
    alone.write_bytes(SOURCE.read_bytes())
    good = FOLDER / "flow.json"
    bad = tmp_path / "bad.json"
    bad.write_bytes(good.read_bytes().replace(b'"rank":2', b'"rank":3', 1))
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{")
    for python in [sys.executable, *old_pythons()]:
        for path, status in ((good, 0), (bad, 1), (broken, 2)):
            done = subprocess.run(
                [python, "-I", str(alone), f"--lang={language}", str(path)],
                capture_output=True,
                cwd=tmp_path,
                env={"PYTHONIOENCODING": "utf-8"},
            )
            assert done.returncode == status, done.stderr.decode()
            if path != broken:
                assert done.stdout.decode().count("\n") >= 15


def test_damaged_vectors_are_refused() -> None:
    for name in ("strata", "groups"):
        data = (FOLDER / f"{name}.json").read_bytes()
        for position in range(0, len(data), 61):
            changed = bytearray(data)
            changed[position] ^= 1
            assert not verify(bytes(changed)).ok
