"""Whatever is typed into whichever field: a message at the field, what was typed kept, nothing lost or broken."""

import html

import pytest
from django.urls import reverse

from mingqian.draws.models import DrawApplication
from tests.draws.pages import fields_of
from tests.factories.draws import code_of, make_application, make_ground, make_people, refreshed

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE draws_drawapplication; --",
    "{{ 7|add:7 }}{% load nothing %}",
    '=HYPERLINK("http://example.com")',
    "\u202eesrever\u202c 中文",
    "𠮷野家 😀 \u00a0 ﷽",
    "../../etc/passwd",
    "%s %d ${x} \\u0041",
]
UNREADABLE = {
    "year": ["二〇二六", "-1", "0", "1999", "99999999999999999999", "20.5", "2026年"],
    "committee": ["0", "-1", "999999", "abc", "' or 1=1", "9" * 40],
    "meeting_name": ["长" * 101, "含\x00空字符"],
    "starts_at": [
        "下周二",
        "2026-02-30 09:00",
        "2026-12-08",
        "25:00",
        "9999-99-99 99:99",
        "1-1-1 1:1",
        "\x00",
    ],
    "ends_at": ["昨天", "2026/13/01 10:00", "十二月"],
    "place": ["长" * 201, "含\x00空字符"],
    "planned_draw_at": ["2026-11-31 09:00", "早上九点", "1899-01-01 09:00"],
    "same_unit_cap": ["0", "-3", "1000", "1.5", "五", "9" * 60],
    "mode": ["SIDEWAYS", "按学科组"],
    "avoidance_ground": ["长" * 501, "含\x00空字符"],
    "handler_name": ["长" * 31, "含\x00空字符"],
    "handler_phone": ["12", "1380013800", "电话", "+86 13800138000 转 1", "长" * 40],
    "observer_names": ["长" * 101],
    "remarks": ["长" * 501, "含\x00空字符"],
}
CELLS = ["-1", "1000", "一", "1.5", "9" * 50, "1e3", "<b>", "\x00"]
ROUNDS = [
    {name: values[turn] for name, values in UNREADABLE.items() if turn < len(values)}
    for turn in range(max(map(len, UNREADABLE.values())))
]


@pytest.fixture
def ground():
    return make_ground({"建筑设计": 12, "结构工程": 12, "给水排水": 12})


@pytest.fixture
def application(ground):
    committee, clerk, _ = ground
    return make_application(committee, clerk)


def post(client, application, **changes):
    url = reverse("draws:edit", args=[application.number])
    data = fields_of(client.get(url)) | changes | {"deed": "save"}
    return client.post(url, data, follow=True)


def shown(text):
    return html.escape(text.replace("\x00", "␀"))


@pytest.mark.parametrize("typed", ROUNDS)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(client, ground, application, typed):
    _, clerk, _ = ground
    client.force_login(clerk)
    page = post(client, application, **typed)
    assert page.status_code == 200
    assert f"其中 {len(typed)} 处填写无法识别，已按原样保留" in page.text
    fresh = refreshed(application)
    assert fresh.typed == {name: value.replace("\x00", "␀") for name, value in typed.items()}
    for name, value in typed.items():
        assert f'id="id_{name}-error"' in page.text, name
        assert getattr(fresh, name) == getattr(application, name)
        if name not in ("committee", "mode"):
            assert shown(value) in page.text


def test_an_end_before_the_beginning_is_told_and_kept(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    page = post(client, application, ends_at="2020-01-01 09:00")
    assert "结束时间应晚于开始时间" in page.text
    assert refreshed(application).typed == {"ends_at": "2020-01-01 09:00"}
    page = post(client, application, starts_at="开年后", ends_at="2020-01-01 09:00")
    assert fields_of(page)["ends_at"] == "2020-01-01 09:00"
    assert fields_of(page)["starts_at"] == "开年后"


@pytest.mark.parametrize("value", CELLS)
def test_a_cell_that_cannot_be_read_is_told_in_its_row(client, ground, application, value):
    committee, clerk, _ = ground
    client.force_login(clerk)
    code, other = code_of(committee, "结构工程"), code_of(committee, "建筑设计")
    typed = {f"primary-{code}": value, f"alternate-{other}": value}
    page = post(client, application, **typed)
    assert page.text.count("请填写 0 至 999 的整数") >= 2
    assert shown(value) in page.text
    fresh = refreshed(application)
    assert fresh.typed == {name: value.replace("\x00", "␀") for name in typed}
    assert fresh.primary_total == 15


def test_a_note_too_long_is_told_in_its_row(client, ground, application):
    committee, clerk, _ = ground
    client.force_login(clerk)
    name = f"note-{code_of(committee, '结构工程')}"
    page = post(client, application, **{name: "长" * 101})
    assert "说明最多 100 个字" in page.text
    assert "长" * 101 in page.text


TEXTS = ["meeting_name", "place", "avoidance_ground", "observer_names", "remarks"]


def test_hostile_text_is_stored_and_shown_unharmed(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    for turn in range(len(HOSTILE)):
        texts = {
            name: HOSTILE[(turn + place) % len(HOSTILE)].strip() for place, name in enumerate(TEXTS)
        }
        page = post(client, application, **texts, handler_name=HOSTILE[turn][:30])
        fresh = refreshed(application)
        detail = client.get(reverse("draws:application", args=[application.number]))
        for name, text in texts.items():
            assert getattr(fresh, name) == text
            assert html.escape(text) in page.text
            assert html.escape(text) in detail.text
        assert "<script>alert" not in page.text + detail.text
        listed = client.get(reverse("draws:list"), {"keyword": HOSTILE[turn][:60]})
        assert listed.status_code == 200


READABLE = [
    ("starts_at", "２０２６－１２－０８　０９：３０", "2026-12-08 09:30"),
    ("starts_at", "2026/12/8 9:30", "2026-12-08 09:30"),
    ("starts_at", "2026年12月8日 9:30", "2026-12-08 09:30"),
    ("starts_at", "2026-12-08T09:30", "2026-12-08 09:30"),
    ("same_unit_cap", " ２ ", "2"),
    ("handler_phone", "138 0013 8000", "13800138000"),
    ("handler_phone", "（0790）5550126", "07905550126"),
]


def test_the_common_ways_of_writing_are_read(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    for name, typed, kept in READABLE:
        changes = {name: typed}
        if name == "starts_at":
            changes |= {"ends_at": "2026-12-09 17:00", "planned_draw_at": "2026-12-04 09:00"}
        assert fields_of(post(client, application, **changes))[name] == kept


def test_pickers_take_nothing_that_is_not_offered(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    stranger = make_people(make_ground({"护理": 1})[0], 1)[0]
    page = post(
        client,
        application,
        units=["0", "abc", "-1", "9" * 30],
        experts=[str(stranger.pk), "'"],
        designated=[str(stranger.pk), "x"],
    )
    assert page.status_code == 200
    fresh = refreshed(application)
    assert not fresh.avoidances.exists()
    assert not fresh.designated.exists()


def test_a_strange_revision_tick_or_deed_does_no_harm(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    url = reverse("draws:edit", args=[application.number])
    data = fields_of(client.get(url))
    for changes in (
        {"revision": "abc"},
        {"tick": "-1"},
        {"tick": "9" * 40},
        {"form_key": "x" * 500},
        {"deed": "set_primary:\r\nX:1"},
        {"deed": "set_primary:????????:99999"},
        {"deed": "set_seats:"},
        {"deed": "set_draw_time:2026-13-99"},
        {"deed": "add:unit:zzz"},
        {"deed": "dismiss:'"},
        {"deed": "remove_file:999999"},
        {"deed": "find:nonsense"},
        {"deed": "no_such_deed"},
    ):
        answer = client.post(url, data | changes, follow=True)
        assert answer.status_code in (200, 404), changes
    assert refreshed(application).primary_total == 15


NEW = [
    ({}, ["年度", "请选择评委会", "请选择抽取方式"]),
    (
        {"year": "abc", "committee": "zzz", "mode": "NO"},
        ["整数", "请从列表中选择", "请选择抽取方式"],
    ),
    ({"year": "1800"}, ["应在 2020 至 2100 之间"]),
    ({"year": "9" * 50}, ["应在 2020 至 2100 之间"]),
    ({"source": "999999"}, ["请从列表中选择"]),
]


def test_a_new_application_needs_its_frame(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    for data, words in NEW:
        answer = client.post(reverse("draws:new"), data)
        assert answer.status_code == 422
        for word in words:
            assert word in answer.text
    assert DrawApplication.objects.count() == 1


def test_another_offices_committee_cannot_be_chosen(client, ground):
    _, clerk, _ = ground
    other, _, _ = make_ground({"护理": 1})
    client.force_login(clerk)
    answer = client.post(
        reverse("draws:new"), {"year": "2026", "committee": str(other.pk), "mode": "BY_GROUP"}
    )
    assert answer.status_code == 422
    assert "请从列表中选择本部门" in answer.text


def test_a_double_click_on_new_makes_one_draft(client, ground):
    committee, clerk, _ = ground
    client.force_login(clerk)
    data = {"year": "2026", "committee": str(committee.pk), "mode": "BY_GROUP", "key": "k" * 32}
    first = client.post(reverse("draws:new"), data)
    second = client.post(reverse("draws:new"), data)
    assert first["Location"] == second["Location"]
    assert DrawApplication.objects.count() == 1
