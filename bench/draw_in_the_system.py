"""A whole draw in the system over a committee of 100,000 experts: trial, freeze, official draw.

Invented experts in a database of its own; everything else goes through the services, at the times
at which a rule book lets it happen. Counts the statements as well: they must not grow with the pool.
"""

from __future__ import annotations

import os
import resource
import time
from typing import Any
from uuid import uuid4

from bench.measure import line, shown, title
from bench.people import fill
from bench.surroundings import system

POOL = int(os.environ.get("MINGQIAN_BENCH_POOL", "100000"))


def timed(label: str, act: Any) -> Any:
    """Do it once, print wall time, share of the database and number of statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        start, cpu = time.perf_counter(), time.process_time()
        answer = act()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    inside = sum(float(query["time"]) for query in asked.captured_queries)
    line(
        label,
        f"{shown(wall)} ({shown(cpu)} CPU, {shown(inside)} in {len(asked)} statements)",
    )
    return answer


def run() -> None:
    """Measure and print."""
    system()
    from django.db import connection

    from mingqian.draws.queries.readiness import freeze_case, freeze_findings
    from mingqian.draws.services.execute import execute_draw
    from mingqian.draws.services.freeze import freeze_draw
    from mingqian.draws.services.trial import run_trial
    from tests.factories.accounts import make_user
    from tests.factories.ceremonies import give, show
    from tests.factories.draws import approved, make_application, make_ground

    title(f"A draw over {POOL:,} experts ({connection.vendor})")
    names = [f"专业{number:02}" for number in range(1, 13)]
    committee, clerk, lead = make_ground(dict.fromkeys(names, 0))
    fill(committee, list(committee.specialties.order_by("code")), POOL)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    draft = make_application(committee, lead, seats={**dict.fromkeys(names, 3), names[0]: 4})
    timed("trial", lambda: run_trial(draft, key=uuid4().hex, by=lead))
    reviewer, observer = make_user("reviewer"), make_user("observer")
    application = approved(draft, lead, reviewer)
    at = application.planned_draw_at
    timed(
        "findings before the freeze",
        lambda: freeze_findings(application, case=freeze_case(application, now=at)),
    )
    draw = timed("freeze", lambda: freeze_draw(application, by=clerk, at=at))
    for user in (clerk, observer, reviewer):
        timed(f"contribution of {user.role}", lambda user=user: give(draw, user, at=at))
    draw.refresh_from_db()
    for user in (clerk, observer, reviewer):
        show(draw, user, at=at)
    timed("official draw", lambda: execute_draw(draw, by=clerk, key=draw.commit_hash, at=at))
    line(
        "memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
