"""What a check of a rule has found, ready to be listed beside a form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .models import Enforcement


class Level(StrEnum):
    """How grave a finding is; the order of the members is the order of a list."""

    ERROR = "ERROR"
    WARN = "WARN"
    INFO = "INFO"
    OK = "OK"

    @classmethod
    def of(cls, enforcement: str) -> Level:
        """The level at which a breach of a rule with this enforcement is reported."""
        return {
            Enforcement.BLOCK: cls.ERROR,
            Enforcement.WARN: cls.WARN,
            Enforcement.INFO: cls.INFO,
        }[Enforcement(enforcement)]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check: a sentence for people, the figure it speaks of, and where the rule stands.

    `field` is the form field to go to, `fix_url` a page where the matter can be mended; both may be blank.
    """

    code: str
    level: Level
    sentence: str
    figure: str = ""
    citation: str = ""
    field: str = ""
    fix_url: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == Level.ERROR
