"""A system of its own for measurements: a temporary home, known keys, a migrated database.

SQLite unless MINGQIAN_BENCH_DATABASE_URL names a PostgreSQL database made for this purpose.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from typing import Any


@cache
def system() -> None:
    """Start Django on the temporary system. Later calls do nothing."""
    home = tempfile.mkdtemp(prefix="mingqian-bench-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("MINGQIAN_")]:
        if name != "MINGQIAN_BENCH_DATABASE_URL":
            del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "mingqian.config.settings",
        "MINGQIAN_MODE": "test",
        "MINGQIAN_HOME": home,
        "MINGQIAN_DATABASE_URL": os.environ.get(
            "MINGQIAN_BENCH_DATABASE_URL", f"sqlite:///{home}/bench.sqlite3"
        ),
    }
    import django
    from django.core.management import call_command

    django.setup()
    # A line per request would drown the report.
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0, interactive=False)


@dataclass(frozen=True)
class Office:
    """A committee office with its committee and people."""

    office: Any
    committee: Any
    specialties: list[Any]
    clerk: Any


@cache
def office() -> Office:
    """One committee office with a committee of twelve specialties and a clerk."""
    system()
    from mingqian.accounts.models import User
    from mingqian.committees.models import Committee, CommitteeOffice, Series, Specialty, Unit

    unit = Unit.objects.create(name="测量用单位", uscc="11440000006939748G")
    office = CommitteeOffice.objects.create(
        name="测量用办公室", unit=unit, contact_name="张三", contact_mobile="13800000000",
        address="测量路 1 号",
    )  # fmt: skip
    series = Series.objects.order_by("code").first() or Series.objects.create(
        code="05", name="工程技术人员"
    )
    specialties = Specialty.objects.bulk_create(
        Specialty(code=f"CL0001{number:02}", name=f"专业{number:02}", series=series)
        for number in range(1, 13)
    )
    committee = Committee.objects.create(
        code="CL0001", name="测量用评委会", level="SENIOR", basis="BY_SERIES", series=series,
        convening_unit=unit, office=office,
    )  # fmt: skip
    committee.specialties.set(specialties)
    clerk = User.objects.create(
        username="bench", real_name="测量", role="clerk", office=office, password="!"
    )
    return Office(office, committee, list(specialties), clerk)
