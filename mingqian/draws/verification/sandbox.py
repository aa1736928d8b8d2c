"""Run the public verifier on a file from anybody, with little memory and little time.

`judge` is called by the system; it runs this very file as a script, which loads the one-file verifier,
reads the transcript from standard input and writes the report as JSON. A hostile file costs one dead child.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LARGEST = 20 * 1024 * 1024
MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 30
AT_ONCE = 2
LENGTH_BYTES = 8
PATIENCE_SECONDS = 8

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(RuntimeError):
    """Too many files are being judged at this moment."""


class TookTooLong(RuntimeError):
    """The file could not be judged within the limits; it is none of ours."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verifier's report: whether all fits, whether the file could be read, its steps, its facts."""

    ok: bool
    readable: bool
    checks: list[dict[str, Any]]
    facts: dict[str, Any]


def verifier_path() -> Path:
    """Where the one-file verifier lies; found without loading the engine."""
    spec = find_spec("fairdraw")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "verify.py"


def judge(data: bytes, previous: bytes = b"") -> Judgement:
    """Judge a transcript by its bytes, with the transcript of the draw before it if there is one at hand.

    Raises Busy, TookTooLong.
    """
    command = [sys.executable, "-I", str(Path(__file__)), str(verifier_path())]
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        done = subprocess.run(
            command,
            input=len(data).to_bytes(LENGTH_BYTES, "big") + data + previous,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TookTooLong from None
    finally:
        _places.release()
    if done.returncode != 0:
        raise TookTooLong
    return Judgement(**json.loads(done.stdout))


def _limit_this_process() -> None:
    import contextlib
    import resource

    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        # Some systems do not know a limit; the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


# What a page says of the draw besides the verifier's own facts; shown only as far as it is short.
SAID = ("attempt", "digest", "metadata", "previous", "profile", "program", "trials")


def _said(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
        said = {name: document.get(name) for name in SAID}
        said["parties"] = [party["id"] for party in document["parties"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return said


def judgement_from(report: Any, data: bytes) -> Judgement:
    """The verifier's own report on these bytes as a judgement."""
    return Judgement(
        report.ok,
        report.readable,
        [vars(check) for check in report.checks],
        report.facts | {"said": _said(data)},
    )


def split(sent: bytes) -> tuple[bytes, bytes]:
    """The transcript and the one before it, as the child is given them."""
    end = LENGTH_BYTES + int.from_bytes(sent[:LENGTH_BYTES], "big")
    return sent[LENGTH_BYTES:end], sent[end:]


def main() -> None:
    """The child: transcript in, report out."""
    _limit_this_process()
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("verifier", sys.argv[1])
    assert spec is not None
    assert spec.loader is not None
    verifier = module_from_spec(spec)
    sys.modules["verifier"] = verifier
    spec.loader.exec_module(verifier)
    sent = sys.stdin.buffer.read()
    data, previous = split(sent)
    report = verifier.verify(data, previous or None)
    json.dump(asdict(judgement_from(report, data)), sys.stdout)


if __name__ == "__main__":
    main()
