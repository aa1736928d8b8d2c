"""What the rules say of one application: a sentence, a figure, a citation, a place and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_REASON = 4
"""A reason given for a warning has at least so many characters."""


class Level(StrEnum):
    BLOCK = "BLOCK"
    WARN = "WARN"
    INFO = "INFO"
    OK = "OK"


LEVEL_ORDER = {Level.BLOCK: 0, Level.WARN: 1, Level.INFO: 2, Level.OK: 3}


@dataclass(frozen=True, slots=True)
class Fix:
    """A way out: a deed of the form (`deed`), or a place to go to (`href`)."""

    label: str
    deed: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` is stable over time: the reason given for a warning is kept under it.

    `section` is the part of the form (1 to 5) it belongs to; `items` are the single places of a
    finding that gathers several (label, anchor).
    """

    key: str
    level: Level
    title: str
    text: str = ""
    citation: str = ""
    anchor: str = ""
    section: int = 0
    fixes: tuple[Fix, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    specialty: str = ""
    reason: str = ""

    @property
    def sentence(self) -> str:
        """Title and text as one sentence."""
        return f"{self.title}：{self.text}" if self.text else self.title

    def record(self) -> dict[str, str]:
        """What a submission keeps of the finding."""
        return {
            "key": self.key,
            "level": str(self.level),
            "title": self.title,
            "text": self.text,
            "citation": self.citation,
            "reason": self.reason,
        }

    @property
    def blocks(self) -> bool:
        return self.level is Level.BLOCK

    @property
    def warns(self) -> bool:
        return self.level is Level.WARN

    @property
    def is_reasoned(self) -> bool:
        return len(self.reason.strip()) >= LEAST_REASON


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one application at one moment, the gravest first."""

    all: tuple[Finding, ...] = field(default_factory=tuple)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Findings:
        return cls(tuple(sorted(findings, key=lambda each: LEVEL_ORDER[each.level])))

    def __iter__(self):
        return iter(self.all)

    def at(self, level: Level) -> list[Finding]:
        return [finding for finding in self.all if finding.level is level]

    @property
    def blocking(self) -> list[Finding]:
        return self.at(Level.BLOCK)

    @property
    def warnings(self) -> list[Finding]:
        return self.at(Level.WARN)

    @property
    def kept(self) -> list[Finding]:
        return self.at(Level.OK)

    @property
    def notes(self) -> list[Finding]:
        return self.at(Level.INFO)

    @property
    def unreasoned(self) -> list[Finding]:
        return [finding for finding in self.warnings if not finding.is_reasoned]

    @property
    def standing(self) -> list[Finding]:
        """What stands against submitting: all that blocks, and warnings without a reason."""
        return self.blocking + self.unreasoned

    @property
    def may_submit(self) -> bool:
        return not self.standing

    @property
    def places(self) -> list[tuple[str, str]]:
        """Every single place that stands in the way of submitting: (sentence, anchor)."""
        found: list[tuple[str, str]] = []
        for finding in self.blocking:
            found.extend(finding.items or [(finding.sentence, finding.anchor)])
        found.extend(
            (f"{each.title}：请填写说明", f"#reason-{each.key}") for each in self.unreasoned
        )
        return found

    def section_errors(self) -> Mapping[int, int]:
        """How many places of each section of the form stand in the way."""
        counts: dict[int, int] = {}
        for finding in self.blocking:
            counts[finding.section] = counts.get(finding.section, 0) + max(1, len(finding.items))
        return counts

    def for_specialty(self, code: str) -> list[Finding]:
        return [
            each
            for each in self.all
            if each.specialty == code and each.level in (Level.BLOCK, Level.WARN)
        ]
