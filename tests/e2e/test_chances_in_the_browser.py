"""Chances, certificate and ways out in a real browser: by pointer, by keyboard, on a projector and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.ceremonies import executed, frozen, make_cast
from tests.factories.draws import code_of, make_application, make_ground, refreshed

pytestmark = pytest.mark.e2e
SCARCE = {"建筑设计": 16, "结构工程": 16, "给水排水": 8}


def open_page(visitor, user, address: str, **kwargs) -> Page:
    page = visitor(user, PASSWORD, **kwargs)
    page.goto(address)
    return page


def tip_of(run) -> str:
    """What a run of bars says while it is pointed at or focused; blank while it says nothing."""
    tip = run.locator(".tip text").first
    return tip.text_content() if tip.is_visible() else ""


def test_pointer_and_keyboard_tell_the_exact_chance_and_the_people(visitor, server):
    committee, clerk, _ = make_ground(SCARCE)
    application = make_application(committee, clerk)
    page = open_page(visitor, clerk, f"/draws/{application.number}/edit")
    page.locator("#dock").get_by_role("button", name="试抽取").click()
    expect(page.get_by_text("任何抽法都不可能让机会最小的人多于 5/16 ≈ 31.2%")).to_be_visible()
    runs = page.locator(".run-of-equals")
    assert [tip_of(run) for run in runs.all()] == ["", "", ""]
    runs.first.hover()
    expect(runs.first.locator(".tip")).to_be_visible()
    assert tip_of(runs.first) == "5/8 = 62.5%·8 人"
    runs.nth(1).focus()
    expect(runs.nth(1).locator(".tip")).to_be_visible()
    assert runs.nth(1).get_attribute("aria-label") == "5/16 ≈ 31.2%·16 人"
    page.get_by_text("以表格查看每一档机会与人数").click()
    expect(page.locator(".chart-table tbody tr")).to_have_count(3)


def test_a_way_out_is_taken_in_the_grid_and_taken_back(visitor, server):
    committee, clerk, _ = make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 6})
    application = make_application(committee, clerk)
    page = open_page(visitor, clerk, f"/draws/{application.number}/edit")
    why = page.locator(f"#why-{code_of(committee, '给水排水')}")
    why.get_by_role("button", name=re.compile("给水排水备选 3→1")).first.click()
    expect(page.locator(f"#id_alternate-{code_of(committee, '给水排水')}")).to_have_value("1")
    page.locator("#dock").get_by_role("button", name="撤销调整席位").click()
    expect(page.locator(f"#id_alternate-{code_of(committee, '给水排水')}")).to_have_value("3")
    quota = refreshed(application).quotas.get(specialty__name="给水排水")
    assert (quota.primary, quota.alternate) == (5, 3)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("state", [frozen, executed])
def test_the_picture_on_the_stage_and_the_record_has_no_barrier(visitor, server, state, narrow):
    cast = make_cast(SCARCE)
    state(cast)
    address = f"/draws/{cast.application.number}"
    page = open_page(visitor, cast.clerk, f"{address}/official", narrow=narrow)
    page.locator(".stage-chances > summary").click()
    expect(page.locator(".stage-chances figure")).to_have_count(3)
    found = harness.barriers(page)
    assert harness.overflow(page) == 0
    masked = page.locator(".extremes .who").first
    expect(masked).to_have_text(re.compile("^代号 "))
    page.get_by_role("button", name="投影遮名：开").click()
    expect(masked).not_to_have_text(re.compile("^代号 "))
    page.goto(f"{address}/")
    found += harness.barriers(page)
    assert harness.overflow(page) == 0
    assert found == []
