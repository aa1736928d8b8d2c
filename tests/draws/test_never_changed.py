"""What was frozen, contributed and drawn is refused any change by the database itself, whatever code asks."""

import pytest
from django.db import DatabaseError, transaction

from mingqian.draws.models import (
    Contribution,
    Draw,
    DrawEvent,
    DrawSeat,
    FrozenMember,
    RosterEvent,
    RosterVersion,
)
from mingqian.draws.services.locking import lock_roster, unlock_roster
from tests.factories.ceremonies import Cast, executed, frozen, make_cast, revealed, voided
from tests.factories.rosters import confirm, roster_of

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def refused(deed) -> bool:
    try:
        with transaction.atomic():
            deed()
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("model", [DrawSeat, FrozenMember, DrawEvent])
def test_rows_of_a_draw_are_neither_changed_nor_removed(cast, model):
    executed(cast)
    first = model.objects.order_by("pk").first()
    assert refused(lambda: model.objects.filter(pk=first.pk).update(draw_id=first.draw_id))
    assert refused(lambda: model.objects.filter(pk=first.pk).delete())


@pytest.mark.parametrize(
    "change",
    [
        {"pool": b"[]"},
        {"plan": b"{}"},
        {"pool_root": "0" * 64},
        {"rules_hash": "0" * 64},
        {"trials_counted": 0, "attempt": 9},
        {"salt_sealed": b"x"},
        {"previous": "0" * 64},
    ],
)
def test_what_is_frozen_stays_frozen(cast, change):
    draw = frozen(cast)
    assert refused(lambda: Draw.objects.filter(pk=draw.pk).update(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "0" * 64},
        {"transcript": b"{}"},
        {"short_code": "AAAA-AAAA-AA"},
        {"commit_hash": "0" * 64},
        {"status": "FROZEN"},
        {"status": "ABANDONED", "void_reason": "重来一次"},
    ],
)
def test_a_result_is_not_changed_nor_taken_back(cast, change):
    draw = executed(cast)
    assert refused(lambda: Draw.objects.filter(pk=draw.pk).update(**change))
    assert refused(lambda: Draw.objects.filter(pk=draw.pk).delete())


def test_a_void_draw_does_not_come_back(cast):
    draw = voided(cast)
    assert refused(lambda: Draw.objects.filter(pk=draw.pk).update(status="EXECUTED"))


def test_a_commitment_is_not_exchanged_and_a_reveal_not_repeated(cast):
    draw = revealed(cast)
    shown = draw.contributions.exclude(revealed_at=None).first()
    sealed = draw.contributions.get(revealed_at=None)
    rows = Contribution.objects
    assert refused(lambda: rows.filter(pk=shown.pk).update(nonce="00" * 32))
    assert refused(lambda: rows.filter(pk=sealed.pk).update(commitment="0" * 64))
    assert refused(lambda: rows.filter(pk=sealed.pk).delete())


def locked(cast: Cast) -> RosterVersion:
    draw = executed(cast)
    confirm(draw, cast.clerk)
    return lock_roster(roster_of(draw), by=cast.lead)


@pytest.mark.parametrize(
    "change", [{"seq": 99}, {"kind": "DECLINE"}, {"by": None}, {"note": "改"}, {"skips": [1]}]
)
def test_events_of_a_roster_are_neither_changed_nor_removed(cast, change):
    confirm(executed(cast), cast.clerk, but=14)
    assert refused(lambda: RosterEvent.objects.update(**change))
    assert refused(lambda: RosterEvent.objects.all()._raw_delete("default"))
    assert RosterEvent.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"content": b"{}"},
        {"digest": "0" * 64},
        {"checks": []},
        {"number": 2},
        {"locked_at": None},
        {"head": b"{}"},
        {"proof": b"{}"},
        {"signature": "0" * 128},
        {"public_key": "0" * 64},
    ],
)
def test_a_lock_is_not_changed_nor_removed(cast, change):
    version = locked(cast)
    rows = RosterVersion.objects.filter(pk=version.pk)
    assert refused(lambda: rows.update(**change))
    assert refused(lambda: rows._raw_delete("default"))


def test_a_lock_is_undone_once_and_stays_undone(cast):
    version = locked(cast)
    unlock_roster(version.roster, by=cast.hrss_lead, reason="一名委员请假")
    rows = RosterVersion.objects.filter(pk=version.pk)
    assert refused(lambda: rows.update(unlock_reason="另一个理由"))
    assert refused(lambda: rows.update(unlocked_at=None, unlocked_by=None, unlock_reason=""))
