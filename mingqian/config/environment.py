"""What the environment says: every setting of a deployment, read in one place and refused by name."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREFIX = "MINGQIAN_"
MODES = ("development", "demo", "test", "production")


def variable(name: str, default: str = "") -> str:
    """The value of MINGQIAN_<name>, or the default where it is absent or blank."""
    return os.environ.get(PREFIX + name, "").strip() or default


def mode() -> str:
    """How this process runs: development, demo, test or production."""
    value = variable("MODE", "development")
    if value not in MODES:
        raise ImproperlyConfigured(
            f"{PREFIX}MODE is {value!r}; it must be one of {', '.join(MODES)}."
        )
    return value


def secret(name: str, *, home: Path) -> str:
    """A secret that production must name and every other mode may keep in a private file.

    Raises ImproperlyConfigured, naming the variable, where production lacks it.
    """
    value = variable(name)
    if value:
        return value
    if mode() == "production":
        raise ImproperlyConfigured(
            f"{PREFIX}{name} is not set. A production start needs it: generate one with "
            f"python3 -c 'import secrets; print(secrets.token_hex(32))' and keep it outside the database."
        )
    return _kept_in_file(home / f"{name.lower()}.txt")


def _kept_in_file(path: Path) -> str:
    """A random secret made on first use, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    value = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value + "\n")
    return value


def data_key(text: str) -> bytes:
    """The 32-byte key behind sealed personal data, from 64 hex digits."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(
            f"{PREFIX}DATA_KEY and {PREFIX}EARLIER_DATA_KEYS hold 64 hex digits (32 bytes) each."
        )
    return key


def earlier_keys(text: str) -> tuple[bytes, ...]:
    """Data keys that were replaced, newest first, from 64 hex digits each, separated by commas."""
    return tuple(data_key(each.strip()) for each in text.split(",") if each.strip())


def signing_seed(key: bytes) -> bytes:
    """The Ed25519 seed that signs transcripts, derived so that one key is kept, not two."""
    return hashlib.sha256(b"mingqian/transcript-signature" + key).digest()


def database(url: str) -> dict[str, object]:
    """Django's database entry for sqlite:///path or postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/")))
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(parts)
    raise ImproperlyConfigured(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _sqlite(path: str) -> dict[str, object]:
    """WAL, FULL and IMMEDIATE: acknowledged means durable, and writers queue instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
            ),
        },
        "TEST": {"NAME": f"{path}.test"},
    }


def _postgresql(parts) -> dict[str, object]:
    host = unquote(parts.hostname or "")
    options: dict[str, object] = {"pool": {"timeout": 5, "max_size": 8}}
    # A socket directory travels in the query: postgresql:///name?host=/run/postgresql
    for pair in filter(None, parts.query.split("&")):
        key, _, value = pair.partition("=")
        if key == "host":
            host = unquote(value)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }
