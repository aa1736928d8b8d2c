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
    python -m fairdraw freeze --pool pool.csv --plan plan.toml --out frozen.json \\
        --commitments office=HASH observer=HASH
    python -m fairdraw draw --frozen frozen.json --nonces office=@FILE observer=@FILE --out t.json
    python -m fairdraw verify t.json

The order is the security: everybody commits to a number, `freeze` fixes everything else and prints
what to publish, and only then are the numbers shown. `python -m fairdraw COMMAND --help` has more.

Exit status: 0 done, 1 the plan cannot be filled, a step of a transcript or a vector fails, or a roster
is not what follows, 2 bad input or a file that is there already (the message names file, row and
field), 130 interrupted, 141 whoever read the output went away.
"""

_FREEZE = """\
First every party makes a number and hands in its commitment, and nothing else:

    python -m fairdraw nonce --out office.txt

Then everything is fixed. Publish the commitment and the pool root that this prints, and give away
frozen.json (the names and salts beside it stay private):

    python -m fairdraw freeze --pool pool.csv --plan plan.toml --out frozen.json \\
        --commitments office=3d1f...HASH observer=@observer.txt.commitment

Then the numbers are shown: python -m fairdraw draw --help
"""

_DRAW = """\
In two steps, when everything was fixed by `freeze` and its commitment is public:

    python -m fairdraw draw --frozen frozen.json --out t.json \\
        --nonces office=@office.txt observer=-

PARTY=@FILE reads the number from a file, PARTY=- asks for it without showing it (or reads a line of
what is piped in). PARTY=HEX works too, but everybody on this computer can see a command that runs,
and the shell keeps it: only for numbers that are public already.

In one step, for one person's own use: nobody could see what was fixed before the numbers were known,
so it proves nothing against whoever runs it.

    python -m fairdraw draw --pool pool.csv --plan plan.toml --out t.json

No file is written over unless --force is given.
"""

_TRIAL = """\
    python -m fairdraw trial --pool pool.csv --plan plan.toml
    python -m fairdraw trial --pool pool.xlsx --plan plan.toml --number 2 --json
"""

_VERIFY = """\
    python -m fairdraw verify t.json
    python -m fairdraw verify t2.json --previous t.json      # a supplement with the draw before it
    python3 fairdraw/verify.py t.json                        # the same from one file, any Python
"""

_EXPLAIN = """\
    python -m fairdraw explain t.json --chances
    python -m fairdraw explain t.json --declined ID --declined ID
"""

_ROSTER = """\
    python -m fairdraw roster answers.json t.json             # one draw and what happened after it
    python -m fairdraw roster answers.json t.json t2.json     # with a supplement
"""

_VECTORS = """\
    python -m fairdraw vectors tests/fairdraw/vectors
"""

_NONCE = """\
    python -m fairdraw nonce --out office.txt            # and office.txt.commitment, to hand in
    python -m fairdraw nonce --profile gm                # on the screen only
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
        dest="command",
        required=True,
        metavar="nonce|freeze|draw|trial|verify|explain|roster|vectors",
    )

    def deed(name: str, told: str, example: str) -> argparse.ArgumentParser:
        return deeds.add_parser(
            name,
            help=told,
            description=f"{told[0].upper()}{told[1:]}.",
            epilog=example,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    _freeze(deed("freeze", "fix everything before a contribution is shown", _FREEZE))
    _draw(deed("draw", "an official draw, written to a transcript", _DRAW))
    rehearsal = deed("trial", "a rehearsal: can it be filled, what are the chances", _TRIAL)
    _inputs(rehearsal, required=True)
    rehearsal.add_argument("--number", type=int, default=1, help="which trial (default 1)")
    _as_json(rehearsal)
    check = deed("verify", "recompute a transcript step by step", _VERIFY)
    check.add_argument("file", type=Path)
    check.add_argument(
        "--previous",
        type=Path,
        metavar="FILE",
        help="transcript of the draw before, checked with it",
    )
    check.add_argument("--lang", choices=sorted(WORDS), default="en")
    story = deed("explain", "chances of a draw and who could enter for whom", _EXPLAIN)
    story.add_argument("file", type=Path)
    story.add_argument("--chances", action="store_true", help="list every person's exact chance")
    story.add_argument(
        "--declined", action="append", default=[], metavar="ID", help="who declined, in order"
    )
    _as_json(story)
    roster = deed("roster", "recompute who serves, from draws and answers", _ROSTER)
    roster.add_argument("answers", type=Path, help="a file fairdraw-roster/1")
    roster.add_argument(
        "transcripts",
        type=Path,
        nargs="+",
        metavar="transcript",
        help="first draw, then supplements",
    )
    _as_json(roster)
    vectors = deed("vectors", "check published vectors, or draw them anew", _VECTORS)
    vectors.add_argument("folder", type=Path, help="with transcripts and primitives.json")
    vectors.add_argument(
        "--write",
        action="store_true",
        help="after a deliberate change of the protocol: draw every case anew (unsigned)",
    )
    share = deed("nonce", "make a contribution: a secret number, its commitment", _NONCE)
    _profile(share)
    share.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the number there, for its owner alone, and the commitment to FILE.commitment",
    )
    return made


def _freeze(made: argparse.ArgumentParser) -> None:
    _inputs(made, required=True)
    made.add_argument(
        "--commitments",
        nargs="+",
        required=True,
        metavar="PARTY=HASH",
        help="what each party commits to (or PARTY=@FILE), at least two; `nonce` makes one",
    )
    _outputs(made, "frozen.json")
    _circumstances(made)


def _draw(made: argparse.ArgumentParser) -> None:
    made.add_argument("--frozen", type=Path, metavar="FILE", help="what `freeze` wrote")
    _inputs(made, required=False)
    made.add_argument(
        "--nonces",
        nargs="+",
        default=[],
        metavar="PARTY=@FILE",
        help="the contributions, 16 to 64 bytes as hex, each in a file, or PARTY=- to be asked: a "
        "number in the command itself can be seen in the list of processes; in one step at least "
        "two, or none to have two made by this computer",
    )
    made.add_argument(
        "--nonce",
        action="append",
        default=[],
        metavar="PARTY=@FILE",
        help="one of them (may be given again)",
    )
    _outputs(made, "transcript.json")
    _circumstances(made)
    made.add_argument("--beacon-value", help="what the public source said")


def _outputs(made: argparse.ArgumentParser, name: str) -> None:
    made.add_argument(
        "--out", type=Path, default=Path(name), metavar="FILE", help=f"default: {name}"
    )
    made.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="private table of names (default: beside the file of `freeze` or of a draw in one "
        "step, with .keys.csv)",
    )
    made.add_argument("--force", action="store_true", help="write over files that are there")


def _circumstances(made: argparse.ArgumentParser) -> None:
    """What is bound beside the pool and the plan; in two steps `freeze` binds it."""
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


def _inputs(made: argparse.ArgumentParser, *, required: bool) -> None:
    made.add_argument("--pool", type=Path, required=required, metavar="CSV", help=".csv or .xlsx")
    made.add_argument("--plan", type=Path, required=required, metavar="TOML")
    _profile(made)
    made.add_argument(
        "--plain-ids", action="store_true", help="publish the ids of the pool, not pseudonyms"
    )


def _profile(made: argparse.ArgumentParser) -> None:
    made.add_argument("--profile", choices=("sha256", "gm"), default="sha256", help="gm: SM3")


def _as_json(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="for programs: one JSON object")
