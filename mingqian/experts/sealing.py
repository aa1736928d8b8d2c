"""How an expert's identity number and mobile are kept: sealed for this row, indexed under a key, masked for pages."""

from __future__ import annotations

from mingqian.web.sealed import blind_index, mask_id, mask_mobile, seal, unseal

from .models import Expert

# One purpose for the whole system: the same number must be found whoever's it is.
ID_PURPOSE = "id_number"
MOBILE_PURPOSE = "mobile"


def id_index(number: str) -> str:
    """The index of an identity number; upper case and without blanks, as cleaning leaves it."""
    return blind_index(number, purpose=ID_PURPOSE)


def mobile_index(number: str) -> str:
    """The index of a mobile number of eleven digits."""
    return blind_index(number, purpose=MOBILE_PURPOSE)


def keep_id(expert: Expert, number: str) -> None:
    """Put an identity number into an expert (not saved here)."""
    expert.id_sealed = seal(number, aad=f"expert:{expert.sealed_key}:id")
    expert.id_index = id_index(number)
    expert.id_masked = mask_id(number)


def keep_mobile(expert: Expert, number: str) -> None:
    """Put a mobile number into an expert (not saved here)."""
    expert.mobile_sealed = seal(number, aad=f"expert:{expert.sealed_key}:mobile")
    expert.mobile_index = mobile_index(number)
    expert.mobile_masked = mask_mobile(number)


def read_id(expert: Expert) -> str:
    """The identity number in the clear. Whoever calls this writes the audit entry."""
    return unseal(expert.id_sealed, aad=f"expert:{expert.sealed_key}:id")


def read_mobile(expert: Expert) -> str:
    """The mobile number in the clear. Whoever calls this writes the audit entry."""
    return unseal(expert.mobile_sealed, aad=f"expert:{expert.sealed_key}:mobile")
