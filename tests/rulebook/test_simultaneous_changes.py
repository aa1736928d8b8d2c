"""Sixteen people change one rule at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from mingqian.audit.models import Event
from mingqian.rulebook.models import RuleParameter
from mingqian.rulebook.services import RuleChangedMeanwhile, change_rule
from tests.factories.accounts import make_user

THREADS = 16


def all_at_once(seen: int | None, committee_code: str = "") -> list[str]:
    people = [make_user("hrss_lead") for _ in range(THREADS)]
    start = Barrier(THREADS)

    def one(number: int) -> str:
        try:
            start.wait(timeout=60)
            change_rule(
                "age_max",
                value=str(50 + number),
                enforcement="WARN",
                valid_from=timezone.localdate(),
                reason="同时登记的新值",
                committee_code=committee_code,
                seen=seen,
                by=people[number],
            )
        except RuleChangedMeanwhile:
            return "told"
        else:
            return "changed"
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(one, range(THREADS)))


@pytest.mark.django_db(transaction=True)
def test_of_those_who_saw_the_same_value_one_changes_it_and_the_others_are_told():
    seen = RuleParameter.objects.get(key="age_max").pk
    assert all_at_once(seen) == ["changed"] + ["told"] * (THREADS - 1)
    assert Event.objects.filter(action="rulebook.change_rule").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("committee_code", ["", "NJ0501"])
def test_whatever_the_order_one_value_holds(committee_code):
    assert all_at_once(None, committee_code) == ["changed"] * THREADS
    today = timezone.localdate()
    rows = RuleParameter.objects.in_force(today).filter(
        key="age_max", committee_code=committee_code
    )
    assert rows.count() == 1
