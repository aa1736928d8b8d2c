"""The deeds of the command line; each returns its exit status."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from fairdraw import (
    Beacon,
    FairdrawError,
    Infeasible,
    Plan,
    Pool,
    Solution,
    commit,
    derive_seed,
    diagnose,
    draw,
    nonce_commitment,
    solve,
    substitution,
    transcript,
    trial,
    vectors,
)
from fairdraw.cli import told
from fairdraw.cli.messages import sentence
from fairdraw.cli.options import parser
from fairdraw.cli.planfile import read_plan
from fairdraw.cli.sheets import Names, read_pool, write_keys
from fairdraw.verify import lines, verify


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a step fails or the plan cannot be filled, 2 bad input, 130 stopped."""
    options = parser().parse_args(arguments)
    try:
        return _DEEDS[options.command](options)
    except Infeasible as error:
        if getattr(options, "json", False):
            told.as_json(told.diagnosis_facts(error.diagnosis))
        else:
            told.diagnosis(error.diagnosis)
        return 1
    except FairdrawError as error:
        print(sentence(error), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _read(options: argparse.Namespace) -> tuple[Pool, Plan, Names]:
    names = Names(plain=options.plain_ids, profile=options.profile)
    plan = read_plan(options.plan, names)
    pool = read_pool(options.pool, names)
    known = {stratum for names in pool.strata.kinds for stratum in names}
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
    with told.progress() as tell:
        solution = solve(pool, plan, progress=tell)
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
        abandoned=options.abandoned,
        refusals=[names.public(written) for written in options.refused],
    )
    result = draw(pool, plan, solution, derive_seed(commitment, nonces, options.beacon_value))
    data = transcript.build(
        pool, plan, solution, commitment, nonces, result, beacon_value=options.beacon_value
    )
    keys = options.keys or options.out.with_name(options.out.name + ".keys.csv")
    options.out.write_bytes(data)
    told.setting(pool, solution)
    print(f"commit   {commitment.value}\nseed     {result.seed.hex()}")
    told.seats(result, names)
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
    if options.number < 1:
        raise FairdrawError(
            "INTEGER_OUT_OF_RANGE", field="--number", low=1, high=10**9, value=options.number
        )
    with told.progress() as tell:
        diagnosis = diagnose(pool, plan, progress=tell)
    if diagnosis.solution is None:
        raise Infeasible(diagnosis)
    result = trial(pool, plan, options.number, diagnosis.solution)
    if options.json:
        told.as_json({**told.diagnosis_facts(diagnosis), **told.result_facts(result, names)})
        return 0
    told.setting(pool, diagnosis.solution)
    told.tightness(diagnosis, names)
    print(f"TRIAL {options.number}: this is a rehearsal and can never be the result")
    told.seats(result, names)
    return 0


def _verify(options: argparse.Namespace) -> int:
    before = options.previous
    report = verify(options.file.read_bytes(), None if before is None else before.read_bytes())
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
    answers = [(person, substitution.DECLINED) for person in options.declined]
    roster = substitution.replay(document, answers)
    seated = sorted(roster.seated, key=lambda p: (plan.index[roster.seated[p]], p))
    further = [substitution.next_alternate(document, person, answers) for person in seated]
    if options.json:
        told.as_json(told.explanation_facts(solution, roster, further, chances=options.chances))
        return 0
    told.setting(pool, solution)
    for done in roster.substitutions:
        told.substitution(done, plan)
    print("\nif one more declines:")
    for done in further:
        told.substitution(done, plan)
    if options.chances:
        told.chances(pool, solution)
    return 0


def _vectors(options: argparse.Namespace) -> int:
    files = sorted(options.folder.glob("*.json"))
    if not files:
        raise FairdrawError("VECTORS_MISSING", file=str(options.folder))
    if options.write:
        for path in files:
            if path.name == vectors.PRIMITIVES:
                path.write_text(vectors.primitives_file(), encoding="utf-8")
            else:
                path.write_bytes(vectors.drawn_anew(path.read_bytes()))
            print(f"written {path}")
        return 0
    return max(_judged(path) for path in files)


def _judged(path: Path) -> int:
    differs = vectors.judge_vector(path)
    print(f"{'differs' if differs else 'ok':8}{path.name}{': ' if differs else ''}{differs}")
    return int(bool(differs))


_DEEDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "draw": _draw,
    "explain": _explain,
    "nonce": _nonce,
    "trial": _trial,
    "vectors": _vectors,
    "verify": _verify,
}
