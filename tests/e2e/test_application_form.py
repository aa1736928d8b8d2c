"""The form of an application in a real browser: a spreadsheet, a draft that saves itself, two editors."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.draws import code_of, make_application, make_ground, refreshed

pytestmark = pytest.mark.e2e

PATIENT = 30_000
PASTE = """(text) => {
    const cell = document.activeElement;
    const data = new DataTransfer();
    data.setData("text/plain", text);
    cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def ground(server):
    return make_ground({"建筑设计": 12, "结构工程": 12, "给水排水": 6})


@pytest.fixture
def application(ground):
    committee, clerk, _ = ground
    return make_application(committee, clerk)


def open_form(visitor, user, application, **kwargs) -> Page:
    page = visitor(user, PASSWORD, **kwargs)
    page.goto(f"/draws/{application.number}/edit")
    return page


def cell(page: Page, committee, name: str, column: str = "primary"):
    return page.locator(f"#id_{column}-{code_of(committee, name)}")


def test_the_grid_is_a_spreadsheet(visitor, ground, application):
    committee, clerk, _ = ground
    page = open_form(visitor, clerk, application)
    cell(page, committee, "建筑设计").click()
    page.keyboard.type("4")
    expect(cell(page, committee, "建筑设计", "alternate")).to_have_value("2")
    expect(page.locator("[data-total='all:primary']")).to_have_text("14")
    page.keyboard.press("ArrowDown")
    expect(cell(page, committee, "结构工程")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell(page, committee, "给水排水")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("ArrowRight")
    expect(cell(page, committee, "结构工程", "alternate")).to_be_focused()
    cell(page, committee, "建筑设计").click()
    page.evaluate(PASTE, "7\t３\t甲\n5\t2\n3\t1\t丙\n")
    expect(cell(page, committee, "建筑设计", "alternate")).to_have_value("3")
    expect(cell(page, committee, "给水排水")).to_have_value("3")
    expect(page.locator(f"#id_note-{code_of(committee, '给水排水')}")).to_have_value("丙")


def test_a_closed_browser_loses_nothing(visitor, ground, application):
    committee, clerk, _ = ground
    page = open_form(visitor, clerk, application)
    page.locator("#id_handler_phone").fill("123")
    cell(page, committee, "给水排水").fill("9")
    cell(page, committee, "给水排水").press("Tab")
    why = page.locator(f"#why-{code_of(committee, '给水排水')}")
    expect(why).to_contain_text("少于需要的 14 人", timeout=PATIENT)
    expect(page.locator("#id_handler_phone-field")).to_contain_text("请填写 11 位手机号")
    page.context.close()
    page = open_form(visitor, clerk, application)
    expect(page.locator("#id_handler_phone")).to_have_value("123")
    expect(cell(page, committee, "给水排水")).to_have_value("9")
    why = page.locator(f"#why-{code_of(committee, '给水排水')}")
    why.get_by_role("button", name="正选改为 6 人、备选改为 0 人").click()
    expect(cell(page, committee, "给水排水")).to_have_value("6")
    assert refreshed(application).quotas.get(specialty__name="给水排水").primary == 6


def test_the_second_editor_is_told_and_chooses(visitor, watch, ground, application):
    _, clerk, lead = ground
    watch.expect(409)
    first = open_form(visitor, clerk, application)
    second = open_form(visitor, lead, application)
    first.locator("#id_place").fill("甲地")
    first.locator("#id_place").press("Tab")
    expect(first.locator("#dock")).to_contain_text("已于")
    first.wait_for_function("() => !document.getElementById('application-form').dataset.changed")
    second.locator("#id_place").fill("乙地")
    second.locator("#id_place").press("Tab")
    expect(second.locator("#conflict")).to_contain_text(clerk.real_name, timeout=PATIENT)
    second.locator("#dock").get_by_role("button", name="保存草稿").click()
    expect(second.locator("h1")).to_contain_text("内容已被他人修改")
    expect(second.locator("table")).to_contain_text("甲地")
    expect(second.locator("table")).to_contain_text("乙地")
    second.get_by_role("button", name="以我填写的为准保存").click()
    expect(second.locator("#id_place")).to_have_value("乙地")


def test_people_are_picked_and_the_way_is_changed(visitor, ground, application):
    _, clerk, _ = ground
    page = open_form(visitor, clerk, application)
    field = page.locator(".field:has(#id_experts)")
    field.locator(".ts-control input").click()
    field.locator(".ts-dropdown .option").first.click()
    expect(page.locator("#avoided-people")).to_have_text(re.compile("共涉及 1 名"), timeout=PATIENT)
    page.keyboard.press("Escape")
    page.locator("#designated .ts-control input").click()
    page.locator("#designated .ts-dropdown .option").nth(3).click()
    expect(page.locator(".picked li")).to_have_count(1, timeout=PATIENT)
    page.locator("label", has_text="不按学科组").first.click()
    expect(page.locator("#s3-head")).to_have_text("抽取人数", timeout=PATIENT)


@pytest.mark.parametrize("narrow", [False, True])
def test_form_trial_and_detail_have_no_barrier(visitor, ground, application, narrow):
    committee, clerk, _ = ground
    page = open_form(visitor, clerk, application, narrow=narrow)
    cell(page, committee, "给水排水").fill("30")
    page.locator("#dock").get_by_role("button", name="试抽取").click()
    expect(page.get_by_role("heading", name=re.compile("暂不能抽取"))).to_be_visible()
    found = []
    for address in ("trial", "edit", "", "removals"):
        page.goto(f"/draws/{application.number}/{address}")
        found += harness.barriers(page)
        assert harness.overflow(page) == 0, address
    assert not found
