"""Whoever is written over a drawn expert's record does not inherit the seat."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mingqian.draws.queries.pool import evidence_hash
from mingqian.draws.queries.pool_facts import gather
from mingqian.draws.queries.salts import salts_of
from mingqian.experts.models import Expert, PoolMembership
from tests.factories.ceremonies import executed, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]


def test_a_renamed_expert_keeps_the_drawn_name_on_the_roster_with_a_mark(client):
    cast = make_cast()
    draw = executed(cast)
    seat = draw.seats.filter(seat_type="PRIMARY").select_related("expert").first()
    drawn = seat.expert.name
    Expert.objects.filter(pk=seat.expert_id).update(name="顶替者甲", id_index="0" * 64)
    client.force_login(cast.clerk)
    page = client.get(reverse("draws:roster", args=[cast.application.number])).content.decode()
    assert drawn in page
    assert "现登记为 顶替者甲" in page
    names = client.post(reverse("draws:official-names", args=[cast.application.number])).json()
    assert "顶替者甲" not in names.values()


def test_the_evidence_of_an_exclusion_is_the_hash_of_salt_code_and_facts():
    cast = make_cast()
    member = PoolMembership.objects.filter(committee=cast.application.committee).first()
    Expert.objects.filter(pk=member.expert_id).update(status="SUSPENDED")
    draw = executed(cast)
    frozen = draw.members.get(expert=member.expert_id)
    facts = gather(cast.application, window_years=3)
    known = next(each for each in facts.members if each.expert_id == member.expert_id)
    salt = salts_of(draw)(member.expert_id)
    expected = {evidence_hash(salt, code, known.evidence(facts.on)) for code in frozen.codes}
    assert frozen.codes
    assert all(each.encode() in bytes(draw.transcript) for each in expected)
