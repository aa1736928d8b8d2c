"""Accounts as people meet them: a first password, its policy ticked while typing, a refusal, a reset."""

import re

from playwright.sync_api import expect

from mingqian.accounts.models import User
from tests.e2e import browser as harness
from tests.factories.accounts import PASSWORD, make_user


def sign_in(page, username: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def sound(page) -> None:
    """No barrier at either width, nothing to scroll sideways."""
    for width in (harness.NARROW, harness.WIDE):
        page.set_viewport_size(width)
        assert not harness.barriers(page)
        assert harness.overflow(page) <= 0


def test_from_the_administrators_hands_to_a_password_of_ones_own(visitor, watch):
    watch.expect(422)
    admin = make_user("sysadmin", real_name="刘管理")
    page = visitor(admin, PASSWORD)
    page.goto("/users/new")
    page.get_by_role("button", name="新增并生成密码").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写账号")
    sound(page)
    page.get_by_label("账号").fill("zhaoli")
    page.get_by_label("姓名").fill("赵丽")
    page.get_by_label("角色").select_option("observer")
    page.get_by_role("button", name="新增并生成密码").click()
    first = page.locator("output").inner_text()
    sound(page)

    theirs = visitor()
    sign_in(theirs, "zhaoli", first)
    expect(theirs.get_by_text("请先设置自己的密码")).to_be_visible()
    theirs.goto("/audit/")
    expect(theirs).to_have_url(re.compile("/password$"))

    met = theirs.locator("#password-policy .met")
    theirs.get_by_label("原密码").fill(first)
    theirs.get_by_label("新密码", exact=False).first.fill("Short1")
    expect(met).to_have_count(3)
    expect(theirs.locator("[data-line=length-12]")).to_have_class("unmet")
    sound(theirs)
    theirs.locator("#id_new").fill("Yun-shan9-zhi-wai")
    theirs.locator("#id_again").fill("Yun-shan9-zhi")
    expect(theirs.locator("[data-line=again]")).to_have_class("unmet")
    theirs.get_by_role("button", name="修改密码").click()
    expect(theirs.get_by_role("alert")).to_contain_text("两次输入的新密码不一致")
    sound(theirs)

    theirs.locator("#id_old").fill(first)
    theirs.locator("#id_new").fill("Yun-shan9-zhi-wai")
    theirs.locator("#id_again").fill("Yun-shan9-zhi-wai")
    expect(met).to_have_count(5)
    theirs.get_by_role("button", name="修改密码").click()
    expect(theirs).to_have_url(re.compile("/$"))
    assert not User.objects.get(username="zhaoli").must_change


def test_guessing_ends_in_a_stop_that_says_how_long(visitor, watch):
    watch.expect(422, 429)
    user = make_user("observer")
    page = visitor()
    for _ in range(5):
        sign_in(page, user.username, "not this one")
        expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("请 15 分钟后再试")
    sound(page)


def test_a_reset_asks_first_and_ends_the_other_session(visitor):
    user, admin = make_user("observer", real_name="孙正"), make_user("sysadmin")
    theirs, page = visitor(user, PASSWORD), visitor(admin, PASSWORD)
    page.goto(f"/users/{user.pk}/")
    sound(page)
    page.get_by_role("button", name="重置密码").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    page.get_by_role("button", name="重置密码").click()
    expect(page.get_by_role("dialog")).to_contain_text("孙正")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("这个密码只显示这一次")).to_be_visible()
    theirs.goto("/")
    expect(theirs).to_have_url(re.compile("/login"))


def test_the_password_can_be_looked_at_before_it_is_sent(visitor):
    page = visitor()
    page.goto("/login")
    page.get_by_label("密码", exact=True).fill("look at me")
    page.get_by_role("button", name="显示密码").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_signing_in_works_without_scripts(visitor):
    user = make_user("observer")
    page = visitor(java_script_enabled=False)
    sign_in(page, user.username, PASSWORD)
    expect(page).to_have_url(re.compile(r"8?\d+/$"))
