"""The deeds of the command line; each returns its exit status."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from fairdraw import (
    FairdrawError,
    Infeasible,
    Plan,
    diagnose,
    nonce_commitment,
    substitution,
    transcript,
    trial,
    vectors,
)
from fairdraw.cli import told
from fairdraw.cli.ceremony import draw_deed, freeze_deed, read_inputs
from fairdraw.cli.messages import sentence
from fairdraw.cli.options import parser
from fairdraw.cli.outlook import of_solution, of_transcript
from fairdraw.cli.rosters import roster_deed
from fairdraw.cli.writing import write_files
from fairdraw.verify import CLOSED_PIPE, lines, verify


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a step fails or the plan cannot be filled, 2 bad input or output that
    cannot be written, 130 stopped, 141 whoever read the output went away."""
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)
    except OSError as error:  # what is left to print would make Python complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return CLOSED_PIPE
        print(f"the output cannot be written: {error.strerror}", file=sys.stderr)
        return 2


def _run(arguments: list[str] | None) -> int:
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
        if error.filename is None:  # of the output
            raise
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _nonce(options: argparse.Namespace) -> int:
    nonce = secrets.token_bytes(32)
    commitment = nonce_commitment(nonce, profile=options.profile)
    if options.out is None:
        print(f"number (keep it secret until the reveal): {nonce.hex()}")
        print(f"commitment (hand this in now): {commitment}")
        return 0
    public = options.out.with_name(options.out.name + ".commitment")
    contents = {options.out: f"{nonce.hex()}\n".encode(), public: f"{commitment}\n".encode()}
    write_files(contents, private=(options.out,))
    print(f"number written to {options.out}: keep this file secret until the reveal")
    print(f"commitment (hand this in now, it is in {public.name}): {commitment}")
    return 0


def _trial(options: argparse.Namespace) -> int:
    pool, plan, names = read_inputs(options)
    if options.number < 1:
        raise FairdrawError(
            "INTEGER_OUT_OF_RANGE", field="--number", low=1, high=10**9, value=options.number
        )
    with told.progress() as tell:
        diagnosis = diagnose(pool, plan, progress=tell)
    if diagnosis.solution is None:
        raise Infeasible(diagnosis)
    result = trial(pool, plan, options.number, diagnosis.solution)
    outlook = of_solution(pool, diagnosis.solution)
    if options.json:
        facts = told.diagnosis_facts(diagnosis, outlook)
        told.as_json({**facts, **told.result_facts(result, names)})
        return 0
    told.setting(outlook)
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
    outlook = of_transcript(document, report)
    plan = Plan.from_record(document["plan"])
    answers = [(person, substitution.DECLINED) for person in options.declined]
    roster = substitution.replay(document, answers)
    seated = sorted(roster.seated, key=lambda p: (plan.index[roster.seated[p]], p))
    further = [substitution.next_alternate(document, person, answers) for person in seated]
    chances = {person: chance for ids, chance in report.chances for person in ids}
    if options.json:
        facts = told.explanation_facts(outlook, roster, further)
        told.as_json({**facts, "chances": chances} if options.chances else facts)
        return 0
    told.setting(outlook)
    for done in roster.substitutions:
        told.substitution(done, plan)
    told.say("\nif one more declines:")
    for done in further:
        told.substitution(done, plan)
    if options.chances:
        free = [r["id"] for r in document["pool"]["records"] if not r["exclusions"]]
        # Whoever can reach no seat is of no type, and has no chance.
        told.chances({person: chances.get(person, Fraction(0)) for person in free})
    return 0


def _vectors(options: argparse.Namespace) -> int:
    files = sorted(options.folder.glob("*.json"))
    if not files:
        raise FairdrawError("VECTORS_MISSING", file=str(options.folder))
    if options.write:
        for path in files:
            if path.name == vectors.PRIMITIVES:
                data = vectors.primitives_file().encode()
            else:
                data = vectors.drawn_anew(path.read_bytes())
            write_files({path: data}, force=True)
            print(f"written {path}")
        return 0
    return max(_judged(path) for path in files)


def _judged(path: Path) -> int:
    differs = vectors.judge_vector(path)
    print(f"{'differs' if differs else 'ok':8}{path.name}{': ' if differs else ''}{differs}")
    return int(bool(differs))


_DEEDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "draw": draw_deed,
    "explain": _explain,
    "freeze": freeze_deed,
    "nonce": _nonce,
    "roster": roster_deed,
    "trial": _trial,
    "vectors": _vectors,
    "verify": _verify,
}
