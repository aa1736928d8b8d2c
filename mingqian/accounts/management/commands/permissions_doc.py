"""`manage.py permissions_doc` writes docs/permissions.md from the role table; `--check` says whether it is current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...permissions_page import page

PATH = Path(settings.BASE_DIR) / "docs" / "permissions.md"


class Command(BaseCommand):
    """Generate the page of permissions."""

    help = "Write docs/permissions.md from the role table."

    def add_arguments(self, parser: CommandParser) -> None:
        """--check writes nothing."""
        parser.add_argument(
            "--check", action="store_true", help="fail where the page is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or compare."""
        wanted = page()
        if options["check"]:
            if not PATH.exists() or PATH.read_text("utf-8") != wanted:
                raise CommandError(
                    "docs/permissions.md is out of date: run manage.py permissions_doc"
                )
            return
        PATH.write_text(wanted, "utf-8")
        self.stdout.write(f"{PATH.relative_to(settings.BASE_DIR)} written")
