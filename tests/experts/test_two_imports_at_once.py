"""Two offices' clerks press the button in the same second: nobody is entered twice."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, connections
from django.db.models import Count

from mingqian.experts.models import Expert, PoolImport, PoolMembership
from mingqian.experts.services import PoolChanged, import_pool
from tests.factories.accounts import make_user
from tests.factories.committees import make_committee
from tests.factories.experts import checked_import, imported, register_row

ROWS = [register_row(number) for number in range(1, 61)]


def all_at_once(deeds) -> list[str]:
    """Run deeds in threads that start together; what each came to."""
    barrier = threading.Barrier(len(deeds))
    outcomes: list[str] = []

    def run(deed) -> None:
        try:
            barrier.wait()
            deed()
            outcomes.append("done")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_file_enter_everybody_once() -> None:
    committee = make_committee(specialties=["建筑设计"])
    clerk = make_user("clerk", committee.office)
    both = [checked_import(committee, ROWS, by=clerk) for _ in range(2)]
    connection.close()

    outcomes = all_at_once([lambda one=one: import_pool(one, by=clerk) for one in both])

    assert Counter(outcomes) == {"done": 1, "PoolChanged": 1}
    assert Expert.objects.count() == len(ROWS)
    assert PoolMembership.objects.count() == len(ROWS)
    numbers = Expert.objects.values("expert_no").annotate(times=Count("id")).filter(times__gt=1)
    assert not numbers.exists()
    late = PoolImport.objects.get(stage=PoolImport.Stage.CHECKED)
    assert late.summary["counts"]["SAME"] == len(ROWS)


@pytest.mark.django_db(transaction=True)
def test_two_offices_entering_the_same_person_make_one_expert_with_two_memberships() -> None:
    committees = [make_committee(specialties=["建筑设计"]) for _ in range(2)]
    clerks = [make_user("clerk", committee.office) for committee in committees]
    both = [
        checked_import(committee, ROWS[:5], by=clerk)
        for committee, clerk in zip(committees, clerks, strict=True)
    ]
    connection.close()

    outcomes = all_at_once(
        [
            lambda one=one, by=by: import_pool(one, by=by)
            for one, by in zip(both, clerks, strict=True)
        ]
    )

    assert Counter(outcomes) == {"done": 1, "PoolChanged": 1}
    late = next(one for one in both if PoolImport.objects.get(pk=one.pk).stage == "CHECKED")
    late.refresh_from_db()
    import_pool(late, by=late.uploaded_by)
    assert Expert.objects.count() == 5
    assert PoolMembership.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_on_one_import_import_it_once() -> None:
    committee = make_committee(specialties=["建筑设计"])
    clerk = make_user("clerk", committee.office)
    one = checked_import(committee, ROWS[:10], by=clerk)
    connection.close()

    def press() -> None:
        import_pool(PoolImport.objects.select_related("committee").get(pk=one.pk), by=clerk)

    outcomes = all_at_once([press] * 8)

    assert outcomes.count("done") == 1
    assert set(outcomes) == {"done", PoolChanged.__name__}
    assert Expert.objects.count() == 10
    assert PoolImport.objects.get(pk=one.pk).stage == PoolImport.Stage.IMPORTED


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_a_second_expert_of_one_number() -> None:
    """The control: without our lock the constraint would still stand."""
    from django.db import IntegrityError

    committee = make_committee(specialties=["建筑设计"])
    imported(committee, ROWS[:2], by=make_user("clerk", committee.office))
    first, second = Expert.objects.order_by("pk")
    with pytest.raises(IntegrityError):
        Expert.objects.filter(pk=second.pk).update(id_index=first.id_index)
