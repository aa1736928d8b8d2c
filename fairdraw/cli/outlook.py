"""What a draw promises, as it is told: from a solution, or from a transcript that verifies.

A verifier has found out everybody's chance already, with the standard library alone; solving the
plan again to explain its transcript would need the packages that solve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fairdraw import Pool, Solution, StratumChances
from fairdraw.verify import Report


@dataclass(frozen=True)
class Outlook:
    """Figures before anybody is drawn; ``panels`` and ``ceiling``: of a general lottery."""

    root: str
    people: int
    excluded: int
    mode: str
    lowest: Fraction
    highest: Fraction
    bound: Fraction
    lottery_hash: str
    strata: tuple[StratumChances, ...]
    panels: int | None = None
    ceiling: Fraction | None = None


def of_solution(pool: Pool, solution: Solution) -> Outlook:
    """What was solved just now."""
    lottery = solution.lottery
    return Outlook(
        root=pool.root,
        people=len(pool),
        excluded=len(pool) - pool.eligible_count,
        mode=solution.mode,
        lowest=solution.lowest,
        highest=solution.highest,
        bound=solution.bound,
        lottery_hash=solution.lottery_hash,
        strata=solution.summary,
        panels=None if lottery is None else len(lottery.panels),
        ceiling=None if lottery is None else lottery.ceiling,
    )


def of_transcript(document: Mapping[str, Any], report: Report) -> Outlook:
    """What a transcript says that ``report`` found in order."""
    facts, lottery = report.facts, document["lottery"]
    ceiling = lottery.get("ceiling")
    groups = [
        (set(told[1]), len(ids), chance)
        for told, (ids, chance) in zip(lottery["types"], report.chances)
    ]
    return Outlook(
        root=document["pool"]["root"],
        people=facts["pool"],
        excluded=facts["excluded"],
        mode=facts["mode"],
        lowest=Fraction(*facts["lowest"]),
        highest=Fraction(*facts["highest"]),
        bound=Fraction(*facts["bound"]),
        lottery_hash=document["lottery_hash"],
        strata=tuple(_stratum(stratum, groups) for stratum in document["plan"]["strata"]),
        panels=len(lottery["panels"]) if facts["mode"] == "L" else None,
        ceiling=None if ceiling is None else Fraction(*ceiling),
    )


def _stratum(
    stratum: Mapping[str, Any], groups: list[tuple[set[str], int, Fraction]]
) -> StratumChances:
    inside = [(count, chance) for names, count, chance in groups if stratum["id"] in names]
    people = sum(count for count, _ in inside)
    chances = [chance for _, chance in inside] or [Fraction(0)]
    return StratumChances(
        stratum=stratum["id"],
        people=people,
        primary=stratum["primary"],
        alternate=stratum["alternate"],
        lowest=min(chances),
        highest=max(chances),
        mean=sum((count * chance for count, chance in inside), Fraction(0)) / max(people, 1),
    )
