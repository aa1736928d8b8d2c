"""The list of experts over a large pool, against an empty page of the same server.

CPU per request through the whole middleware, Django's test client, signed in. The empty page is a
view that answers "ok" behind the same sign-in, session and headers, so that the ratio tells what
the list itself costs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from bench.measure import line, measure, shown, title
from bench.surroundings import office, system

POOL = 100_000
REPETITIONS = 60
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文志"


def fill(size: int) -> None:
    """Experts with one membership and one specialty each, written past the services for speed."""
    from django.db import transaction
    from django.utils import timezone

    from mingqian.committees.models import Unit
    from mingqian.experts.models import Expert, MembershipSpecialty, PoolMembership
    from mingqian.web.sealed import seal

    place = office()
    now = timezone.now()
    units = Unit.objects.bulk_create(
        Unit(name=f"单位{number:04}", uscc=f"CL{number:016}") for number in range(1000)
    )
    sealed = seal("11010119800101001X", aad="bench")
    with transaction.atomic():
        for start in range(0, size, 5000):
            experts = Expert.objects.bulk_create(
                Expert(
                    expert_no=f"ZJ{number:010}",
                    name=SURNAMES[number % 20] + GIVEN[number // 20 % 28] + GIVEN[number % 27],
                    id_sealed=sealed,
                    id_index=hashlib.sha256(b"i%d" % number).hexdigest(),
                    id_masked="1****************X",
                    gender="1" if number % 3 else "2",
                    birth_date=dt.date(1970, 1, 1) + dt.timedelta(days=number % 7000),
                    unit=units[number % 1000],
                    title_name="高级工程师",
                    title_level=4 + (number % 5 == 0),
                    mobile_sealed=sealed,
                    mobile_index=hashlib.sha256(b"m%d" % number).hexdigest(),
                    mobile_masked="138****0000",
                    sealed_key=uuid.uuid4(),
                    created_in_office=place.office,
                    created_at=now,
                    updated_at=now,
                )
                for number in range(start, min(start + 5000, size))
            )
            members = PoolMembership.objects.bulk_create(
                PoolMembership(
                    expert=expert, committee=place.committee, office=place.office,
                    term_from=dt.date(2026, 1, 1), term_to=dt.date(2028, 12, 31),
                    admitted_on=dt.date(2026, 1, 1),
                )
                for expert in experts
            )  # fmt: skip
            MembershipSpecialty.objects.bulk_create(
                MembershipSpecialty(
                    membership=member, specialty=place.specialties[member.pk % 12], order=1
                )
                for member in members
            )


def late_page(client, address: str) -> str:
    """The query of a page far into the list, reached by its last-page link."""
    import re
    from html import unescape

    page = unescape(client.get(address).content.decode())
    found = re.findall(r'href="[^"?]*\?([^"]*(?:after|before)=[^"]*)"', page)
    assert found, "the list has no further pages"
    return found[-1]


def run() -> None:
    """Measure and print."""
    system()
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    title(f"List of experts over {POOL:,} rows ({connection.vendor})")
    fill(POOL)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with override_settings(ROOT_URLCONF="bench.addresses"):
        client = Client()
        client.force_login(office().clerk, backend=settings.AUTHENTICATION_BACKENDS[-1])
        address = reverse("experts:list")

        def ask(where: str) -> None:
            response = client.get(where)
            assert response.status_code == 200, f"{where}: {response.status_code}"

        with CaptureQueriesContext(connection) as queries:
            ask(address)
        asked = list(queries.captured_queries)
        empty = measure(lambda: ask("/empty"), repetitions=REPETITIONS, warm_up=5)
        line("empty page", empty)
        ways = {
            "first page": address,
            "a late page": f"{address}?{late_page(client, address)}",
            "filtered by name": f"{address}?keyword=王伟",
            "filtered by initials": f"{address}?keyword=ww",
            "sorted by name": f"{address}?sort=name",
        }
        for label, where in ways.items():
            timing = measure(lambda where=where: ask(where), repetitions=REPETITIONS, warm_up=5)
            line(label, f"{timing}; {timing.cpu / empty.cpu:.1f} × the empty page")
        line("queries of the first page", len(asked))
        line(
            "their time in the database",
            shown(sum(float(query["time"]) for query in asked)),
        )
