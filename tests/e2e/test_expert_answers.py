"""An expert answers on a phone, with and without scripts; the office releases, writes, and sees the answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import Cast, make_cast
from tests.factories.invitations import drawn_roster, link_for, released, seated, standing_of

pytestmark = pytest.mark.e2e
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast(server) -> Cast:
    return make_cast(SIZES)


def sound(page: Page) -> None:
    """No barrier, nothing too wide, at both widths."""
    before = page.viewport_size
    assert before is not None
    for width in (harness.NARROW, harness.WIDE):
        page.set_viewport_size(width)
        assert harness.barriers(page) == []
        assert harness.overflow(page) == 0
    page.set_viewport_size(before)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_is_enough_to_answer_and_to_change_ones_mind(visitor, cast, scripts):
    person = seated(released(cast))
    token = link_for(person, cast.clerk)
    page = visitor(narrow=True, java_script_enabled=scripts)
    page.goto(f"/answer/{token}")
    if scripts:
        sound(page)
    page.get_by_role("radio", name="参评", exact=True).check()
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_role("heading", name="更改答复")).to_be_visible()
    assert standing_of(person).answer == "PARTICIPATING"
    page.get_by_role("radio", name="不参评", exact=True).check()
    page.get_by_label("不参评的理由").select_option(label="出差")
    page.get_by_label("补充说明").fill("人在省外")
    page.get_by_role("button", name="更改答复").click()
    expect(page.get_by_text("不参评·出差·人在省外")).to_be_visible()
    held = standing_of(person)
    assert (held.answer, held.channel) == ("DECLINED", "LINK")
    if scripts:
        sound(page)


def test_a_mistake_is_told_at_its_field_and_a_wrong_link_tells_nothing(visitor, watch, cast):
    token = link_for(seated(released(cast)), cast.clerk)
    page = visitor(narrow=True)
    watch.expect(422)
    page.goto(f"/answer/{token}")
    page.get_by_role("radio", name="不参评", exact=True).check()
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_text("请选择不参评的理由。")).to_be_visible()
    sound(page)
    watch.expect(404)
    page.goto("/answer/guessed")
    expect(page.get_by_role("heading", name="这个链接不能使用")).to_be_visible()
    sound(page)


def test_the_office_releases_writes_and_sees_the_answer(visitor, cast):
    roster = drawn_roster(cast)
    number = cast.application.number
    lead = visitor(cast.lead, PASSWORD)
    lead.goto(f"/draws/{number}/release")
    sound(lead)
    lead.get_by_role("button", name="发布名单").click()
    expect(lead.get_by_text("名单已发布，可以通知专家。")).to_be_visible()
    sound(lead)
    lead.get_by_role("button", name="写参评通知").click()
    expect(lead.get_by_text("发送时为每位专家生成各自的链接")).to_be_visible()
    sound(lead)
    lead.get_by_role("button", name="写好放进发件箱").click()
    expect(lead.get_by_text("已写好 15 份参评通知")).to_be_visible()
    sound(lead)
    lead.get_by_role("link", name="阅读").first.click()
    address = lead.locator(".letter").inner_text().split("打开链接答复能否参评：")[1].split()[0]
    sound(lead)
    lead.get_by_role("button", name="登记已发送").click()
    expect(lead.get_by_text("已登记 1 份为已发送。")).to_be_visible()
    expert = visitor(narrow=True)
    expert.goto(address)
    expert.get_by_role("radio", name="参评", exact=True).check()
    expert.get_by_role("button", name="提交答复").click()
    expect(expert.get_by_role("heading", name="更改答复")).to_be_visible()
    lead.reload()
    expect(lead.get_by_text("确认参评（答复链接）")).to_be_visible()
    assert roster.standings.filter(channel="LINK", answer="PARTICIPATING").count() == 1
    lead.goto(f"/draws/{number}/reschedule")
    sound(lead)


def test_those_ticked_are_sent_their_links(visitor, cast):
    roster = released(cast)
    page = visitor(cast.clerk, PASSWORD)
    page.goto(f"/draws/{cast.application.number}/confirm")
    sound(page)
    page.locator("tbody input[name=row]").first.check()
    page.get_by_role("button", name="发送答复链接").click()
    expect(page.get_by_role("heading", name="参评通知")).to_be_visible()
    page.get_by_role("button", name="写好放进发件箱").click()
    expect(page.get_by_text("已写好 1 份参评通知")).to_be_visible()
    assert roster.messages.count() == 1
