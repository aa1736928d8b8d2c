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
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from fairdraw.errors import FairdrawError, shown

#: Profile name -> name of the hash function in ``hashlib``.
PROFILES = {"sha256": "sha256", "gm": "sm3"}

#: Larger integers would be read wrongly by JSON readers that only know doubles.
LARGEST_INTEGER = 2**53 - 1

#: The longest text inside canonical JSON; keys are names and shorter.
_LONGEST_TEXT, _LONGEST_KEY = 100_000, 200
#: Lists in lists, the outermost counted as 1: a verifier refuses a transcript that is deeper.
_DEEPEST = 40

_HEX_64 = re.compile(r"[0-9a-f]{64}")
#: Control characters and lone surrogates: Unicode categories Cc and Cs.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def new_hash(profile: Any = "sha256", data: bytes = b"") -> Any:
    """A fresh hash object of the profile; PROFILE_UNKNOWN or PROFILE_UNAVAILABLE otherwise."""
    if not isinstance(profile, str) or profile not in PROFILES:
        raise FairdrawError("PROFILE_UNKNOWN", profile=shown(profile))
    try:
        return hashlib.new(PROFILES[profile], data)
    except ValueError:
        raise FairdrawError("PROFILE_UNAVAILABLE", profile=profile) from None


def hash_maker(profile: str = "sha256") -> Callable[[bytes], Any]:
    """``new_hash`` of one profile for loops: looked up once, called with the data."""
    new_hash(profile)
    return hashlib.sha256 if profile == "sha256" else partial(hashlib.new, PROFILES[profile])


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
        if _UNUSABLE.search(text):
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
        written = value if abs(value) <= LARGEST_INTEGER else shown(value)
        raise FairdrawError("INTEGER_OUT_OF_RANGE", field=field, low=low, high=high, value=written)
    return value


def listed(value: Any, field: str) -> list[Any]:
    """The members of any collection or iterator; LIST_EXPECTED.

    A bare text would be taken letter by letter, and a mapping for its keys: neither is meant.
    """
    if isinstance(value, (str, bytes, bytearray, memoryview, Mapping)):
        raise FairdrawError("LIST_EXPECTED", field=field, found=type(value).__name__)
    try:
        return list(value)
    except TypeError:
        raise FairdrawError("LIST_EXPECTED", field=field, found=type(value).__name__) from None


def pairs_in(value: Any, field: str) -> list[tuple[Any, Any]]:
    """Pairs as tuples, from a list of them or a mapping; PAIRS_EXPECTED."""
    try:
        pairs = listed(value.items() if isinstance(value, Mapping) else value, field)
    except FairdrawError as error:
        raise FairdrawError("PAIRS_EXPECTED", field=field, found=error.params["found"]) from None
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise FairdrawError("PAIRS_EXPECTED", field=field, found=shown(pair))
    return [(first, second) for first, second in pairs]


def mapping_of(value: Any, field: str) -> Mapping[Any, Any]:
    """The mapping itself; MAPPING_EXPECTED."""
    if not isinstance(value, Mapping):
        raise FairdrawError("MAPPING_EXPECTED", field=field, found=type(value).__name__)
    return value


def instance_of[Kind](value: Any, kind: type[Kind], field: str) -> Kind:
    """The object itself; OBJECT_EXPECTED if it is of another class."""
    if not isinstance(value, kind):
        found = type(value).__name__
        raise FairdrawError("OBJECT_EXPECTED", field=field, expected=kind.__name__, found=found)
    return value


def instances_of[Kind](values: Any, kind: type[Kind], field: str) -> list[Kind]:
    """The members of a collection, all of one class; LIST_EXPECTED, OBJECT_EXPECTED."""
    members = listed(values, field)
    for number, member in enumerate(members):
        if not isinstance(member, kind):
            instance_of(member, kind, f"{field}[{number}]")
    return members


def bytes_of(value: Any, field: str) -> bytes:
    """The bytes themselves; BYTES_EXPECTED."""
    if not isinstance(value, bytes):
        raise FairdrawError("BYTES_EXPECTED", field=field, found=type(value).__name__)
    return value


def callable_or_none(value: Any, field: str) -> Any:
    """Somebody to tell, or nobody; CALLABLE_EXPECTED."""
    if value is not None and not callable(value):
        raise FairdrawError("CALLABLE_EXPECTED", field=field, found=type(value).__name__)
    return value


def hex_hash(value: Any, field: str) -> str:
    """A hash written as 64 lower-case hex digits."""
    if not isinstance(value, str) or not _HEX_64.fullmatch(value):
        raise FairdrawError("HASH_EXPECTED", field=field)
    return value


def clean_texts(values: Iterable[Any], field: str, *, limit: int = 200) -> list[str]:
    """``clean_text`` of many: all at once where nothing needs cleaning, else one by one."""
    texts = list(values)
    if _need_no_cleaning(texts, limit) and all(map(str.strip, texts)):
        return texts
    return [clean_text(text, field, limit=limit) for text in texts]


def _need_no_cleaning(texts: list[Any], limit: int) -> bool:
    """Whether ``clean_text`` would return every one of these unchanged (empty ones allowed)."""
    if not texts:
        return True
    if set(map(type, texts)) != {str} or max(map(len, texts)) > limit:
        return False
    # A stroke keeps neighbours from composing with each other.
    joined = "|".join(texts)
    if joined.isascii():
        return joined.isprintable()
    return unicodedata.is_normalized("NFC", joined) and not _UNUSABLE.search(joined)


def canonical(value: Any, *, depth: int = 0) -> bytes:
    """Canonical JSON: UTF-8 in NFC, keys sorted, no blanks, integers only.

    Refuses floats, integers beyond 2^53 - 1, non-text keys, unusable text, and what is nested
    deeper than 40. ``depth``: how many lists and objects the value will stand in.
    """
    clean = value if _is_clean(value, depth) else _checked(value, "$", depth)
    return json.dumps(clean, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _is_clean(value: Any, outside: int = 0) -> bool:
    """Whether ``_checked`` would return an equal value: the same questions, many at a time."""
    texts: list[str] = []
    keys: set[Any] = set()
    waiting: list[tuple[int, Any]] = [(outside, (value,))]
    while waiting:
        depth, holder = waiting.pop()
        if depth > _DEEPEST:
            return False
        for item in holder:
            kind = type(item)
            if kind is str:
                texts.append(item)
            elif kind is dict:
                keys.update(item)
                waiting.append((depth + 1, item.values()))
            elif kind is list or kind is tuple:
                waiting.append((depth + 1, item))
            elif kind is int:
                if not -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
                    return False
            elif item is not None:
                return False
    names = list(keys)
    return (
        _need_no_cleaning(texts, _LONGEST_TEXT)
        and _need_no_cleaning(names, _LONGEST_KEY)
        and all(map(str.strip, names))
    )


def _checked(value: Any, where: str, depth: int = 0) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(value, where, limit=_LONGEST_TEXT, empty=True)
    if isinstance(value, int):
        return whole_number(value, where, low=-LARGEST_INTEGER)
    if isinstance(value, (list, tuple, dict)) and depth >= _DEEPEST:
        raise FairdrawError("NOT_CANONICAL", where=where[:100], found="nesting")
    if isinstance(value, (list, tuple)):
        return [_checked(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            clean_text(key, f"{where}.key", limit=_LONGEST_KEY): _checked(
                item, f"{where}.{key}", depth + 1
            )
            for key, item in value.items()
        }
    raise FairdrawError("NOT_CANONICAL", where=where, found=type(value).__name__)


def merkle_root(leaves: Iterable[bytes], *, profile: str = "sha256") -> bytes:
    """Root of the tree of RFC 9162: leaves 0x00 + data, nodes 0x01 + left + right.

    A node without a neighbour moves up unchanged, which equals the recursive split at the
    largest power of two. Leaves may come one by one; only their hashes are kept.
    """
    new = hash_maker(profile)
    row = bytearray()
    for leaf in leaves:
        row += new(b"\x00" + leaf).digest()
    if not row:
        return bytes(new(b"").digest())
    while len(row) > 32:
        above = bytearray()
        whole = len(row) // 64 * 64
        for start in range(0, whole, 64):
            above += new(b"\x01" + row[start : start + 64]).digest()
        row = above + row[whole:]
    return bytes(row)
