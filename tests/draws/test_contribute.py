"""Contributions: blind, by role, once; closed when the rules allow; revealed only then."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied

import fairdraw
from mingqian.audit.models import Event
from mingqian.draws.models import Party
from mingqian.draws.queries.ceremony import Ceremony
from mingqian.draws.services.contribute import (
    AlreadyContributed,
    ContributionRefused,
    RevealRefused,
    close_commitments,
    contribute,
    reveal,
)
from mingqian.draws.services.holding import CeremonyMovedOn, CeremonyRefused
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, committed, executed, frozen, make_cast

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def test_the_party_is_decided_by_the_role(cast):
    draw = frozen(cast)
    made = [contribute(draw, by=user).party for user in (cast.lead, cast.hrss_lead, cast.observer)]
    assert made == [Party.OFFICE, Party.HRSS, Party.OBSERVER]


def test_before_the_reveal_no_number_is_readable_anywhere(cast):
    draw = frozen(cast)
    contribute(draw, by=cast.clerk, text="天气晴朗")
    kept = draw.contributions.get(party=Party.OFFICE)
    assert kept.nonce == ""
    assert b"\xe5\xa4\xa9" not in bytes(kept.nonce_sealed)
    digest = hashlib.sha256("天气晴朗".encode()).hexdigest()
    assert digest not in str(list(Event.objects.values_list("details", flat=True)))
    assert kept.commitment != fairdraw.nonce_commitment(bytes.fromhex(digest))


def test_a_typed_text_is_found_again_in_the_revealed_number(cast):
    draw = frozen(cast)
    contribute(draw, by=cast.clerk, text="天气晴朗")
    contribute(draw, by=cast.observer)
    contribute(draw, by=cast.reviewer)
    nonce = reveal(draw, by=cast.clerk).nonce
    assert nonce[:64] == hashlib.sha256("天气晴朗".encode()).hexdigest()
    assert len(nonce) == 96


def test_equal_texts_give_different_commitments(cast):
    draw = frozen(cast)
    first = contribute(draw, by=cast.clerk, text="同一句话")
    second = contribute(draw, by=cast.observer, text="同一句话")
    assert first.commitment != second.commitment


def test_a_party_may_keep_its_number_to_itself(cast):
    nonce = b"n" * 32
    draw = frozen(cast)
    mine = contribute(draw, by=cast.observer, commitment=fairdraw.nonce_commitment(nonce).upper())
    assert mine.nonce_sealed is None
    contribute(draw, by=cast.clerk)
    close_commitments(draw, by=cast.clerk)
    for wrong in ("", "zz", b"m".hex() * 32):
        with pytest.raises(RevealRefused):
            reveal(draw, by=cast.observer, nonce=wrong)
    assert reveal(draw, by=cast.observer, nonce=nonce.hex().upper()).nonce == nonce.hex()


def test_a_commitment_cannot_be_replaced_or_copied(cast):
    draw = frozen(cast)
    first = contribute(draw, by=cast.clerk)
    with pytest.raises(AlreadyContributed):
        contribute(draw, by=cast.lead)
    with pytest.raises(ContributionRefused):
        contribute(draw, by=cast.observer, commitment=first.commitment)


@pytest.mark.parametrize("typed", ["abc", "g" * 64, "0" * 63, "<b>", "0" * 65])
def test_a_malformed_commitment_is_refused_with_a_reason(cast, typed):
    with pytest.raises(ContributionRefused) as refusal:
        contribute(frozen(cast), by=cast.clerk, commitment=typed)
    assert "64 位" in refusal.value.told


@pytest.mark.parametrize("text", ["长" * 201, "空\x00字", "换\n行"])
def test_a_text_that_cannot_be_used_is_refused(cast, text):
    with pytest.raises(ContributionRefused):
        contribute(frozen(cast), by=cast.clerk, text=text)


def test_the_third_party_closes_the_commitments(cast):
    draw = committed(cast)
    assert draw.status == "COMMITTED"
    assert len(draw.commit_hash) == 64


def test_without_the_observer_the_commitments_stay_open(cast):
    draw = frozen(cast)
    contribute(draw, by=cast.clerk)
    contribute(draw, by=cast.reviewer)
    draw.refresh_from_db()
    draw2 = frozen(cast)
    assert draw2.status == "FROZEN"
    with pytest.raises(CeremonyRefused) as refusal:
        close_commitments(draw, by=cast.clerk)
    assert "监督人员" in refusal.value.told


def test_one_party_alone_is_not_enough(cast):
    draw = frozen(cast)
    contribute(draw, by=cast.observer)
    with pytest.raises(CeremonyRefused) as refusal:
        close_commitments(draw, by=cast.clerk)
    assert "评委会办公室" in refusal.value.told


def test_nothing_is_revealed_while_commitments_are_open(cast):
    draw = frozen(cast)
    contribute(draw, by=cast.clerk)
    with pytest.raises(CeremonyMovedOn):
        reveal(draw, by=cast.clerk)


def test_a_party_that_did_not_commit_has_nothing_to_reveal_and_comes_too_late(cast):
    draw = committed(cast, parties=2)
    with pytest.raises(CeremonyMovedOn):
        reveal(draw, by=cast.reviewer)
    with pytest.raises(CeremonyMovedOn):
        contribute(draw, by=cast.reviewer)


def test_revealing_twice_is_revealing_once(cast):
    draw = committed(cast)
    first = reveal(draw, by=cast.clerk)
    assert reveal(draw, by=cast.clerk).revealed_at == first.revealed_at
    assert Event.objects.filter(action="draws.reveal").count() == 1


def test_the_servers_number_stays_sealed_until_the_draw(cast):
    draw = committed(cast)
    for user in (cast.clerk, cast.reviewer, cast.observer):
        reveal(draw, by=user)
    assert draw.contributions.get(party=Party.SERVER).nonce == ""
    assert Ceremony(cast.application, draw, cast.clerk).is_ready


def test_strangers_contribute_nothing(cast):
    draw = frozen(cast)
    for stranger in (make_user("clerk"), make_user("lead"), make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            contribute(draw, by=stranger)


def test_the_seed_is_made_of_every_number(cast):
    draw = executed(cast)
    nonces = {c.party: c.nonce for c in draw.contributions.all()}
    assert set(nonces) == {"office", "hrss", "observer", "server"}
    assert all(len(nonce) in (64, 96) for nonce in nonces.values())
