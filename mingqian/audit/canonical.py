"""The bytes of an entry: one way to write it down, the same on every machine and in every database.

Canonical JSON here means: keys sorted by code point, no blanks, UTF-8, no floating-point numbers. A float would not
survive PostgreSQL's jsonb (1e20 comes back as an integer, -0.0 as 0), and neither would NUL; both would break a hash
that was right when it was made. So they become text before anything is hashed or stored.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.functional import Promise

# Control pictures: what a reader sees in place of a character that no database text may hold.
NUL, NUL_SHOWN = "\x00", "\u2400"


def clean(text: str, length: int | None = None) -> str:
    """Text that both databases store and give back unchanged: no NUL, no half of a surrogate pair, cut to length."""
    text = str(text).replace(NUL, NUL_SHOWN).encode("utf-8", "replace").decode("utf-8")
    return text if length is None else text[:length]


def plain(value: Any) -> Any:
    """The value as JSON that survives both databases. Raises TypeError for what has no plain form."""
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case int():
            return int(value)
        case str() | Promise():
            return clean(str(value))
        case float() | Decimal() | uuid.UUID():
            return str(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
        case Mapping():
            return {clean(str(key)): plain(one) for key, one in value.items()}
        case set() | frozenset():
            return sorted((plain(one) for one in value), key=canonical)
        case list() | tuple():
            return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no place in the details of a log entry")


def canonical(value: Any) -> bytes:
    """The canonical bytes of a plain value."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()
