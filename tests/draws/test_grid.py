"""清空, 按在库比例分配, 复制上年: deeds on the whole grid, as services and as buttons without scripts."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from mingqian.draws.queries.seats import Seat
from mingqian.draws.services import seats as grid
from mingqian.draws.services.save import Draft, save_application
from tests.factories.draws import (
    approved,
    code_of,
    make_application,
    make_ground,
    meeting_time,
    refreshed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground():
    return make_ground({"建筑设计": 60, "结构工程": 30, "给水排水": 10})


@pytest.fixture
def application(ground):
    committee, clerk, _ = ground
    return make_application(committee, clerk)


def seats_of(application):
    return {
        quota.specialty.name: (quota.primary, quota.alternate)
        for quota in application.quotas.select_related("specialty")
    }


def done(application, deed, by, **arguments):
    return grid.change(application, partial(deed, **arguments), by=by, action="draws.change_seats")


def test_clearing_takes_primaries_and_what_is_derived_from_them(ground, application):
    _, clerk, _ = ground
    cleared = done(application, grid.clear_seats, clerk).application
    assert seats_of(cleared) == {}
    assert (cleared.primary_total, cleared.alternate_total) == (0, 0)


def test_clearing_leaves_alternates_typed_by_hand_until_told(ground, application):
    committee, clerk, _ = ground
    typed = {code_of(committee, "结构工程"): Seat(alternate=4, alternate_typed=True)}
    application = save_application(
        application, draft=Draft(seats=typed), revision=application.revision, by=clerk
    )
    cleared = done(application, grid.clear_seats, clerk)
    assert cleared.outcome == grid.HAND_TYPED_LEFT
    assert seats_of(cleared.application) == {"结构工程": (0, 4)}
    cleared = done(application, grid.clear_seats, clerk, typed_alternates_too=True)
    assert seats_of(cleared.application) == {}


def test_seats_are_spread_by_pool_size(ground, application):
    _, clerk, _ = ground
    spread = done(application, grid.spread_seats, clerk, total=11).application
    assert {name: seats[0] for name, seats in seats_of(spread).items()} == {
        "建筑设计": 7,
        "结构工程": 3,
        "给水排水": 1,
    }


def test_nobody_is_spread_more_seats_than_can_be_drawn(ground, application):
    _, clerk, _ = ground
    edit = done(application, grid.spread_seats, clerk, total=200)
    assert edit.outcome == grid.FEWER_THAN_ASKED
    spread = edit.application
    assert {name: seats[0] for name, seats in seats_of(spread).items()} == {
        "建筑设计": 60,
        "结构工程": 30,
        "给水排水": 10,
    }


def test_last_years_seats_are_copied(ground, application):
    committee, clerk, lead = ground
    assert done(application, grid.copy_last_year, clerk).outcome == grid.NOTHING_TO_COPY
    earlier = approved(
        make_application(committee, lead, seats={"建筑设计": 7, "结构工程": 3, "给水排水": 3}), lead
    )
    type(earlier).objects.filter(pk=earlier.pk).update(year=application.year - 1)
    copied = done(application, grid.copy_last_year, clerk).application
    assert {name: seats[0] for name, seats in seats_of(copied).items()} == {
        "建筑设计": 7,
        "结构工程": 3,
        "给水排水": 3,
    }


def edit_url(application):
    return reverse("draws:edit", args=[application.number])


def form_of(client, application):
    """The fields of the page as a browser without scripts would send them."""
    from tests.draws.pages import fields_of

    return fields_of(client.get(edit_url(application)))


def press(client, application, deed, **changes):
    data = form_of(client, application) | changes | {"deed": deed}
    return client.post(edit_url(application), data, follow=True)


def test_the_buttons_work_without_scripts(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    page = press(client, application, "clear")
    assert "已清空各专业正选人数" in page.text
    assert refreshed(application).primary_total == 0
    page = press(client, application, "spread", spread_total="11")
    assert refreshed(application).primary_total == 11
    page = press(client, application, "spread", spread_total="很多")
    assert "请先填写要分配的正选合计" in page.text
    page = press(client, application, "copy_last_year")
    assert "没有该评委会往年审核通过的申请" in page.text


def test_clearing_asks_about_alternates_typed_by_hand(client, ground, application):
    committee, clerk, _ = ground
    client.force_login(clerk)
    code = code_of(committee, "结构工程")
    page = press(client, application, "clear", **{f"alternate-{code}": "9"})
    assert "手工填写的，尚未清空" in page.text
    assert seats_of(refreshed(application)) == {"结构工程": (0, 9)}
    press(client, application, "clear:all")
    assert seats_of(refreshed(application)) == {}


def test_a_second_click_of_the_same_form_changes_nothing_more(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    data = form_of(client, application) | {"deed": "spread", "spread_total": "11"}
    first = client.post(edit_url(application), data, follow=True)
    second = client.post(edit_url(application), data, follow=True)
    assert (first.status_code, second.status_code) == (200, 200)
    assert refreshed(application).primary_total == 11


def test_autosave_answers_with_the_live_parts(client, ground, application):
    committee, clerk, _ = ground
    client.force_login(clerk)
    code = code_of(committee, "给水排水")
    data = form_of(client, application) | {f"primary-{code}": "9", f"typed-{code}": "", "tick": "5"}
    answer = client.post(edit_url(application), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "给水排水缺 4 人" in answer.text
    assert f'id="eligible-{code}"' in answer.text
    assert "draft-saved" in answer["HX-Trigger-After-Swap"]
    assert seats_of(refreshed(application))["给水排水"] == (9, 5)


def test_another_way_of_drawing_loads_the_page_anew(client, ground, application):
    _, clerk, _ = ground
    client.force_login(clerk)
    data = form_of(client, application) | {"mode": "WHOLE_POOL"}
    answer = client.post(edit_url(application), data, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].endswith("#s3")
    assert "抽取人数" in client.get(edit_url(application)).text


def test_a_whole_pool_draw_has_totals_and_minimums(client, ground):
    committee, clerk, _ = ground
    application = make_application(
        committee, clerk, mode="WHOLE_POOL", total=11, starts_at=meeting_time() + timedelta(days=7)
    )
    client.force_login(clerk)
    code = code_of(committee, "给水排水")
    assert (application.primary_total, application.alternate_total) == (11, 6)
    press(client, application, "save", primary_total="13", **{f"primary-{code}": "2"})
    fresh = refreshed(application)
    assert (fresh.primary_total, fresh.alternate_total) == (13, 7)
    assert seats_of(fresh) == {"给水排水": (2, 0)}
    press(client, application, "save", alternate_total="4")
    fresh = refreshed(application)
    assert (fresh.alternate_total, fresh.alternate_total_typed) == (4, True)
