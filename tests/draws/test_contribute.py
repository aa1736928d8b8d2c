"""Contributions: blind, by role, once; closed when the rules allow; revealed only then."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

import fairdraw
from mingqian.audit.models import Event
from mingqian.draws.models import Contribution, Party
from mingqian.draws.queries.ceremony import Ceremony
from mingqian.draws.queries.salts import nonce_aad
from mingqian.draws.services.contribute import (
    AlreadyContributed,
    CommitmentUsed,
    ContributionRefused,
    RevealRefused,
    close_commitments,
    contribute,
    reveal,
)
from mingqian.draws.services.execute import execute_draw
from mingqian.draws.services.holding import CeremonyMovedOn, CeremonyRefused
from mingqian.draws.services.void import abandon_attempt
from mingqian.web.sealed import seal
from tests.factories.accounts import make_user
from tests.factories.ceremonies import (
    Cast,
    commitment_for,
    committed,
    executed,
    frozen,
    give,
    make_cast,
    number_of,
    show,
)

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def test_the_party_is_decided_by_the_role(cast):
    draw = frozen(cast)
    made = [give(draw, user).party for user in (cast.lead, cast.hrss_lead, cast.observer)]
    assert made == [Party.OFFICE, Party.HRSS, Party.OBSERVER]


def test_before_the_reveal_no_number_of_a_person_is_anywhere_on_the_platform(cast):
    draw = frozen(cast)
    kept = give(draw, cast.clerk)
    kept.refresh_from_db()
    assert (kept.nonce, kept.nonce_sealed, kept.self_held) == ("", None, True)
    assert kept.commitment == commitment_for(draw, cast.clerk)
    assert number_of(draw, cast.clerk).hex() not in str(
        list(Event.objects.values_list("details", flat=True))
    )


def test_only_the_number_behind_the_commitment_is_a_reveal(cast):
    nonce = b"n" * 32
    draw = frozen(cast)
    contribute(draw, by=cast.observer, commitment=fairdraw.nonce_commitment(nonce).upper())
    give(draw, cast.clerk)
    close_commitments(draw, by=cast.clerk)
    for wrong in ("", "zz", b"m".hex() * 32):
        with pytest.raises(RevealRefused):
            reveal(draw, by=cast.observer, nonce=wrong)
    assert reveal(draw, by=cast.observer, nonce=nonce.hex().upper()).nonce == nonce.hex()


def test_a_party_played_on_the_platform_is_on_record_as_such(cast):
    draw = frozen(cast)
    for user in (cast.clerk, cast.observer, cast.reviewer):
        commitment = commitment_for(draw, user)
        contribute(draw, by=user, commitment=commitment, made_by_platform=user == cast.clerk)
    for user in (cast.clerk, cast.observer, cast.reviewer):
        show(draw, user)
    draw.refresh_from_db()
    drawn = execute_draw(draw, by=cast.clerk, key=draw.commit_hash)
    assert json.loads(bytes(drawn.transcript))["metadata"]["nonces_kept_by"] == {
        "hrss": "party",
        "observer": "party",
        "office": "platform",
        "server": "platform",
    }


def test_an_attempt_from_before_numbers_were_kept_by_people_can_still_be_revealed(cast):
    draw = frozen(cast)
    nonce = b"o" * 32
    Contribution.objects.create(
        draw=draw,
        party=Party.OFFICE,
        user=cast.clerk,
        commitment=fairdraw.nonce_commitment(nonce),
        nonce_sealed=seal(nonce.hex(), aad=nonce_aad(draw.pk, Party.OFFICE)),
        committed_at=cast.at,
    )
    give(draw, cast.observer)
    close_commitments(draw, by=cast.clerk)
    assert reveal(draw, by=cast.clerk).nonce == nonce.hex()


def test_a_commitment_cannot_be_replaced_or_copied(cast):
    draw = frozen(cast)
    first = give(draw, cast.clerk)
    with pytest.raises(AlreadyContributed):
        give(draw, cast.lead)
    with pytest.raises(CommitmentUsed):
        contribute(draw, by=cast.observer, commitment=first.commitment)
    assert draw.contributions.count() == 2


def test_a_commitment_of_an_earlier_attempt_or_of_another_draw_is_used_up(cast):
    draw = frozen(cast)
    first = give(draw, cast.clerk)
    abandon_attempt(draw, by=cast.clerk, reason="监督人员未到场")
    again = frozen(cast)
    with pytest.raises(CommitmentUsed):
        contribute(again, by=cast.clerk, commitment=first.commitment)
    other = make_cast(SIZES)
    with pytest.raises(CommitmentUsed):
        contribute(frozen(other), by=other.lead, commitment=first.commitment)
    assert give(again, cast.clerk).commitment != first.commitment


def test_the_database_refuses_a_used_commitment_whoever_writes_it(cast):
    draw = frozen(cast)
    first = give(draw, cast.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.create(
            draw=draw,
            party=Party.HRSS,
            user=cast.reviewer,
            commitment=first.commitment,
            self_held=True,
            committed_at=cast.at,
        )


@pytest.mark.parametrize("typed", ["abc", "g" * 64, "0" * 63, "<b>", "0" * 65, "０" * 64])
def test_a_malformed_commitment_is_refused_with_a_reason(cast, typed):
    with pytest.raises(ContributionRefused) as refusal:
        contribute(frozen(cast), by=cast.clerk, commitment=typed)
    assert "64 位" in refusal.value.told


def test_the_third_party_closes_the_commitments(cast):
    draw = committed(cast)
    assert draw.status == "COMMITTED"
    assert len(draw.commit_hash) == 64


def test_without_the_observer_the_commitments_stay_open(cast):
    draw = frozen(cast)
    give(draw, cast.clerk)
    give(draw, cast.reviewer)
    draw.refresh_from_db()
    draw2 = frozen(cast)
    assert draw2.status == "FROZEN"
    with pytest.raises(CeremonyRefused) as refusal:
        close_commitments(draw, by=cast.clerk)
    assert "监督人员" in refusal.value.told


def test_one_party_alone_is_not_enough(cast):
    draw = frozen(cast)
    give(draw, cast.observer)
    with pytest.raises(CeremonyRefused) as refusal:
        close_commitments(draw, by=cast.clerk)
    assert "评委会办公室" in refusal.value.told


def test_nothing_is_revealed_while_commitments_are_open(cast):
    draw = frozen(cast)
    give(draw, cast.clerk)
    with pytest.raises(CeremonyMovedOn):
        show(draw, cast.clerk)


def test_a_party_that_did_not_commit_has_nothing_to_reveal_and_comes_too_late(cast):
    draw = committed(cast, parties=2)
    with pytest.raises(CeremonyMovedOn):
        show(draw, cast.reviewer)
    with pytest.raises(CeremonyMovedOn):
        give(draw, cast.reviewer)


def test_revealing_twice_is_revealing_once(cast):
    draw = committed(cast)
    first = show(draw, cast.clerk)
    assert show(draw, cast.clerk).revealed_at == first.revealed_at
    assert Event.objects.filter(action="draws.reveal").count() == 1


def test_the_servers_number_stays_sealed_until_the_draw(cast):
    draw = committed(cast)
    for user in (cast.clerk, cast.reviewer, cast.observer):
        show(draw, user)
    assert draw.contributions.get(party=Party.SERVER).nonce == ""
    assert Ceremony(cast.application, draw, cast.clerk).is_ready


def test_strangers_contribute_nothing(cast):
    draw = frozen(cast)
    for stranger in (make_user("clerk"), make_user("lead"), make_user("sysadmin")):
        with pytest.raises(PermissionDenied):
            contribute(draw, by=stranger, commitment="0" * 64)


def test_the_seed_is_made_of_every_number(cast):
    draw = executed(cast)
    nonces = {c.party: c.nonce for c in draw.contributions.all()}
    assert set(nonces) == {"office", "hrss", "observer", "server"}
    assert all(len(nonce) == 64 for nonce in nonces.values())
