"""Every address, every method, every role, asked for real (ASVS 8.2.1, 8.2.2, 8.3.1).

Allowed: an answer. Wrong role: 403 and an entry in the log. Not signed in: the sign-in page. Out of scope, be it
another office's or not yet due: 404, word for word as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mingqian.accounts.models import User
from mingqian.accounts.roles import PERMISSIONS, may
from mingqian.audit.models import Event
from mingqian.draws.models import DrawApplication

from .permission_routes import OWNER, PUBLIC, ROUTES, Route, World, build_world

# Every request is undone, so the invariants are asked once, of the world itself, not after each row.
pytestmark = pytest.mark.django_db
rows_only = pytest.mark.breaks_invariants

METHODS = ("GET", "POST")
ANSWERS = {200, 204, 302, 303, 400, 409, 422}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Built once: every request below is undone on its own, and all of it at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def views() -> dict[str, object]:
    """Name → view of every address of the system."""

    def walk(patterns, namespace):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace)
            elif isinstance(pattern, URLPattern):
                yield f"{namespace}:{pattern.name}", pattern.callback

    return dict(walk(get_resolver().url_patterns, ""))


def ask(route: Route, world: World, method: str, user: User | None):
    client = Client()
    if user is not None:
        client.force_login(user)
    address = reverse(route.name, args=route.args(world))
    query = route.query(world)
    if method == "GET":
        return client.get(address, query)
    return client.post(address, dict(route.data), query_params=query)


def asked(route: Route) -> list[tuple[str, str]]:
    """(method, permission) of the methods an address takes."""
    return [(m, p) for m, p in zip(METHODS, (route.get, route.post), strict=True) if p]


def on_log() -> list[Event]:
    return list(Event.objects.filter(action="access.denied"))


every_route = pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])


def test_every_address_has_its_row():
    """Write a new address into tests/permission_routes.py."""
    assert {route.name for route in ROUTES} == set(views())
    assert len(ROUTES) == len(views())


def test_the_world_itself_is_sound(world):
    assert DrawApplication.objects.count() == 3


@every_route
@rows_only
def test_the_view_asks_for_the_permission_of_its_row(route):
    view = views()[route.name]
    (permission, *_) = [p for p in (route.get, route.post) if p]
    if permission == PUBLIC:
        assert view.is_public
    elif permission == OWNER:
        assert getattr(view, "login_required", True)
    else:
        assert view.required_permission == permission
        assert {p for p in (route.get, route.post) if p} <= set(PERMISSIONS)


@every_route
@rows_only
def test_a_stranger_is_sent_to_sign_in(route, world):
    for method, permission in asked(route):
        with undone():
            response = ask(route, world, method, None)
        if permission == PUBLIC:
            assert response.status_code in ANSWERS
        else:
            assert response.status_code == 302
            assert response["Location"].startswith(resolve_url(settings.LOGIN_URL))


@every_route
@rows_only
def test_every_role_gets_in_or_is_refused_as_the_table_says(route, world):
    for role, user in world.users.items():
        for method, permission in asked(route):
            with undone():
                status = ask(route, world, method, user).status_code
                refusals = on_log()
            asks_for = (role, method)
            if permission == PUBLIC:
                assert status in ANSWERS, asks_for
            elif permission == OWNER:
                assert status in (ANSWERS if role == "clerk" else {404}), asks_for
            elif not may(role, permission):
                assert status == 403, asks_for
                (refusal,) = refusals
                assert (refusal.actor_id, refusal.details["method"]) == (user.pk, method)
                assert refusal.details["permission"] in (route.get, route.post)
            else:
                assert status in ANSWERS, asks_for
                assert not refusals, asks_for


@pytest.mark.parametrize("route", [r for r in ROUTES if r.of_office], ids=lambda r: r.name)
@rows_only
def test_another_office_gets_404(route, world):
    for role, user in world.strangers.items():
        for method, permission in asked(route):
            if may(role, permission):
                with undone():
                    assert ask(route, world, method, user).status_code == 404, (role, method)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.about_application], ids=lambda r: r.name)
@rows_only
def test_the_department_sees_no_draft_and_the_observer_nothing_undecided(route, world):
    for about, roles in (
        (route.about_draft(), ("reviewer", "hrss_lead", "observer")),
        (route.about_waiting(), ("observer",)),
    ):
        for role in roles:
            for method, permission in asked(about):
                if may(role, permission):
                    with undone():
                        status = ask(about, world, method, world.users[role]).status_code
                    assert status == 404, (role, method)


@every_route
@rows_only
def test_a_method_that_is_not_offered_answers_405(route, world):
    offered = dict(asked(route))
    (permission, *_) = offered.values()
    allowed = [r for r in world.users if permission in (PUBLIC, OWNER) or may(r, permission)]
    for method in set(METHODS) - set(offered):
        with undone():
            assert ask(route, world, method, world.users[allowed[0]]).status_code == 405


@rows_only
def test_what_is_out_of_scope_looks_like_what_does_not_exist(world):
    """The answer must not tell another office that there is something (ASVS 8.3.1)."""
    with undone():
        client = Client()
        client.force_login(world.strangers["lead"])
        hidden = client.get(reverse("draws:application", args=[world.application]))
        absent = client.get(reverse("draws:application", args=["CQ-2026-9999"]))
    strip = lambda response: response.content.decode().split("<main")[1].split("事件编号")[0]  # noqa: E731
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert strip(hidden) == strip(absent)


@rows_only
def test_the_pages_of_a_disabled_account_are_closed_at_once(world):
    with undone():
        client = Client()
        client.force_login(world.users["observer"])
        User.objects.filter(pk=world.users["observer"].pk).update(is_active=False)
        assert client.get(reverse("portal:home")).status_code == 302
