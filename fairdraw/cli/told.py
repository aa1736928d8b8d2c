"""Results in words for a terminal, and as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from fractions import Fraction
from threading import Timer
from typing import Any

from fairdraw import Diagnosis, Plan, Result, lot_code
from fairdraw.cli.messages import visible
from fairdraw.cli.outlook import Outlook
from fairdraw.cli.sheets import Names
from fairdraw.substitution import Roster, Skip, Substitution


def say(text: str = "") -> None:
    """A line or more. Lines that are put together here end in a line feed; no text inside them does."""
    print("\n".join(map(visible, text.split("\n"))))


def as_json(facts: Any) -> None:
    """One JSON object; fractions as [numerator, denominator]."""
    say(json.dumps(_plain(facts), ensure_ascii=False, indent=1, sort_keys=True))


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


@contextmanager
def phase(what: str) -> Iterator[None]:
    """Says what is going on if it takes more than a second and somebody is looking."""
    if not sys.stderr.isatty():
        yield
        return
    text = f"{what} ..."
    timer = Timer(1.0, lambda: print(f"\r{text}", end="", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        print("\r" + " " * len(text) + "\r", end="", file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Tells how far long work has come, if somebody is looking, and wipes it out in the end."""
    if not sys.stderr.isatty():
        yield None
        return

    def tell(done: int, total: int) -> None:
        share = 100 * done // max(total, 1)
        print(f"\rsolving: {share:3} %", end="", file=sys.stderr, flush=True)

    with phase("solving: working"):
        yield tell


def outlook_facts(outlook: Outlook) -> dict[str, Any]:
    """What a lottery promises, before anybody is drawn."""
    return {
        "bound": outlook.bound,
        "highest": outlook.highest,
        "lottery_hash": outlook.lottery_hash,
        "lowest": outlook.lowest,
        "mode": outlook.mode,
        "strata": outlook.strata,
    }


def diagnosis_facts(diagnosis: Diagnosis, outlook: Outlook | None = None) -> dict[str, Any]:
    """Everything a diagnosis knows; ``outlook``: of its solution, if it has one."""
    shared = {"counts": diagnosis.strata, "feasible": diagnosis.feasible}
    if outlook is not None:
        return {
            **shared,
            **outlook_facts(outlook),
            "above_half": diagnosis.above_half,
            "tight": diagnosis.tight,
            "full_caps": diagnosis.full_caps,
            "without_chance": diagnosis.without_chance,
        }
    return {
        **shared,
        "conflicts": diagnosis.conflicts,
        "quota_shortages": diagnosis.quota_shortages,
        "relaxations": diagnosis.relaxations,
        "remedy": diagnosis.remedy,
        "shortages": diagnosis.shortages,
    }


def result_facts(result: Result, names: Names) -> dict[str, Any]:
    """Who was drawn; ``written``: the id as it stands in the pool file."""

    def seat_list(drawn: Sequence[Any]) -> list[dict[str, Any]]:
        return [{**s.record(), "written": names.written.get(s.id, s.id)} for s in drawn]

    return {
        "alternates": seat_list(result.alternates),
        "index": result.index,
        "label": result.label,
        "panel": seat_list(result.panel),
        "trial": result.trial_number,
    }


def explanation_facts(
    outlook: Outlook, roster: Roster, further: Sequence[Substitution]
) -> dict[str, Any]:
    """What was promised, and who entered or would enter for whom."""
    return {
        **outlook_facts(outlook),
        "if_one_more_declines": further,
        "seated": roster.seated,
        "substitutions": roster.substitutions,
        "waiting": roster.waiting,
    }


def setting(outlook: Outlook) -> None:
    """The pool, the mode and the chances by stratum."""
    say(f"pool     {outlook.root}")
    people, out = outlook.people, outlook.excluded
    say(f"         {people} people, {out} excluded, {people - out} eligible")
    span = f"{_chance(outlook.lowest)} to {_chance(outlook.highest)}"
    say(f"mode     {outlook.mode}; chances from {span}")
    say(f"         no draw under these rules gives everybody more than {outlook.bound}")
    if outlook.panels is not None:
        say(f"         one of {outlook.panels} equally likely panels")
    if outlook.ceiling is not None:
        say(f"         nobody's chance may exceed {outlook.ceiling}")
    for row in outlook.strata:
        told = _chance(row.lowest)
        if row.highest != row.lowest:
            told += f" to {_chance(row.highest)}"
        seats_told = f"{row.primary} + {row.alternate} seats"
        say(f"  {row.stratum}: {row.people} people, {seats_told}, chance {told}")


def tightness(diagnosis: Diagnosis, names: Names) -> None:
    """Rows at their limit, and people with no chance or more than one half."""
    for tight in diagnosis.tight:
        row = tight.row
        about = row.employer or f"quota {(row.quota or 0) + 1}"
        side = "at most" if tight.side == "high" else "at least"
        say(f"  tight: {about} among the {row.kind} seats, {side} {tight.limit}")
    listed = (("no chance", diagnosis.without_chance), ("above one half", diagnosis.above_half))
    for title, people in listed:
        if people:
            shown = ", ".join(names.written.get(person, person) for person in people[:20])
            more = f" and {len(people) - 20} more" if len(people) > 20 else ""
            say(f"  {title}: {shown}{more}")


def chances(chance_of: Mapping[str, Fraction]) -> None:
    """Everybody's exact chance."""
    say("\nchance of every eligible person to be drawn as a primary:")
    for person, chance in chance_of.items():
        say(f"  {person}  {_chance(chance)}")


def _chance(chance: Fraction) -> str:
    near = chance.limit_denominator(10_000)
    return f"{'' if near == chance else '~'}{near} = {float(chance):.2%}"


def seats(result: Result, names: Names) -> None:
    """Both lists, with the lot codes that are read aloud."""
    for title, drawn in (("primaries", result.panel), ("alternates", result.alternates)):
        say(f"\n{title}:" if drawn else f"\nno {title}")
        for seat in drawn:
            name = names.written.get(seat.id, seat.id)
            say(f"  {seat.stratum} {seat.rank:>3}  {lot_code(seat.ticket)}  {name}")
    say()


def substitution(done: Substitution, plan: Plan) -> None:
    """Who enters for whom, and who was passed over why."""
    enters = done.alternate[:12] if done.alternate else "nobody"
    say(f"  {done.stratum}: {done.vacated[:12]} -> {enters}")
    for skip in done.skips:
        say(f"      {skip.id[:12]} passed over: {_reason(skip, plan)}")


def _reason(skip: Skip, plan: Plan) -> str:
    if skip.quota is None:
        return f"{skip.row} {skip.limit} of {skip.employer}"
    side = "at most" if skip.side == "high" else "at least"
    return f"{skip.row} {skip.quota + 1}, {side} {skip.limit} {_quota(plan, skip.quota)}"


def _quota(plan: Plan, number: int) -> str:
    quota = plan.quotas[number]
    return f"{quota.category} {'/'.join(quota.values)}"


def diagnosis(found: Diagnosis) -> None:
    """Why a plan cannot be filled and what would mend it."""
    say("the plan cannot be filled:")
    for shortage in found.shortages:
        say(
            f"  {shortage.stratum}: {shortage.short} of {shortage.need} {shortage.kind} seats stay "
            f"empty ({shortage.eligible} eligible people)"
        )
    for lack in found.quota_shortages:
        say(
            f"  quota {lack.quota + 1}: {lack.reachable} of {lack.need} among the {lack.kind} seats "
            f"({lack.eligible} eligible people)"
        )
    for conflict in found.conflicts:
        at_odds = [*conflict.strata, *(f"quota {number + 1}" for number in conflict.quotas)]
        if len(at_odds) > 1:
            say(f"  cannot be kept together: {' + '.join(at_odds)}")
        if conflict.caps:
            employers = ", ".join(sorted({row.employer for row in conflict.caps}))
            say(f"  {' + '.join(at_odds)}: held back by the cap on {employers}")
    for count in found.strata:
        if count.removed:
            codes = ", ".join(f"{code} {n}" for code, n in sorted(count.removed.items()))
            say(f"  removed in {count.stratum}: {codes}")
    say("what would mend it, smallest change first:")
    for position, change in enumerate(found.relaxations):
        mark = "*" if position in found.remedy else " "
        told = " ".join(f"{name}={value}" for name, value in sorted(change.params.items()))
        say(f" {mark} {change.code} {told}")
    if found.remedy:
        say("the changes marked * together are enough (tried out)")
