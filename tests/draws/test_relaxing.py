"""What is short, ways out with one click in the grid and on the trial page, and each taken back with another."""

import re

import pytest

from fairdraw.diagnosis.relaxation import COSTS
from mingqian.draws.queries.rules import findings_of
from mingqian.draws.queries.rules.people import deed_of
from mingqian.draws.queries.seats import Seat
from mingqian.draws.services.relaxing import seats_as_set
from mingqian.draws.services.save import Draft, save_application
from mingqian.draws.services.trial import run_trial
from mingqian.draws.words import conflict_words, fix_by, fix_label, fix_words
from tests.draws.pages import fields_of
from tests.factories.draws import (
    code_of,
    make_application,
    make_ground,
    make_people,
    make_units,
    refreshed,
)

pytestmark = pytest.mark.django_db
PARAMS = {
    "source": "a", "target": "b", "stratum": "a", "kind": "primary", "seats": 1, "people": 2, "same_group": True,
    "source_old": 5, "source_new": 4, "target_old": 5, "target_new": 6, "old": 5, "new": 4, "group": "7",
    "quota": 0, "category": "性别", "values": ["女"],
}  # fmt: skip


@pytest.fixture
def ground():
    return make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 6})


@pytest.fixture
def short(ground):
    """Three specialties of five seats; the third has six people for eight."""
    committee, clerk, _ = ground
    return make_application(committee, clerk)


@pytest.fixture
def capped():
    """Everybody of the third specialty works in two units, so that caps leave seats empty."""
    committee, clerk, _ = make_ground({"建筑设计": 40, "结构工程": 40, "给水排水": 0})
    make_people(committee, 30, ["给水排水"], units=make_units(2))
    return make_application(committee, clerk), clerk


def seats_of(application):
    rows = application.quotas.values_list("specialty__name", "primary", "alternate")
    return {name: (primary, alternate) for name, primary, alternate in rows}


def press(client, application, deed, **more):
    """Press a button of the form as a browser does."""
    address = f"/draws/{application.number}/edit"
    fields = fields_of(client.get(address))
    return client.post(address, fields | {"deed": deed} | more, follow=True)


def test_every_code_of_the_engine_has_words_and_somebody_who_can():
    names = {"a": "甲专业", "b": "乙专业"}
    for code, _ in COSTS:
        fix = {"code": code, "params": PARAMS, "group_name": "第一组"}
        title, _sentence = fix_words(fix, names)
        assert title != code
        assert re.search("[一-龥]", fix_label(fix, names))
        assert fix_by(code) != fix_by("UNHEARD_OF") or code == "UNHEARD_OF"


def test_quotas_are_told_with_their_category_and_numbers():
    fix = {"code": "LOWER_QUOTA", "params": PARAMS}
    assert fix_words(fix, {})[0] == "正选中性别（女）至少由 5 人改为 4 人"
    assert "至多" in fix_words({"code": "RAISE_QUOTA", "params": PARAMS}, {})[0]
    assert "名额规则" in conflict_words([], "primary", 5, 1, 0, 1)
    assert "更小" not in conflict_words([], "primary", 5, 1, 0, 1)
    assert "可能还有更小的冲突组合" in conflict_words([], "primary", 5, 0, 0, 1, smallest=False)


def test_only_what_an_office_may_decide_has_a_button():
    deeds = {code: deed_of({"code": code, "params": PARAMS}, cap_allowed=4) for code, _ in COSTS}
    assert {code for code, deed in deeds.items() if deed} == {
        "MOVE_SEATS", "FEWER_SEATS", "RAISE_CAP",
    }  # fmt: skip
    assert deed_of({"code": "RAISE_CAP", "params": PARAMS}, cap_allowed=3) == ""


def test_a_short_row_offers_to_move_its_seats_and_the_click_moves_them(client, ground, short):
    committee, clerk, _ = ground
    client.force_login(clerk)
    page = client.get(f"/draws/{short.number}/edit").text
    code = code_of(committee, "给水排水")
    deeds = re.findall(rf'value="(move_seats:{code}:[^"]+)"', page)
    assert deeds
    before = seats_of(short)
    answer = press(client, short, deeds[0])
    after = seats_of(refreshed(short))
    assert after["给水排水"] < before["给水排水"]
    assert sum(map(sum, after.values())) == sum(map(sum, before.values()))
    assert "撤销调整席位" in answer.text
    press(client, short, "take_back")
    assert seats_of(refreshed(short)) == before


def test_seats_that_caps_leave_empty_are_told_under_their_row_with_ways_out(client, capped):
    application, clerk = capped
    code = code_of(application.committee, "给水排水")
    (finding,) = [f for f in findings_of(application) if f.key == "infeasible"]
    assert finding.specialty == code
    assert "同单位上限" in finding.text
    assert "也可为给水排水补充" in finding.text
    deeds = [fix.deed for fix in finding.fixes]
    assert any(deed.startswith(("move_seats:", "fewer_seats:")) for deed in deeds)
    client.force_login(clerk)
    assert f'value="{deeds[0]}"' in client.get(f"/draws/{application.number}/edit").text


def lacking(application) -> int:
    """Seats that stay empty, as the findings say."""
    found = [f for f in findings_of(application) if f.key.startswith("infeasible")]
    return sum(int(re.search(r"缺 (\d+) 席", f.title)[1]) for f in found)


def test_every_button_under_a_finding_mends_what_it_stands_under(client, capped):
    application, clerk = capped
    client.force_login(clerk)
    (finding,) = [f for f in findings_of(application) if f.key == "infeasible"]
    short = lacking(application)
    for fix in finding.fixes:
        if fix.deed == "trial":
            continue
        before = seats_as_set(refreshed(application))
        press(client, application, fix.deed)
        now = refreshed(application)
        assert seats_as_set(now) != before, fix
        assert lacking(now) < short, fix
        press(client, application, "take_back")
        assert seats_as_set(refreshed(application)) == before


def test_a_way_out_of_a_trial_is_taken_and_taken_back(client, ground, short):
    _, clerk, _ = ground
    client.force_login(clerk)
    trial = run_trial(short, key="a", by=clerk)
    before = seats_as_set(short)
    address = f"/draws/{short.number}/trial/fix"
    position = next(
        n for n, fix in enumerate(trial.summary["fixes"]) if fix["code"] == "MOVE_SEATS"
    )
    page = client.post(address, {"trial": trial.number, "fix": position}, follow=True).text
    assert "已采用改法" in page
    assert seats_as_set(refreshed(short)) != before
    page = client.post(address, {"trial": 2, "undo": "1"}, follow=True).text
    assert "已撤销改法" in page
    assert seats_as_set(refreshed(short)) == before
    assert refreshed(short).trial_count == 3
    again = client.post(address, {"trial": 3, "fix": position}, follow=True).text
    assert "已采用改法" in again
    assert refreshed(short).trial_count == 4


def test_after_another_change_nothing_is_taken_back(client, ground, short):
    committee, clerk, lead = ground
    client.force_login(clerk)
    press(client, short, f"fewer_seats:{code_of(committee, '给水排水')}:alternate:2")
    now = refreshed(short)
    seats = {code_of(committee, "建筑设计"): Seat(primary=7)}
    save_application(now, draft=Draft(seats=seats), revision=now.revision, by=lead)
    assert "撤销减少席位" not in client.get(f"/draws/{short.number}/edit").text
    page = press(client, short, "take_back")
    assert "不能撤销" in page.text
    assert seats_of(refreshed(short))["建筑设计"][0] == 7


def test_another_persons_change_is_not_offered_to_take_back(client, ground, short):
    committee, clerk, lead = ground
    client.force_login(clerk)
    press(client, short, f"fewer_seats:{code_of(committee, '给水排水')}:alternate:2")
    client.force_login(lead)
    assert "take_back" not in client.get(f"/draws/{short.number}/edit").text


@pytest.mark.parametrize(
    "deed",
    ["move_seats:::x:9", "move_seats:a:b:primary:-1", "fewer_seats:zz:primary:0", "take_back:x"],
)
def test_a_mangled_button_changes_nothing(client, ground, short, deed):
    _, clerk, _ = ground
    client.force_login(clerk)
    before = seats_of(short)
    assert press(client, short, deed).status_code == 200
    assert seats_of(refreshed(short)) == before


def test_a_whole_pool_draw_drops_seats_of_the_total_and_takes_them_back(client, ground):
    committee, clerk, _ = ground
    application = make_application(committee, clerk, mode="WHOLE_POOL", total=11)
    client.force_login(clerk)
    press(client, application, "fewer_seats:*:primary:2")
    assert refreshed(application).primary_total == 9
    press(client, application, "take_back")
    assert refreshed(application).primary_total == 11


def test_the_trial_page_says_who_can_where_the_office_cannot(client, capped):
    application, clerk = capped
    run_trial(application, key="a", by=clerk)
    client.force_login(clerk)
    page = client.get(f"/draws/{application.number}/trial").text
    assert "由人社部门负责人在规则库调整" in page
    assert "由评委会办公室在专家信息维护补录或增补" in page
    assert "removals?specialty=" in page
