"""Users of every role, made through the services."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.test import Client
from django.urls import reverse

from mingqian.accounts.models import User
from mingqian.accounts.roles import OFFICE
from mingqian.accounts.services import create_user
from mingqian.committees.models import CommitteeOffice

# Meets both password profiles; every user of the factory has it unless told otherwise.
PASSWORD = "Zheng-lu7-xing-che"
_serial = count(1)


def make_user(role: str, office: CommitteeOffice | None = None, **kwargs: Any) -> User:
    """A user who may sign in at once; office roles get an office of their own where none is given."""
    if role in OFFICE and office is None:
        from tests.factories.committees import make_office

        office = make_office()
    serial = next(_serial)
    facts = {
        "username": f"{role}{serial}",
        "real_name": f"人员{serial}",
        "must_change": False,
        "password": PASSWORD,
    } | kwargs
    user, _ = create_user(role=role, office=office, by=None, **facts)
    return user


def sign_in(client: Client, username: str, password: str = PASSWORD, **kwargs: Any) -> Any:
    """The answer to the sign-in form, sent as a browser sends it; other data and headers as keywords."""
    data = {"username": username, "password": password} | kwargs.pop("data", {})
    return client.post(reverse("accounts:login"), data, **kwargs)
