"""The one error page: a number to quote, what to do, no detail of the inside."""

from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client

from mingqian.web import views
from mingqian.web.errors import EXPLANATIONS, error_page
from tests import html


@pytest.mark.parametrize("status", sorted(EXPLANATIONS))
def test_every_error_says_what_happened_and_what_to_do(rf, status):
    response = error_page(rf.get("/"), status)
    text = response.content.decode()
    assert response.status_code == status
    assert EXPLANATIONS[status].what in text
    assert EXPLANATIONS[status].remedy in text
    assert "事件编号" in text
    assert html.faults(text, fragment=False) == []


def test_what_is_too_big_is_told_as_such(rf):
    assert views.bad_request(rf.get("/"), RequestDataTooBig()).status_code == 413
    assert views.bad_request(rf.get("/"), ValueError("secret detail")).status_code == 400


def test_the_inside_stays_inside(rf):
    try:
        raise RuntimeError("password=hunter2")
    except RuntimeError:
        text = views.server_error(rf.get("/")).content.decode()
    assert "hunter2" not in text
    assert "RuntimeError" not in text


def test_an_error_may_say_more_and_lead_back(rf):
    text = error_page(
        rf.get("/"), 409, what="第 3 版已由王敏保存。", back="/draws/CQ-1"
    ).content.decode()
    assert "第 3 版已由王敏保存。" in text
    assert 'href="/draws/CQ-1"' in text


@pytest.mark.django_db
def test_the_incident_on_the_page_is_the_one_in_the_header(client):
    response = client.get("/no-such-page")
    assert response.status_code in (302, 404)
    if response.status_code == 404:
        assert response["X-Request-ID"].upper() in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_words():
    response = Client(enforce_csrf_checks=True).post("/login", {"username": "a"})
    assert response.status_code == 403
    assert "页面打开时间过长" in response.content.decode()
