"""The page 锁定名单: the blocked deed with its citation, reasons for warnings, versions as they were."""

import re

import pytest

from mingqian.draws.models import RosterVersion
from mingqian.draws.services.answering import revert_seat
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.void import void_draw
from mingqian.web.sealed import mask_name
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast, voided
from tests.factories.rosters import confirm, decline, roster_of, seated, use_up_alternates

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def draw(cast):
    return executed(cast)


def lock_url(cast: Cast, rest: str = "") -> str:
    return f"/draws/{cast.application.number}/lock{rest}"


def page(client, user, url: str) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_blocked_lock_stays_visible_disabled_and_tied_to_its_reasons(client, cast, draw):
    use_up_alternates(draw, cast.clerk)
    confirm(draw, cast.clerk)
    text = page(client, cast.lead, lock_url(cast))
    button = re.search(r"<button[^>]*disabled[^>]*>", text)
    assert button is not None
    assert 'aria-describedby="lock-notice"' in button.group()
    notice = re.search(r'id="lock-notice".*?</div>', text, re.DOTALL).group()
    assert "暂不能锁定" in notice
    assert "确认参评 14 人，是双数" in notice
    assert "《职称评审管理暂行规定》(人社部令第40号)第九条" in notice
    assert "/rules/member_count_odd/" in text


def test_a_lock_without_its_reasons_says_where_and_keeps_what_was_typed(client, cast, draw):
    use_up_alternates(draw, cast.clerk)
    decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    client.force_login(cast.lead)
    answer = client.post(lock_url(cast, "/set"), {"reason-empty_seats": "无"})
    assert answer.status_code == 422
    assert "请写明理由，至少 4 个字" in answer.text
    assert 'value="无"' in answer.text
    answer = client.post(
        lock_url(cast, "/set"), {"reason-empty_seats": "会期临近，不再补充"}, follow=True
    )
    assert "名单已锁定" in answer.text
    assert "解除锁定由人社部门办理" in answer.text
    assert f"/draws/{cast.application.number}/roster.json" in answer.text
    assert RosterVersion.objects.count() == 1


def test_the_department_unlocks_on_the_page(client, cast, draw):
    confirm(draw, cast.clerk)
    lock_roster(roster_of(draw), by=cast.lead)
    client.force_login(cast.reviewer)
    assert client.post(lock_url(cast, "/release"), {"reason": ""}).status_code == 422
    answer = client.post(
        lock_url(cast, "/release"), {"reason": "一名委员请假", "seen": "1"}, follow=True
    )
    assert "第 1 版已解除锁定" in answer.text
    client.force_login(cast.lead)
    assert client.post(lock_url(cast, "/release"), {"reason": "一名委员请假"}).status_code == 403


def test_versions_show_the_list_as_it_was_and_who_came_and_left(client, cast, draw):
    confirm(draw, cast.clerk)
    roster = roster_of(draw)
    lock_roster(roster, by=cast.lead)
    unlock_roster(roster, by=cast.reviewer, reason="一名委员请假")
    leaver = seated(draw)[2]
    revert_seat(leaver, by=cast.clerk)
    came = decline(leaver, cast.clerk).entered
    confirm(draw, cast.clerk)
    lock_roster(roster, by=cast.lead)
    first = page(client, cast.clerk, lock_url(cast, "/versions/1"))
    assert leaver.expert.name in first
    assert "这一版已解除锁定" in first
    second = page(client, cast.clerk, lock_url(cast, "/versions/2"))
    assert f"增加 {came.expert.name}" in second
    assert f"减少 {leaver.expert.name}" in second
    history = page(client, cast.clerk, lock_url(cast))
    assert "一名委员请假" in history
    masked = page(client, cast.observer, lock_url(cast, "/versions/2"))
    assert came.expert.name not in masked
    assert f"增加 {mask_name(came.expert.name)}" in masked
    for path in ("", "/versions/1"):
        read = page(client, cast.observer, lock_url(cast, path))
        assert "一名委员请假" not in read
        assert "理由仅办理单位可见" in read
    assert client.get(lock_url(cast, "/versions/3")).status_code == 404


def test_the_composition_counts_those_who_sit_now(client, cast, draw):
    leaver = seated(draw)[0]
    leaver.expert.gender = "2"
    leaver.expert.save()
    assert "女" in page(client, cast.clerk, lock_url(cast)).split("名单构成")[1]
    decline(leaver, cast.clerk)
    text = page(client, cast.clerk, lock_url(cast)).split("名单构成")[1]
    assert "女" not in text
    for words in ("学科组", "职称级别", "工作单位", "所在地区", "性别", "首次参评"):
        assert words in text
    assert "15 人，100%" in text
    assert text.count("<svg") >= 12


def test_other_offices_and_void_draws_have_no_such_page(client, cast):
    draw = voided(cast)
    client.force_login(cast.lead)
    assert client.get(lock_url(cast)).status_code == 404
    client.force_login(make_user("lead"))
    assert client.get(lock_url(cast)).status_code == 404
    client.force_login(make_user("sysadmin"))
    assert client.get(lock_url(cast)).status_code == 403
    assert draw.is_void


def test_versions_of_a_void_draw_stay_readable(client, cast, draw):
    confirm(draw, cast.clerk)
    lock_roster(roster_of(draw), by=cast.lead)
    unlock_roster(roster_of(draw), by=cast.hrss_lead, reason="程序有误，重新抽取")
    void_draw(draw, by=cast.hrss_lead, reason="程序有误，重新抽取")
    void_draw(draw, by=cast.observer)
    client.force_login(cast.lead)
    assert client.get(lock_url(cast)).status_code == 404
    roster_page = client.get(f"/draws/{cast.application.number}/roster?attempt=1").text
    assert f"{lock_url(cast)}?attempt=1" in roster_page
    text = page(client, cast.lead, lock_url(cast, "?attempt=1"))
    assert "本次抽取已作废，名单不能锁定" in text
    version = f"{lock_url(cast, '/versions/1')}?attempt=1"
    assert version in text
    assert seated(draw)[0].expert.name in page(client, cast.lead, version)
    client.force_login(make_user("clerk"))
    assert client.get(version).status_code == 404
