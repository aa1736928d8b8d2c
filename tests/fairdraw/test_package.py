"""The engine as others install it: one wheel that stands on its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import fairdraw

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [UV, "build", "--quiet", "--offline", "--wheel", "--out-dir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_engine_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        (about,) = (name for name in names if name.endswith("/METADATA"))
        metadata = Parser().parsestr(archive.read(about).decode())
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "fairdraw").rglob("*.py")}
    assert {name for name in names if ".dist-info/" not in name} == sources | {"fairdraw/py.typed"}
    assert (metadata["Name"], metadata["Version"]) == ("fairdraw", fairdraw.__version__)
    needs = {need for need in metadata.get_all("Requires-Dist", []) if "extra" not in need}
    assert needs == {"highspy", "numpy"}


def test_an_unpacked_wheel_verifies_and_explains_with_the_standard_library_alone(
    wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    file = ROOT / "tests/fairdraw/vectors/quotas.json"
    # -S: without site-packages, so neither numpy nor highspy can be found.
    command = [sys.executable, "-S", "-m", "fairdraw", "verify", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every step fits" in done.stdout
    for more in (["nonce"], ["explain", str(file)]):
        told = subprocess.run([*command[:4], *more], cwd=tmp_path, capture_output=True, text=True)
        assert (told.returncode, told.stderr) == (0, "")
    assert "equally likely panels" in told.stdout
