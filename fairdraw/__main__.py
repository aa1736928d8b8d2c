"""The command line: ``python -m fairdraw draw | trial | verify | explain | nonce``."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from fairdraw import (
    Beacon,
    Diagnosis,
    FairdrawError,
    Infeasible,
    Plan,
    Pool,
    Result,
    Solution,
    commit,
    derive_seed,
    draw,
    lot_code,
    nonce_commitment,
    solve,
    substitution,
    transcript,
    trial,
)
from fairdraw.messages import sentence
from fairdraw.sheets import Names, read_plan, read_pool, write_keys
from fairdraw.verify import WORDS, lines, verify

EXAMPLE = """\
pool.csv, one row per person:

    id,employer,strata,excluded
    Ann,City Works,roads,
    Ben,City Works,roads;bridges,
    Eve,,bridges,DATA_MISSING

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

The stratum "*" is open to everybody. `group = "..."` on strata and `group_cap` limit people of one
employer inside a group. [[designated]] entries (id, employer, stratum) sit without being drawn.

    python -m fairdraw trial --pool pool.csv --plan plan.toml
    python -m fairdraw draw --pool pool.csv --plan plan.toml --out transcript.json
    python -m fairdraw verify transcript.json
"""


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a step of a transcript fails or the plan cannot be filled, 2 bad input."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.deed(options))
    except Infeasible as error:
        _print_diagnosis(error.diagnosis)
        return 1
    except FairdrawError as error:
        print(sentence(error), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fairdraw",
        description="Draw a committee fairly and provably; verify a draw that others made.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = parser.add_subparsers(
        dest="command", required=True, metavar="draw|trial|verify|explain|nonce"
    )
    official = deeds.add_parser("draw", help="an official draw, written to a transcript")
    _inputs(official)
    official.add_argument(
        "--nonce",
        action="append",
        default=[],
        metavar="PARTY=HEX",
        help="a party's contribution, 16 to 64 bytes as hex; give at least two, or none to have two "
        "made by this computer",
    )
    official.add_argument("--out", type=Path, default=Path("transcript.json"), metavar="FILE")
    official.add_argument(
        "--keys", type=Path, metavar="FILE", help="private table of names (default: OUT.keys.csv)"
    )
    official.add_argument("--trials", type=int, default=0, help="trial draws made before")
    official.add_argument(
        "--previous", metavar="HASH", help="digest of the draw this one supplements"
    )
    official.add_argument("--beacon-source", help="public source of randomness, named beforehand")
    official.add_argument("--beacon-at", default="", help="when the source speaks")
    official.add_argument("--beacon-value", help="what it said")
    official.set_defaults(deed=_draw)
    rehearsal = deeds.add_parser(
        "trial", help="a rehearsal: can it be filled, what are the chances"
    )
    _inputs(rehearsal)
    rehearsal.add_argument("--number", type=int, default=1, help="which trial (default 1)")
    rehearsal.set_defaults(deed=_trial)
    check = deeds.add_parser("verify", help="recompute a transcript step by step")
    check.add_argument("file", type=Path)
    check.add_argument("--lang", choices=sorted(WORDS), default="en")
    check.set_defaults(deed=_verify)
    story = deeds.add_parser("explain", help="chances of a draw and who could enter for whom")
    story.add_argument("file", type=Path)
    story.add_argument("--chances", action="store_true", help="list every person's exact chance")
    story.add_argument(
        "--declined", action="append", default=[], metavar="ID", help="who declined, in order"
    )
    story.set_defaults(deed=_explain)
    share = deeds.add_parser("nonce", help="make a contribution: a secret number, its commitment")
    share.add_argument("--profile", choices=("sha256", "gm"), default="sha256", help="gm: SM3")
    share.set_defaults(deed=_nonce)
    return parser


def _inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pool", type=Path, required=True, metavar="CSV")
    parser.add_argument("--plan", type=Path, required=True, metavar="TOML")
    parser.add_argument("--profile", choices=("sha256", "gm"), default="sha256", help="gm: SM3")
    parser.add_argument(
        "--plain-ids", action="store_true", help="publish the ids of the CSV instead of pseudonyms"
    )


def _read(options: argparse.Namespace) -> tuple[Pool, Plan, Names]:
    names = Names(plain=options.plain_ids, profile=options.profile)
    plan = read_plan(options.plan, names)
    pool = read_pool(options.pool, names)
    known = {stratum for person in pool.candidates for stratum in person.strata}
    for stratum in plan.strata:
        if stratum.id not in known and stratum.id != "*":
            print(f"note: nobody in the pool belongs to stratum {stratum.id!r}", file=sys.stderr)
    return pool, plan, names


def _draw(options: argparse.Namespace) -> int:
    pool, plan, names = _read(options)
    nonces = _nonces(options.nonce)
    made_here = not nonces
    if made_here:
        nonces = {"office": secrets.token_bytes(32), "server": secrets.token_bytes(32)}
    beacon = None
    if options.beacon_source is not None:
        beacon = Beacon(options.beacon_source, options.beacon_at)
    solution = solve(pool, plan)
    promises = {
        party: nonce_commitment(nonce, profile=pool.profile) for party, nonce in nonces.items()
    }
    commitment = commit(
        pool,
        plan,
        solution,
        promises,
        beacon=beacon,
        trials=options.trials,
        previous=options.previous,
    )
    result = draw(pool, plan, solution, derive_seed(commitment, nonces, options.beacon_value))
    data = transcript.build(
        pool, plan, solution, commitment, nonces, result, beacon_value=options.beacon_value
    )
    keys = options.keys or options.out.with_name(options.out.name + ".keys.csv")
    options.out.write_bytes(data)
    _print_setting(pool, solution)
    print(f"commit   {commitment.value}\nseed     {result.seed.hex()}")
    _print_seats(result, solution, names)
    if made_here:
        print("Both contributions were made by this computer: nobody else vouches for the lots.")
        print("Give --nonce PARTY=HEX for each party to share that trust.")
    print(f"transcript written to {options.out}, digest {transcript.digest_of(data)}")
    if not options.plain_ids:
        write_keys(keys, names)
        print(f"names and salts written to {keys}: keep this file private")
    return 0


def _nonce(options: argparse.Namespace) -> int:
    nonce = secrets.token_bytes(32)
    print(f"number (keep it secret until the reveal): {nonce.hex()}")
    print(f"commitment (hand this in now): {nonce_commitment(nonce, profile=options.profile)}")
    return 0


def _nonces(pairs: Iterable[str]) -> dict[str, bytes]:
    nonces: dict[str, bytes] = {}
    for pair in pairs:
        party, sign, digits = pair.partition("=")
        try:
            nonce = bytes.fromhex(digits)
        except ValueError:
            sign = ""
        if not sign or party in nonces:
            raise FairdrawError("NOT_HEX" if not sign else "PARTY_INVALID", value=pair, party=party)
        nonces[party] = nonce
    return nonces


def _trial(options: argparse.Namespace) -> int:
    pool, plan, names = _read(options)
    solution = solve(pool, plan)
    _print_setting(pool, solution)
    print(f"TRIAL {options.number}: this is a rehearsal and can never be the result")
    _print_seats(trial(pool, plan, options.number, solution), solution, names)
    return 0


def _verify(options: argparse.Namespace) -> int:
    report = verify(options.file.read_bytes())
    print("\n".join(lines(report, options.lang)))
    return 0 if report.ok else 1 if report.readable else 2


def _explain(options: argparse.Namespace) -> int:
    data = options.file.read_bytes()
    report = verify(data)
    if not report.ok:
        print("\n".join(lines(report)))
        return 1 if report.readable else 2
    document = transcript.load(data)
    pool = Pool.from_records(document["pool"]["records"], profile=document["profile"])
    plan = Plan.from_record(document["plan"])
    solution = Solution.from_record(pool, plan, document["lottery"])
    _print_setting(pool, solution)
    roster = substitution.replay(document, [(person, "DECLINED") for person in options.declined])
    for done in roster.substitutions:
        _print_substitution(done)
    print("\nif one more declines:")
    answers = [(person, "DECLINED") for person in options.declined]
    for person in sorted(roster.seated, key=lambda p: (plan.index[roster.seated[p]], p)):
        _print_substitution(substitution.next_alternate(document, person, answers))
    if options.chances:
        print("\nchance of every eligible person to be drawn as a primary:")
        for candidate in pool.eligible:
            print(f"  {candidate.id}  {_chance(solution.chances.get(candidate.id, Fraction(0)))}")
    return 0


def _print_substitution(done: substitution.Substitution) -> None:
    enters = done.alternate[:12] if done.alternate else "nobody"
    print(f"  {done.stratum}: {done.vacated[:12]} -> {enters}")
    for skip in done.skips:
        print(f"      {skip.id[:12]} passed over: {skip.row} {skip.limit} of {skip.employer}")


def _print_setting(pool: Pool, solution: Solution) -> None:
    print(f"pool     {pool.root}")
    print(
        f"         {len(pool)} people, {len(pool.excluded)} excluded, {len(pool.eligible)} eligible"
    )
    print(f"mode     {solution.mode}; chances from {_chance(solution.lowest)}", end=" ")
    print(f"to {_chance(solution.highest)}")
    print(f"         no draw under these rules gives everybody more than {solution.bound}")
    for row in solution.summary:
        chances = _chance(row.lowest)
        if row.highest != row.lowest:
            chances += f" to {_chance(row.highest)}"
        seats = f"{row.primary} + {row.alternate} seats"
        print(f"  {row.stratum}: {row.people} people, {seats}, chance {chances}")


def _chance(chance: Fraction) -> str:
    near = chance.limit_denominator(10_000)
    return f"{'' if near == chance else '~'}{near} = {float(chance):.2%}"


def _print_seats(result: Result, solution: Solution, names: Names) -> None:
    for title, seats in (("primaries", result.panel), ("alternates", result.alternates)):
        print(f"\n{title}:" if seats else f"\nno {title}")
        for seat in seats:
            name = names.written.get(seat.id, seat.id)
            print(f"  {seat.stratum} {seat.rank:>3}  {lot_code(seat.ticket)}  {name}")
    print()


def _print_diagnosis(diagnosis: Diagnosis) -> None:
    print("the plan cannot be filled:")
    for shortage in diagnosis.shortages:
        print(
            f"  {shortage.stratum}: {shortage.short} of {shortage.need} {shortage.kind} seats stay "
            f"empty ({shortage.eligible} eligible people)"
        )
    for conflict in diagnosis.conflicts:
        if conflict.caps:
            employers = ", ".join(sorted({row.employer for row in conflict.caps}))
            print(f"  {' + '.join(conflict.strata)}: held back by the cap on {employers}")
    for count in diagnosis.strata:
        if count.removed:
            codes = ", ".join(f"{code} {n}" for code, n in sorted(count.removed.items()))
            print(f"  removed in {count.stratum}: {codes}")
    print("what would mend it, smallest change first:")
    for position, change in enumerate(diagnosis.relaxations):
        mark = "*" if position in diagnosis.remedy else " "
        told = " ".join(f"{name}={value}" for name, value in sorted(change.params.items()))
        print(f" {mark} {change.code} {told}")
    if diagnosis.remedy:
        print("the changes marked * together are enough (tried out)")


if __name__ == "__main__":
    sys.exit(main())
