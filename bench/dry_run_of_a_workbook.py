"""The dry run of a register of 10,000 rows, against openpyxl merely reading the same file.

The dry run is everything from the sealed upload to the stored verdict of each row: reading in a
limited process, cleaning, judging, comparing with the pool, writing down.
"""

from __future__ import annotations

from io import BytesIO

from bench.measure import line, measure, title
from bench.surroundings import system

ROWS = (1_000, 10_000)
REPETITIONS = 3


def run() -> None:
    """Measure and print."""
    system()
    from django.db import connection
    from openpyxl import load_workbook

    from mingqian.experts.services import import_pool, start_import
    from mingqian.experts.services.importing import check_import
    from tests.factories.accounts import make_user
    from tests.factories.committees import make_committee
    from tests.factories.experts import register_row, register_workbook

    title(f"Dry run of a register ({connection.vendor})")
    specialties = ["建筑设计", "结构工程", "给水排水"]
    committee = make_committee(specialties=specialties)
    clerk = make_user("clerk", committee.office)

    def upload(content: bytes):
        return start_import(
            committee=committee, filename="register.xlsx", content=content, by=clerk
        )

    for rows in ROWS:
        content = register_workbook(
            [register_row(n, specialties=[specialties[n % 3]]) for n in range(1, rows + 1)]
        )

        def read(content: bytes = content) -> None:
            book = load_workbook(BytesIO(content), read_only=True)
            assert sum(1 for _ in book.active.iter_rows(values_only=True)) > rows  # noqa: B023

        plain = measure(read, repetitions=REPETITIONS, warm_up=0)
        pool_import = upload(content)
        checked = measure(lambda i=pool_import: check_import(i), repetitions=REPETITIONS, warm_up=0)
        pool_import.refresh_from_db()
        assert pool_import.summary["counts"]["ADD"] == rows, pool_import.summary["counts"]
        line(f"{rows:,} rows, openpyxl reads the file", plain)
        line(
            f"{rows:,} rows, dry run, all new", f"{checked}; {checked.wall / plain.wall:.1f} × that"
        )
    import_pool(pool_import, by=clerk)
    again = upload(content)
    same = measure(lambda: check_import(again), repetitions=REPETITIONS, warm_up=0)
    again.refresh_from_db()
    assert again.summary["counts"]["SAME"] == rows, again.summary["counts"]
    line(f"{rows:,} rows, dry run, nothing new", f"{same}; {same.wall / plain.wall:.1f} × that")
