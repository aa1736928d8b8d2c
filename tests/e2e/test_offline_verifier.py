"""The offline verifier in a real browser, from a file and without a network: of one mind with verify.py."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.offline import Case, both, failing, judged
from tests.fairdraw.invented import mixed_pool, plan_of, whole_draw
from tests.fairdraw.mutations import (
    CEILING_FORGERIES,
    LOTTERY_FORGERIES,
    PLAN_FORGERIES,
    SUBJECTS,
    malformed,
    mutations,
    vector,
)
from tests.fairdraw.sealing import forged
from tests.fairdraw.test_exchanges import circulation, move_about, with_flow
from tests.fairdraw.test_previous import NAMES as PEOPLE
from tests.fairdraw.test_previous import PLAN, pool_of, published, seats, supplement, third_draw
from tests.fairdraw.test_vectors import NAMES
from tests.fairdraw.unfair import UNFAIR, unfair, within_rounding


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_accepted_by_both(offline_page: Page, name: str) -> None:
    ((ok, checks, *_),) = judged(offline_page, [(name, vector(name))])
    assert ok
    assert all(fits for _, fits in checks)
    assert not both(offline_page, [(name, vector(name))])


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_changed_field_fails_at_the_same_step(offline_page: Page, name: str) -> None:
    wrong = both(offline_page, list(mutations(name)))
    assert not wrong, "\n".join(wrong)


def test_forged_lotteries_and_plans_fail_at_the_same_step(offline_page: Page) -> None:
    changes = [
        *(("quotas", code, change) for code, change in LOTTERY_FORGERIES),
        *(("ceiling", where, change) for where, change in CEILING_FORGERIES),
        *(("general", where, change) for _, where, change in PLAN_FORGERIES),
    ]
    files = [
        (f"forgery {i} of {name}, {told}", forged(vector(name), change))
        for i, (name, told, change) in enumerate(changes)
    ]
    wrong = both(offline_page, files)
    assert not wrong, "\n".join(wrong)


def test_chances_moved_about_are_refused_by_both(offline_page: Page) -> None:
    pool = mixed_pool(60, strata=4, employers=8)
    plan = plan_of({f"s{s}": (2, 1) for s in range(4)}, employer_cap=2)
    made = whole_draw(pool, plan).data
    files = []
    for seed in range(60):
        arcs = circulation(pool, plan, json.loads(made))
        for _ in range(seed % 7):
            move_about(arcs, random.Random(seed), set())
        files.append((f"moved {seed}", with_flow(made, plan, arcs)))
    places = {where.split(" ")[0] for _, _, where, *_ in judged(offline_page, files)}
    assert {"lottery.prices", "lottery.cells,"} <= places
    wrong = both(offline_page, files)
    assert not wrong, "\n".join(wrong)


def test_unfair_lotteries_are_refused_by_both_or_named_at_the_same_level(
    offline_page: Page,
) -> None:
    files: list[Case] = [(told, unfair(*recipe)) for told, _, recipe in UNFAIR]
    places = [where for _, _, where, *_ in judged(offline_page, files)]
    assert places == [f"lottery.{where}" for _, where, _ in UNFAIR]
    named: Case = ("within rounding", within_rounding())
    ((ok, *_, proven, loose),) = judged(offline_page, [named])
    assert (ok, proven, loose) == (True, True, 2)
    wrong = both(offline_page, [*files, named])
    assert not wrong, "\n".join(wrong)


def test_what_is_not_canonical_stops_both_at_the_first_step(offline_page: Page) -> None:
    files = list(malformed())
    assert not both(offline_page, files)
    data = vector("columns")
    flips = [
        (f"byte {at}", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        for at in range(0, len(data), 97)
    ]
    wrong = both(offline_page, flips)
    assert not wrong, "\n".join(wrong)


def test_a_list_of_any_length_overflows_nothing(offline_page: Page) -> None:
    def change(document: dict[str, Any]) -> None:
        document.update(abandoned=["0" * 64] * 150_000, attempt=150_001)

    data = forged(vector("strata"), change)
    ((ok, checks, *_),) = judged(offline_page, [("abandoned attempts", data)])
    assert not ok
    assert failing(checks) == "PANEL"  # the commitment fits, the lots of the old seed do not


def test_both_look_at_the_draw_before(offline_page: Page) -> None:
    first = published(pool_of([]), PLAN)
    panel, alternates = seats(first, "panel"), seats(first, "alternates")
    stranger = next(name for name in PEOPLE if name not in {*panel, *alternates})
    honest = supplement(first)
    second, third = third_draw(first)
    digest = json.loads(first)["digest"]
    fitting: list[Case] = [
        ("not looked at", honest),
        ("honest", honest, first),
        ("who waited since the draw before that", third, second),
        ("new ids", supplement(first, prefix="x", free=alternates, refusals=panel[:1]), first),
        (
            "repeated after it was declared void",
            published(pool_of([]), PLAN, previous=digest),
            first,
        ),
    ]
    wrong: list[Case] = [
        ("another draw", honest, vector("strata")),
        ("no draw before", vector("strata"), first),
        ("the draw before is forged", honest, first.replace(b'"rank":2', b'"rank":3', 1)),
        ("the draw before is no transcript", honest, b"{"),
        ("drawn again", supplement(first, free=alternates, refusals=panel[:1]), first),
        ("refused without being drawn", supplement(first, refusals=[stranger]), first),
        ("kept without being drawn", supplement(first, kept=[stranger]), first),
        ("left out as drawn without being drawn", supplement(first, left_out=[stranger]), first),
    ]
    assert [ok for ok, *_ in judged(offline_page, fitting)] == [True] * len(fitting)
    for (told, *_), (ok, checks, where, *_) in zip(wrong, judged(offline_page, wrong)):
        assert (ok, failing(checks), where) == (False, "COMMITMENT", "previous"), told
    differences = both(offline_page, [*fitting, *wrong])
    assert not differences, "\n".join(differences)
