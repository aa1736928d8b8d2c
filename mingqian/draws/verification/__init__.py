"""Judging transcripts and locked rosters for strangers, told in words; files from anybody in a process of its own."""

from .kept import AT_ONCE_BYTES, Kept, earlier_of, judgement_of, kept_of, to_keep
from .report import Line, Verdict, tell
from .sandbox import LARGEST, Busy, Judgement, TookTooLong, judge, judgement_from, verifier_path
from .versions import Step, VersionReport, check_version

__all__ = [
    "AT_ONCE_BYTES",
    "LARGEST",
    "Busy",
    "Judgement",
    "Kept",
    "Line",
    "Step",
    "TookTooLong",
    "Verdict",
    "VersionReport",
    "check_version",
    "earlier_of",
    "judge",
    "judgement_from",
    "judgement_of",
    "kept_of",
    "tell",
    "to_keep",
    "verifier_path",
]
