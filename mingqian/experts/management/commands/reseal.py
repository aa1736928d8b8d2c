"""`manage.py reseal`: the second step of replacing the data key."""

from typing import Any

from django.core.management.base import BaseCommand

from mingqian.experts.services.resealing import reseal_experts


class Command(BaseCommand):
    """Seal and index personal data anew under MINGQIAN_DATA_KEY."""

    help = "Seal and index personal data under the present data key; earlier ones in MINGQIAN_EARLIER_DATA_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal_experts()} experts sealed anew.")
