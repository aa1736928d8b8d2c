"""The list of experts over a large pool, against an empty page of the same server.

CPU per request through the whole middleware, Django's test client, signed in. The empty page is a
view that answers "ok" behind the same sign-in, session and headers, so that the ratio tells what
the list itself costs.
"""

from __future__ import annotations

from bench.measure import line, measure, shown, title
from bench.people import fill
from bench.surroundings import office, system

POOL = 100_000
REPETITIONS = 60


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
    fill(office().committee, office().specialties, POOL)
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
