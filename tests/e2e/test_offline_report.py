"""The offline verifier as a citizen reads it: verdict, what is not proven, what to compare."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from fairdraw import Beacon, commit, derive_seed, draw, nonce_commitment, solve, transcript
from fairdraw import verify as python_verifier
from tests.e2e import browser as harness
from tests.e2e.offline import put
from tests.fairdraw.invented import NONCES
from tests.fairdraw.mutations import vector
from tests.fairdraw.test_previous import PLAN, pool_of, published, supplement
from tests.fairdraw.unfair import within_rounding


def with_beacon(beacon: Beacon, value: str) -> bytes:
    """A transcript without signatures, whose seed a public beacon took part in."""
    pool = pool_of([])
    solution = solve(pool, PLAN)
    parties = {party: nonce_commitment(nonce) for party, nonce in NONCES.items()}
    commitment = commit(pool, PLAN, solution, parties, beacon=beacon)
    result = draw(pool, PLAN, solution, derive_seed(commitment, NONCES, value))
    return transcript.build(pool, PLAN, solution, commitment, NONCES, result, beacon_value=value)


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


def test_the_page_takes_the_draw_before_as_a_second_file(offline_page: Page) -> None:
    page = offline_page
    first = published(pool_of([]), PLAN)
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
    expect(page.locator("#verdict-text")).to_contain_text("是否放错了那一份")
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
    expect(page.locator("#notes li")).to_have_text(["备选机会与同席组合已公布，未证明为最优"])
    put(page, "假.json", data.replace(b'"rank":2', b'"rank":3', 1))
    expect(page.locator("#compare")).to_be_hidden()
    put(page, "信标.json", with_beacon(Beacon("drand", "round 77"), "c0ffee"))
    expect(page.locator("#prints")).to_contain_text("drand · round 77c0ffee")
    expect(page.locator("#notes")).to_contain_text("文件未附签名")


def test_what_cannot_be_seen_is_written_out(offline_page: Page) -> None:
    page = offline_page
    beacon = Beacon("drand\u202e77 dnuor", "round\u2066 76")
    put(page, "信标.json", with_beacon(beacon, "c0ffee\u200b"))
    expect(page.locator("#verdict")).to_contain_text("全部 13 项相符")
    expect(page.locator("#prints")).to_contain_text("drand\\u202e77 dnuor · round\\u2066 76")
    expect(page.locator("#prints")).to_contain_text("c0ffee\\u200b")


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


def test_levels_that_only_rounding_keeps_in_their_brackets_are_told(offline_page: Page) -> None:
    page = offline_page
    put(page, "凭证.json", within_rounding())
    expect(page.locator("#verdict")).to_contain_text("名单确由本次抽取产生")
    step = page.locator('#proofs [data-code="CERTIFICATE"]')
    expect(step).to_contain_text("第 2 级起只在取整余量之内（类别 1）")
    note = page.locator('#notes [data-note="loose"]')
    expect(note).to_have_text("第 2 级起的机会只在取整余量之内，未逐级证明")
    page.locator("#tongue").click()
    expect(step).to_contain_text("from level 2 on only within rounding (type 1)")
    expect(note).to_contain_text("from level 2 on chances are only within rounding")


def test_the_product_serves_the_page_and_links_to_it(page: Page) -> None:
    page.goto("/verify")
    page.locator("nav a", has_text="离线验证页").click()
    expect(page.locator("h1")).to_have_text("自行验证一次抽取")
    put(page, "凭证.json", vector("flow"))
    expect(page.locator("#verdict")).to_contain_text("全部 14 项相符")
