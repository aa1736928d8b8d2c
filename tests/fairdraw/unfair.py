"""Lotteries that somebody who makes the file himself would like: a friend is drawn more often.

One stratum of ten seats. A harmless quota, which any panel keeps, makes the friends a type of their
own; a second one, of nobody, makes two people one who can never be drawn. Every panel keeps every
row, and every hash is made to fit.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from typing import Any

from fairdraw import Candidate, Pool, Quota, transcript
from fairdraw.canonical import canonical
from fairdraw.verify import STEPS, Draw
from tests.fairdraw.invented import plan_of, whole_draw
from tests.fairdraw.sealing import forged

SEATS, MANY = 10, 1024
#: Numbers of types and of rows: see the module.
OTHERS, FRIENDS, BARRED = range(3)
STRATUM, OF_FRIENDS, OF_BARRED = range(3)

Level = dict[str, Any]


@functools.cache
def honest(people: int, friends: int) -> bytes:
    """The draw that the program makes."""
    regions = ["far"] * friends + ["none"] * 2
    regions += ["near"] * (people - len(regions))
    pool = Pool(
        Candidate(f"p{i:05}", None, ("s",), (), (("region", region),))
        for i, region in enumerate(regions)
    )
    quotas = (Quota("region", ("far",)), Quota("region", ("none",), high=0))
    return whole_draw(pool, plan_of({"s": (SEATS, 0)}, quotas=quotas)).data


def unfair(
    people: int, friends: int, panels: int, later: list[Level], method: str = "halving"
) -> bytes:
    """All friends sit in the first ``panels`` panels. ``later``: the levels after those who can
    never be drawn."""
    crowd = people - friends - 2
    seats = [[OTHERS] * (SEATS - friends) + [FRIENDS] * friends] * panels
    seats += [[OTHERS] * SEATS] * (MANY - panels)
    given = panels * friends

    def change(document: dict[str, Any]) -> None:
        document["lottery"].update(
            bound=[0, 1],
            types=[[None, ["s"], crowd, []], [None, ["s"], friends, [0]], [None, ["s"], 2, [1]]],
            cells=[[OTHERS, 0, 0, MANY * SEATS - given], [FRIENDS, 0, 0, given]],
            panels=seats,
            levels=[{"prices": [[OF_BARRED, 1]], "types": [BARRED]}, *later],
            method=method,
        )

    return forged(honest(people, friends), change)


def drawn(data: bytes) -> bytes:
    """The document with the panel that its seed draws."""
    draw, document = Draw(data), json.loads(data)
    for code in STEPS[: STEPS.index("COUNTS")]:
        getattr(draw, "check_" + code.lower())()
    index = document["index"] = draw.panel_index()
    seats = Counter(document["lottery"]["panels"][index])
    draw.given = [seats[c] for c in range(len(draw.cells))]
    document["panel"] = [
        {
            "id": place.person,
            "rank": rank,
            "stratum": "s",
            "ticket": place.ticket.hex(),
            "type": place.type,
        }
        for rank, place in enumerate(sorted(draw.places(0, draw.s)), 1)
    ]
    document["digest"] = transcript.digest_of(document)
    return canonical(document)


def _together(*prices: list[int]) -> list[Level]:
    return [{"prices": list(prices), "types": [OTHERS, FRIENDS]}]


def _one_by_one(first: int, then: int, *prices: list[int]) -> list[Level]:
    last = {"prices": [[STRATUM, 1]], "types": [then]}
    return [{"prices": list(prices), "types": [first]}, last]


def within_rounding() -> bytes:
    """One friend with half as much again as the others, in the room that a dear row of nobody makes."""
    levels = _together([STRATUM, 1], [OF_BARRED, 2**40])
    return drawn(unfair(1000, 1, 15, levels))


#: What was done, at which level and for which type the certificate must fail, and the file's recipe.
UNFAIR: list[tuple[str, str, tuple[Any, ...]]] = [
    ("certain friends", "levels[1], type 0", (600, 6, MANY, _one_by_one(0, 1, [STRATUM, 1]))),
    ("half certain", "levels[1], type 0", (1000, 1, 499, _one_by_one(0, 1, [STRATUM, 1]))),
    ("a little more", "levels[1], type 0", (1000, 1, 30, _together([STRATUM, 1]))),
    ("friends settled first", "levels[1], type 0", (600, 6, MANY, _one_by_one(1, 0))),
    (
        "a dear row that costs nothing",
        "levels[1], type 1",
        (600, 6, MANY, _together([STRATUM, 1], [OF_BARRED, 2**40])),
    ),
]
