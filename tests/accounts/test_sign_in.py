"""Coming in and going out, in good faith and in bad."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqian.accounts import throttle
from mingqian.accounts.services import set_active
from mingqian.audit.models import Event
from tests.factories.accounts import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
LOGIN, HOME = reverse("accounts:login"), reverse("portal:home")
REFUSED = "账号或密码不正确，或账号已停用。"


def events(*actions: str) -> list[Event]:
    return list(Event.objects.filter(action__in=[f"accounts.{a}" for a in actions]).order_by("seq"))


def test_the_right_password_opens_the_home_page(client):
    user = make_user("clerk")
    response = sign_in(client, user.username)
    assert (response.status_code, response["Location"]) == (302, HOME)
    assert client.get(HOME).status_code == 200
    (event,) = events("sign_in")
    assert (event.actor_id, event.subject_id, event.ip) == (user.pk, str(user.pk), "127.0.0.1")


def test_account_names_are_told_apart_without_regard_to_case(client):
    make_user("clerk", username="Njjz.LiMin")
    assert sign_in(client, "  nJJZ.limin ").status_code == 302


def test_wrong_unknown_and_disabled_get_the_same_answer(client):
    good, off = make_user("clerk"), make_user("lead")
    set_active(user=off, active=False, by=make_user("sysadmin"))
    pages = []
    for username, password in [
        (good.username, "not this one"),
        ("nobody.at.all", PASSWORD),
        (off.username, PASSWORD),
    ]:
        response = sign_in(client, username, password)
        assert response.status_code == 422
        html = response.content.decode()
        assert REFUSED in html
        pages.append(html.replace(username, "…"))
    # Apart from what was typed and the token of the form, the pages do not differ in a single character.
    import re

    blind = {re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page) for page in pages}
    assert len(blind) == 1


def test_wrong_unknown_and_disabled_cost_the_same_hashing(client, monkeypatch):
    runs = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: runs.append(1) or encode(self, *args)
    )
    good, off = make_user("clerk"), make_user("lead")
    set_active(user=off, active=False, by=make_user("sysadmin"))
    costs = []
    for username in (good.username, "nobody.at.all", off.username):
        runs.clear()
        sign_in(client, username, "not this one")
        costs.append(len(runs))
    assert costs[0] > 0
    assert len(set(costs)) == 1


def test_what_was_typed_into_the_name_field_is_not_kept_for_ever(client):
    user = make_user("clerk")
    sign_in(client, "My-Secret-Passw0rd")
    sign_in(client, user.username, "wrong")
    unknown, known = events("fail_sign_in")
    assert unknown.subject_label == "不存在的账号"
    assert "Secret" not in str(Event.objects.filter(pk=unknown.pk).values())
    assert (known.subject_id, known.actor_id) == (str(user.pk), None)


def test_the_password_is_never_sent_back(client):
    html = sign_in(client, "nobody", "hidden-in-the-form-9").content.decode()
    assert "hidden-in-the-form-9" not in html
    assert 'value="nobody"' in html


def test_empty_fields_are_named(client):
    html = sign_in(client, "", "").content.decode()
    assert "请填写账号。" in html
    assert "请填写密码。" in html
    assert not events("fail_sign_in")


def test_the_sign_in_before_this_one_is_shown(client):
    user = make_user("clerk")
    sign_in(client, user.username)
    assert "上次登录" not in client.get(HOME).content.decode()
    first = timezone.localtime(user.__class__.objects.get(pk=user.pk).last_login)
    client.post(reverse("accounts:logout"))
    sign_in(client, user.username)
    assert f"上次登录 {first:%Y-%m-%d %H:%M}" in client.get(HOME).content.decode()


def test_somebody_signed_in_is_led_past_the_sign_in_page(client):
    client.force_login(make_user("clerk"))
    assert client.get(LOGIN)["Location"] == HOME


def test_signing_out_ends_the_session_and_is_recorded(client):
    user = make_user("clerk")
    sign_in(client, user.username)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assert client.post(reverse("accounts:logout"))["Location"] == LOGIN
    assert client.get(HOME)["Location"].startswith(LOGIN)
    assert [e.actor_id for e in events("sign_out")] == [user.pk]


def test_signing_out_twice_does_no_harm(client):
    assert client.post(reverse("accounts:logout")).status_code == 302
    assert not events("sign_out")


def test_the_session_gets_a_new_key_at_sign_in(client):
    """A key planted before sign-in must be worthless after it (ASVS 7.2.4)."""
    user = make_user("clerk")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    sign_in(client, user.username)
    assert client.session.session_key != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get(HOME).status_code == 302


def test_the_form_needs_its_token():
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, make_user("clerk").username).status_code == 403


def test_the_page_is_never_kept_by_a_browser(client):
    assert "no-store" in client.get(LOGIN)["Cache-Control"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        r"\\evil.example",
        r"/\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://evil.example",
        "\thttps://evil.example",
        "https://testserver@evil.example",
        "https://testserver.evil.example",
        "%2f%2fevil.example",
        "ftp://testserver/",
    ],
)
def test_the_way_back_never_leaves_the_system(client, target):
    user = make_user("clerk")
    response = client.get(LOGIN, {"next": target})
    assert "evil" not in response.content.decode() or target.startswith("%")
    for data in ({"next": target}, {}):
        response = sign_in(client, user.username, data=data, query_params={"next": target})
        location = response["Location"]
        assert location == HOME or (location.startswith("%2f") and "://" not in location)
        client.post(reverse("accounts:logout"))


def test_the_way_back_leads_to_the_page_asked_for(client):
    user = make_user("clerk")
    location = client.get(reverse("accounts:password"))["Location"]
    assert location == f"{LOGIN}?next=/password"
    assert 'name="next" value="/password"' in client.get(location).content.decode()
    assert sign_in(client, user.username, data={"next": "/password"})["Location"] == "/password"


@pytest.mark.parametrize(
    "username",
    [
        "\x00",
        "clerk\x00",
        "' OR 1=1 --",
        "../../etc/passwd",
        "%s%s%n",
        "{{7*7}}",
        "<img src=x onerror=alert(1)>",
        "ａｄｍｉｎ",
        "admin\u202e",
        "ﬀ",
        "İ",
        "\ud83d",
        "👩‍👩‍👧",
        "x" * 60,
        "x" * 61,
        "x" * 100_000,
        "\r\nSet-Cookie: a=b",
    ],
)
def test_hostile_names_are_refused_politely(client, username):
    response = sign_in(client, username.encode("utf-8", "surrogatepass"))
    assert response.status_code in (400, 422)
    assert b"<img src=x" not in response.content


@pytest.mark.parametrize(
    "password", ["\x00" * 9, "x" * 10_240, "密" * 5000, "🔑" * 128, " ", "\r\n"]
)
def test_hostile_passwords_are_refused_politely(client, password):
    user = make_user("clerk")
    response = sign_in(client, user.username, password)
    assert response.status_code == 422


def test_a_password_too_long_to_be_right_is_not_hashed(client, monkeypatch):
    user = make_user("clerk")
    monkeypatch.setattr(MD5PasswordHasher, "encode", None)
    assert sign_in(client, user.username, "x" * 10_240).status_code == 422


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=80), st.text(max_size=200), st.text(max_size=60))
def test_no_text_breaks_the_sign_in_page(client, username, password, target):
    throttle.SignInThrottle.objects.all().delete()
    response = sign_in(
        client,
        username.encode("utf-8", "replace"),
        password.encode("utf-8", "replace"),
        data={"next": target.encode("utf-8", "replace")},
    )
    assert response.status_code == 422


def test_leading_and_trailing_blanks_of_a_password_count(client):
    user = make_user("clerk", password=f" {PASSWORD} ")
    assert sign_in(client, user.username, PASSWORD).status_code == 422
    assert sign_in(client, user.username, f" {PASSWORD} ").status_code == 302


def test_the_sign_in_page_has_no_dead_ends(client):
    html = client.get(LOGIN).content.decode()
    assert 'href="#"' not in html
    for missing in ("动态验证码", "数字证书", "统一身份认证"):
        assert missing not in html
    assert "忘记密码，请联系" in html
