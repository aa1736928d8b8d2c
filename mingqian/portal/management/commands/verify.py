"""`manage.py verify`: recompute the log, every official draw, and what must be true of all live data."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "核对全部数据：日志链条、每一次正式抽取，以及各项不变式。有问题时以 1 退出。"

    def handle(self, *args: Any, **options: Any) -> None:
        # Settings and invariants stand above the portal; the command only lends them a name.
        invariants = import_module("mingqian.config.invariants")
        started, found = time.monotonic(), 0
        for invariant, problems in invariants.check_each():
            found += len(problems)
            self.stdout.write(f"{'✕' if problems else '✓'} {invariant.name}")
            for problem in problems:
                self.stdout.write(self.style.ERROR(f"    {problem.sentence}"))
            if len(problems) == invariants.MOST_PROBLEMS:
                self.stdout.write(f"    只列出前 {len(problems)} 处")
        seconds = time.monotonic() - started
        number = len(invariants.INVARIANTS)
        if found:
            self.stdout.write(
                self.style.ERROR(f"核对 {number} 项，发现 {found} 处问题（{seconds:.1f} 秒）")
            )
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"核对 {number} 项，全部相符（{seconds:.1f} 秒）"))
