"""每人抽中的机会 as a picture: sorted bars for each stratum, a table beside it, the certificate in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mingqian.draws.models import Draw
from mingqian.draws.queries.chances import chances_of_draw, lots_at_the_ends, names_at_the_ends
from mingqian.draws.queries.trial_summary import WHOLE
from mingqian.draws.words import (
    MODE_MEANING,
    after_word,
    certificate_words,
    chance_words,
    extreme_words,
    mode_words,
    percent_words,
)

MOST_BARS = 120
"""Up to so many people each have a bar of their own; above, equals share one block as wide as they are many."""
MOST_STOPS = 16
"""Runs of a chart that the keyboard stops at; the rest stand in the table."""
WIDTH, HEIGHT, LEFT, BASE, TOP = 232, 92, 38, 88.5, 18.0
SCALES = tuple(
    Fraction(step, 10**power) for power in range(1, 9) for step in (10, 5, Fraction(5, 2))
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; measures as texts, ready for attributes."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Run:
    """People of the same chance in one stratum: their bars, and what is told when pointed at.

    `reach` is what the pointer finds: the whole height, so that a low bar and the gaps between are hit too.
    """

    words: str
    exact: str
    tone: str
    bars: tuple[Bar, ...]
    reach: Bar
    stop: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One stratum."""

    name: str
    title: str
    tight: bool
    runs: tuple[Run, ...]
    grid: tuple[tuple[str, str, str], ...]
    span: str
    note: str
    label: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One run in the table: 3/47 ≈ 6.4%, so many people; the exact fraction where the words round it."""

    name: str
    words: str
    exact: str
    people: int
    touched: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One of the extremes: a name for those who may see it, else a code."""

    key: str
    word: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Extreme:
    """People without a chance, or with more than one half."""

    tone: str
    words: str
    name: str
    why: str
    people: tuple[Person, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Chances:
    """Everything that `draws/chances.html` shows."""

    pictures: tuple[Picture, ...]
    rows: tuple[TableRow, ...]
    extremes: tuple[Extreme, ...]
    mode: str
    mode_meaning: str
    proved: str
    meaning: str
    own: str
    unseated: int
    capped: bool
    grouped: bool


def picture_chances(
    data: Mapping[str, Any] | None, person: Callable[[Any], Person]
) -> Chances | None:
    """Words and shapes of what `queries.chances` gives; `person` turns a key into what may be shown."""
    if not data or not data["charts"]:
        return None
    scale = _scale(data["charts"])
    proved, meaning, own = certificate_words(Fraction(*data["bound"]), Fraction(*data["lowest"]))
    return Chances(
        pictures=tuple(_picture(chart, scale) for chart in data["charts"]),
        rows=tuple(_rows(data["charts"])),
        extremes=tuple(_extremes(data["extremes"], person)),
        mode=mode_words(data["mode"]),
        mode_meaning=MODE_MEANING.get(data["mode"], ""),
        proved=proved,
        meaning=meaning,
        own=own,
        unseated=data["unseated"],
        capped=any(step[3] for chart in data["charts"] for step in chart["steps"]),
        grouped=any(chart["people"] > MOST_BARS for chart in data["charts"]),
    )


def picture_draw(draw: Draw, *, named: bool) -> Chances | None:
    """The picture of a frozen or executed draw. Without `named` (the projector, the observer) people are
    told by their pseudonym, and once drawn by their lot."""
    names = names_at_the_ends(draw) if named else {}
    lots = lots_at_the_ends(draw) if draw.has_result else {}

    def person(pseudonym: str) -> Person:
        word = names.get(pseudonym) or f"代号 {pseudonym[:4]} {pseudonym[4:8]}".upper()
        return Person(pseudonym, word, lots.get(pseudonym, ""))

    return picture_chances(chances_of_draw(draw), person)


def _scale(charts: Sequence[Mapping[str, Any]]) -> Fraction:
    """The end of the axis, the same for every stratum: the smallest of the ladder that holds all chances."""
    highest = max((Fraction(*step[:2]) for chart in charts for step in chart["steps"]), default=0)
    return next((each for each in reversed(SCALES) if each >= highest), Fraction(1))


def _picture(chart: Mapping[str, Any], scale: Fraction) -> Picture:
    people = max(chart["people"], 1)
    steps = [(Fraction(n, d), count, touched) for n, d, count, touched in chart["steps"]]
    slot = (WIDTH - LEFT) / max(people, 12)
    runs, place = [], 0
    for number, (chance, count, touched) in enumerate(steps):
        words = f"{chance_words(chance)}·{count} 人" + ("·受上限影响" if touched else "")
        bars = _bars(place, count, slot, float(chance / scale), each=people <= MOST_BARS)
        tone = "series-3" if touched else "series-1"
        reach = Bar(
            x=bars[0].x,
            y=f"{TOP:.1f}",
            width=f"{max(count * slot, 0.5):.2f}",
            height=f"{BASE - TOP:.1f}",
        )
        runs.append(Run(words, _exact(chance), tone, bars, reach, number < MOST_STOPS))
        place += count
    low, high = (min(c for c, _, _ in steps), max(c for c, _, _ in steps)) if steps else (0, 0)
    mean = sum((chance * count for chance, count, _ in steps), Fraction(0)) / people
    tight = chart["people"] < 3 * chart["primary"]
    if percent_words(low) == percent_words(high):
        span = f"每人{after_word(high)}"
        note = "机会过于集中" if tight and chart["code"] != WHOLE else "机会相等"
    else:
        span = f"{percent_words(low)}–{percent_words(high)}"
        note = f"平均 {percent_words(mean)}"
    return Picture(
        name=chart["name"],
        title=f"{chart['people']} 取 {chart['primary']}",
        tight=tight and chart["code"] != WHOLE,
        runs=tuple(runs),
        grid=tuple(_grid(scale)),
        span=span,
        note=note,
        label=f"{chart['name']}可抽 {chart['people']} 人，取正选 {chart['primary']} 人，{span}",
    )


def _bars(place: int, count: int, slot: float, share: float, *, each: bool) -> tuple[Bar, ...]:
    """The people of one run from left to right; a chance of 0 is still a line one can see."""
    height = max(share * (BASE - TOP), 0.8)
    gap = min(1.2, slot * 0.2) if each else 0
    wide = slot if each else max(count * slot, 0.5)
    return tuple(
        Bar(
            x=f"{LEFT + 0.5 + (place + step) * slot:.1f}",
            y=f"{BASE - height:.1f}",
            width=f"{wide - gap:.2f}",
            height=f"{height:.1f}",
        )
        for step in range(count if each else 1)
    )


def _grid(scale: Fraction) -> list[tuple[str, str, str]]:
    """(y of the line, y of the word, word) at half and full scale."""
    lines = []
    for share in (Fraction(1, 2), Fraction(1)):
        y = BASE - float(share) * (BASE - TOP)
        lines.append((f"{y:.1f}", f"{y + 4:.1f}", f"{float(scale * share * 100):g}%"))
    return lines


def _rows(charts: Sequence[Mapping[str, Any]]) -> list[TableRow]:
    rows = []
    for chart in charts:
        for numerator, denominator, count, touched in chart["steps"]:
            chance = Fraction(numerator, denominator)
            rows.append(
                TableRow(chart["name"], chance_words(chance), _exact(chance), count, touched)
            )
    return rows


def _exact(chance: Fraction) -> str:
    """The whole fraction, where the words round it."""
    return f"{chance.numerator}/{chance.denominator}" if chance.denominator > 9999 else ""


def _extremes(runs: Sequence[Mapping[str, Any]], person: Callable[[Any], Person]) -> list[Extreme]:
    """Runs that are told in the same words stand together: chances may differ by a rounding."""
    found: dict[tuple[str, ...], Extreme] = {}
    for run in runs:
        chance = Fraction(*run["chance"])
        why = extreme_words(run["why"], run["params"]).removeprefix(run["name"])
        key = (chance_words(chance), run["name"], why)
        people = tuple(person(each) for each in run["people"])
        more = run["number"] - len(run["people"])
        if key in found:
            people, more = found[key].people + people, found[key].more + more
        found[key] = Extreme("red" if chance == 0 else "amber", *key, people, more)
    return list(found.values())
