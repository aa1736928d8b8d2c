"""The short code of a transcript: its digest's first fifty bits, as people read them out (NJ7K-4QXM-92)."""

from __future__ import annotations

import re

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SHORT_CODE = re.compile(rf"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}-[{LETTERS}]{{2}}")


def short_code_of(digest: str) -> str:
    """64 hex digits -> twelve characters. Anyone holding the file can compute it."""
    bits = int(digest[:13], 16) >> 2
    letters = "".join(LETTERS[bits >> shift & 31] for shift in range(45, -1, -5))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def read_short_code(typed: str) -> str:
    """The code as printed from whatever was typed: blanks, case and dashes do not matter; blank if none."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper()[:40])
    code = f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    return code if SHORT_CODE.fullmatch(code) else ""
