"""From the seed to words, indices and tickets: everything by chance comes out of these streams.

Each is a hash of the seed and a label of its own, so that no number says anything about another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import nsmallest
from typing import Any

from fairdraw.canonical import (
    bytes_of,
    clean_text,
    frame,
    hex_hash,
    new_hash,
    uint64,
    whole_number,
)
from fairdraw.errors import FairdrawError

#: Of a stream; more than any draw of the largest pool asks for.
_LONGEST = 2**32
_LOT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def stream(seed: bytes, label: str, length: int, *, profile: str = "sha256") -> bytes:
    """The first ``length`` bytes of a labelled stream: H(rng, label, seed, 0) + H(..., 1) + ..."""
    whole_number(length, "length", high=_LONGEST)
    clean_text(label, "label")
    bytes_of(seed, "seed")
    start = new_hash(profile, frame(b"fairdraw/1/rng", label.encode(), seed))
    start.update(uint64(8))
    blocks = []
    for number in range(-(-length // 32)):
        block = start.copy()
        block.update(uint64(number))
        blocks.append(block.digest())
    return b"".join(blocks)[:length]


def word(seed: bytes, label: str, *, profile: str = "sha256") -> int:
    """The first 64-bit word of a labelled stream."""
    return int.from_bytes(stream(seed, label, 8, profile=profile), "big")


def index_below(seed: bytes, label: str, limit: int, *, profile: str = "sha256") -> int:
    """A number in [0, limit), each equally likely: out of the 64-bit words of a labelled stream.

    Words from the largest multiple of ``limit`` on are passed over, so none is favoured.
    """
    whole_number(limit, "limit", low=1, high=2**64)
    usable = 2**64 - 2**64 % limit
    words = 4
    while True:
        raw = stream(seed, label, 8 * words, profile=profile)
        for position in range(0, len(raw), 8):
            number = int.from_bytes(raw[position : position + 8], "big")
            if number < usable:
                return number % limit
        words *= 2


class Tickets:
    """Everybody's lot under one seed: 32 bytes that depend on nobody else; the smallest win."""

    def __init__(self, seed: bytes, *, profile: str = "sha256") -> None:
        self._start = new_hash(profile, frame(b"fairdraw/1/ticket", bytes_of(seed, "seed")))
        self._begun: dict[int, Callable[[], Any]] = {}

    def of(self, person: str) -> bytes:
        """H(ticket, seed, id) of one person."""
        return next(self.of_all((clean_text(person, "id"),)))

    def of_all(self, people: Iterable[str]) -> Iterator[bytes]:
        """The tickets of many, one after the other."""
        begun = self._begun
        for person in people:
            name = person.encode()
            length = len(name)
            if length not in begun:
                # All that comes before the id is hashed once for each length of an id.
                start = self._start.copy()
                start.update(uint64(length))
                begun[length] = start.copy
            ticket = begun[length]()
            ticket.update(name)
            yield ticket.digest()

    def smallest(self, people: Collection[str], number: int) -> list[tuple[bytes, str]]:
        """The ``number`` smallest (ticket, id) among ``people``, in order."""
        return nsmallest(number, zip(self.of_all(people), people))


def lot_code(ticket: str | bytes) -> str:
    """The first 35 bits of a ticket as people read them aloud: ``5PBU-2EM``."""
    raw = bytes.fromhex(hex_hash(ticket, "ticket")) if isinstance(ticket, str) else ticket
    if len(bytes_of(raw, "ticket")) != 32:
        raise FairdrawError("HASH_EXPECTED", field="ticket")
    number = int.from_bytes(raw[:8], "big") >> 29
    letters = "".join(_LOT_LETTERS[number >> shift & 31] for shift in range(30, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"
