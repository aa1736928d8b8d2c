"""Whoever changes the log with the triggers out of the way is found at the first entry that no longer fits."""

import hashlib
from contextlib import contextmanager

import pytest
from django.db import connection

from mingqian.audit import protection
from mingqian.audit.canonical import canonical
from mingqian.audit.models import GENESIS, Event, Head
from mingqian.audit.queries import check_chain
from mingqian.audit.services import record

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_invariants]


@pytest.fixture
def events():
    return [record("demo.deed", by=None, label=f"第{n}件", details={"n": n}) for n in range(1, 9)]


@contextmanager
def unprotected():
    protection.remove(connection)
    try:
        yield
    finally:
        protection.install(connection)


def tamper(sql: str, *values) -> None:
    with unprotected(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def test_an_untouched_chain_holds(events):
    assert check_chain() is None
    assert events[0].prev_hash == GENESIS
    assert [e.prev_hash for e in events[1:]] == [e.hash for e in events[:-1]]


def test_an_empty_log_holds():
    assert check_chain() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "别人"),
        ("actor_id", 99),
        ("role", "lead"),
        ("ip", "10.1.1.1"),
        ("request_id", "beef"),
        ("office_id", 3),
        ("action", "demo.other"),
        ("subject_type", "demo.thing"),
        ("subject_id", "7"),
        ("subject_label", "另一件"),
        ("purpose", "别的事由"),
        ("details", '{"n": 55}'),
        ("at", "2020-01-01 00:00:00+00:00"),
    ],
)
def test_changing_any_column_is_found(events, column, value):
    tamper(f"UPDATE audit_event SET {column} = %s WHERE seq = 5", value)
    found = check_chain()
    assert (found.seq, found.why) == (5, "content does not match its hash")


def test_a_changed_entry_with_its_own_hash_mended_is_found_at_the_next_one(events):
    event = Event.objects.get(seq=5)
    event.subject_label = "另一件"
    tamper(
        "UPDATE audit_event SET subject_label = %s, hash = %s WHERE seq = 5",
        event.subject_label,
        event.digest(),
    )
    found = check_chain()
    assert (found.seq, found.why) == (6, "does not continue the entry before it")


def test_a_deleted_entry_is_found(events):
    tamper("DELETE FROM audit_event WHERE seq = 4")
    assert check_chain().seq == 5


def test_entries_cut_off_at_the_end_are_found(events):
    tamper("DELETE FROM audit_event WHERE seq >= 7")
    found = check_chain()
    assert (found.seq, found.why) == (7, "the end of the log is missing")


def test_a_log_emptied_altogether_is_found(events):
    tamper("DELETE FROM audit_event")
    assert check_chain().seq == 1


def test_a_missing_head_is_found(events):
    tamper("DELETE FROM audit_head")
    assert check_chain().seq == len(events) + 1


def test_two_entries_changing_places_are_found(events):
    tamper("UPDATE audit_event SET seq = 100 WHERE seq = 3")
    tamper("UPDATE audit_event SET seq = 3 WHERE seq = 4")
    tamper("UPDATE audit_event SET seq = 4 WHERE seq = 100")
    assert check_chain().seq == 3


def test_an_entry_slipped_in_at_the_end_is_found(events):
    last = events[-1]
    forged = Event(seq=last.seq + 1, at=last.at, action="demo.deed", prev_hash=last.hash)
    forged.hash = forged.digest()
    with unprotected():
        forged.save(force_insert=True)
    assert check_chain().seq == forged.seq + 1


def test_a_number_in_place_of_its_text_is_found(events):
    """The canonical bytes tell 1 from "1"."""
    tamper("UPDATE audit_event SET details = %s WHERE seq = 2", '{"n": "2"}')
    assert check_chain().seq == 2


def test_recording_goes_on_only_from_the_true_end(events):
    """With the head set back, the next entry collides instead of forking the chain quietly."""
    from django.db import IntegrityError, transaction

    Head.objects.update(seq=5, hash=events[4].hash)
    with pytest.raises(IntegrityError), transaction.atomic():
        record("demo.deed", by=None)


def test_the_hash_can_be_recomputed_by_a_stranger(events):
    """Written out once more from the description alone, without the model."""
    event = Event.objects.get(seq=2)
    fields = {
        "action": "demo.deed", "actor_id": None, "actor_name": "",
        "at": event.at.isoformat(timespec="microseconds"), "details": {"n": 2}, "ip": "",
        "office_id": None, "purpose": "", "request_id": "", "role": "", "seq": 2,
        "subject_id": "", "subject_label": "第2件", "subject_type": "",
    }  # fmt: skip
    body = canonical(fields)
    assert body.startswith(b'{"action":"demo.deed","actor_id":null,')
    assert hashlib.sha256(bytes.fromhex(events[0].hash) + body).hexdigest() == event.hash
