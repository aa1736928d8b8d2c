"""Story 7: a roster with an even number of members is not locked, the article is cited; then the way to a lock and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mingqian.draws.services.answering import revert_seat
from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import executed, make_cast
from tests.factories.rosters import confirm, decline, seated, use_up_alternates


@pytest.mark.slow
def test_an_even_number_is_not_locked_and_the_article_cited(visitor) -> None:
    cast = make_cast({"建筑设计": 16, "结构工程": 16, "给水排水": 16})
    draw = executed(cast)
    use_up_alternates(draw, cast.clerk)
    confirm(draw, cast.clerk)
    address = f"/draws/{cast.application.number}/roster"
    lead = visitor(cast.lead, PASSWORD)
    lead.goto(address)
    lead.get_by_role("link", name="锁定名单").click()
    button = lead.get_by_role("button", name="锁定名单")
    expect(button).to_be_disabled()
    notice = lead.locator(f"#{button.get_attribute('aria-describedby')}")
    expect(notice).to_contain_text("委员人数应为单数：确认参评 14 人，是双数")
    expect(notice).to_contain_text("《职称评审管理暂行规定》(人社部令第40号)第九条")
    assert not harness.barriers(lead)

    # One more leaves: thirteen, an odd number; two seats stay empty, which asks for a reason.
    leaver = seated(draw)[0]
    revert_seat(leaver, by=cast.clerk)
    leaver.refresh_from_db()
    decline(leaver, cast.clerk)
    lead.reload()
    lead.get_by_label(re.compile("空缺：说明")).fill("备选已用尽，会期临近")
    lead.get_by_role("button", name="锁定名单").click()
    expect(lead.get_by_text("名单已锁定为第 1 版")).to_be_visible()
    lead.get_by_role("link", name="查看本版名单").click()
    expect(lead.get_by_role("heading", name=re.compile("名单第 1 版"))).to_be_visible()
    assert not harness.barriers(lead)

    reviewer = visitor(cast.reviewer, PASSWORD)
    reviewer.goto(f"/draws/{cast.application.number}/lock")
    reviewer.get_by_label(re.compile("理由")).fill("一名委员临时请假")
    reviewer.get_by_role("button", name="解除锁定").click()
    expect(reviewer.get_by_text("第 1 版已解除锁定")).to_be_visible()
    lead.goto(f"/draws/{cast.application.number}/lock")
    expect(lead.get_by_role("button", name="锁定名单")).to_be_enabled()
    for width in (harness.NARROW, harness.WIDE):
        lead.set_viewport_size(width)
        assert harness.overflow(lead) <= 0
