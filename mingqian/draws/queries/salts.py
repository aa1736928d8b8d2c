"""The secret salts behind the pseudonyms of one draw."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from mingqian.web.sealed import unseal


def salt_aad(application_id: int, attempt: int) -> str:
    """The place where the sealed secret of a draw belongs."""
    return f"draw:{application_id}:{attempt}:salt"


def nonce_aad(draw_id: int, party: str) -> str:
    """The place where a party's sealed nonce belongs."""
    return f"draw:{draw_id}:{party}:nonce"


def salt_maker(secret: bytes) -> Callable[[int], bytes]:
    """Expert id -> 32 secret bytes, fresh in every series of draws because the secret is."""

    def salt_of(expert_id: int) -> bytes:
        return hmac.new(secret, f"expert:{expert_id}".encode(), hashlib.sha256).digest()

    return salt_of


def secret_of(draw) -> bytes:
    """The sealed secret of a stored draw. A supplement has that of its first draw, so that ids stay the same."""
    return bytes.fromhex(unseal(draw.salt_sealed, aad=salt_aad(draw.application_id, draw.attempt)))


def salts_of(draw) -> Callable[[int], bytes]:
    """The salts of a stored draw: what an expert is given to prove that they were in the pool."""
    return salt_maker(secret_of(draw))
