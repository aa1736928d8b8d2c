"""Home and to-dos: real figures, each role its own, never a thing out of scope."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from mingqian.accounts.roles import Role
from mingqian.portal import queries
from mingqian.web.todos import TodoItem
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee, make_groups
from tests.factories.draws import make_application, make_ground

pytestmark = pytest.mark.django_db


def item(verb="审核", *, days=0.0, due=None, **kwargs) -> TodoItem:
    now = timezone.now()
    return TodoItem(
        "clipboard-check",
        "blue",
        verb,
        "CQ-2026-0001",
        "为什么",
        "/x",
        "去审核",
        waiting_since=now - timedelta(days=days),
        due_at=None if due is None else now + timedelta(hours=due),
        **kwargs,
    )


@pytest.fixture
def with_items(monkeypatch):
    def put(*items):
        monkeypatch.setattr(queries, "sources", lambda: (lambda user: list(items),))

    return put


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_without_inline_style_or_script(client, role):
    client.force_login(make_user(role))
    text = client.get(reverse("portal:home")).content.decode()
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert text.count("button primary") <= 1


def test_the_administrator_sees_accounts_and_no_business(client):
    make_user(Role.CLERK)
    client.force_login(make_user(Role.SYSADMIN))
    text = client.get(reverse("portal:home")).content.decode()
    assert "启用账号" in text
    assert "评委会办公室经办人" in text
    for word in ("待我办理", "近期会议", "本年已抽取", "受限专家"):
        assert word not in text


def test_the_observer_sees_no_expert_figures(client):
    client.force_login(make_user(Role.OBSERVER))
    text = client.get(reverse("portal:home")).content.decode()
    assert "本年已抽取" in text
    assert "受限专家" not in text
    assert "学科组覆盖" not in text


@pytest.mark.parametrize(("role", "width"), [(Role.OBSERVER, 1150), (Role.CLERK, 560)])
def test_a_chart_is_drawn_as_wide_as_its_card(client, role, width):
    client.force_login(make_user(role))
    assert client.get(reverse("portal:home")).context["draws_chart"].width == width


def test_an_empty_office_is_told_what_will_stand_here(client):
    client.force_login(make_user(Role.CLERK))
    text = client.get(reverse("portal:home")).content.decode()
    for words in ("没有待办事项", "近期没有评审会议", "近 12 个月没有正式抽取"):
        assert words in text


def test_meetings_of_the_own_office_stand_ahead_and_of_no_other(client):
    committee, clerk, _ = make_ground({"结构工程": 1})
    elsewhere, other_clerk, _ = make_ground({"护理学": 1})
    make_application(committee, clerk, meeting_name="结构工程评审会议")
    make_application(elsewhere, other_clerk, meeting_name="护理评审会议")
    client.force_login(clerk)
    text = client.get(reverse("portal:home")).content.decode()
    assert "结构工程评审会议" in text
    assert "草稿" in text
    assert "护理评审会议" not in text


def test_groups_without_people_draw_no_chart():
    committee = make_committee()
    make_groups(committee, timezone.localdate().year)
    user = make_user(Role.CLERK, committee.office)
    assert queries.coverage_by_group(user, timezone.localdate()) == []


def test_twelve_months_end_with_this_one():
    months = queries.months_of_draws(make_user(Role.CLERK), date(2026, 2, 28))
    assert [m.label for m in months][:2] == ["3月", "4月"]
    assert months[-1].label == "2月"
    assert len(months) == 12


def test_last_years_figure_stops_at_the_same_day_even_on_a_leap_day():
    at = datetime(2028, 2, 29, 12, tzinfo=timezone.get_current_timezone())
    assert queries._same_day_last_year(at).date() == date(2027, 2, 28)


def test_every_chapter_that_has_todos_is_asked():
    asked = {source.__module__.split(".")[1] for source in queries.sources()}
    assert {"workflow", "experts"} <= asked


def test_deadlines_come_first_then_the_longest_wait(with_items):
    with_items(
        item("甲", days=9), item("乙", due=50), item("丙", days=1, due=2), item("丁", days=30)
    )
    assert [i.verb for i in queries.todos(make_user(Role.CLERK))] == ["丙", "乙", "丁", "甲"]


def test_the_bar_counts_what_waits_and_counts_rarely(with_items, client):
    user = make_user(Role.CLERK)
    with_items(item(), item())
    assert queries.todo_count(user) == 2
    with_items(item())
    assert queries.todo_count(user) == 2
    cache.clear()
    assert queries.todo_count(user) == 1


def test_home_says_how_many_are_due_today(with_items, client):
    with_items(item(due=-5), item(), *[item("退回修改", days=2)] * 6)
    client.force_login(make_user(Role.CLERK))
    text = client.get(reverse("portal:home")).content.decode()
    assert "8 件，1 件今天到期" in text
    assert "全部待办" in text
    assert text.count('class="todo-row"') == 6


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("", ["超", "近", "老", "新"]),
        ("?verb=老", ["老"]),
        ("?age=7", ["老"]),
        ("?due=over", ["超"]),
        ("?due=soon", ["超", "近"]),
        ("?due=none", ["老", "新"]),
        ("?verb=没有&age=x&due=%00", ["超", "近", "老", "新"]),
    ],
)
def test_todos_are_narrowed_by_kind_age_and_deadline(with_items, client, query, verbs):
    with_items(item("超", due=-30), item("近", due=40), item("老", days=8), item("新"))
    client.force_login(make_user(Role.CLERK))
    text = client.get(reverse("portal:todos") + query).content.decode()
    assert re.findall(r"<b>(.)：CQ-2026-0001</b>", text) == verbs


def test_the_administrator_has_no_todos(with_items):
    with_items(item())
    assert queries.todos(make_user(Role.SYSADMIN)) == []


def test_home_asks_the_database_no_more_for_many_meetings(client, django_assert_max_num_queries):
    committee, clerk, _ = make_ground({"结构工程": 1})
    for _ in range(6):
        make_application(committee, clerk)
    client.force_login(clerk)
    client.get(reverse("portal:home"))
    with django_assert_max_num_queries(24):
        client.get(reverse("portal:home"))
