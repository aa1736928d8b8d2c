"""The database itself refuses to change or remove what the log holds."""

import pytest
from django.db import DatabaseError, connection, transaction

from mingqian.audit import protection
from mingqian.audit.models import Event, Head
from mingqian.audit.queries import check_chain
from mingqian.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def event():
    return record("demo.deed", by=None)


def refused(sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match=protection.REFUSAL),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert check_chain() is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET action = 'demo.other'",
        "UPDATE audit_event SET hash = hash",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
    ],
)
def test_changing_and_deleting_are_refused(sql):
    refused(sql)


def test_inserting_over_an_entry_is_refused(event):
    columns = ", ".join(f.column for f in Event._meta.fields)
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO audit_event ({columns}) SELECT {columns} FROM audit_event")
    else:
        refused(
            f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM audit_event "
            f"ON CONFLICT (seq) DO UPDATE SET action = 'demo.other'"
        )


def test_emptying_the_tables_is_refused():
    if connection.vendor == "postgresql":
        refused("TRUNCATE audit_event")
        refused("TRUNCATE audit_head")
    else:
        refused("DELETE FROM audit_event WHERE 1")


def test_the_orm_is_refused_too(event):
    for deed in (event.delete, event.save, Event.objects.all().delete, Head.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    assert check_chain() is None


@pytest.mark.breaks_invariants
def test_taken_away_and_put_back_the_triggers_hold_again():
    protection.remove(connection)
    Event.objects.all().update(action="demo.other")
    protection.install(connection)
    protection.install(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().update(action="demo.deed")
