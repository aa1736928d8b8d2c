"""Errors of the engine: codes with parameters, never words (the caller chooses the words)."""

from __future__ import annotations

from typing import Any

#: Longer values are told shortened: they come from strangers.
_LONGEST = 200


def shown(value: Any) -> str:
    """A value in a few words, whatever it is; long numbers cannot even be written by Python."""
    if isinstance(value, int) and value.bit_length() > 512:
        return f"a number of {value.bit_length()} bits"
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:
        # What somebody hands in may fail at anything, even at telling what it is.
        return type(value).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _quoted(value: Any) -> str:
    return repr(shown(value)) if isinstance(value, str) else shown(value)


class FairdrawError(Exception):
    """Something that was handed in cannot be used.

    ``code`` is an upper-case name that callers may switch on, ``params`` says where and what.
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def __str__(self) -> str:
        facts = " ".join(f"{name}={_quoted(value)}" for name, value in sorted(self.params.items()))
        return f"{self.code} {facts}".strip()


class Infeasible(FairdrawError):
    """The plan cannot be filled from the pool; ``diagnosis`` says why and what would mend it."""

    def __init__(self, diagnosis: Any) -> None:
        self.diagnosis = diagnosis
        super().__init__("INFEASIBLE", shortages=len(diagnosis.shortages))
