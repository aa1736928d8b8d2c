"""How long a locked-out sign-in has to wait: fifteen minutes, doubling with every further lock-out."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessFailureLog
from django.conf import settings
from django.utils import timezone

FIRST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=16)


def cool_off(request=None) -> dt.timedelta:
    """The waiting time for whoever asks, from the failures of the last day for that account name."""
    username = (request.POST.get("username", "") if request is not None else "").strip()
    if not username:
        return FIRST
    since = timezone.now() - dt.timedelta(days=1)
    failures = AccessFailureLog.objects.filter(username__iexact=username, attempt_time__gte=since).count()
    doublings = max(0, failures // settings.AXES_FAILURE_LIMIT - 1)
    return min(FIRST * 2**doublings, LONGEST)
