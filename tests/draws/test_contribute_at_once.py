"""Two draws are handed the same commitment at the same moment: one takes it, the other is told."""

import pytest

from mingqian.draws.models import Contribution
from mingqian.draws.services.contribute import AlreadyContributed, CommitmentUsed, contribute
from tests.draws.crowd import MANY, sixteen_at_once
from tests.factories.ceremonies import frozen, make_cast

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def test_a_commitment_offered_to_several_draws_at_once_is_used_once():
    casts = [make_cast(SIZES) for _ in range(2)]
    draws = [frozen(cast) for cast in casts]

    def hand_in(number: int) -> object:
        mine = number % 2
        people = (casts[mine].clerk, casts[mine].reviewer, casts[mine].observer)
        try:
            contribute(draws[mine], by=people[number // 2 % 3], commitment="ab" * 32)
        except CommitmentUsed:
            return "used"
        except AlreadyContributed:
            return "again"
        return "taken"

    answers = sixteen_at_once(hand_in)
    # Those of the party that took it come again, which is no second use.
    assert answers.count("taken") == 1
    assert set(answers) <= {"taken", "used", "again"}
    assert answers.count("used") >= MANY // 2
    assert Contribution.objects.filter(commitment="ab" * 32).count() == 1
