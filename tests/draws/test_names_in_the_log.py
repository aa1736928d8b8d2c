"""The log is read by the supervision too: it says what happened to whom without an expert's full name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.experts.models import Expert
from mingqian.experts.services.availability import add_unavailability, suspend_membership
from mingqian.experts.services.revealing import reveal_field
from tests.factories.ceremonies import executed, make_cast

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def words_of(event: Event) -> str:
    return f"{event.subject_label} {event.purpose} {event.details}"


def test_no_entry_about_experts_or_draws_holds_a_full_name(client):
    cast = make_cast(SIZES)
    draw = executed(cast)
    client.force_login(cast.clerk)
    client.post(f"/draws/{cast.application.number}/official/names", {"attempt": draw.attempt})
    one, two = Expert.objects.order_by("id")[:2]
    day = timezone.localdate() + timedelta(days=3)
    add_unavailability(one, from_on=day, to_on=day, reason="出差", by=cast.clerk)
    suspend_membership(two.memberships.get(), reason="借调外单位", by=cast.clerk)
    reveal_field(one, field="mobile", purpose="通知会议", by=cast.clerk)
    names = set(Expert.objects.values_list("name", flat=True))
    told = [
        (event.action, name)
        for event in Event.objects.all()
        for name in names
        if name in words_of(event)
    ]
    assert told == []
    labels = set(
        Event.objects.filter(subject_type="experts.expert").values_list("subject_label", flat=True)
    )
    assert labels == {f"{each.name[0]}**（{each.expert_no}）" for each in (one, two)}


def test_the_log_page_shows_the_observer_a_masked_name_and_the_number(client):
    cast = make_cast(SIZES)
    expert = Expert.objects.first()
    reveal_field(expert, field="id", purpose="核对身份", by=cast.clerk)
    client.force_login(cast.observer)
    page = client.get("/audit/", {"action": "experts.reveal_field"}).content.decode()
    assert expert.expert_no in page
    assert expert.name not in page
