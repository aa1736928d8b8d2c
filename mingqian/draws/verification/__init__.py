"""Judging transcripts for strangers: in a process of its own, told in words."""

from .report import Line, Verdict, tell
from .sandbox import LARGEST, Busy, Judgement, TookTooLong, judge, verifier_path

__all__ = [
    "LARGEST",
    "Busy",
    "Judgement",
    "Line",
    "TookTooLong",
    "Verdict",
    "judge",
    "tell",
    "verifier_path",
]
