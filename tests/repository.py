"""What no other gate looks at in the repository's own files; `./run check` calls it.

Errors: a machine's absolute path, a package registry's host, a marker of unfinished work, a name
that says nothing about its content. Warnings: a file that has grown past what one reads in a
sitting.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 350
# Written in pieces so that this file does not find itself.
FORBIDDEN = {
    "absolute path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home)/[\w.]+|/Users/\w+"),
    "host of a package registry": re.compile(
        r"pypi\.(?:org|io)|python" + r"hosted|registry\.n" + r"pm|deb\.debian", re.IGNORECASE
    ),
    "marker of unfinished work": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
}
# Names under which anything could be found say nothing.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
NOT_OURS = re.compile(r"(^|/)(vendor|migrations)/|^requirements/.*\.txt$|^LICENSE$|\.svg$|\.min\.")
MAY_BE_LONG = re.compile(r"\.(md|json|tsv|csv|txt)$")


def tracked_files() -> list[Path]:
    """Every file git knows or would add."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    return sorted({Path(name) for name in listing.decode().split("\0") if name})


def text_of(path: Path) -> str | None:
    """A file's text, None where it is binary or gone."""
    try:
        return (ROOT / path).read_text("utf-8")
    except (UnicodeDecodeError, OSError):
        return None


def empty_names(path: Path) -> list[str]:
    """The parts of a path that name nothing."""
    return sorted(EMPTY_NAMES & {part.split(".")[0].lower() for part in path.parts})


def faults(path: Path, text: str) -> list[str]:
    """What is wrong in one file, as `path:line: what: text`."""
    found = [f"{path}: a name that says nothing: {name}" for name in empty_names(path)]
    if NOT_OURS.search(path.as_posix()):
        return found
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if hit := pattern.search(line):
                found.append(f"{path}:{number}: {what}: {hit[0]}")
    return found


def main() -> int:
    """Print faults and warnings; 1 where there is a fault."""
    wrong: list[str] = []
    for path in tracked_files():
        text = text_of(path)
        if text is None:
            continue
        wrong += faults(path, text)
        name = path.as_posix()
        if (lines := text.count("\n")) > LONGEST and not (
            NOT_OURS.search(name) or MAY_BE_LONG.search(name)
        ):
            print(f"warning: {path} has {lines} lines; more than {LONGEST} is hard to read")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
