"""Every interpreter, hash seed and order of the pool gives the same bytes of the same draw.

This interpreter is always asked, as is any other ``python3.12`` to ``python3.14`` on the path that
can import what is NEEDED: numpy, highspy, hypothesis and cryptography. Others are named by
FAIRDRAW_PYTHONS, separated as in PATH. An environment for one is made once by
``python3.14 -m venv DIR && DIR/bin/pip install NEEDED``; then:

    FAIRDRAW_PYTHONS=DIR/bin/python ./run test tests/fairdraw/test_same_everywhere.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from fairdraw import Pool
from tests.fairdraw.fingerprint import fingerprint
from tests.fairdraw.invented import whole_draw
from tests.fairdraw.make_vectors import problems

ROOT = Path(__file__).resolve().parents[2]
HASH_SEEDS = ("0", "1", "77", "random")
PROGRAM = "from tests.fairdraw.fingerprint import fingerprint; print(fingerprint({order}))"


@cache
def others() -> tuple[str, ...]:
    """Further interpreters that can solve."""
    named = [name for name in os.environ.get("FAIRDRAW_PYTHONS", "").split(os.pathsep) if name]
    found = [shutil.which(f"python3.{minor}") for minor in (12, 13, 14)]
    can = []
    for python in dict.fromkeys([*named, *filter(None, found)]):
        if Path(python).resolve() != Path(sys.executable).resolve() or python in named:
            done = subprocess.run(
                [python, "-c", "import cryptography, highspy, hypothesis, numpy"],
                capture_output=True,
            )
            assert done.returncode == 0 or python not in named, f"{python} cannot solve"
            if done.returncode == 0:
                can.append(python)
    return tuple(can)


def asked(python: str, hash_seed: str, order: int) -> str:
    """The fingerprint by another process."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    program = PROGRAM.format(order=order)
    done = subprocess.run(
        [python, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def here() -> str:
    return fingerprint(0)


@pytest.mark.parametrize(("order", "hash_seed"), list(enumerate(HASH_SEEDS, 1)))
def test_this_interpreter_gives_the_same_bytes(order: int, hash_seed: str, here: str) -> None:
    assert asked(sys.executable, hash_seed, order) == here


def test_so_does_every_other_that_is_there(here: str) -> None:
    found = {
        (python, hash_seed): asked(python, hash_seed, order)
        for python in others()
        for order, hash_seed in enumerate(HASH_SEEDS, 1)
    }
    assert set(found.values()) <= {here}


def test_a_pool_with_another_person_gives_others(here: str) -> None:
    """The fingerprint is of the bytes, not of something that never changes."""
    pool, plan = problems()["strata"]
    less = Pool(list(pool.candidates)[:-1], profile=pool.profile)
    assert whole_draw(less, plan).data != whole_draw(pool, plan).data
    assert len(here) == 64
