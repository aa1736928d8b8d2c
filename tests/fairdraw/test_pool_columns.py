"""Pools as columns: the same bytes as person by person, whatever stands in them, and few of them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdraw import Candidate, Exclusion, FairdrawError, Plan, Pool, Stratum, draw, solve
from fairdraw.canonical import _checked, canonical, clean_text, clean_texts, merkle_root

ROOT = Path(__file__).parents[2]
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=6).filter(
    str.strip
)
HASHES = st.sampled_from(["0" * 64, "f" * 64, "12" * 32])


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    """Candidates with every kind of text that may stand in a record."""
    ids = draw(st.lists(NAMES, max_size=12, unique_by=lambda name: clean_text(name, "id")))
    texts = st.sampled_from(draw(st.lists(NAMES, min_size=1, max_size=5)))
    made = []
    for name in ids:
        strata = {clean_text(s, "strata") for s in draw(st.sets(texts, max_size=3))}
        codes = draw(st.lists(st.sampled_from(["AGE", "LOAD", "X_1"]), unique=True, max_size=2))
        keys = draw(st.lists(texts, max_size=2, unique_by=lambda text: clean_text(text, "value")))
        made.append(
            Candidate(
                name,
                draw(st.none() | texts),
                tuple(strata),
                tuple(Exclusion(code, draw(HASHES)) for code in codes),
                tuple((key, draw(texts)) for key in keys),
            )
        )
    return made


@given(people(), st.randoms(use_true_random=False))
def test_every_way_to_make_a_pool_gives_the_same_bytes(
    made: list[Candidate], lot: random.Random
) -> None:
    general = [canonical(c.record()) for c in sorted(made, key=lambda c: c.id.encode())]
    lot.shuffle(made)
    pools = [Pool(made), Pool.from_records([c.record() for c in made])]
    for pool in pools:
        assert list(pool._leaves()) == general
        assert pool.root == merkle_root(general).hex()
        assert pool.canonical_records() == canonical(pool.records())
        assert pool.candidates == tuple(sorted(made, key=lambda c: c.id.encode()))
        assert pool.eligible == tuple(c for c in pool.candidates if not c.exclusions)
        assert pool.excluded == tuple(c for c in pool.candidates if c.exclusions)
        assert pool.eligible_count == len(pool.eligible)
        for place, person in enumerate(pool.candidates):
            assert pool.position(person.id) == place
            assert pool.is_eligible(place) == (not person.exclusions)
    assert Pool.from_records(pools[0].records()).records() == pools[1].records()


@given(people(), st.randoms(use_true_random=False))
def test_columns_are_the_same_people(made: list[Candidate], lot: random.Random) -> None:
    lot.shuffle(made)
    categories = sorted({key for c in made for key, _ in c.values})
    pool = Pool.from_columns(
        [c.id for c in made],
        [c.employer for c in made],
        [lot.choice((tuple, list, set))(c.strata) for c in made],
        exclusions=[[(e.code, e.evidence) for e in c.exclusions] for c in made],
        values={key: [dict(c.values).get(key) for c in made] for key in categories},
    )
    assert pool.root == Pool(made).root
    assert pool.candidates == Pool(made).candidates


def outcome(act: Callable[[], Any]) -> Any:
    """What an act returns, or the error it raises."""
    try:
        return act()
    except FairdrawError as error:
        return error.code, error.params


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**54), 2**54)
        | st.floats()
        | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.tuples(inner)
            | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_many_at_a_time_is_the_same_as_one_by_one(value: Any) -> None:
    def one_by_one() -> bytes:
        checked = _checked(value, "$")
        text = json.dumps(checked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()

    assert outcome(lambda: canonical(value)) == outcome(one_by_one)


@given(st.lists(st.text(max_size=5), max_size=6))
def test_texts_are_cleaned_together_as_alone(texts: list[str]) -> None:
    alone = outcome(lambda: [clean_text(text, "id") for text in texts])
    assert outcome(lambda: clean_texts(texts, "id")) == alone


TWO = (["a", "b"], ["x", None], [("s",), ("s",)])


@pytest.mark.parametrize(
    ("columns", "more", "code"),
    [
        ((["a", "a"], *TWO[1:]), {}, "CANDIDATE_TWICE"),
        ((["é", "e\u0301"], *TWO[1:]), {}, "CANDIDATE_TWICE"),
        ((["a"], *TWO[1:]), {}, "COLUMN_LENGTH"),
        ((TWO[0], ["x"], TWO[2]), {}, "COLUMN_LENGTH"),
        ((*TWO[:2], []), {}, "COLUMN_LENGTH"),
        (TWO, {"values": {"c": ["v"]}}, "COLUMN_LENGTH"),
        (TWO, {"exclusions": [()]}, "COLUMN_LENGTH"),
        (TWO, {"exclusions": [(("age", "0" * 64),), ()]}, "EXCLUSION_CODE_INVALID"),
        (TWO, {"exclusions": [(("AGE", "0" * 64), ("AGE", "1" * 64)), ()]}, "EXCLUSION_TWICE"),
        (TWO, {"exclusions": [(("AGE", "0"),), ()]}, "HASH_EXPECTED"),
        (TWO, {"exclusions": [("AGE",), ()]}, "PAIRS_EXPECTED"),
        (TWO, {"exclusions": ["AGE", ()]}, "PAIRS_EXPECTED"),
        (TWO, {"values": {"c": ["v", 3]}}, "TEXT_EXPECTED"),
        (TWO, {"values": {"é": ["v", "v"], "e\u0301": ["v", "v"]}}, "VALUE_TWICE"),
        ((["a", 7], *TWO[1:]), {}, "TEXT_EXPECTED"),
        ((["a", " "], *TWO[1:]), {}, "TEXT_MISSING"),
        ((["a", "b\u0000"], *TWO[1:]), {}, "TEXT_UNUSABLE"),
        ((["a", "\ud800"], *TWO[1:]), {}, "TEXT_UNUSABLE"),
        ((["a", "b" * 201], *TWO[1:]), {}, "TEXT_TOO_LONG"),
        ((TWO[0], ["x", ""], TWO[2]), {}, "TEXT_MISSING"),
        ((TWO[0], ["x", {}], TWO[2]), {}, "COLUMN_INVALID"),
        ((*TWO[:2], [("s",), "s"]), {}, "STRATA_EXPECTED"),
        ((*TWO[:2], [("s",), 5]), {}, "STRATA_EXPECTED"),
        ((*TWO[:2], [("s",), ("s", "s")]), {}, "STRATUM_TWICE"),
        ((*TWO[:2], [("s",), ({},)]), {}, "COLUMN_INVALID"),
    ],
)
def test_hostile_columns_are_refused_by_name(columns: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(FairdrawError) as raised:
        Pool.from_columns(*columns, **more)
    assert raised.value.code == code


def test_an_empty_pool_of_columns() -> None:
    pool = Pool.from_columns([], [], [], values={"c": []})
    assert (len(pool), pool.records(), pool.root) == (0, [], Pool([]).root)


def test_employers_of_equal_meaning_become_one() -> None:
    pool = Pool.from_columns(["a", "b"], ["é", "e\u0301"], [("t", "s"), ("s", "t")])
    assert (pool.employers.kinds, pool.strata.kinds) == (("é",), (("s", "t"),))
    assert pool.candidates[0].employer == pool.candidates[1].employer


def test_the_order_of_columns_decides_nothing() -> None:
    lot = random.Random(3)
    rows = [(f"p{i}", f"e{i % 40}", (f"s{i % 3}",)) for i in range(600)]
    strata = tuple(Stratum(f"s{i}", 5, 3) for i in range(3))
    plan = Plan(strata=strata, employer_cap=1)
    seen = set()
    for _ in range(3):
        lot.shuffle(rows)
        pool = Pool.from_columns(*map(list, zip(*rows)))
        solution = solve(pool, plan)
        result = draw(pool, plan, solution, bytes(32))
        seen.add((pool.root, solution.lottery_hash, result.panel, result.alternates))
    assert len(seen) == 1


PROGRAM = """
import resource
limit = 1 << 30
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
from fairdraw import Plan, Pool, Stratum, draw, solve
size = 1_000_000
pool = Pool.from_columns(
    [f"{n:064x}" for n in range(size)],
    [f"e{n * n % 8009:04}" for n in range(size)],
    [(f"s{n * 7 % 40:02}",) for n in range(size)],
)
plan = Plan(strata=tuple(Stratum(f"s{n:02}", 4, 2) for n in range(40)), employer_cap=CAP)
solution = solve(pool, plan)
result = draw(pool, plan, solution, bytes(32))
print(len(pool.root), solution.mode, len(result.panel), len(result.alternates))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is one of Linux")
@pytest.mark.parametrize(("cap", "mode"), [("None", "S"), ("2", "B")])
def test_a_million_people_fit_into_a_gigabyte(cap: str, mode: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("CAP", cap)],
        cwd=ROOT,
        env={"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"64 {mode} 160 80\n", done.stderr
