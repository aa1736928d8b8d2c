"""The offline verifier in a real browser: from a file, without a network, of one mind with verify.py."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fairdraw import verify as python_verifier
from mingqian.draws import offline
from tests.e2e import browser as harness
from tests.fairdraw.mutations import LOTTERY_FORGERIES, SUBJECTS, malformed, mutations, vector
from tests.fairdraw.sealing import forged
from tests.fairdraw.test_vectors import NAMES

JUDGE = """async (files) => {
  const told = [];
  for (const file of files) {
    const report = await verify(Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0)));
    const failed = report.checks.find((check) => check.ok === false);
    told.push([report.ok, report.checks.map((check) => [check.code, check.ok]), failed ? failed.where : ""]);
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


def both(page: Page, files: list[tuple[str, bytes]]) -> list[str]:
    """Where the two verifiers differ in a verdict, a step, or the place of a failure."""
    wrong = []
    for some in batched(files, 60):
        answers = page.evaluate(JUDGE, [base64.b64encode(data).decode() for _, data in some])
        for (told, data), (ok, checks, where) in zip(some, answers):
            report = python_verifier.verify(data)
            here = [[check.code, check.ok] for check in report.checks]
            if (ok, checks) != (report.ok, here):
                wrong.append(f"{told}: {_failing(checks)}, verify.py {_failing(here)}")
            elif where != (place := _place(report)) and "FORMAT" not in _failing(here):
                wrong.append(f"{told}: at {where}, verify.py at {place}")
    return wrong


def _failing(checks: list[list[Any]]) -> str:
    return next((code for code, ok in checks if ok is False), "nothing fails")


def _place(report: Any) -> str:
    return next((check.where for check in report.checks if check.ok is False), "")


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_accepted_by_both(offline_page: Page, name: str) -> None:
    ((ok, checks, _),) = offline_page.evaluate(JUDGE, [base64.b64encode(vector(name)).decode()])
    assert ok
    assert all(fits for _, fits in checks)


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_changed_field_fails_at_the_same_step(offline_page: Page, name: str) -> None:
    wrong = both(offline_page, list(mutations(name)))
    assert not wrong, "\n".join(wrong)


def test_forged_lotteries_fail_at_the_same_step(offline_page: Page) -> None:
    data = vector("quotas")
    files = [
        (f"forgery {i}, {code}", forged(data, change))
        for i, (code, change) in enumerate(LOTTERY_FORGERIES)
    ]
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


def put(page: Page, name: str, data: bytes) -> None:
    """Choose a file and wait for the verdict."""
    file = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator("#file").set_input_files(file)
    expect(page.locator("#filename")).to_have_text(name)
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


def test_the_product_serves_the_page_and_links_to_it(page: Page) -> None:
    page.goto("/verify")
    page.locator("nav a", has_text="离线验证页").click()
    expect(page.locator("h1")).to_have_text("自行验证一次抽取")
    put(page, "凭证.json", vector("flow"))
    expect(page.locator("#verdict")).to_contain_text("全部 14 项相符")
