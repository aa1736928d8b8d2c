"""The offline verifier in a real browser: from a file, without a network, of one mind with verify.py."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fairdraw import (
    Beacon,
    Member,
    Plan,
    Pool,
    commit,
    derive_seed,
    draw,
    nonce_commitment,
    solve,
    transcript,
)
from fairdraw import verify as python_verifier
from mingqian.draws import offline
from tests.e2e import browser as harness
from tests.fairdraw.invented import NONCES, mixed_pool, person, plan_of, whole_draw
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
from tests.fairdraw.test_vectors import NAMES

#: What was done, the transcript, and the one of the draw before if it is to be looked at.
Case = tuple[str, bytes] | tuple[str, bytes, bytes]

JUDGE = """async (files) => {
  const told = [];
  const bytes = (text) => text === null ? null : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  for (const [file, previous] of files) {
    const report = await verify(bytes(file), { previous: bytes(previous) });
    const failed = report.checks.find((check) => check.ok === false);
    const { full, proven } = report.draw.facts;
    told.push([report.ok, report.checks.map((check) => [check.code, check.ok]), failed ? failed.where : "", full, proven]);
  }
  return told;
}"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as somebody saves it."""
    path = tmp_path_factory.mktemp("saved") / "offline.html"
    path.write_bytes(offline.page())
    return path


@pytest.fixture
def offline_page(_browser: Browser, saved: Path, watch: harness.Watch) -> Iterator[Page]:
    """The saved page opened from the disk; anything it asks of a network fails the test."""
    asked: list[str] = []
    context = _browser.new_context(viewport=harness.WIDE, locale="zh-CN")
    watch.on(context)
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(saved.as_uri())
    yield page
    context.close()
    assert asked == [saved.as_uri()]


def judged(page: Page, cases: Sequence[Case]) -> list[Any]:
    """What the page makes of each: verdict, steps, the place of a failure, two facts."""
    coded = [[base64.b64encode(data).decode() for data in case[1:]] for case in cases]
    return list(page.evaluate(JUDGE, [[*texts, None][:2] for texts in coded]))


def both(page: Page, cases: Sequence[Case]) -> list[str]:
    """Where the two verifiers differ in a verdict, a step, a fact, or the place of a failure."""
    wrong = []
    for some in batched(cases, 60):
        for (told, *files), (ok, checks, where, *facts) in zip(some, judged(page, some)):
            report = python_verifier.verify(*files)
            here = [[check.code, check.ok] for check in report.checks]
            if (ok, checks) != (report.ok, here):
                wrong.append(f"{told}: {_failing(checks)}, verify.py {_failing(here)}")
            elif where != (place := _place(report)) and "FORMAT" not in _failing(here):
                wrong.append(f"{told}: at {where}, verify.py at {place}")
            elif ok and facts != [report.facts[name] for name in ("full", "proven")]:
                wrong.append(f"{told}: {facts}, verify.py {report.facts}")
    return wrong


def _failing(checks: list[list[Any]]) -> str:
    return next((code for code, ok in checks if ok is False), "nothing fails")


def _place(report: Any) -> str:
    return next((check.where for check in report.checks if check.ok is False), "")


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


def put(page: Page, name: str, data: bytes, *, field: str = "file") -> None:
    """Choose a file and wait for the verdict. ``field``: "file", or "earlier" for the draw before."""
    file = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator(f"#{field}").set_input_files(file)
    expect(page.locator({"file": "#filename", "earlier": "#earlier-name"}[field])).to_have_text(
        name
    )
    expect(page.locator("#working")).to_be_hidden()


def test_a_citizen_reads_the_verdict_and_looks_somebody_up(offline_page: Page) -> None:
    page = offline_page
    data = vector("general")
    document = json.loads(data)
    put(page, "凭证.json", data)
    expect(page.locator("#verdict")).to_have_text("全部 14 项相符，名单确由本次抽取产生")
    expect(page.locator("#proofs li.ok")).to_have_count(14)
    seat = document["panel"][0]
    page.locator("#wanted").fill(seat["id"])
    page.locator("#wanted").press("Enter")
    expect(page.locator("#found")).to_contain_text(f"抽中 {seat['stratum']} 正选第 1 席")
    page.locator("#everybody").click()
    chances = {
        person: str(chance)
        for ids, chance in python_verifier.verify(data).chances
        for person in ids
    }
    rows = page.locator("#table tbody tr")
    shown = {row[0]: row[2] for row in (text.split("\t") for text in rows.all_inner_texts())}
    assert shown == chances
    assert harness.barriers(page) == []
    assert harness.overflow(page) == 0


def test_a_changed_file_is_named_with_step_and_place_in_both_languages(offline_page: Page) -> None:
    page = offline_page
    page.set_viewport_size(harness.NARROW)
    put(page, "假.json", vector("groups").replace(b'"rank":2', b'"rank":3', 1))
    expect(page.locator("#verdict")).to_contain_text("第 11 步")
    failed = page.locator("#proofs li.failed")
    expect(failed).to_have_attribute("data-code", "PANEL")
    expect(failed.locator("ins")).to_have_text("2")
    expect(failed.locator("del")).to_have_text("3")
    expect(failed).to_contain_text("panel[1].rank")
    assert harness.barriers(page) == []
    assert harness.overflow(page) == 0
    page.locator("#tongue").click()
    expect(page.locator("#verdict")).to_have_text("Step 11 failed: every primary recomputed")
    assert harness.overflow(page) == 0
    put(page, "x.json", b"{")
    expect(page.locator("#verdict")).to_have_text("The file cannot be read")


def drawn(pool: Pool, plan: Plan, beacon_value: str | None = None, **promised: Any) -> bytes:
    """A transcript whose commitment names more: the draw before, refusals, a beacon."""
    solution = solve(pool, plan)
    parties = {party: nonce_commitment(nonce) for party, nonce in NONCES.items()}
    commitment = commit(pool, plan, solution, parties, **promised)
    result = draw(pool, plan, solution, derive_seed(commitment, NONCES, beacon_value))
    return transcript.build(
        pool, plan, solution, commitment, NONCES, result, beacon_value=beacon_value
    )


PEOPLE = [f"p{i:02}" for i in range(24)]


def first_draw() -> bytes:
    """Three primaries and two alternates."""
    return drawn(Pool(person(name, name, "s") for name in PEOPLE), plan_of({"s": (3, 2)}))


def supplement(
    first: bytes, *, prefix: str = "", again: str = "", refused: str = "", kept: str = ""
) -> bytes:
    """One more seat after the first of three refused; what else is wrong with it, if anything.

    ``prefix``: new ids for everybody. ``again``: who was drawn and yet is eligible. ``refused`` and
    ``kept``: who is said to have refused or been kept without having been drawn.
    """
    before = json.loads(first)
    gone, *sitting = (seat["id"] for seat in before["panel"])
    out = {gone, *sitting, *(seat["id"] for seat in before["alternates"]), refused, kept} - {again}
    pool = Pool(
        person(prefix + name, name, "s", out=("DRAWN",) if name in out else ()) for name in PEOPLE
    )
    members = tuple(Member(prefix + name, name, "s") for name in [*sitting, kept] if name)
    plan = plan_of({"s": (1, 1)}, kept=members)
    refusals = [prefix + name for name in (gone, refused) if name]
    return drawn(pool, plan, previous=before["digest"], refusals=refusals)


def test_both_look_at_the_draw_before(offline_page: Page) -> None:
    first = first_draw()
    seats = json.loads(first)
    alternate = seats["alternates"][0]["id"]
    named = {seat["id"] for seat in seats["panel"] + seats["alternates"]}
    stranger = next(name for name in PEOPLE if name not in named)
    honest = supplement(first)
    everybody = Pool(person(name, name, "s") for name in PEOPLE)
    repeated = drawn(everybody, plan_of({"s": (3, 2)}), previous=seats["digest"])
    fitting: list[Case] = [
        ("not looked at", honest),
        ("honest", honest, first),
        ("new ids", supplement(first, prefix="x", again=alternate), first),
        ("repeated after the first was declared void", repeated, first),
    ]
    wrong: list[Case] = [
        ("another draw", honest, vector("strata")),
        ("no draw before", vector("strata"), first),
        ("the draw before is forged", honest, first.replace(b'"rank":2', b'"rank":3', 1)),
        ("the draw before is no transcript", honest, b"{"),
        ("drawn again", supplement(first, again=alternate), first),
        ("refused without being drawn", supplement(first, refused=stranger), first),
        ("kept without being drawn", supplement(first, kept=stranger), first),
    ]
    assert [ok for ok, *_ in judged(offline_page, fitting)] == [True] * len(fitting)
    for (told, *_), (ok, checks, where, *_) in zip(wrong, judged(offline_page, wrong)):
        assert (ok, _failing(checks), where) == (False, "COMMITMENT", "previous"), told
    differences = both(offline_page, [*fitting, *wrong])
    assert not differences, "\n".join(differences)


def test_the_page_takes_the_draw_before_as_a_second_file(offline_page: Page) -> None:
    page = offline_page
    first = first_draw()
    put(page, "补抽.json", supplement(first))
    notes = page.locator("#notes")
    expect(notes).to_contain_text("未核对上一次抽取的公示文件")
    digest = json.loads(first)["digest"]
    expect(page.locator("#prints")).to_contain_text("上一次抽取的凭证指纹")
    put(page, "首抽.json", first, field="earlier")
    expect(notes).to_contain_text("上一次抽取的公示文件已核对")
    expect(page.locator("#verdict")).to_contain_text("全部 13 项相符")
    hashes = page.locator("#prints .hash").all_inner_texts()
    assert digest in ["".join(text.split()).lower() for text in hashes]
    assert harness.barriers(page) == []
    put(page, "别的.json", vector("flow"), field="earlier")
    expect(page.locator("#verdict")).to_contain_text("第 5 步")
    expect(page.locator("#compare")).to_be_hidden()
    page.locator("#without-earlier").click()
    expect(notes).to_contain_text("未核对上一次抽取的公示文件")
    put(page, "凭证.json", vector("flow"))
    expect(page.locator("#notes")).to_be_hidden()


def test_what_is_to_be_compared_stands_below_a_verdict_that_fits(offline_page: Page) -> None:
    page = offline_page
    data = vector("quotas")
    document = json.loads(data)
    put(page, "凭证.json", data)
    hashes = page.locator("#prints .hash").all_inner_texts()
    assert ["".join(text.split()).lower() for text in hashes] == [
        document["digest"],
        document["signatures"][0]["public_key"],
    ]
    expect(page.locator("#notes li")).to_have_text(["备选机会已公布，未证明为最高"])
    put(page, "假.json", data.replace(b'"rank":2', b'"rank":3', 1))
    expect(page.locator("#compare")).to_be_hidden()
    pool = Pool(person(name, name, "s") for name in PEOPLE)
    beacon = Beacon("drand", "round 77")
    put(page, "信标.json", drawn(pool, plan_of({"s": (2, 1)}), "c0ffee", beacon=beacon))
    expect(page.locator("#prints")).to_contain_text("drand · round 77c0ffee")
    expect(page.locator("#notes")).to_contain_text("文件未附签名")


def test_a_smallest_chance_that_is_not_proven_is_not_shown_green(offline_page: Page) -> None:
    page = offline_page
    put(page, "凭证.json", vector("columns"))
    expect(page.locator("#verdict")).to_have_text("全部 14 项相符，但最低机会未获证明")
    expect(page.locator("#banner")).to_have_class("banner partly")
    expect(page.locator("#proofs li.ok")).to_have_count(13)
    unproven = page.locator("#proofs li.partly")
    expect(unproven).to_have_attribute("data-code", "CERTIFICATE")
    facts = python_verifier.verify(vector("columns")).facts
    bound = "/".join(map(str, facts["bound"]))
    expect(unproven).to_contain_text(f"实际最低 0，而任何抽法都不超过 {bound}")
    expect(page.locator("#fairness-text")).to_contain_text("本凭证未能证明")
    assert harness.barriers(page) == []
    page.locator("#tongue").click()
    expect(page.locator("#verdict")).to_contain_text("NOT PROVEN")


def test_the_product_serves_the_page_and_links_to_it(page: Page) -> None:
    page.goto("/verify")
    page.locator("nav a", has_text="离线验证页").click()
    expect(page.locator("h1")).to_have_text("自行验证一次抽取")
    put(page, "凭证.json", vector("flow"))
    expect(page.locator("#verdict")).to_contain_text("全部 14 项相符")
