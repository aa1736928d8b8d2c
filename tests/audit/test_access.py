"""The door: strangers sign in first, the wrong role is refused and noted."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views import View

from mingqian.audit.access import check, public, refuse, requires
from mingqian.audit.models import Event
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


@requires("audit.view_event")
def watched(request):
    return HttpResponse("ok")


@requires("portal.view_home")
def strict_inside(request):
    check(request.user, "accounts.manage_user")


@method_decorator(requires("audit.view_event"), name="dispatch")
class Watched(View):
    def get(self, request):
        return HttpResponse("ok")


def asked_by(user, path="/somewhere?x=1"):
    request = RequestFactory().get(path)
    request.user = user
    return request


@pytest.mark.parametrize("view", [watched, Watched.as_view()])
def test_the_right_role_comes_in(view):
    assert view(asked_by(make_user("observer"))).content == b"ok"
    assert not Event.objects.filter(action="access.denied").exists()


@pytest.mark.parametrize("view", [watched, Watched.as_view()])
def test_the_wrong_role_is_refused_and_noted(view):
    clerk = make_user("clerk")
    with pytest.raises(PermissionDenied):
        view(asked_by(clerk))
    event = Event.objects.get(action="access.denied")
    assert event.actor_id == clerk.pk
    assert event.details == {
        "permission": "audit.view_event",
        "path": "/somewhere",
        "method": "GET",
    }


def test_a_stranger_is_sent_to_sign_in_and_comes_back():
    response = watched(asked_by(AnonymousUser()))
    assert response.status_code == 302
    assert response["Location"].endswith("/login?next=/somewhere%3Fx%3D1")


def test_a_refusal_by_a_service_behind_an_open_page_is_noted_too():
    with pytest.raises(PermissionDenied):
        strict_inside(asked_by(make_user("clerk")))
    event = Event.objects.get(action="access.denied")
    assert event.details["permission"] == "accounts.manage_user"


@requires("portal.view_home")
def refusing_inside(request):
    refuse(request, "accounts.manage_user")


def test_a_page_that_refuses_by_itself_leaves_one_entry():
    with pytest.raises(PermissionDenied):
        refusing_inside(asked_by(make_user("clerk")))
    assert Event.objects.filter(action="access.denied").count() == 1


def test_a_view_tells_what_it_asks_for():
    assert watched.required_permission == "audit.view_event"
    assert Watched.as_view().required_permission == "audit.view_event"
    assert public(lambda request: None).is_public


def test_a_disabled_user_may_do_nothing():
    user = make_user("observer")
    user.is_active = False
    with pytest.raises(PermissionDenied):
        check(user, "audit.view_event")
