"""Around every request: its id, the caches, and sessions that end."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.urls import reverse

from mingqian.web import middleware
from mingqian.web.context import current
from tests.factories.accounts import make_user

NOW = time.time

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(make_user("clerk"))
    client.get(reverse("portal:home"))
    return client


def later(monkeypatch, seconds: int) -> None:
    now = NOW()
    monkeypatch.setattr(middleware.time, "time", lambda: now + seconds)


def test_every_answer_names_its_request_and_the_facts_end_with_it(client):
    first, second = client.get("/login"), client.get("/login")
    assert len(first["X-Request-ID"]) == 16
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert current().request_id == ""


def test_signed_in_pages_stay_out_of_caches(signed_in):
    assert signed_in.get(reverse("portal:home"))["Cache-Control"] == "no-store, private"


def test_fifteen_idle_minutes_end_the_session_and_the_way_back_is_kept(signed_in, monkeypatch):
    later(monkeypatch, settings.SESSION_IDLE_SECONDS + 1)
    response = signed_in.get(reverse("portal:todos") + "?verb=审核")
    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:login"))
    assert "timeout=idle" in response.url
    assert "next=%2Ftodos%3Fverb" in response.url
    assert "登录已超时" in signed_in.get(response.url).content.decode()


def test_a_request_in_between_keeps_the_session(signed_in, monkeypatch):
    later(monkeypatch, 600)
    assert signed_in.get(reverse("portal:home")).status_code == 200
    later(monkeypatch, 600 + 600)
    assert signed_in.get(reverse("portal:home")).status_code == 200


def test_a_page_that_polls_by_itself_does_not_keep_the_session(signed_in, monkeypatch):
    later(monkeypatch, 600)
    signed_in.get(reverse("portal:home"), headers={middleware.BACKGROUND_HEADER: "1"})
    later(monkeypatch, settings.SESSION_IDLE_SECONDS + 1)
    assert signed_in.get(reverse("portal:home")).status_code == 302


def test_ten_hours_end_the_session_however_busy(signed_in, monkeypatch):
    session = signed_in.session
    session[middleware.STARTED] -= settings.SESSION_ABSOLUTE_SECONDS + 1
    session.save()
    response = signed_in.get(reverse("portal:home"))
    assert "timeout=absolute" in response.url


def test_a_form_sent_too_late_leads_back_to_the_page_it_stood_on(signed_in, monkeypatch):
    later(monkeypatch, settings.SESSION_IDLE_SECONDS + 1)
    response = signed_in.post(
        "/password", headers={"Referer": "http://testserver/draws/CQ-1/edit?tab=2"}
    )
    assert "next=%2Fdraws%2FCQ-1%2Fedit%3Ftab%3D2" in response.url


def test_a_form_from_elsewhere_leads_home_not_elsewhere(signed_in, monkeypatch):
    later(monkeypatch, settings.SESSION_IDLE_SECONDS + 1)
    response = signed_in.post("/password", headers={"Referer": "https://evil.example/x"})
    assert "evil" not in response.url
    assert "next=%2F" in response.url


def test_htmx_is_told_to_leave_the_page(signed_in, monkeypatch):
    later(monkeypatch, settings.SESSION_IDLE_SECONDS + 1)
    response = signed_in.get(
        reverse("portal:home"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/experts/?keyword=a"},
    )
    assert response.status_code == 204
    assert "next=%2Fexperts%2F%3Fkeyword%3Da" in response["HX-Redirect"]


def test_behind_a_proxy_the_address_is_the_one_the_proxy_added(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 59.41.2.3")
    settings.SECURE_PROXY_SSL_HEADER = None
    assert middleware.client_address(request) == "10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert middleware.client_address(request) == "59.41.2.3"
