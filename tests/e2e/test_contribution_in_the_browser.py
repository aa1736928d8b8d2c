"""A party's number is made in the browser, stays in the tab, and leaves it at the reveal alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

import fairdraw
from mingqian.draws.models import Draw, Party
from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import Cast, frozen, give, make_cast, show

pytestmark = pytest.mark.e2e
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
KEPT = "() => Object.values(sessionStorage).filter((value) => /^[0-9a-f]{64}$/.test(value))"
# What the page computes over plain http from another machine, where browsers offer no WebCrypto.
NO_WEBCRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"


@pytest.fixture
def cast(server) -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def draw(cast) -> Draw:
    """Frozen, the office still to commit."""
    return frozen(cast)


def enter(visitor, cast: Cast, user, **options) -> Page:
    page = visitor(user, PASSWORD, **options)
    page.goto(f"/draws/{cast.application.number}/official")
    return page


def commit(page: Page, words: str = "") -> str:
    """The number that the tab keeps after its party has committed."""
    if words:
        page.get_by_label("加一段自己的文字（可不填）").fill(words)
    page.get_by_role("button", name="提交承诺").click()
    expect(page.get_by_role("heading", name="本方随机数", exact=True)).to_be_visible()
    (number,) = page.evaluate(KEPT)
    return number


@pytest.mark.parametrize("narrow", [False, True])
def test_commit_load_again_reveal_draw(visitor, cast, draw, narrow):
    page = enter(visitor, cast, cast.clerk, narrow=narrow)
    sent: list[str] = []

    def listen(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    page.on("request", listen)
    assert harness.barriers(page) == []
    assert harness.overflow(page) == 0
    number = commit(page, "今天的头版标题")
    made = draw.contributions.get(party=Party.OFFICE)
    assert made.commitment == fairdraw.nonce_commitment(bytes.fromhex(number))
    assert (made.self_held, made.nonce, made.nonce_sealed) == (True, "", None)
    page.reload()
    expect(page.get_by_role("heading", name="本方随机数", exact=True)).to_be_visible()
    digits = page.get_by_role("status", name="本方随机数")
    expect(digits).to_have_text(re.compile("^[• ]+$"))
    page.get_by_role("button", name="显示").click()
    expect(digits).to_have_text(" ".join(re.findall(".{8}", number)))
    assert harness.barriers(page) == []
    assert harness.overflow(page) == 0
    assert not [each for each in sent if number in each or "头版标题" in each]
    give(draw, cast.observer)
    give(draw, cast.reviewer)
    # Nobody loads the page again: it goes on by itself when the last party is in.
    expect(page.get_by_role("textbox", name="本方随机数")).to_have_value(number)
    expect(page.get_by_text("已由本标签页填入")).to_be_visible()
    assert harness.barriers(page) == []
    assert harness.overflow(page) == 0
    page.get_by_role("button", name="揭示", exact=True).press("Enter")
    expect(page.get_by_text("本方已揭示，等待其他各方")).to_be_visible()
    assert page.evaluate(KEPT) == []
    show(draw, cast.observer)
    show(draw, cast.reviewer)
    page.get_by_role("button", name="开始抽取").click()
    expect(page.get_by_role("button", name=re.compile("翻开下一签"))).to_be_visible()
    assert draw.contributions.get(party=Party.OFFICE).nonce == number


def test_leaving_with_a_number_that_is_nowhere_else_is_asked_about(visitor, cast, draw):
    page = enter(visitor, cast, cast.clerk)
    number = commit(page)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_role("button", name="显示").click()
    page.reload()
    assert asked == ["beforeunload"]
    # The page's own loading, when the last party is in, asks nothing; nor does the reveal.
    page.get_by_role("button", name="显示").click()
    give(draw, cast.observer)
    give(draw, cast.reviewer)
    field = page.get_by_role("textbox", name="本方随机数")
    expect(field).to_have_value(number)
    assert len(asked) == 1
    field.click()
    page.reload()
    assert len(asked) == 2
    page.get_by_role("button", name="揭示", exact=True).click()
    expect(page.get_by_text("本方已揭示，等待其他各方")).to_be_visible()
    page.get_by_role("main").click()
    page.reload()
    assert len(asked) == 2


def test_a_number_that_was_copied_lets_the_tab_go(visitor, cast, draw):
    page = enter(visitor, cast, cast.clerk)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    number = commit(page)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == number
    page.reload()
    page.get_by_role("button", name="显示").click()
    page.reload()
    assert asked == []


def test_a_number_that_the_tab_has_lost_is_pasted(visitor, watch, cast, draw):
    first = enter(visitor, cast, cast.observer)
    number = commit(first)
    first.close()
    give(draw, cast.clerk)
    give(draw, cast.reviewer)
    watch.expect(422)
    page = enter(visitor, cast, cast.observer)
    field = page.get_by_label("本方随机数")
    expect(field).to_have_value("")
    expect(page.get_by_text("找不到的，请告知评委会办公室")).to_be_visible()
    wrong = "ab" * 32
    field.fill(wrong)
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("与承诺不符")
    expect(field).to_have_value(wrong)
    expect(field).to_have_accessible_description(re.compile("与承诺不符"))
    expect(field).to_be_focused()
    assert harness.barriers(page) == []
    # Another party goes on meanwhile: what was typed stays, and loading the page again sends nothing twice.
    show(draw, cast.clerk)
    expect(page.locator(".party", has_text="评委会办公室")).to_contain_text("已揭示")
    expect(field).to_have_value(wrong)
    page.reload()
    expect(field).to_have_value("")
    field.fill(" ".join(re.findall(".{8}", number)))
    page.get_by_role("button", name="揭示", exact=True).click()
    expect(page.get_by_text("本方已揭示，等待其他各方")).to_be_visible()
    assert draw.contributions.get(party=Party.OBSERVER).nonce == number


def test_a_refused_commitment_is_told_at_its_field(visitor, watch, cast, draw):
    used = give(draw, cast.clerk).commitment
    watch.expect(422)
    page = enter(visitor, cast, cast.observer)
    page.get_by_role("radio", name=re.compile("在别处生成")).check()
    field = page.get_by_label("承诺值", exact=True)
    field.fill(used)
    page.get_by_role("button", name="提交承诺").click()
    expect(page.get_by_role("alert")).to_contain_text("只能使用一次")
    expect(field).to_have_value(used)
    number = b"elsewhere" * 4
    field.fill(fairdraw.nonce_commitment(number))
    field.press("Enter")
    expect(page.get_by_text("本方承诺已提交，等待其他各方")).to_be_visible()
    # This tab has nothing to keep.
    expect(page.get_by_role("heading", name="本方随机数", exact=True)).to_be_hidden()
    assert page.evaluate(KEPT) == []


def test_an_answer_that_was_lost_does_not_make_a_second_number(visitor, cast, draw):
    page = enter(visitor, cast, cast.clerk)
    address = f"**/draws/{cast.application.number}/official/contribute"
    page.route(address, lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="提交承诺").click()
    page.wait_for_function(f"() => ({KEPT})().length === 1")
    (number,) = page.evaluate(KEPT)
    page.unroute(address)
    page.goto(f"/draws/{cast.application.number}/official")
    assert commit(page) == number


def test_what_is_typed_stays_while_others_commit(visitor, cast, draw):
    page = enter(visitor, cast, cast.clerk)
    words = page.get_by_label("加一段自己的文字（可不填）")
    words.fill("正在输入")
    give(draw, cast.observer)
    expect(page.locator(".party", has_text="监督人员")).to_contain_text("已承诺")
    expect(words).to_have_value("正在输入")


def test_without_a_script_a_commitment_from_elsewhere_is_handed_in(visitor, cast, draw):
    page = enter(visitor, cast, cast.clerk, java_script_enabled=False)
    expect(page.get_by_text("由本设备生成")).to_have_count(1)
    expect(page.get_by_text("由本设备生成")).to_be_hidden()
    number = b"paper and pencil"
    page.get_by_label("承诺值", exact=True).fill(fairdraw.nonce_commitment(number))
    page.get_by_role("button", name="提交承诺").click()
    expect(page.get_by_text("本方承诺已提交，等待其他各方")).to_be_visible()
    give(draw, cast.observer)
    give(draw, cast.reviewer)
    page.reload()
    page.get_by_label("本方随机数").fill(number.hex())
    page.get_by_role("button", name="揭示", exact=True).click()
    expect(page.get_by_text("本方已揭示，等待其他各方")).to_be_visible()


def test_browser_and_program_compute_the_same_with_and_without_webcrypto(visitor, cast, draw):
    digits = ["".join(f"{(i * 7 + n) % 256:02x}" for i in range(n)) for n in (16, 32, 36, 64)]
    expected = [fairdraw.nonce_commitment(bytes.fromhex(each)) for each in digits]
    script = """async (numbers) => {
        const { commitmentOf, fromHex, sha256, sha256ByHand, toHex } = await import('/static/draws/js/nonce.js');
        for (let length = 0; length < 200; length++) {
            const bytes = crypto.getRandomValues(new Uint8Array(length));
            if (toHex(await sha256(bytes)) !== toHex(sha256ByHand(bytes))) throw new Error(String(length));
        }
        return Promise.all(numbers.map((number) => commitmentOf(fromHex(number))));
    }"""
    page = enter(visitor, cast, cast.clerk)
    assert page.evaluate("() => Boolean(crypto.subtle)")
    assert page.evaluate(script, digits) == expected
    page.add_init_script(NO_WEBCRYPTO)
    page.reload()
    assert not page.evaluate("() => Boolean(crypto.subtle)")
    assert page.evaluate(script, digits) == expected
    number = commit(page, "没有 WebCrypto 也一样")
    made = draw.contributions.get(party=Party.OFFICE)
    assert made.commitment == fairdraw.nonce_commitment(bytes.fromhex(number))
