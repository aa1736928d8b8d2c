"""`python -m bench [name …]`: run all measurements, or those named."""

from __future__ import annotations

import importlib
import os
import platform
import sys

NAMES = ("draw_from_pools", "draw_in_the_system", "dry_run_of_a_workbook", "fairdraw", "list_page")


def main(names: list[str]) -> None:
    """Run the named measurements, all if none is named."""
    for name in names:
        if name not in NAMES:
            raise SystemExit(f"There is no measurement {name}; there are: {', '.join(NAMES)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in names or NAMES:
        importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    main(sys.argv[1:])
