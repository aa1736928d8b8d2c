"""What must hold whatever code runs: the database refuses it even to plain SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from mingqian.workflow.models import Action, Matter, Opinion
from mingqian.workflow.services import perform

pytestmark = pytest.mark.django_db


def refused(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def submitted(matter, lead) -> Matter:
    return perform(Action.SUBMIT, on=matter, by=lead)


def test_a_decision_by_the_submitter(submitted, lead):
    refused(
        "UPDATE workflow_matter SET status='APPROVED', decided_by_id=%s, decided_at=submitted_at,"
        " decision_version=version WHERE id=%s",
        lead.pk,
        submitted.pk,
    )
    columns = "matter_id, version, decision, reasons, text, actor_id, submitted_by_id, at"
    refused(
        f"INSERT INTO workflow_opinion ({columns}) VALUES (%s, 1, 'APPROVE', '[]', '', %s, %s, %s)",
        submitted.pk,
        lead.pk,
        lead.pk,
        submitted.submitted_at,
    )
    assert not Opinion.objects.exists()


def test_a_decision_by_nobody(submitted):
    refused("UPDATE workflow_matter SET status='APPROVED' WHERE id=%s", submitted.pk)


def test_a_decision_on_another_version(submitted, reviewer):
    refused(
        "UPDATE workflow_matter SET status='APPROVED', decided_by_id=%s, decided_at=submitted_at,"
        " decision_version=7 WHERE id=%s",
        reviewer.pk,
        submitted.pk,
    )


def test_a_submission_by_nobody(matter):
    refused("UPDATE workflow_matter SET status='SUBMITTED' WHERE id=%s", matter.pk)


def test_a_status_that_does_not_exist(matter):
    refused("UPDATE workflow_matter SET status='DONE' WHERE id=%s", matter.pk)


def test_counts_that_do_not_agree(submitted):
    refused("UPDATE workflow_matter SET submit_count=5 WHERE id=%s", submitted.pk)
    refused("UPDATE workflow_matter SET return_count=2 WHERE id=%s", submitted.pk)


def test_a_second_decision_on_one_version(submitted, reviewer, lead):
    perform(Action.APPROVE, on=submitted, by=reviewer)
    columns = "matter_id, version, decision, reasons, text, actor_id, submitted_by_id, at"
    refused(
        f"INSERT INTO workflow_opinion ({columns}) VALUES (%s, 1, 'REJECT', '[]', '改判', %s, %s, %s)",
        submitted.pk,
        reviewer.pk,
        lead.pk,
        submitted.submitted_at,
    )


def test_a_return_without_a_word(submitted, reviewer, lead):
    columns = "matter_id, version, decision, reasons, text, actor_id, submitted_by_id, at"
    refused(
        f"INSERT INTO workflow_opinion ({columns}) VALUES (%s, 1, 'RETURN', '[]', '', %s, %s, %s)",
        submitted.pk,
        reviewer.pk,
        lead.pk,
        submitted.submitted_at,
    )


def test_the_same_number_twice(matter):
    twin = Matter.objects.get(pk=matter.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
