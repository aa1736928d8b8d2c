"""The platform's Ed25519 key: what it signs, and the keys that signed before it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


def sign(message: bytes) -> tuple[bytes, bytes]:
    """(public key, signature) over a message, with the present key."""
    key = Ed25519PrivateKey.from_private_bytes(settings.MINGQIAN["SIGNING_SEED"])
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), key.sign(message)


def public_key() -> str:
    """The Ed25519 key that signs the transcripts and rosters of this platform, 64 hex digits."""
    return _public(settings.MINGQIAN["SIGNING_SEED"])


def earlier_public_keys() -> tuple[str, ...]:
    """The keys that signed before the data key was replaced, newest first."""
    return tuple(map(_public, settings.MINGQIAN["EARLIER_SIGNING_SEEDS"]))


def is_signed(message: bytes, public: str, signature: str) -> bool:
    """Whether a signature holds under a key, both as hex digits."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _public(seed: bytes) -> str:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
