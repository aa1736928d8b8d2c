"""The facts of the request being answered, for those who may not see the request itself (the log, the audit)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Which request this is and where it came from; both blank outside a request."""

    request_id: str = ""
    ip: str = ""


NOBODY = RequestFacts()
_facts: ContextVar[RequestFacts] = ContextVar("mingqian_request_facts", default=NOBODY)


def current() -> RequestFacts:
    """The facts of the current request, or blank ones in a command or a job."""
    return _facts.get()


def new_request_id() -> str:
    """Sixteen hex digits: short enough to be read out over a telephone, the incident number of the error page."""
    return secrets.token_hex(8)


@contextmanager
def acting(facts: RequestFacts) -> Iterator[RequestFacts]:
    """Make these facts current inside the block: one per request, or per job."""
    token = _facts.set(facts)
    try:
        yield facts
    finally:
        _facts.reset(token)
