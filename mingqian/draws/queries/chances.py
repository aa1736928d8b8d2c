"""Everybody's exact chance as plain data: by stratum in runs of equals, the certificate, the extremes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.core.cache import cache

import fairdraw
from fairdraw.people.grouping import Type
from mingqian.draws.models import Draw, DrawApplication, FrozenMember

from .ceremony import frozen_plan, frozen_pool
from .strata import strata_words

NOTICEABLE = Fraction(1, 2000)
"""A chance lower by less than this is not told as touched by a cap."""
MOST_NAMED = 200
REMEMBER_SECONDS = 24 * 3600


def chances_of(
    solution: fairdraw.Solution,
    names: Mapping[str, str],
    *,
    eligible: int,
    key_of: Callable[[str], Any] = lambda person: person,
) -> dict[str, Any]:
    """{"mode", "bound", "lowest", "charts", "extremes", "unseated"}; fractions as [numerator, denominator].

    A chart's `steps` are [numerator, denominator, people, touched by a cap], the largest chance first.
    An extreme is a run of people whose chance is 0 or above one half: `people` holds `key_of(id)` of the
    first of them, `number` counts all, `why` is a code of `words.EXTREME_WORDS`. `unseated`: how many of
    the `eligible` people are of specialties without any seat.
    """
    competing = sum(len(kind.ids) for kind in solution.grouping.types)
    return {
        "mode": solution.mode,
        "bound": _pair(solution.bound),
        "lowest": _pair(solution.lowest),
        "charts": _charts(solution, names),
        "extremes": _extremes(solution, names, key_of),
        "unseated": max(0, eligible - competing),
    }


def _pair(chance: Fraction) -> list[int]:
    return [chance.numerator, chance.denominator]


def _charts(solution: fairdraw.Solution, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Per stratum with primaries, those with the most seats a person first."""
    grouping = solution.grouping
    # Counted by plain numbers: a large pool has tens of thousands of types, and few different chances.
    counted: list[Counter[tuple[int, int, bool]]] = [Counter() for _ in grouping.plan.strata]
    for kind, rows, chance in zip(
        grouping.types, grouping.rows_of, solution.type_chances, strict=True
    ):
        key = (chance.numerator, chance.denominator, bool(rows))
        for number in kind.strata:
            counted[number][key] += len(kind.ids)
    charts: list[dict[str, Any]] = []
    for stratum, people in zip(grouping.plan.strata, counted, strict=True):
        if not stratum.primary:
            continue
        best = max((Fraction(n, d) for n, d, _ in people), default=Fraction(0))
        steps: Counter[tuple[Fraction, bool]] = Counter()
        for (numerator, denominator, touched), count in people.items():
            chance = Fraction(numerator, denominator)
            steps[chance, touched and best - chance > NOTICEABLE] += count
        charts.append(
            {
                "code": stratum.id,
                "name": names.get(stratum.id, stratum.id),
                "primary": stratum.primary,
                "people": people.total(),
                "steps": [
                    [*_pair(chance), count, touched]
                    for (chance, touched), count in sorted(steps.items(), reverse=True)
                ],
            }
        )
    charts.sort(key=lambda chart: (-(chart["primary"] / max(chart["people"], 1)), chart["code"]))
    return charts


def _extremes(
    solution: fairdraw.Solution, names: Mapping[str, str], key_of: Callable[[str], Any]
) -> list[dict[str, Any]]:
    """People whose chance is 0 or above one half, the largest chance first, each run with its reason."""
    strata = solution.grouping.plan.strata
    people_of: Counter[int] = Counter()
    for kind in solution.grouping.types:
        for number in kind.strata:
            people_of[number] += len(kind.ids)
    found: dict[tuple[Fraction, str, str], dict[str, Any]] = {}
    named = 0
    for position, (kind, chance) in enumerate(
        zip(solution.grouping.types, solution.type_chances, strict=True)
    ):
        if 0 < 2 * chance.numerator <= chance.denominator:
            continue
        where = "、".join(names.get(strata[n].id, strata[n].id) for n in kind.strata[:3])
        why, params = _why(solution, position, kind, chance, people_of, names)
        run = found.setdefault(
            (chance, where, why),
            {
                "name": where,
                "chance": _pair(chance),
                "why": why,
                "params": params,
                "people": [],
                "number": 0,
            },
        )
        room = max(0, MOST_NAMED - named)
        run["people"] += [key_of(person) for person in kind.ids[:room]]
        named += min(room, len(kind.ids))
        run["number"] += len(kind.ids)
    return [found[key] for key in sorted(found, key=lambda key: (-key[0], key[1:]))]


def _why(
    solution: fairdraw.Solution,
    position: int,
    kind: Type,
    chance: Fraction,
    people_of: Mapping[int, int],
    names: Mapping[str, str],
) -> tuple[str, dict[str, Any]]:
    grouping = solution.grouping
    seated = [n for n in kind.strata if grouping.plan.strata[n].primary]
    if chance == 0:
        if not seated:
            return "NO_PRIMARY", {}
        rows = [grouping.rows[r] for r in grouping.rows_of[position]]
        return ("UNIT_FULL" if any(row.room <= 0 for row in rows) else "UNKNOWN"), {}
    for number in seated:
        stratum, people = grouping.plan.strata[number], people_of[number]
        if people < 2 * stratum.primary:
            name = names.get(stratum.id, stratum.id)
            return "FEW_PEOPLE", {"name": name, "people": people, "primary": stratum.primary}
    return ("SEVERAL" if len(seated) > 1 else "RULES"), {}


def kept_chances(application: DrawApplication, solution: fairdraw.Solution, eligible: int) -> bytes:
    """What a draw keeps of its chances at the freeze, as JSON; people by pseudonym."""
    words = strata_words(application, solution.grouping.plan)
    names = {code: word.specialty for code, word in words.items()}
    data = chances_of(solution, names, eligible=eligible)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def chances_of_draw(draw: Draw) -> dict[str, Any] | None:
    """The chances of a frozen draw as kept; of an older one from its frozen bytes, once.

    None where the bytes no longer fit together: the page says elsewhere that they were changed.
    """
    key = f"draws:chances:{draw.pk}:{draw.lottery_hash}"
    kept: bytes | None = bytes(draw.chances) if draw.chances else cache.get(key)
    if kept is None:
        try:
            record = json.loads(bytes(draw.solution))
            solution = fairdraw.Solution.from_record(frozen_pool(draw), frozen_plan(draw), record)
        except (fairdraw.FairdrawError, ValueError, LookupError):
            return None
        kept = kept_chances(draw.application, solution, draw.eligible_count)
        cache.set(key, kept, REMEMBER_SECONDS)
    found: dict[str, Any] = json.loads(kept)
    return found


def people_at_the_ends(draw: Draw) -> list[str]:
    """Pseudonyms of those whose chance is 0 or above one half."""
    data = chances_of_draw(draw)
    return [person for run in data["extremes"] for person in run["people"]] if data else []


def names_at_the_ends(draw: Draw) -> dict[str, str]:
    """Pseudonym -> name as frozen, of these people."""
    rows = FrozenMember.objects.filter(draw=draw, pseudonym__in=people_at_the_ends(draw))
    return dict(rows.values_list("pseudonym", "name"))


def lots_at_the_ends(draw: Draw) -> dict[str, str]:
    """Pseudonym -> lot code, of those of them who were drawn."""
    rows = draw.seats.filter(pseudonym__in=people_at_the_ends(draw))
    return dict(rows.values_list("pseudonym", "lot_code"))
