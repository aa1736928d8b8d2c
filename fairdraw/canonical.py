"""One byte form for everything that is hashed: framed fields, canonical JSON, clean text.

Every hash of the protocol is ``digest(label, field, ...)``: the hash function over each field
preceded by its length as eight big-endian bytes, the label first. Two different lists of fields
can therefore never give the same input.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from fairdraw.errors import FairdrawError

#: Profile name -> name of the hash function in ``hashlib``.
PROFILES = {"sha256": "sha256", "gm": "sm3"}

#: Larger integers would be read wrongly by JSON readers that only know doubles.
LARGEST_INTEGER = 2**53 - 1

_HEX_64 = re.compile(r"[0-9a-f]{64}")


def new_hash(profile: str = "sha256", data: bytes = b"") -> Any:
    """A fresh hash object of the profile; PROFILE_UNKNOWN or PROFILE_UNAVAILABLE otherwise."""
    if profile not in PROFILES:
        raise FairdrawError("PROFILE_UNKNOWN", profile=profile)
    try:
        return hashlib.new(PROFILES[profile], data)
    except ValueError:
        raise FairdrawError("PROFILE_UNAVAILABLE", profile=profile) from None


def frame(*fields: bytes) -> bytes:
    """Fields joined so that they can be told apart again: each with its length in front."""
    return b"".join(len(field).to_bytes(8, "big") + field for field in fields)


def digest(label: str, *fields: bytes, profile: str = "sha256") -> bytes:
    """32 bytes: the hash of the framed label and fields."""
    return bytes(new_hash(profile, frame(label.encode(), *fields)).digest())


def uint64(number: int) -> bytes:
    """Eight big-endian bytes."""
    return number.to_bytes(8, "big")


def clean_text(value: Any, field: str, *, limit: int = 200, empty: bool = False) -> str:
    """The text in Unicode NFC; refuses non-text, control characters, lone surrogates, excess."""
    if not isinstance(value, str):
        raise FairdrawError("TEXT_EXPECTED", field=field, found=type(value).__name__)
    if value.isascii() and value.isprintable():
        text = value
    else:
        text = unicodedata.normalize("NFC", value)
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
            raise FairdrawError("TEXT_UNUSABLE", field=field)
    if not empty and not text.strip():
        raise FairdrawError("TEXT_MISSING", field=field)
    if len(text) > limit:
        raise FairdrawError("TEXT_TOO_LONG", field=field, limit=limit, length=len(text))
    return text


def whole_number(value: Any, field: str, *, low: int = 0, high: int = LARGEST_INTEGER) -> int:
    """The integer itself; refuses booleans, floats, text and anything outside [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FairdrawError("INTEGER_EXPECTED", field=field, found=type(value).__name__)
    if not low <= value <= high:
        raise FairdrawError("INTEGER_OUT_OF_RANGE", field=field, low=low, high=high, value=value)
    return value


def hex_hash(value: Any, field: str) -> str:
    """A hash written as 64 lower-case hex digits."""
    if not isinstance(value, str) or not _HEX_64.fullmatch(value):
        raise FairdrawError("HASH_EXPECTED", field=field)
    return value


def canonical(value: Any) -> bytes:
    """Canonical JSON: UTF-8 in NFC, keys sorted, no blanks, integers only.

    Refuses floats, integers beyond 2^53 - 1, non-text keys and unusable text.
    """
    return json.dumps(
        _checked(value, "$"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode("utf-8")


def _checked(value: Any, where: str) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(value, where, limit=100_000, empty=True)
    if isinstance(value, int):
        return whole_number(value, where, low=-LARGEST_INTEGER)
    if isinstance(value, (list, tuple)):
        return [_checked(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            clean_text(key, f"{where}.key"): _checked(item, f"{where}.{key}")
            for key, item in value.items()
        }
    raise FairdrawError("NOT_CANONICAL", where=where, found=type(value).__name__)


def merkle_root(leaves: list[bytes], *, profile: str = "sha256") -> bytes:
    """Root of the tree of RFC 9162: leaves 0x00 + data, nodes 0x01 + left + right.

    A node without a neighbour moves up unchanged, which equals the recursive split at the
    largest power of two.
    """
    row: list[bytes] = [new_hash(profile, b"\x00" + leaf).digest() for leaf in leaves]
    if not row:
        return bytes(new_hash(profile).digest())
    while len(row) > 1:
        pairs = [
            new_hash(profile, b"\x01" + row[i] + row[i + 1]).digest()
            for i in range(0, len(row) - 1, 2)
        ]
        row = pairs + row[len(pairs) * 2 :]
    return row[0]
