"""A full number is seen one at a time, for a reason, with an entry; and stands on no page otherwise."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mingqian.audit.models import Event
from mingqian.experts.models import Expert
from mingqian.experts.sealing import read_id, read_mobile
from mingqian.experts.services import TooManyReveals, reveal_field
from mingqian.experts.services.revealing import MOST_REVEALS
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import imported, make_member, register_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_member(make_committee(specialties=["建筑设计"]))


@pytest.fixture
def clerk(member):
    return make_user("clerk", member.office)


def address(member, field="id") -> str:
    return reverse("experts:reveal", args=[member.expert.expert_no, field])


@pytest.mark.parametrize("field", ["id", "mobile"])
def test_a_reason_shows_the_value_once_and_is_written_down(client, member, clerk, field) -> None:
    client.force_login(clerk)
    value = (read_id if field == "id" else read_mobile)(member.expert)
    assert value not in client.get(address(member, field)).content.decode()
    answer = client.post(address(member, field), {"reason": "联系专家参评"})
    assert value in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(action="experts.reveal_field")
    assert (event.purpose, event.details, event.actor_id) == (
        "联系专家参评",
        {"field": field},
        clerk.pk,
    )
    assert event.subject_id == str(member.expert_id)
    assert value not in client.get(address(member, field)).content.decode()


def test_htmx_gets_the_fragment_alone(client, member, clerk) -> None:
    client.force_login(clerk)
    answer = client.post(address(member), {"reason": "核对名册"}, headers={"HX-Request": "true"})
    assert read_id(member.expert) in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("reason", ["", " ", "x", "字" * 201])
def test_without_a_reason_nothing_is_shown_and_nothing_written(
    client, member, clerk, reason
) -> None:
    client.force_login(clerk)
    answer = client.post(address(member), {"reason": reason})
    assert answer.status_code == 422
    assert read_id(member.expert) not in answer.content.decode()
    assert not Event.objects.filter(action="experts.reveal_field").exists()


def test_no_page_holds_a_full_number(client, member, clerk) -> None:
    client.force_login(clerk)
    number, mobile = read_id(member.expert), read_mobile(member.expert)
    no = member.expert.expert_no
    for url in (
        "/experts/",
        f"/experts/{no}/",
        f"/experts/{no}/edit",
        f"/experts/{no}/away",
        "/experts/import/",
    ):
        text = client.get(url).content.decode()
        assert number not in text
        assert mobile not in text


def test_too_many_reveals_within_the_hour_are_stopped(member, clerk, client) -> None:
    for _ in range(MOST_REVEALS):
        reveal_field(member.expert, field="id", purpose="核对名册", by=clerk)
    with pytest.raises(TooManyReveals):
        reveal_field(member.expert, field="mobile", purpose="核对名册", by=clerk)
    assert Event.objects.filter(action="experts.reveal_field").count() == MOST_REVEALS
    client.force_login(clerk)
    answer = client.post(address(member), {"reason": "核对名册"})
    assert answer.status_code == 429
    assert read_id(member.expert) not in answer.content.decode()
    other = make_user("lead", member.office)
    assert reveal_field(member.expert, field="id", purpose="核对名册", by=other)


def test_another_offices_expert_is_not_found_and_wrong_roles_are_refused(client, member) -> None:
    client.force_login(make_user("clerk"))
    assert client.post(address(member), {"reason": "核对名册"}).status_code == 404
    for role in ("observer", "sysadmin"):
        client.force_login(make_user(role))
        assert client.post(address(member), {"reason": "核对名册"}).status_code == 403
    assert not Event.objects.filter(action="experts.reveal_field").exists()
    client.force_login(make_user("reviewer"))
    assert client.post(address(member), {"reason": "核对名册"}).status_code == 200


def test_an_unknown_field_is_not_found(client, member, clerk) -> None:
    client.force_login(clerk)
    assert client.get(address(member, "salary")).status_code == 404


def test_equal_masks_are_told_apart_without_being_opened(member, clerk) -> None:
    committee = member.committee
    first = register_row(900, specialties=["建筑设计"], 手机="13811110001")
    imported(committee, [first], by=clerk)
    expert = Expert.objects.get(mobile_masked="138****0001")
    imported(committee, [first | {"手机": "13822220001"}], by=clerk)
    expert.refresh_from_db()
    assert read_mobile(expert) == "13822220001"
