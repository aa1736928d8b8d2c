"""Judging transcripts for strangers: in a process of its own, told in words."""

from .kept import AT_ONCE_BYTES, Kept, judgement_of, kept_of, to_keep
from .report import Line, Verdict, tell
from .sandbox import LARGEST, Busy, Judgement, TookTooLong, judge, judgement_from, verifier_path

__all__ = [
    "AT_ONCE_BYTES",
    "LARGEST",
    "Busy",
    "Judgement",
    "Kept",
    "Line",
    "TookTooLong",
    "Verdict",
    "judge",
    "judgement_from",
    "judgement_of",
    "kept_of",
    "tell",
    "to_keep",
    "verifier_path",
]
