"""What was frozen, contributed and drawn is refused any change by the database itself, whatever code asks."""

import pytest
from django.db import DatabaseError, transaction

from mingqian.draws.models import Contribution, Draw, DrawEvent, DrawSeat, FrozenMember
from tests.factories.ceremonies import Cast, executed, frozen, make_cast, revealed, voided

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
