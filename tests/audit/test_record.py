"""An entry and its deed stand or fall together, and an entry comes back as it was hashed."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqian.accounts.roles import Role
from mingqian.audit.canonical import plain
from mingqian.audit.models import Event, Head
from mingqian.audit.queries import check_chain
from mingqian.audit.services import OutsideTransaction, record
from mingqian.web.context import RequestFacts, acting
from tests.factories.accounts import make_user
from tests.factories.committees import make_office

NAUGHTY = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\ud800\udc00",
    "\u202etxt.exe",
    "ﷺ",
    "𠮷𬺈",
    "é vs e\u0301",
    "';DROP TABLE audit_event;--",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\r\n\t\x0b\x1b[31m",
    "👩‍👩‍👧‍👦",
    "\ufeff\u200b\u2028",
    "x" * 10_000,
]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(OutsideTransaction):
        record("demo.deed", by=None)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_entry_disappears_with_the_deed_that_failed():
    def deed():
        with transaction.atomic():
            record("demo.deed", by=None)
            raise RuntimeError

    with transaction.atomic():
        record("demo.before", by=None)
    with pytest.raises(RuntimeError):
        deed()
    with transaction.atomic():
        record("demo.after", by=None)
    assert list(Event.objects.order_by("seq").values_list("seq", "action")) == [
        (1, "demo.before"),
        (2, "demo.after"),
    ]
    assert check_chain() is None


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_which_thing_from_where():
    office = make_office()
    clerk = make_user("clerk", office, real_name="李敏")
    with acting(RequestFacts("00ff", "10.0.0.9")):
        event = record("demo.deed", on=office, by=clerk, purpose="核对", details={"n": 1})
    event.refresh_from_db()
    assert (event.actor_id, event.actor_name, event.role) == (clerk.pk, "李敏", "clerk")
    assert (event.subject_type, event.subject_id) == ("committees.committeeoffice", str(office.pk))
    assert event.subject_label == str(office)
    assert (event.ip, event.request_id, event.purpose) == ("10.0.0.9", "00ff", "核对")
    assert event.details == {"n": 1}
    assert event.office_id == office.pk


@pytest.mark.django_db
def test_the_office_of_an_entry_is_the_things_then_the_actors():
    office, other = make_office(), make_office()
    lead = make_user("lead", office)
    assert record("demo.deed", by=lead).office_id == office.pk
    assert record("demo.deed", by=lead, on=make_user("clerk", other)).office_id == other.pk
    assert record("demo.deed", by=lead, office_id=other.pk).office_id == other.pk
    assert record("demo.deed", by=None).office_id is None


@pytest.mark.django_db
@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_hostile_text_anywhere_in_an_entry_keeps_the_chain_whole(text):
    user = make_user("sysadmin")
    user.real_name = text
    record("demo.deed", by=user, label=text, purpose=text, details={text: [text, {"k": text}]})
    assert check_chain() is None


@pytest.mark.django_db
def test_days_numbers_ids_and_choices_are_kept_as_text():
    day = dt.date(2026, 12, 8)
    event = record(
        "demo.deed",
        by=None,
        details={
            "day": day,
            "at": dt.datetime(2026, 12, 8, 9, tzinfo=dt.UTC),
            "ratio": 0.1,
            "share": Decimal("0.20"),
            "id": uuid.UUID(int=7),
            "role": Role.CLERK,
            "label": gettext_lazy("x"),
            "set": {"b", "a"},
            "pair": (1, True),
            3: None,
        },
    )
    event.refresh_from_db()
    assert event.details == {
        "day": "2026-12-08",
        "at": "2026-12-08T09:00:00+00:00",
        "ratio": "0.1",
        "share": "0.20",
        "id": str(uuid.UUID(int=7)),
        "role": "clerk",
        "label": "x",
        "set": ["a", "b"],
        "pair": [1, True],
        "3": None,
    }
    assert event.digest() == event.hash


@pytest.mark.django_db
def test_what_has_no_plain_form_is_refused():
    with pytest.raises(TypeError):
        record("demo.deed", by=None, details={"user": make_user("observer")})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.text(), JSON, max_size=5), st.text(), st.text())
def test_any_details_come_back_from_the_database_as_they_were_hashed(details, label, purpose):
    event = record("demo.deed", by=None, label=label, purpose=purpose, details=details)
    again = Event.objects.get(seq=event.seq)
    assert again.details == plain(details)
    assert again.digest() == event.hash == Head.objects.get().hash
