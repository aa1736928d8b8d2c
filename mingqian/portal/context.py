"""What the shell of every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names of the platform."""
    return {
        "platform_name": settings.MINGQIAN["PLATFORM_NAME"],
        "province": settings.MINGQIAN["PROVINCE"],
    }
