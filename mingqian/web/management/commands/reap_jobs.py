"""Gives up background jobs whose worker died; meant for a timer, every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mingqian.web.jobs import reap


class Command(BaseCommand):
    """manage.py reap_jobs"""

    help = "End jobs that showed no sign of life for five minutes, or were never picked up within an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many were given up."""
        self.stdout.write(f"{reap()} jobs given up")
