"""How often one address may ask what costs the server something and is open to everybody."""

from __future__ import annotations

from django.core.cache import cache

from mingqian.web.context import current

MOST_LOOKUPS_A_MINUTE = 60


def too_many(kind: str, most: int) -> bool:
    """Whether this address has asked more often than `most` times within a minute."""
    key = f"verify:{kind}:{current().ip}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > most
    except ValueError:
        return False
