"""密码修改: the policy, the first password, the ninety days, and what happens to other sessions."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mingqian.accounts.models import FormerPassword, User
from mingqian.accounts.passwords import PROFILES, PolicyValidator, classes, expired
from mingqian.accounts.services import (
    OldPasswordWrong,
    change_own_password,
    random_password,
    reset_password,
)
from mingqian.audit.models import Event
from tests.factories.accounts import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
PAGE, HOME = reverse("accounts:password"), reverse("portal:home")
NEW = "Yun-shan9-zhi-wai"


def send(client, old=PASSWORD, new=NEW, again=None):
    return client.post(PAGE, {"old": old, "new": new, "again": new if again is None else again})


@pytest.fixture
def user(client):
    user = make_user("clerk")
    client.force_login(user)
    return user


def test_a_good_password_replaces_the_old_one(client, user):
    assert send(client)["Location"] == HOME
    assert sign_in(Client(), user.username, NEW).status_code == 302
    assert sign_in(Client(), user.username, PASSWORD).status_code == 422
    event = Event.objects.get(action="accounts.change_own_password")
    assert (event.actor_id, event.details) == (user.pk, {})


def test_this_session_stays_and_every_other_one_ends(client, user):
    other = Client()
    sign_in(other, user.username)
    assert other.get(HOME).status_code == 200
    before = client.session.session_key
    send(client)
    assert client.get(HOME).status_code == 200
    assert client.session.session_key != before
    assert other.get(HOME)["Location"].startswith(reverse("accounts:login"))


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("Short-1a", "至少 12 个字符"),
        ("onlylowercaseletters", "至少三类"),
        ("lowercase12345678", "至少三类"),
        ("ABCDEFGHIJKLM1", "至少三类"),
        ("My-Password-here9", "常见密码"),
        ("Zz-123456-zZ-ok", "常见密码"),
        ("Q1w2e3r4t5y6-" * 12, "最长 128 个字符"),
    ],
)
def test_a_weak_password_is_told_which_line_it_breaks(client, user, new, line):
    response = send(client, new=new)
    assert response.status_code == 422
    assert line in response.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_password_may_not_contain_the_account(client):
    user = make_user("clerk", username="limin")
    client.force_login(user)
    assert "不含账号" in send(client, new="Xx-LiMin-2026-yes").content.decode()


def test_everything_wrong_is_told_at_once(client, user):
    html = send(client, new="abc", again="abd").content.decode()
    for line in ("至少 12 个字符", "其他符号中至少三类"):
        assert re.search(rf"密码不符合要求：[^<]*{line}", html), line
    assert "两次输入的新密码不一致。" in html


def test_the_wrong_old_password_is_told_at_its_field(client, user):
    html = send(client, old="something else").content.decode()
    assert "原密码不正确。" in html
    assert Event.objects.filter(action="accounts.fail_password_change").count() == 1


def test_five_wrong_old_passwords_end_the_session(client, user):
    for _ in range(4):
        assert send(client, old="guess").status_code == 422
    assert send(client, old="guess")["Location"] == reverse("accounts:login")
    assert "已退出登录" in client.get(reverse("accounts:login")).content.decode()
    assert client.get(HOME).status_code == 302


def test_the_last_five_passwords_are_refused(user):
    used = [PASSWORD]
    for n in range(6):
        fresh = f"{NEW}-{n}"
        change_own_password(user=user, old=used[-1], new=fresh)
        used.append(fresh)
    for former in used[-5:]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            change_own_password(user=user, old=used[-1], new=former)
    change_own_password(user=user, old=used[-1], new=used[-6])
    assert FormerPassword.objects.filter(user=user).count() <= 5


def test_an_old_password_that_is_wrong_changes_nothing(user):
    with pytest.raises(OldPasswordWrong):
        change_own_password(user=user, old="x", new=NEW)


def test_the_first_password_leads_to_the_change_page_from_everywhere(client):
    user = make_user("clerk", must_change=True)
    sign_in(client, user.username)
    for address in (HOME, reverse("portal:todos"), "/audit/", "/users/"):
        assert client.get(address)["Location"] == PAGE
    assert "请先设置自己的密码" in client.get(PAGE).content.decode()
    send(client)
    assert client.get(HOME).status_code == 200
    assert not User.objects.get(pk=user.pk).must_change


def test_signing_out_stays_possible_while_a_change_is_due(client):
    sign_in(client, make_user("clerk", must_change=True).username)
    assert client.post(reverse("accounts:logout"))["Location"] == reverse("accounts:login")


def test_a_password_lives_for_ninety_days(client, user):
    now = timezone.now()
    User.objects.filter(pk=user.pk).update(password_changed_at=now - dt.timedelta(days=91))
    assert client.get(HOME)["Location"] == PAGE
    assert "密码已满 90 天" in client.get(PAGE).content.decode()
    send(client)
    assert client.get(HOME).status_code == 200


def test_on_the_ninetieth_day_it_still_lives(user):
    assert not expired(user, user.password_changed_at + dt.timedelta(days=90))
    assert expired(user, user.password_changed_at + dt.timedelta(days=90, seconds=1))


def test_the_nist_profile_asks_for_length_alone(client, user, settings):
    settings.MINGQIAN = settings.MINGQIAN | {"PASSWORD_PROFILE": "nist"}
    html = client.get(PAGE).content.decode()
    assert "至少 15 个字符" in html
    assert "三类" not in html
    assert "更换一次" not in html
    assert send(client, new="yun shan zhi wai zai xiang jian")["Location"] == HOME
    User.objects.update(password_changed_at=timezone.now() - dt.timedelta(days=900))
    assert client.get(HOME).status_code == 200


def test_the_page_names_every_line_for_the_script(client, user):
    html = client.get(PAGE).content.decode()
    assert re.findall(r'data-line="([^"]+)"', html) == [
        *(line.key for line in PROFILES["dengbao"].lines),
        "again",
    ]
    assert f'data-username="{user.username}"' in html


@pytest.mark.parametrize("name", PROFILES)
def test_first_passwords_meet_every_profile(settings, name):
    settings.MINGQIAN = settings.MINGQIAN | {"PASSWORD_PROFILE": name}
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        PolicyValidator().validate(password)
        assert not set("0O1lI") & set(password)


def test_a_reset_password_is_for_one_use_and_ends_all_sessions(client, user):
    first = reset_password(user=user, by=make_user("sysadmin"))
    assert client.get(HOME).status_code == 302
    sign_in(client, user.username, first)
    assert client.get(HOME)["Location"] == PAGE
    assert "不能与最近" in send(client, old=first, new=first).content.decode()


@given(st.text(max_size=40))
def test_the_policy_judges_any_text(password):
    lines = {line.key: line.holds(password, "limin") for line in PROFILES["dengbao"].lines}
    assert lines["length-12"] == (len(password) >= 12)
    assert lines["classes-3"] == (classes(password) >= 3)


@pytest.mark.parametrize(
    "new", ["密码也可以用汉字写成Aa1", "🔑🔑🔑🔑Aa-bb-ccdd11", "Tab\tin-the-middle1"]
)
def test_any_character_may_be_used(client, user, new):
    assert send(client, new=new)["Location"] == HOME
    assert sign_in(Client(), user.username, new).status_code == 302
