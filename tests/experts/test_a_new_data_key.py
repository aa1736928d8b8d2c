"""The data key is replaced: what was sealed stays readable, is found again, and old draws stay ours."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from mingqian.audit.models import Event
from mingqian.config import environment
from mingqian.draws.signing import earlier_public_keys, public_key
from mingqian.experts.models import Expert
from mingqian.experts.sealing import id_index, read_id, read_mobile
from mingqian.web.sealed import CannotUnseal, needs_resealing
from tests.factories.committees import make_committee
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NEW = b"\x07" * 32


def replaced(settings, *, earlier: tuple[bytes, ...]) -> dict:
    return settings.MINGQIAN | {
        "DATA_KEY": NEW,
        "EARLIER_DATA_KEYS": earlier,
        "SIGNING_SEED": environment.signing_seed(NEW),
        "EARLIER_SIGNING_SEEDS": tuple(map(environment.signing_seed, earlier)),
    }


def test_people_are_sealed_and_found_anew_once(settings, capsys):
    committee = make_committee()
    people = [make_expert(committee) for _ in range(3)]
    numbers = [(read_id(expert), read_mobile(expert)) for expert in people]
    settings.MINGQIAN = replaced(settings, earlier=(settings.MINGQIAN["DATA_KEY"],))
    call_command("reseal")
    assert "3 experts" in capsys.readouterr().out
    settings.MINGQIAN = settings.MINGQIAN | {"EARLIER_DATA_KEYS": ()}
    for expert, (number, mobile) in zip(people, numbers):
        found = Expert.objects.get(id_index=id_index(number))
        assert found.pk == expert.pk
        assert (read_id(found), read_mobile(found)) == (number, mobile)
        assert not needs_resealing(found.id_sealed)
    call_command("reseal")
    assert "0 experts" in capsys.readouterr().out
    assert Event.objects.filter(action="experts.reseal").count() == 1


@pytest.mark.breaks_invariants
def test_without_the_earlier_key_nothing_is_changed(settings):
    expert = make_expert(make_committee())
    before = Expert.objects.values_list("id_sealed", "id_index").get(pk=expert.pk)
    settings.MINGQIAN = replaced(settings, earlier=())
    with pytest.raises(CannotUnseal):
        call_command("reseal")
    assert Expert.objects.values_list("id_sealed", "id_index").get(pk=expert.pk) == before


def test_transcripts_signed_before_remain_signed_by_this_platform(settings):
    signed_with = public_key()
    settings.MINGQIAN = replaced(settings, earlier=(settings.MINGQIAN["DATA_KEY"],))
    assert public_key() != signed_with
    assert signed_with in earlier_public_keys()


def test_earlier_keys_are_read_from_the_environment_and_refused_by_name():
    assert environment.earlier_keys("") == ()
    assert environment.earlier_keys(f"{'01' * 32}, {'02' * 32}") == (b"\x01" * 32, b"\x02" * 32)
    with pytest.raises(ImproperlyConfigured, match="EARLIER_DATA_KEYS"):
        environment.earlier_keys("01")
