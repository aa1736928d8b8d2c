"""Story 6 in a real browser: alternates are used up, the gap becomes a supplement, a stranger checks both draws."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mingqian.draws.models import DrawApplication
from mingqian.draws.queries.series import series_of
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import executed
from tests.factories.draws import code_of, refreshed
from tests.factories.supplements import make_roster, use_up

pytestmark = pytest.mark.e2e

PATIENT = 30_000


def test_the_gap_of_a_roster_becomes_a_supplement(server, visitor):
    cast, roster = make_roster()
    use_up(roster, cast)
    clerk = visitor(cast.clerk, PASSWORD)
    number = ask_for_the_gap(clerk, cast.application)
    fill_in_the_time(clerk, cast)
    submit(visitor(cast.lead, PASSWORD), number)
    approve(visitor(cast.reviewer, PASSWORD), number, cast.application.number)
    made = refreshed(DrawApplication.objects.get(matter__number=number))
    own = replace(cast, application=made, at=cast.at + timedelta(hours=1))
    draw = executed(own)
    assert series_of(roster).gap == 0
    clerk.goto("/supplements/")
    expect(clerk.get_by_text("没有缺席位的名单")).to_be_visible()
    stranger = visitor()
    stranger.goto(f"/verify/{draw.short_code}")
    expect(stranger.locator("#verdict")).to_contain_text("相符", timeout=PATIENT)
    expect(stranger.get_by_text("已一并核对").first).to_be_visible()
    stranger.get_by_role("link", name=str(roster.draw.short_code)).click()
    expect(stranger).to_have_url(re.compile(f"/verify/{roster.draw.short_code}$"))


def ask_for_the_gap(page: Page, first: DrawApplication) -> str:
    """From the menu to a numbered draft, pre-filled with the empty seat."""
    page.goto("/draws/")
    page.get_by_role("link", name="补充抽取申请", exact=True).click()
    row = page.get_by_role("row", name=re.compile(first.number))
    row.get_by_role("link", name="申请补充抽取").click()
    expect(page.get_by_text("建筑设计 1 席")).to_be_visible()
    page.get_by_role("button", name="建立草稿").click()
    page.wait_for_url(re.compile(r"/draws/BC-\d{4}-\d{4}/edit"))
    assert first.committee is not None
    seats = page.locator(f"#id_primary-{code_of(first.committee, '建筑设计')}")
    expect(seats).to_have_value("1")
    expect(page.locator("#s1")).to_contain_text(first.number)
    return re.search(r"BC-\d{4}-\d{4}", page.url)[0]  # type: ignore[index]


def fill_in_the_time(page: Page, cast) -> None:
    """The one thing that only the office knows; the draft saves itself."""
    at = (cast.at + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    moment = page.locator("#id_planned_draw_at")
    moment.fill(at)
    moment.press("Tab")
    expect(page.locator("#dock")).to_contain_text("可以提交", timeout=PATIENT)


def submit(page: Page, number: str) -> None:
    """The lead hands it in."""
    page.goto(f"/draws/{number}/edit")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("等待人社部门审核")).to_be_visible(timeout=PATIENT)


def approve(page: Page, number: str, first: str) -> None:
    """The reviewer sees which draw it supplements."""
    page.goto(f"/review/draws/{number}/")
    expect(page.locator("main")).to_contain_text(first)
    page.get_by_text("审核通过", exact=True).first.click()
    page.get_by_role("button", name="提交审核意见").click()
    expect(page.get_by_text("待抽取").first).to_be_visible(timeout=PATIENT)
