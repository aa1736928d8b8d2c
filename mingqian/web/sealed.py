"""Personal data at rest: AES-256-GCM, a keyed index for exact search, and masks for showing.

A sealed value is  version (1) | key id (4) | nonce (12) | ciphertext and tag.  The key id names which data key was
used, so that values sealed under an earlier key stay readable while a rotation runs.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = b"\x01"
HEADER = 5
NONCE = 12


class CannotUnseal(Exception):
    """The value was sealed under an unknown key, for another row, or was changed."""


def seal(plain: str, *, aad: str) -> bytes:
    """Encrypt text for one place. `aad` names the row and field, e.g. "expert:6a1f…:id"; the value opens nowhere else."""
    nonce = secrets.token_bytes(NONCE)
    key = _current_key()
    header = VERSION + _key_id(key)
    return header + nonce + _cipher(key).encrypt(nonce, plain.encode(), header + aad.encode())


def unseal(blob: bytes | memoryview, *, aad: str) -> str:
    """The text behind a sealed value. Raises CannotUnseal."""
    blob = bytes(blob)
    header, nonce, body = blob[:HEADER], blob[HEADER : HEADER + NONCE], blob[HEADER + NONCE :]
    for key in _known_keys():
        if header == VERSION + _key_id(key):
            try:
                return _cipher(key).decrypt(nonce, body, header + aad.encode()).decode()
            except InvalidTag as error:
                raise CannotUnseal("the value was changed or belongs to another row") from error
    raise CannotUnseal("the value was sealed under an unknown key")


def needs_resealing(blob: bytes | memoryview) -> bool:
    """Whether a value still lies under an earlier key."""
    return bytes(blob)[:HEADER] != VERSION + _key_id(_current_key())


def blind_index(value: str, *, purpose: str) -> str:
    """64 hex digits to find an equal value by. Keyed: an unkeyed hash of ID numbers falls within hours.

    `value` must be normalised by the caller (upper case, no blanks).
    """
    key = _derive(_current_key(), f"index:{purpose}")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def mask_id(text: str) -> str:
    """First and last character: 4****************X."""
    return _mask(text, 1, 1)


def mask_mobile(text: str) -> str:
    """First three and last four: 138****6021."""
    return _mask(text, 3, 4)


def mask_name(text: str) -> str:
    """Surname only: 贺**."""
    text = text.strip()
    return text[:1] + "*" * max(len(text) - 1, 1) if text else ""


def _mask(text: str, head: int, tail: int) -> str:
    text = text.strip()
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def _current_key() -> bytes:
    key: Any = settings.MINGQIAN["DATA_KEY"]
    return bytes(key)


def _known_keys() -> list[bytes]:
    earlier: Any = settings.MINGQIAN["EARLIER_DATA_KEYS"]
    return [_current_key(), *earlier]


@lru_cache(maxsize=64)
def _derive(key: bytes, info: str) -> bytes:
    return HKDF(
        algorithm=SHA256(), length=32, salt=b"mingqian/sealed/v1", info=info.encode()
    ).derive(key)


def _key_id(key: bytes) -> bytes:
    return _derive(key, "key id")[:4]


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(_derive(key, "seal"))
