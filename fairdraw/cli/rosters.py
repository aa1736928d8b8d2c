"""The deed ``roster``: recompute who serves from the draws and everything that happened after."""

from __future__ import annotations

import argparse
import sys

from fairdraw import FairdrawError, transcript
from fairdraw.cli import told
from fairdraw.cli.messages import sentence
from fairdraw.roster_file import RosterReport, check_roster, standing
from fairdraw.succession import Succession
from fairdraw.verify import lines, verify


def roster_deed(options: argparse.Namespace) -> int:
    """Exit status: 0 the file says what follows, 1 it or a transcript does not, 2 unreadable."""
    data = options.answers.read_bytes()
    papers = [path.read_bytes() for path in options.transcripts]
    status = _verified(papers)
    if status:
        return status
    report = check_roster(data, papers)
    if options.json:
        told.as_json(_facts(report))
    elif report.succession is not None:
        _roster(report.succession)
    if report.error is not None:
        print(sentence(report.error), file=sys.stderr)
        return 1 if report.readable else 2
    if not options.json:
        told.say("\nthe file says the same")
    return 0


def _verified(papers: list[bytes]) -> int:
    """0 if every step of every transcript fits, each beside the one it names as before it."""
    by_digest: dict[str, bytes] = {}
    for data in papers:
        try:
            document = transcript.load(data)
            before = by_digest.get(str(document.get("previous")))
        except FairdrawError:
            document, before = {}, None
        report = verify(data, before)
        if not report.ok:
            print("\n".join(lines(report)))
            return 1 if report.readable else 2
        by_digest[document["digest"]] = data
    return 0


def _facts(report: RosterReport) -> dict[str, object]:
    succession = report.succession
    return {
        "code": report.code,
        "gaps": {} if succession is None else succession.gaps,
        "ok": report.ok,
        "params": report.params,
        "roster": None if succession is None else standing(succession),
    }


def _roster(succession: Succession) -> None:
    """Who sits with which answer, who waits, who declined."""
    told.say("seats:")
    answers = succession.answers
    for place in succession.seats:
        where = place.stratum or "designated"
        if place.holder is None:
            told.say(f"  {where}: empty ({place.seat[:12]} was first)")
        else:
            entered = "" if place.holder == place.first else f", for {place.first[:12]}"
            told.say(f"  {where}: {place.holder[:12]} {answers[place.holder]}{entered}")
    for title, people in (("waiting", succession.waiting), ("declined", succession.gone)):
        told.say(f"\n{title}:" if people else f"\nnobody {title}")
        for person in people:
            told.say(f"  {person[:12]}")
