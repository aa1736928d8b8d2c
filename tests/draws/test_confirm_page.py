"""确认专家参评: what the page shows to whom, its forms, its refusals, and that nothing typed is lost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingqian.draws.models import Answer, Position, Roster, RosterEvent
from mingqian.draws.queries.standing import StandingRoster
from mingqian.draws.services.answering import (
    choose_alternate,
    confirm_seat,
    decline_seat,
    log_contact,
    revert_seat,
)
from mingqian.draws.services.locking import lock_roster
from mingqian.draws.services.release_roster import release_roster
from mingqian.draws.services.void import void_draw
from mingqian.experts.models import Expert
from mingqian.portal.queries import todos
from mingqian.web.sealed import mask_name
from tests.factories.accounts import make_user
from tests.factories.confirmations import SIZES, again, drawn, seated, waiting
from tests.factories.invitations import link_for
from tests.factories.supplements import make_roster, supplement_of, use_up

pytestmark = pytest.mark.django_db
ARCHITECTURE = "建筑设计"


@pytest.fixture
def ground():
    return drawn()


class Desk:
    """One user at the page of one roster."""

    def __init__(self, client, user, roster) -> None:
        client.force_login(user)
        self.client = client
        self.url = f"/draws/{roster.draw.application.number}/confirm"

    def get(self, rest: str = "", status: int = 200) -> str:
        answer = self.client.get(self.url + rest)
        assert answer.status_code == status
        return answer.text

    def post(self, rest: str, data: dict, status: int = 200) -> str:
        answer = self.client.post(self.url + rest, data, follow=True)
        assert answer.status_code == status
        return answer.text


@pytest.fixture
def desk(client, ground) -> Desk:
    cast, roster = ground
    return Desk(client, cast.clerk, roster)


def key(standing) -> str:
    now = again(standing)
    return f"{now.pk}-{now.answer}"


def told(page: str) -> str:
    """The notices of the page as plain text."""
    return re.sub(r"<[^>]+>", "", " ".join(re.findall(r'<div class="notice.*?</div></div>', page, re.S)))  # fmt: skip


def test_the_tabs_and_counters_follow_the_answers(ground, desk):
    cast, roster = ground
    people = seated(roster, ARCHITECTURE)
    confirm_seat(people[0], by=cast.clerk, channel="PHONE")
    decline_seat(people[1], by=cast.clerk, reason="HEALTH", channel="MAIL", note="住院")
    page = desk.get()
    assert re.search(r"未确认<span>14</span>", page)
    assert re.search(r"确认参评<span>1</span>", page)
    assert re.search(r"不参评<span>1</span>", page)
    assert people[0].expert.name in desk.get("?tab=yes")
    declined = desk.get("?tab=no")
    assert people[1].expert.name in declined
    assert "身体原因：住院" in declined
    assert waiting(roster)[0].expert.name in desk.get("?tab=waiting")
    assert "递补 1" in page


def test_group_and_text_narrow_the_list(ground, desk):
    _, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    page = desk.get(f"?q={person.expert.name_initials}")
    assert person.expert.name in page
    other = seated(roster, "结构工程")[0]
    assert other.expert.name not in desk.get("?group=建筑设计组")
    assert "没有符合条件" in desk.get("?q=查无此人")


def test_the_drawer_tells_where_the_seat_comes_from_both_ways(ground, desk):
    cast, roster = ground
    person, first = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[0]
    log_contact(person, by=cast.clerk, channel="PHONE", outcome="REFUSED", note="在外地出差")
    decline_seat(person, by=cast.clerk, reason="TRAVEL", channel="PHONE")
    page = desk.get(f"?seat={first.pk}")
    assert f"{person.expert.name} 不参评</a>后递补" in page
    assert "递补为正选" in page
    assert "抽中为备选" in page
    page = desk.get(f"?tab=no&seat={person.pk}")
    assert re.search(rf"席位由 .*{first.expert.name}</a> 递补", page)
    assert "电话·接通·拒绝" in page
    assert "在外地出差" in page


def test_one_is_confirmed_and_taken_back_from_the_page(ground, desk):
    _, roster = ground
    person = seated(roster)[0]
    page = desk.post("/answer", {"deed": "confirm", "row": key(person), "channel": "SMS"})
    assert again(person).channel == "SMS"
    assert f"{person.expert.name}已登记「确认参评」" in page
    assert "撤销" in page
    page = desk.post("/undo", {})
    assert "已撤销" in page
    assert again(person).answer == Answer.UNCONFIRMED
    desk.post("/undo", {})
    assert RosterEvent.objects.count() == 2


def test_an_open_drawer_goes_on_to_the_next_person(ground, desk):
    _, roster = ground
    page = desk.get(f"?seat={seated(roster)[0].pk}")
    following = re.search(r'name="following" value="(\d+)"', page).group(1)
    data = {"deed": "confirm", "row": key(seated(roster)[0]), "seat": seated(roster)[0].pk}
    answer = desk.client.post(desk.url + "/answer", data | {"following": following})
    assert answer.url.endswith(f"?seat={following}")


def test_nobody_ticked_is_said(desk):
    assert "请先勾选" in desk.post("/answer", {"deed": "confirm"}, 422)
    assert "请先勾选" in desk.get("/decline", 422)


def test_several_all_or_none_with_a_list_of_who_could_not(ground, desk):
    cast, roster = ground
    people = seated(roster)[:3]
    rows = [key(each) for each in people]
    confirm_seat(people[0], by=cast.lead, channel="PHONE")
    page = desk.post("/answer", {"deed": "confirm", "row": rows, "channel": "PHONE"}, 409)
    assert people[0].expert.name in told(page)
    assert "答复已变为「确认参评」" in told(page)
    assert RosterEvent.objects.count() == 1
    assert page.count(" checked") == 2  # those that still stand here stay ticked
    desk.post("/answer", {"deed": "confirm", "row": rows[1:], "channel": "PHONE"})
    assert RosterEvent.objects.count() == 3


def test_a_decline_asks_its_reason_and_shows_who_enters(ground, desk):
    _, roster = ground
    person, (first, second) = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[:2]
    page = desk.get(f"/decline?row={key(person)}")
    assert first.expert.name in page
    assert "按规则递补" in page
    assert second.expert.name in page
    page = desk.post("/decline", {"row": key(person), "channel": "PHONE", "note": "人在省外"}, 422)
    assert "请选择不参评的理由" in page
    assert "人在省外" in page
    data = {"row": key(person), "channel": "PHONE", "reason": "TRAVEL", "instead": second.pk}
    assert "至少 4 个字" in desk.post("/decline", data, 422)
    page = desk.post("/decline", data | {"instead_note": "首位备选出国未归"})
    assert f"{second.expert.name}递补入席" in page
    assert again(second).place == person.seat
    desk.post("/undo", {})
    assert again(person).answer == Answer.UNCONFIRMED
    assert again(second).position == Position.WAITING


def test_a_conflict_keeps_what_was_typed(ground, desk):
    cast, roster = ground
    person = seated(roster)[0]
    row = key(person)
    confirm_seat(person, by=cast.lead, channel="PHONE")
    data = {"row": row, "channel": "MAIL", "reason": "OTHER", "note": "家中有事不能参加"}
    page = desk.post("/decline", data, 409)
    assert "答复已变为「确认参评」" in told(page)
    assert "家中有事不能参加" in page
    assert re.search(r'value="OTHER"[^>]* checked', page)


def test_a_gap_is_shown_with_the_seat(ground, desk):
    cast, roster = ground
    for each in waiting(roster, ARCHITECTURE):
        decline_seat(each, by=cast.clerk, reason="DUTY", channel="PHONE")
    person = seated(roster, ARCHITECTURE)[0]
    assert "席位将空缺" in desk.get(f"/decline?row={key(person)}")
    decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    page = desk.get()
    assert "席位空缺 1 个" in page
    assert "建筑设计组 第 1 席" in page


def test_taking_back_a_decline_offers_three_ways_and_names_who_gives_way(ground, desk):
    cast, roster = ground
    person, first = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[0]
    decline_seat(person, by=cast.clerk, reason="TRAVEL", channel="PHONE")
    page = desk.post("/answer", {"deed": "revert", "row": key(person)})
    for words in ("恢复原席位", "转为备选", "维持不参评", first.expert.name):
        assert words in page
    assert RosterEvent.objects.count() == 1
    assert "请选择一项" in desk.post("/revert", {"row": key(person), "chosen": "1"}, 422)
    desk.post("/revert", {"row": key(person), f"choice-{person.pk}": "KEEP"})
    assert RosterEvent.objects.count() == 1
    page = desk.post("/revert", {"row": key(person), f"choice-{person.pk}": "SEAT"})
    assert f"{first.expert.name}回到备选" in page
    desk.post("/undo", {})
    assert again(first).place == person.seat


def test_a_choice_does_not_overwrite_what_somebody_else_chose_meanwhile(ground, desk):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    first, second = waiting(roster, ARCHITECTURE)[:2]
    decline_seat(person, by=cast.clerk, reason="TRAVEL", channel="PHONE")
    choose_alternate(second, person.seat, by=cast.lead, note="专业更为对口")
    data = {"place": person.seat_id, "alternate": first.pk, "note": "首位备选出国未归"}
    page = desk.post("/choose", data | {"holder": 0}, 409)
    assert f"现由{second.expert.name}递补在席" in page
    assert "首位备选出国未归" in page
    assert again(second).place == person.seat
    choice = {"row": key(person), f"choice-{person.pk}": "SEAT"}
    page = desk.post("/revert", choice | {f"holder-{person.pk}": first.pk}, 409)
    assert f"现由{second.expert.name}递补在席" in page
    assert again(second).place == person.seat


def test_who_is_to_wait_waits_though_the_seat_has_become_empty(ground, desk):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    decline_seat(person, by=cast.clerk, reason="TRAVEL", channel="PHONE")
    while (rest := roster.standings.filter(place=person.seat).first()) is not None:
        decline_seat(again(rest), by=cast.clerk, reason="TRAVEL", channel="PHONE")
    desk.post("/revert", {"row": key(person), f"choice-{person.pk}": "RESERVE"})
    assert again(person).position == Position.WAITING


def test_a_contact_is_registered_for_several(ground, desk):
    _, roster = ground
    rows = [key(each) for each in seated(roster)[:2]]
    assert "请选择结果" in desk.post("/contact", {"row": rows, "channel": "PHONE"}, 422)
    desk.post("/contact", {"row": rows, "channel": "PHONE", "outcome": "NO_REPLY", "note": "留言"})
    assert RosterEvent.objects.filter(kind="CONTACT").count() == 2


def test_another_alternate_may_be_chosen_later(ground, desk):
    cast, roster = ground
    person, (first, second) = seated(roster, ARCHITECTURE)[0], waiting(roster, ARCHITECTURE)[:2]
    decline_seat(person, by=cast.clerk, reason="TRAVEL", channel="PHONE")
    assert "另选递补人选" in desk.get(f"?seat={first.pk}")
    place = f"?place={person.seat_id}"
    assert second.expert.name in desk.get(f"/choose{place}")
    assert f'name="holder" value="{first.pk}"' in desk.get(f"/choose{place}")
    data = {"place": person.seat_id, "alternate": second.pk, "holder": first.pk}
    assert "至少 4 个字" in desk.post("/choose", data | {"note": "短"}, 422)
    page = desk.post("/choose", data | {"note": "首位备选出国未归"})
    assert f"{second.expert.name}另选递补入席" in page
    wrong = waiting(roster, "结构工程")[0]
    data = {
        "place": person.seat_id,
        "alternate": wrong.pk,
        "note": "跨专业试一试",
        "holder": second.pk,
    }
    assert "不是同一专业" in desk.post("/choose", data, 409)
    assert desk.client.get(f"{desk.url}/choose?place=0").status_code == 404


def test_somebody_who_no_longer_qualifies_is_marked_with_the_way_out(ground, desk):
    cast, roster = ground
    person = seated(roster)[0]
    confirm_seat(person, by=cast.clerk, channel="PHONE")
    Expert.objects.filter(pk=person.expert_id).update(status="SUSPENDED")
    page = desk.get("?tab=yes")
    assert "专家状态现为「暂停」" in page
    assert "登记不参评（不再符合条件）" in page
    page = desk.get(f"/decline?tab=yes&row={key(person)}&reason=DISQUALIFIED")
    assert re.search(r'value="DISQUALIFIED"[^>]* checked', page)
    data = {"row": key(person), "channel": "PHONE", "reason": "DISQUALIFIED", "tab": "yes"}
    desk.post("/decline", data)
    assert again(person).position == Position.OUT


def test_the_observer_reads_masked_and_writes_nothing(client, ground):
    cast, roster = ground
    person = seated(roster)[0]
    log_contact(person, by=cast.clerk, channel="PHONE", outcome="PENDING", note="说要问家人")
    desk = Desk(client, cast.observer, roster)
    for rest in ("", f"?seat={person.pk}"):
        page = desk.get(rest)
        assert person.expert.name not in page
        assert mask_name(person.expert.name) in page
        assert person.expert.mobile_masked not in page
        assert "说要问家人" not in page
        assert 'name="deed"' not in page
    desk.post("/answer", {"deed": "confirm", "row": key(person)}, 403)


def test_the_reasons_against_a_lock_are_masked_for_the_observer_and_name_nobody_here(
    client, ground
):
    cast, roster = ground
    for each in seated(roster)[5:]:
        confirm_seat(each, by=cast.clerk, channel="PHONE")
    people = [each.expert for each in seated(roster)]
    Expert.objects.filter(pk=people[0].pk).update(status="SUSPENDED")
    for user, shown in ((cast.observer, mask_name(people[0].name)), (cast.clerk, people[0].name)):
        desk = Desk(client, user, roster)
        page = desk.get("?tab=waiting")
        assert "还有 5 人未确认" in page
        assert f"{shown}已不符合条件" in page
        assert people[1].name not in page
        assert mask_name(people[1].name) not in re.search("lock-why.*?</details>", page, re.S)[0]
        for name in ("lock", "roster"):
            url = desk.url.replace("/confirm", f"/{name}")
            assert f"{shown}已不符合条件" in client.get(url).text
    client.force_login(cast.observer)
    for name in ("lock", "roster", "confirm"):
        page = client.get(desk.url.replace("/confirm", f"/{name}")).text
        assert not [each.name for each in people if each.name in page]


def test_only_who_may_apply_for_a_supplement_is_led_there(client, ground):
    cast, roster = ground
    for each in [*waiting(roster, ARCHITECTURE), seated(roster, ARCHITECTURE)[0]]:
        decline_seat(each, by=cast.clerk, reason="DUTY", channel="PHONE")
    for user in (cast.clerk, cast.lead, cast.hrss_lead, cast.reviewer, cast.observer):
        desk = Desk(client, user, roster)
        led = user.may("draws.edit_application")
        for url in (desk.url, desk.url.replace("/confirm", "/lock")):
            assert ("/supplements/new" in client.get(url).text) is led, (user, url)
        number = roster.draw.application.number
        answer = client.get(f"/supplements/new?roster={number}")
        assert answer.status_code == (200 if led else 403)


def test_the_department_reads_and_another_office_finds_nothing(client, ground):
    cast, roster = ground
    desk = Desk(client, cast.hrss_lead, roster)
    assert 'name="deed"' not in desk.get()
    assert seated(roster)[0].expert.mobile_masked in desk.get()
    desk.get("/decline", 403)
    other = Desk(client, make_user("clerk"), roster)
    other.get("", 404)
    other.post("/answer", {}, 404)
    other.client.force_login(make_user("sysadmin"))
    other.get("", 403)


def test_a_void_roster_is_read_only(client, ground):
    cast, roster = ground
    draw = void_draw(roster.draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(draw, by=cast.observer)
    desk = Desk(client, cast.clerk, roster)
    page = desk.get()
    assert "名单不再变动" in page
    assert 'name="deed"' not in page
    data = {"deed": "confirm", "row": key(seated(roster)[0]), "channel": "PHONE"}
    assert "本次抽取已作废" in desk.post("/answer", data, 409)


def test_the_list_the_application_and_the_to_dos_count(ground, desk):
    cast, roster = ground
    confirm_seat(seated(roster)[0], by=cast.clerk, channel="PHONE")
    listed = desk.client.get("/rosters/").text
    assert "1 / 15" in listed
    assert "待确认" in listed
    assert roster.draw.application.number in desk.client.get("/rosters/?status=OPEN").text
    assert roster.draw.application.number not in desk.client.get("/rosters/?status=LOCKED").text
    assert "已确认 1 / 15" in desk.client.get(f"/draws/{roster.draw.application.number}/").text
    (item,) = [each for each in todos(cast.clerk) if each.kind == "draws.confirm"]
    assert "14 人未确认" in item.why
    assert item.due_at == roster.draw.application.starts_at
    assert not [each for each in todos(cast.reviewer) if each.kind == "draws.confirm"]


def test_who_may_release_a_list_is_asked_for_that_first(ground):
    cast, roster = ground
    after = ("draws.confirm", "draws.unreleased")

    def asked(user) -> list[str]:
        return [each.kind for each in todos(user) if each.kind in after]

    assert asked(cast.lead) == ["draws.unreleased"]
    assert asked(cast.clerk) == ["draws.confirm"]
    Roster.objects.filter(pk=roster.pk).update(released_at=cast.minute(9), released_by=cast.lead)
    assert asked(cast.lead) == ["draws.confirm"]


def test_the_number_of_questions_does_not_grow_with_the_roster(client):
    def asked(seats: int) -> int:
        _, roster = drawn(dict.fromkeys(SIZES, 24), seats=dict.fromkeys(SIZES, seats))
        desk = Desk(client, make_user("hrss_lead"), roster)
        desk.get()
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"?seat={seated(roster)[0].pk}")
        return len(queries)

    assert asked(5) == asked(7)


def kinds(user) -> list[str]:
    return [item.kind for item in todos(user)]


def test_an_empty_seat_and_a_full_list_wait_for_somebody(ground):
    cast, roster = ground
    assert "draws.gap" not in kinds(cast.clerk)
    for person in (*waiting(roster), seated(roster, ARCHITECTURE)[0]):
        decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    (item,) = [each for each in todos(cast.clerk) if each.kind == "draws.gap"]
    assert "空缺 1 个" in item.why
    assert roster.draw.application.number in item.url
    for person in seated(roster):
        confirm_seat(person, by=cast.clerk, channel="PHONE")
    assert "draws.lock" not in kinds(cast.lead)
    revert_seat(again(person_out(roster)), by=cast.clerk)
    assert "draws.gap" not in kinds(cast.clerk)
    confirm_seat(seated(roster, answer=Answer.UNCONFIRMED)[0], by=cast.clerk, channel="PHONE")
    assert "draws.lock" in kinds(cast.lead)
    lock_roster(roster, by=cast.lead)
    assert "draws.lock" not in kinds(cast.lead)


def person_out(roster):
    """Who left a seat empty."""
    place = roster.events.filter(kind="DECLINE", place__isnull=False).get().seat_id
    return roster.standings.get(seat=place)


def test_a_void_that_one_side_asked_for_waits_for_the_other(ground):
    cast, roster = ground
    assert "draws.void" not in kinds(cast.observer)
    void_draw(roster.draw, by=cast.hrss_lead, reason="程序有误，重新抽取")
    assert "draws.void" in kinds(cast.observer)
    assert "draws.void" not in kinds(cast.hrss_lead)
    void_draw(roster.draw, by=cast.observer)
    assert "draws.void" not in kinds(cast.observer)


@pytest.mark.parametrize("odd", ["²", "9" * 5000])
def test_numbers_that_are_none_are_not_read(ground, desk, odd):
    person = seated(ground[1])[0]
    data = {
        "deed": "confirm",
        "row": key(person),
        "channel": "PHONE",
        "seat": odd,
        "following": odd,
    }
    assert "确认参评" in desk.post("/answer", data)
    assert again(person).answer == Answer.PARTICIPATING
    assert desk.client.get(desk.url, {"attempt": odd[:9]}).status_code in (200, 404)


def test_whoever_declined_is_not_confirmed_but_taken_off_first(ground, desk):
    cast, roster = ground
    person = seated(roster)[0]
    decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    data = {"deed": "confirm", "row": key(person), "channel": "PHONE"}
    assert "已登记不参评；请先「移除」" in desk.post("/answer", data, 409)


def test_an_alternate_who_no_longer_qualifies_is_marked_before_they_enter(ground, desk):
    _, roster = ground
    first = waiting(roster, ARCHITECTURE)[0]
    Expert.objects.filter(pk=first.expert_id).update(status="SUSPENDED")
    form = desk.get(f"/decline?row={seated(roster, ARCHITECTURE)[0].pk}")
    assert "递补后请核对" in form


def test_putting_a_decline_back_tells_that_the_link_has_ended(ground, desk):
    cast, roster = ground
    person = seated(roster)[0]
    release_roster(roster, by=cast.lead)
    link_for(person, cast.clerk)
    form = {"row": key(person), "reason": "DUTY", "channel": "PHONE", "confirmed": "1"}
    assert "不参评" in desk.post("/decline", form)
    assert "答复链接已停用" in desk.post("/undo", {})


def test_single_answers_stand_on_the_page_of_answers_not_in_the_history_of_the_application(
    ground, desk
):
    cast, roster = ground
    confirm_seat(seated(roster)[0], by=cast.clerk, channel="PHONE")
    page = desk.client.get(f"/draws/{roster.draw.application.number}/").text
    history = page[page.index("办理历史") :]
    assert f'href="{desk.url}">逐人答复与联系记录' in history
    assert "确认参评" not in history[: history.index("</section>")]


def test_alternates_keep_the_number_that_they_were_drawn_with(ground):
    cast, roster = ground
    first, second = waiting(roster, ARCHITECTURE)[:2]
    decline_seat(seated(roster, ARCHITECTURE)[0], by=cast.clerk, reason="DUTY", channel="PHONE")
    left = again(first) if again(first).position == Position.WAITING else again(second)
    (row,) = [
        placed.row
        for placed in StandingRoster(roster, cast.clerk).placed
        if placed.standing.pk == left.pk
    ]
    assert row.seat == f"备选 {left.seat.rank}"
    assert row.rank == left.seat.rank


def test_a_supplement_under_way_is_named_where_the_seat_is_empty(client):
    cast, roster = make_roster()
    use_up(roster, cast)
    desk = Desk(client, cast.clerk, roster)
    assert "申请补充抽取" in desk.get()
    made = supplement_of(roster, cast)
    assert f"补充抽取 {made.number} 办理中" in desk.get()


def test_nothing_is_offered_that_cannot_put_a_return_to_waiting_back(ground, desk):
    cast, roster = ground
    person = seated(roster, ARCHITECTURE)[0]
    decline_seat(person, by=cast.clerk, reason="DUTY", channel="PHONE")
    form = {"deed": "revert", "row": key(person), f"choice-{person.pk}": "RESERVE", "chosen": "1"}
    page = desk.post("/revert", form)
    assert "已转为备选" in page
    assert "撤销</button>" not in page
