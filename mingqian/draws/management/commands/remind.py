"""`manage.py remind`: once a day, by the machine's schedule."""

from typing import Any

from django.core.management.base import BaseCommand

from mingqian.draws.services.reminders import remind_everybody


class Command(BaseCommand):
    """Remind experts who have not answered yet; running it again on the same day does nothing."""

    help = "Write a reminder for every expert of a released list who has not answered before the last moment."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{remind_everybody()} reminders written.")
