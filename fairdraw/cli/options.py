"""What the command line understands, and the help from which a person can learn it."""

from __future__ import annotations

import argparse
from pathlib import Path

from fairdraw.verify import WORDS

EXAMPLE = """\
pool.csv (or the first sheet of an .xlsx), one row per person:

    id,employer,strata,excluded,value:region
    Ann,City Works,roads,,north
    Ben,City Works,roads;bridges,,south
    Eve,,bridges,DATA_MISSING,

plan.toml:

    title = "Review 2026"
    employer_cap = 2
    [[stratum]]
    id = "roads"
    primary = 3
    alternate = 1
    [[stratum]]
    id = "bridges"
    primary = 2
    alternate = 1
    [[quota]]
    category = "region"
    values = ["south", "west"]
    low = 1

Several strata are joined by ";". Whoever has a code under `excluded` cannot be drawn, and the
transcript says so. `value:NAME` columns are what quotas ask about.

Seats: the stratum "*" is open to everybody. `group = "..."` on strata and `group_cap = N` (or a table
[group_caps]) limit people of one employer inside a group. [[designated]] and [[kept]] entries (id,
employer, stratum, group, values = {region = "north"}) sit without being drawn and count everywhere.
Quotas: `low` and `high` people with one of `values` among the primaries, `alternate_low` and
`alternate_high` among the alternates, with `group` inside that group only.
`ceiling = "1.5"`: nobody's chance exceeds 1.5 times the smallest possible largest chance.

    python -m fairdraw trial --pool pool.csv --plan plan.toml
    python -m fairdraw draw --pool pool.csv --plan plan.toml --out transcript.json
    python -m fairdraw verify transcript.json

Exit status: 0 done, 1 the plan cannot be filled or a step of a transcript or a vector fails, 2 bad
input (the message names file, row and field), 130 interrupted.
"""


def parser() -> argparse.ArgumentParser:
    """The whole grammar; ``options.command`` is the deed."""
    made = argparse.ArgumentParser(
        prog="python -m fairdraw",
        description="Draw a committee fairly and provably; verify a draw that others made.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = made.add_subparsers(
        dest="command", required=True, metavar="draw|trial|verify|explain|vectors|nonce"
    )
    _draw(deeds.add_parser("draw", help="an official draw, written to a transcript"))
    rehearsal = deeds.add_parser(
        "trial", help="a rehearsal: can it be filled, what are the chances"
    )
    _inputs(rehearsal)
    rehearsal.add_argument("--number", type=int, default=1, help="which trial (default 1)")
    _as_json(rehearsal)
    check = deeds.add_parser("verify", help="recompute a transcript step by step")
    check.add_argument("file", type=Path)
    check.add_argument(
        "--previous",
        type=Path,
        metavar="FILE",
        help="transcript of the draw before, checked with it",
    )
    check.add_argument("--lang", choices=sorted(WORDS), default="en")
    story = deeds.add_parser("explain", help="chances of a draw and who could enter for whom")
    story.add_argument("file", type=Path)
    story.add_argument("--chances", action="store_true", help="list every person's exact chance")
    story.add_argument(
        "--declined", action="append", default=[], metavar="ID", help="who declined, in order"
    )
    _as_json(story)
    vectors = deeds.add_parser("vectors", help="check published vectors, or draw them anew")
    vectors.add_argument("folder", type=Path, help="with transcripts and primitives.json")
    vectors.add_argument(
        "--write",
        action="store_true",
        help="after a deliberate change of the protocol: draw every case anew (unsigned)",
    )
    share = deeds.add_parser("nonce", help="make a contribution: a secret number, its commitment")
    _profile(share)
    return made


def _draw(made: argparse.ArgumentParser) -> None:
    _inputs(made)
    made.add_argument(
        "--nonce",
        action="append",
        default=[],
        metavar="PARTY=HEX",
        help="a party's contribution, 16 to 64 bytes as hex; give at least two, or none to have two "
        "made by this computer",
    )
    made.add_argument("--out", type=Path, default=Path("transcript.json"), metavar="FILE")
    made.add_argument(
        "--keys", type=Path, metavar="FILE", help="private table of names (default: OUT.keys.csv)"
    )
    made.add_argument("--trials", type=int, default=0, help="trial draws made before")
    made.add_argument("--previous", metavar="HASH", help="digest of the draw this one supplements")
    made.add_argument(
        "--abandoned",
        action="append",
        default=[],
        metavar="HASH",
        help="commitment of an earlier attempt at this draw that failed, in order",
    )
    made.add_argument(
        "--refused",
        action="append",
        default=[],
        metavar="ID",
        help="who refused before and is left out (as written in the pool)",
    )
    made.add_argument("--beacon-source", help="public source of randomness, named beforehand")
    made.add_argument("--beacon-at", default="", help="when the source speaks")
    made.add_argument("--beacon-value", help="what it said")


def _inputs(made: argparse.ArgumentParser) -> None:
    made.add_argument("--pool", type=Path, required=True, metavar="CSV", help=".csv or .xlsx")
    made.add_argument("--plan", type=Path, required=True, metavar="TOML")
    _profile(made)
    made.add_argument(
        "--plain-ids", action="store_true", help="publish the ids of the pool, not pseudonyms"
    )


def _profile(made: argparse.ArgumentParser) -> None:
    made.add_argument("--profile", choices=("sha256", "gm"), default="sha256", help="gm: SM3")


def _as_json(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="for programs: one JSON object")
