"""The first account of an installation is made on the console, once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mingqian.accounts.models import User
from mingqian.audit.models import Event

pytestmark = pytest.mark.django_db


def test_it_prints_a_password_for_one_use():
    said = StringIO()
    call_command("create_administrator", "xitong", "邵明达", stdout=said)
    user = User.objects.get(username="xitong")
    assert user.check_password(said.getvalue().split()[1])
    assert user.must_change
    assert Event.objects.filter(action="accounts.create_user").count() == 1


def test_a_second_one_is_refused():
    call_command("create_administrator", "xitong", "邵明达", stdout=StringIO())
    with pytest.raises(CommandError, match="already"):
        call_command("create_administrator", "other", "别人", stdout=StringIO())
    assert User.objects.count() == 1


def test_a_name_that_will_not_do_is_refused():
    with pytest.raises(CommandError):
        call_command("create_administrator", "x" * 60, "邵明达", stdout=StringIO())
