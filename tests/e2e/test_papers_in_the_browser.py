"""A paper with names is made for a purpose; a wrong last moment for answers is put right on the page that set it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from mingqian.audit.models import Event
from mingqian.draws.queries.answer_links import last_moment
from mingqian.draws.services.deadline import moment_words
from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import make_cast
from tests.factories.invitations import link_for, released, seated

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.mark.slow
def test_a_sheet_with_names_is_one_tap_away_and_its_purpose_is_kept(visitor, watch) -> None:
    cast = make_cast(SIZES)
    released(cast)
    watch.expect(422)
    clerk = visitor(cast.clerk, PASSWORD)
    clerk.goto(f"/draws/{cast.application.number}/roster")
    clerk.get_by_role("link", name=re.compile(r"含姓名\s*的签到表")).click()
    clerk.get_by_label("其他用途").fill("签")
    clerk.get_by_role("button", name="生成 PDF").click()
    expect(clerk.locator(".field-error")).to_contain_text("请填写用途")
    expect(clerk.get_by_label("其他用途")).to_have_value("签")
    assert not harness.barriers(clerk)
    clerk.get_by_label("其他用途").fill("")
    clerk.get_by_label("会议现场签到").check()
    with clerk.expect_download() as sheet:
        clerk.get_by_role("button", name="生成 PDF").click()
    assert sheet.value.suggested_filename.endswith("签到表.pdf")
    assert Event.objects.get(action="draws.print_document").purpose == "会议现场签到"
    for width in (harness.NARROW, harness.WIDE):
        clerk.set_viewport_size(width)
        assert harness.overflow(clerk) <= 0


@pytest.mark.slow
def test_the_page_of_the_roster_prints_without_its_list(visitor) -> None:
    cast = make_cast(SIZES)
    person = seated(released(cast))
    clerk = visitor(cast.clerk, PASSWORD)
    clerk.goto(f"/draws/{cast.application.number}/roster")
    name = clerk.locator(".roster").get_by_text(person.expert.name, exact=True).first
    expect(name).to_be_visible()
    clerk.emulate_media(media="print")
    expect(name).to_be_hidden()


@pytest.mark.slow
def test_the_lead_corrects_the_last_moment_for_answers(visitor) -> None:
    cast = make_cast(SIZES)
    link_for(seated(released(cast)), cast.clerk)
    wanted = moment_words(last_moment(cast.application) - timedelta(days=1))
    lead = visitor(cast.lead, PASSWORD)
    lead.goto(f"/draws/{cast.application.number}/release")
    lead.get_by_label("新的答复截止时间").fill(wanted)
    lead.get_by_label("更正原因").fill("原截止时间填写有误")
    assert not harness.barriers(lead)
    lead.get_by_role("button", name="更正截止时间").click()
    expect(lead.get_by_text(f"答复截止时间已更正为 {wanted}")).to_be_visible()
    expect(lead.get_by_role("heading", name="此前的更正")).to_be_visible()
    for width in (harness.NARROW, harness.WIDE):
        lead.set_viewport_size(width)
        assert harness.overflow(lead) <= 0
