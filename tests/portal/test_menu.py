"""The menu: the manual's tree by role, current entry, breadcrumb, search by pinyin initials."""

from __future__ import annotations

import pytest

from mingqian.accounts.roles import PERMISSIONS, Role
from mingqian.portal import menu
from mingqian.portal.menu import find, leaves, menu_of, trail_of
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def titles(user) -> set[str]:
    return {leaf.title for leaf in leaves(menu_of(user))}


def test_the_system_administrator_sees_accounts_and_no_business():
    assert titles(make_user(Role.SYSADMIN)) == {"首页", "用户管理", "密码修改"}


def test_everybody_finds_home_and_password_and_nothing_they_may_not_open():
    for role in Role:
        user = make_user(role)
        shown = list(leaves(menu_of(user)))
        assert {"密码修改"} < {leaf.title for leaf in shown}
        assert shown[0].to == "portal:home"
        assert all(user.may(leaf.permission) for leaf in shown)
        assert all(leaf.url for leaf in shown)


def test_only_those_who_may_read_the_log_see_it():
    for role in Role:
        assert ("操作日志" in titles(make_user(role))) == (role in PERMISSIONS["audit.view_event"])


def test_pages_without_an_address_and_branches_without_pages_are_left_out():
    for section in menu_of(make_user(Role.CLERK)):
        for item in section.items:
            assert getattr(item, "children", (None,))


def test_the_entry_reaching_furthest_into_the_address_is_current():
    user = make_user(Role.HRSS_LEAD)
    current = [
        leaf.title for leaf in leaves(menu_of(user, "/rules/member_count_odd/")) if leaf.current
    ]
    assert current == ["规则库"]
    assert [leaf.title for leaf in leaves(menu_of(user, "/")) if leaf.current] == ["首页·待办事项"]
    assert [leaf.title for leaf in leaves(menu_of(user, "/todos")) if leaf.current] == [
        "首页·待办事项"
    ]
    assert not any(leaf.current for leaf in leaves(menu_of(user, "/nowhere")))


def test_the_breadcrumb_is_the_way_through_the_menu():
    user = make_user(Role.HRSS_LEAD)
    assert trail_of(menu_of(user, "/rules/x/")) == [("监督管理", ""), ("规则库", "/rules/")]
    assert trail_of(menu_of(user, "/nowhere")) == []


def test_functions_are_found_by_words_initials_and_pinyin():
    sections = menu_of(make_user(Role.CLERK))
    for words in ("密码", "mmxg", "mimaxiugai", "密码 xg"):
        assert "密码修改" in [leaf.title for _, leaf in find(sections, words)]
    assert find(sections, "没有这样的功能") == []


def test_the_page_for_those_without_scripts_finds_the_same(client):
    client.force_login(make_user(Role.CLERK))
    text = client.get("/find?q=mmxg").content.decode()
    assert 'class="find-row" href="/password"' in text
    assert "没有这样的功能" in client.get("/find?q=%00zzz").content.decode()


def test_every_role_has_a_menu():
    assert set(menu._MENUS) == set(Role)
    assert set(menu.SIDE_NAMES) == set(Role)
