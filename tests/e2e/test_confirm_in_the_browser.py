"""Story 5 in a browser: an alternate moves up, a decline is taken back; and forty seats confirmed by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from mingqian.config.invariants import check_all
from mingqian.draws.models import Answer, Position, RosterEvent
from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD
from tests.factories.confirmations import again, drawn, seated, waiting

ARCHITECTURE = "建筑设计"


def open_page(visitor, user, roster, **options) -> Page:
    page = visitor(user, PASSWORD, **options)
    page.goto(f"/draws/{roster.draw.application.number}/confirm")
    return page


def tab(page: Page, label: str, count: int, *, within: float = 5_000):
    """The tab once it counts so many."""
    found = page.locator(".confirm .tabs a", has_text=label)
    expect(found.locator("span")).to_have_text(str(count), timeout=within)
    return found


def test_a_primary_declines_an_alternate_moves_up_and_the_decline_is_taken_back(
    visitor, watch
) -> None:
    watch.expect(422)
    cast, roster = drawn()
    person, first = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[0]
    page = open_page(visitor, cast.clerk, roster)
    page.get_by_role("link", name=person.expert.name).click()
    drawer = page.locator(".drawer")
    expect(drawer.get_by_text("抽中为正选")).to_be_visible()
    drawer.get_by_role("button", name="确认不参评").click()
    expect(drawer.get_by_text("按规则递补", exact=True)).to_be_visible()
    assert harness.barriers(page) == []
    drawer.get_by_role("button", name="登记不参评").click()
    expect(page.get_by_text("请选择不参评的理由")).to_be_visible()
    drawer.get_by_label("出差").check()
    drawer.get_by_role("button", name="登记不参评").click()
    expect(page.get_by_text(f"{first.expert.name}递补入席")).to_be_visible()
    tab(page, "不参评", 1).click()
    page.locator("[data-person]", has_text=person.expert.name).click()
    expect(drawer.get_by_text("席位由")).to_be_visible()
    drawer.get_by_role("button", name="移除").click()
    expect(drawer.get_by_text("恢复原席位")).to_be_visible()
    expect(drawer.get_by_text(first.expert.name).first).to_be_visible()
    drawer.get_by_label("恢复原席位").check()
    drawer.get_by_role("button", name="移除").click()
    tab(page, "不参评", 0)
    assert again(person).position == Position.SEATED
    assert again(first).position == Position.WAITING
    page.get_by_role("button", name="撤销").click()
    tab(page, "不参评", 1)
    assert again(first).position == Position.SEATED
    assert list(check_all()) == []


def test_forty_seats_are_confirmed_by_keyboard_alone(visitor) -> None:
    cast, roster = drawn(
        {"建筑设计": 40, "结构工程": 40, "给水排水": 40},
        seats={"建筑设计": 14, "结构工程": 13, "给水排水": 14},
    )
    people = seated(roster)
    assert len(people) == 41
    page = open_page(visitor, cast.clerk, roster)
    pressed = 0

    def press(keys: str) -> None:
        nonlocal pressed
        for one in keys.split():
            page.keyboard.press(one)
            pressed += 1

    # The second cannot be reached, the third cannot come, everybody else says yes.
    press("ArrowDown ArrowDown l")
    expect(page.locator(".drawer input:focus")).to_have_count(1)
    press("ArrowDown ArrowDown ArrowDown Enter")
    expect(page.get_by_text("已登记联系记录")).to_be_visible()
    press("ArrowDown n")
    expect(page.locator(".drawer .radio-grid input:focus")).to_have_count(1)
    press("ArrowDown Enter")
    tab(page, "不参评", 1)
    number = tab_count(page)
    # Typed ahead: keys wait for the answer before them.
    for _ in range(number):
        press("y")
    tab(page, "未确认", 0, within=110_000)
    assert pressed < 60
    answers = [again(each).answer for each in people]
    assert answers.count(Answer.DECLINED) == 1
    assert RosterEvent.objects.filter(kind="CONFIRM").count() == number
    assert RosterEvent.objects.filter(kind="CONTACT").count() == 1
    assert list(check_all()) == []


def tab_count(page: Page) -> int:
    return int(page.locator(".confirm .tabs a[aria-current] span").inner_text())


def test_ticks_filter_and_drawer_by_keyboard(visitor) -> None:
    cast, roster = drawn()
    page = open_page(visitor, cast.clerk, roster)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count] b")).to_have_text("2")
    page.keyboard.press("y")
    tab(page, "确认参评", 2)
    page.keyboard.press("/")
    page.keyboard.type("查无此人")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有符合条件的专家")).to_be_visible()
    page.goto(page.url.split("?")[0])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".drawer h2")).to_be_visible()
    name = page.locator(".drawer h2 a").inner_text()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".drawer h2 a")).not_to_have_text(name)
    page.keyboard.press("Escape")
    expect(page.locator(".drawer")).to_have_count(0)


def test_two_clerks_at_one_seat_and_the_second_is_told(visitor, watch) -> None:
    watch.expect(409)
    cast, roster = drawn()
    person = seated(roster)[0]
    first, second = (open_page(visitor, user, roster) for user in (cast.clerk, cast.lead))
    for page in (first, second):
        page.get_by_role("checkbox", name=f"选择 {person.expert.name}").check()
    first.locator(".confirm-bar").get_by_role("button", name="确认参评").click()
    tab(first, "确认参评", 1)
    second.locator(".confirm-bar").get_by_role("button", name="确认参评").click()
    expect(second.get_by_text(re.compile("答复已变为「确认参评」"))).to_be_visible()
    assert RosterEvent.objects.count() == 1


def test_everything_works_without_scripts(visitor) -> None:
    cast, roster = drawn()
    person = seated(roster, ARCHITECTURE)[0]
    page = open_page(visitor, cast.clerk, roster, java_script_enabled=False)
    page.get_by_role("checkbox", name=f"选择 {person.expert.name}").check()
    page.locator(".confirm-bar").get_by_role("button", name="确认不参评").click()
    page.get_by_label("出差").check()
    page.locator(".drawer").get_by_role("button", name="登记不参评").click()
    expect(page.get_by_text("递补入席")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert again(person).answer == Answer.UNCONFIRMED


def test_on_a_phone_nothing_scrolls_sideways_and_the_bar_is_at_hand(visitor) -> None:
    cast, roster = drawn()
    person = seated(roster)[0]
    page = open_page(visitor, cast.clerk, roster, narrow=True)
    assert harness.overflow(page) == 0
    assert harness.barriers(page) == []
    page.get_by_role("checkbox", name=f"选择 {person.expert.name}").check()
    page.locator(".confirm-bar").get_by_role("button", name="确认参评").click()
    tab(page, "确认参评", 1)
    page.get_by_role("link", name=seated(roster)[1].expert.name).click()
    expect(page.locator(".drawer h2")).to_be_visible()
    assert harness.overflow(page) == 0
    assert harness.barriers(page) == []
