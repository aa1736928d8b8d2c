"""Sixteen people press the same button at the same moment: one move, fifteen friendly refusals."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from mingqian.audit.models import Event
from mingqian.audit.queries import check_chain
from mingqian.workflow.models import Action, Matter, MatterStatus
from mingqian.workflow.services import SomebodyWasFaster, perform
from tests.factories.accounts import make_user
from tests.factories.committees import make_office
from tests.factories.workflow import make_matter

THREADS = 16


def all_at_once(action: Action, matter_pk: int, people: list, **kwargs) -> list[str]:
    """Every person performs the action on the matter as they saw it before anybody moved it."""
    start = Barrier(len(people))

    def one(person) -> str:
        try:
            seen = Matter.objects.get(pk=matter_pk)
            connection.close()
            start.wait(timeout=60)
            try:
                perform(action, on=seen, by=person, **kwargs)
            except SomebodyWasFaster:
                return "told"
            return "moved"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", [Action.APPROVE, Action.REJECT, Action.RETURN])
def test_sixteen_simultaneous_deeds_make_one(note, decision):
    office = make_office()
    matter = make_matter(office, make_user("clerk", office))
    leads = [make_user("lead", office) for _ in range(THREADS)]
    reviewers = [make_user("reviewer") for _ in range(THREADS)]

    assert sorted(all_at_once(Action.SUBMIT, matter.pk, leads)) == ["moved"] + ["told"] * (
        THREADS - 1
    )
    matter.refresh_from_db()
    assert (matter.status, matter.version, matter.versions.count()) == (
        MatterStatus.SUBMITTED,
        1,
        1,
    )

    outcomes = all_at_once(decision, matter.pk, reviewers, opinion="意见", reasons=["OTHER"])
    assert sorted(outcomes) == ["moved"] + ["told"] * (THREADS - 1)
    assert matter.opinions.count() == 1
    assert Event.objects.filter(action="workflow.submit").count() == 1
    assert Event.objects.filter(action=f"workflow.{decision.lower()}").count() == 1
    assert check_chain() is None


@pytest.mark.django_db(transaction=True)
def test_sixteen_matters_opened_at_once_get_sixteen_numbers(note):
    office = make_office()
    clerk = make_user("clerk", office)
    start = Barrier(THREADS)

    def one(_) -> str:
        try:
            start.wait(timeout=60)
            return make_matter(office, clerk).number
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        numbers = sorted(pool.map(one, range(THREADS)))
    assert numbers == [f"CS-2026-{serial:04d}" for serial in range(1, THREADS + 1)]
