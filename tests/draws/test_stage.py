"""The page of the official draw: what each side sees and may do, step by step, over HTTP."""

import re

import pytest
from django.utils import timezone
from django.utils.html import escape

from mingqian.audit.models import Event
from mingqian.draws.models import Draw, DrawSeat
from mingqian.draws.services.locking import lock_roster, unlock_roster
from tests.factories.accounts import make_user
from tests.factories.ceremonies import (
    Cast,
    commitment_for,
    committed,
    executed,
    frozen,
    give,
    make_cast,
    number_of,
    revealed,
    show,
    unprotected,
    voided,
)
from tests.factories.rosters import confirm, roster_of

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast(monkeypatch) -> Cast:
    """A cast whose moment has come: the clock stands at the planned time of the draw."""
    made = make_cast(SIZES)
    monkeypatch.setattr(timezone, "now", lambda: made.at)
    return made


def address(cast: Cast, deed: str = "") -> str:
    return f"/draws/{cast.application.number}/official{deed}"


def see(client, user, url: str) -> str:
    client.force_login(user)
    page = client.get(url, follow=True)
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def do(client, user, url: str, **data):
    client.force_login(user)
    return client.post(url, data, follow=True)


def names_in(draw: Draw) -> list[str]:
    return list(draw.seats.values_list("expert__name", flat=True))


def test_the_whole_ceremony_in_the_browser(client, cast):
    assert "可以冻结评委库" in see(client, cast.clerk, address(cast))
    page = do(client, cast.clerk, address(cast, "/freeze")).content.decode()
    draw = Draw.objects.get()
    assert "录入本方随机数" in page
    assert draw.pool_root[:4].upper() in page
    for user, field in (
        (cast.clerk, "device_commitment"),
        (cast.observer, "commitment"),
        (cast.reviewer, "device_commitment"),
    ):
        data = {field: commitment_for(draw, user)}
        page = do(client, user, address(cast, "/contribute"), **data).content.decode()
        assert "承诺已提交" in page
        assert "由本人设备生成并保管" in page
    for user in (cast.clerk, cast.observer, cast.reviewer):
        assert "请揭示本方随机数" in see(client, user, address(cast))
        do(client, user, address(cast, "/reveal"), nonce=number_of(draw, user).hex())
    page = see(client, cast.clerk, address(cast))
    key = re.search(r'name="key" value="([0-9a-f]{64})"', page)[1]
    shown = do(client, cast.clerk, address(cast, "/execute"), key=key)
    assert shown.redirect_chain[-1][0].endswith("?show=1")
    assert "翻开下一签" in shown.content.decode()
    done = see(client, cast.observer, address(cast))
    assert "抽取完成，正选 15 人、备选 9 人" in done
    assert "3 项通过" in done
    assert "随机数由本人设备生成并保管，先承诺后揭示" in done
    assert Draw.objects.get().short_code in done


def test_a_number_made_on_the_platform_is_not_told_as_kept_by_a_person(client, cast):
    draw = executed(cast)
    with unprotected():
        draw.contributions.filter(party="office").update(self_held=False)
    done = see(client, cast.observer, address(cast))
    assert "有随机数由平台代为生成" in done
    assert "随机数由本人设备生成并保管" not in done


def test_no_name_is_in_the_page_by_default_for_anybody(client, cast):
    draw = executed(cast)
    for user in (cast.clerk, cast.observer, cast.hrss_lead):
        for query in ("", "?show=1"):
            page = see(client, user, address(cast) + query)
            assert not [name for name in names_in(draw) if name in page]


def test_names_come_by_a_logged_request_for_those_whose_business_they_are(client, cast):
    draw = executed(cast)
    answer = do(client, cast.clerk, address(cast, "/names"), attempt=draw.attempt)
    assert set(answer.json().values()) == set(names_in(draw))
    assert Event.objects.filter(action="draws.show_names", actor_id=cast.clerk.pk).count() == 1
    assert do(client, cast.observer, address(cast, "/names")).status_code == 403
    assert do(client, make_user("clerk"), address(cast, "/names")).status_code == 404


def test_another_office_finds_nothing_and_the_administrator_is_refused(client, cast):
    frozen(cast)
    for deed in ("", "/state"):
        client.force_login(make_user("clerk"))
        assert client.get(address(cast, deed)).status_code == 404
        client.force_login(make_user("sysadmin"))
        assert client.get(address(cast, deed)).status_code == 403


@pytest.mark.parametrize(
    ("deed", "role"),
    [
        ("/freeze", "observer"),
        ("/freeze", "hrss_lead"),
        ("/execute", "observer"),
        ("/execute", "hrss_lead"),
        ("/close", "observer"),
        ("/abandon", "observer"),
        ("/void", "clerk"),
        ("/void", "reviewer"),
        ("/contribute", "sysadmin"),
        ("/reveal", "sysadmin"),
    ],
)
def test_a_wrong_role_is_refused_and_logged(client, cast, deed, role):
    frozen(cast)
    user = getattr(cast, role, None) or make_user(role)
    assert do(client, user, address(cast, deed)).status_code == 403
    assert Event.objects.filter(action="access.denied", actor_id=user.pk).exists()


def test_the_page_polls_quietly_until_something_changes(client, cast):
    draw = frozen(cast)
    page = see(client, cast.clerk, address(cast))
    token = re.search(r"official/state\?seen=([^\"]+)", page)[1]
    state = address(cast, f"/state?seen={token}")
    assert client.get(state).status_code == 204
    give(draw, cast.observer)
    client.force_login(cast.clerk)
    answer = client.get(state, headers={"HX-Request": "true"})
    # The clerk is still typing: only the parties are drawn anew.
    assert "stage-parties" in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    client.force_login(cast.observer)
    assert client.get(state).headers["HX-Refresh"] == "true"
    assert draw.contributions.count() == 2


def test_two_clicks_draw_once(client, cast):
    draw = revealed(cast)
    for _ in range(2):
        answer = do(client, cast.clerk, address(cast, "/execute"), key=draw.commit_hash)
        assert answer.redirect_chain[-1][0].endswith("?show=1")
    assert Event.objects.filter(action="draws.execute_draw").count() == 1


def test_a_stale_page_is_told_so(client, cast):
    draw = revealed(cast)
    page = do(client, cast.clerk, address(cast, "/execute"), key="0" * 64, attempt=draw.attempt)
    assert "抽取进程已有变化" in page.content.decode()
    page = do(client, cast.clerk, address(cast, "/execute"), key=draw.commit_hash, attempt="7")
    assert "抽取进程已有变化" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "请填写承诺值"), (" 12 ab<b> ", "64 位十六进制数字"), ("used", "只能使用一次")],
)
def test_a_refused_commitment_stays_at_its_field_with_the_reason(client, cast, typed, told):
    draw = frozen(cast)
    if typed == "used":
        typed = draw.contributions.get().commitment
    page = do(client, cast.clerk, address(cast, "/contribute"), commitment=typed)
    assert page.status_code == 422
    field = re.search(r'<input[^>]*name="commitment"[^>]*>', page.text)[0]
    assert f'value="{escape(typed)}"' in field
    assert 'aria-describedby="way-commitment-error"' in field
    assert told in re.search(r'id="way-commitment-error".*?</p>', page.text)[0]
    assert draw.contributions.count() == 1


def test_a_refused_reveal_stays_at_its_field_with_the_reason(client, cast):
    draw = committed(cast)
    typed = "ab" * 32
    page = do(client, cast.clerk, address(cast, "/reveal"), nonce=typed)
    assert page.status_code == 422
    field = re.search(r'<input[^>]*name="nonce"[^>]*>', page.text)[0]
    assert f'value="{typed}"' in field
    assert "nonce-error" in field
    assert "与承诺不符" in re.search(r'id="nonce-error".*?</p>', page.text)[0]
    assert not draw.contributions.exclude(revealed_at=None).exists()


def test_whoever_is_typing_a_number_is_told_of_the_others_without_a_reload(client, cast):
    draw = committed(cast)
    token = re.search(r"official/state\?seen=([^\"]+)", see(client, cast.observer, address(cast)))[
        1
    ]
    show(draw, cast.clerk)
    client.force_login(cast.observer)
    answer = client.get(address(cast, f"/state?seen={token}"), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in answer.headers
    assert "已揭示" in answer.text


def test_the_reason_of_an_ended_attempt_stays_on_its_page(client, cast):
    committed(cast)
    do(client, cast.clerk, address(cast, "/abandon"), reason="监督人员临时有事")
    page = see(client, cast.clerk, address(cast))
    assert "可以冻结评委库" in page
    assert "第 1 次" in page
    old = see(client, cast.clerk, address(cast, "?attempt=1"))
    assert "监督人员临时有事" in old
    assert "第 1 次抽取已终止" in old


def test_a_void_is_asked_for_and_confirmed_by_the_other_side(client, cast):
    executed(cast)
    assert "提出作废" in see(client, cast.hrss_lead, address(cast))
    assert "提出作废" not in see(client, cast.clerk, address(cast))
    do(client, cast.hrss_lead, address(cast, "/void"), reason="会议改期至下月")
    assert "等待监督人员确认" in see(client, cast.clerk, address(cast))
    page = do(client, cast.observer, address(cast, "/void")).content.decode()
    assert "本次抽取已作废" in page
    assert "会议改期至下月" in page
    assert "可以冻结评委库" in see(client, cast.clerk, address(cast))


def test_a_locked_list_is_to_be_unlocked_before_a_void_is_asked_for_or_confirmed(client, cast):
    draw = executed(cast)
    confirm(draw, cast.clerk)
    roster = roster_of(draw)
    lock_roster(roster, by=cast.lead)
    way = f'href="/draws/{cast.application.number}/lock"'
    page = see(client, cast.hrss_lead, address(cast))
    assert "才能提出作废" in page
    assert way in page
    assert 'id="void-reason"' not in page
    refused = do(client, cast.hrss_lead, address(cast, "/void"), reason="会议改期至下月")
    assert "请人社部门先填写理由解除锁定" in refused.content.decode()
    draw.refresh_from_db()
    assert draw.void_hrss_at is None
    # Asked for in the very moment in which the list was locked.
    with unprotected():
        asked = {"void_hrss_at": timezone.now(), "void_hrss_by": cast.hrss_lead}
        Draw.objects.filter(pk=draw.pk).update(**asked, void_reason="会议改期至下月")
    page = see(client, cast.observer, address(cast))
    assert "才能确认作废" in page
    assert way in page
    assert "确认后本次抽取作废" not in page
    assert "撤回" in see(client, cast.hrss_lead, address(cast))
    unlock_roster(roster, by=cast.hrss_lead, reason="会议改期，名单作废")
    page = do(client, cast.observer, address(cast, "/void")).content.decode()
    assert "本次抽取已作废" in page


def test_a_void_draw_says_so_on_its_page(client, cast):
    draw = voided(cast)
    page = see(client, cast.clerk, address(cast, f"?attempt={draw.attempt}"))
    assert "已作废，名单不得使用" in page


def test_tampered_rows_fail_the_check_on_the_spot(client, cast):
    draw = executed(cast)
    one, other = draw.seats.order_by("id")[:2]
    with unprotected():
        exchange(one, other)
        page = see(client, cast.clerk, address(cast))
        exchange(one, other)
    assert "有不符" in page


def exchange(one: DrawSeat, other: DrawSeat) -> None:
    """Swap two seats' pseudonyms, past the unique constraint on nothing but the expert."""
    one.pseudonym, other.pseudonym = other.pseudonym, one.pseudonym
    one.save()
    other.save()


def test_a_whole_pool_draw_has_one_column(client, monkeypatch):
    whole = make_cast(SIZES, mode="WHOLE_POOL", total=15, alternate_total=7)
    monkeypatch.setattr(timezone, "now", lambda: whole.at)
    executed(whole)
    page = see(client, whole.clerk, f"/draws/{whole.application.number}/official")
    assert "不分学科组" in page
    assert "抽取完成，正选 15 人、备选 7 人" in page
