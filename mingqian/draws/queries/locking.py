"""Whether a roster may be locked: every rule of the composition looked at, with its citation and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from mingqian.accounts.models import User
from mingqian.draws.models import Roster, RosterVersion
from mingqian.web.components import Check, Notice
from mingqian.web.components import Level as Sign

from .lock_checks import CHECKS, Sitting, check_people
from .locked import open_version
from .rules.check import rules_for
from .rules.finding import Finding, Findings, Level
from .standing import StandingRoster, draws_of

SIGNS: dict[Level, Sign] = {
    Level.BLOCK: "block",
    Level.WARN: "warn",
    Level.INFO: "info",
    Level.OK: "pass",
}


@dataclass(frozen=True)
class LockState:
    """What stands for and against locking a roster now. `version`: the lock in force, if any. `masked`: the reader
    sees no names, so nothing either that somebody wrote about people."""

    roster: Roster
    version: RosterVersion | None
    findings: Findings
    seats: int
    confirmed: int
    unanswered: int
    empty: int
    masked: bool = True

    @property
    def is_locked(self) -> bool:
        return self.version is not None

    @property
    def may_lock(self) -> bool:
        """Nothing blocks; warnings may still ask for a reason."""
        return not self.is_locked and not self.roster.is_void and not self.findings.blocking

    @property
    def checks(self) -> list[Check]:
        """Every finding as the component of checks shows it."""
        return [
            Check(
                SIGNS[each.level],
                each.title,
                f"{each.text} 说明：{each.reason}"
                if each.reason and each.warns and not self.masked
                else each.text,
                each.citation,
                [(fix.label, fix.href) for fix in each.fixes if each.level is not Level.OK],
                each.key,
            )
            for each in self.findings
        ]

    @property
    def notice(self) -> Notice:
        """Why the deed is not to be had, in one place that a disabled button points to; or that nothing blocks."""
        if self.version is not None:
            when = f"{timezone.localtime(self.version.locked_at):%Y-%m-%d %H:%M}"
            told = (
                f"第 {self.version.number} 版，{self.version.locked_by.real_name} {when} 锁定，"
                f"短码 {self.version.short_code}；确需变动的，请人社部门填写理由解除锁定"
            )
            broken = [(each.sentence, each.citation) for each in self.findings.standing]
            if broken:
                title = f"名单已锁定，但有 {len(broken)} 项现已不符合"
                return Notice(title, [*broken, (told, "")], key="lock-notice")
            return Notice("名单已锁定", [(told, "")], tone="green", key="lock-notice")
        if self.roster.is_void:
            return Notice("本次抽取已作废，名单不能锁定", tone="red", key="lock-notice")
        blocking = [(each.sentence, each.citation) for each in self.findings.blocking]
        if blocking:
            return Notice(f"暂不能锁定，还有 {len(blocking)} 项不符合", blocking, key="lock-notice")
        asked = [(each.sentence, each.citation) for each in self.findings.warnings]
        if asked:
            return Notice(f"可以锁定，{len(asked)} 项提醒须说明理由", asked, key="lock-notice")
        return Notice("各项规则均已符合，可以锁定", tone="green", key="lock-notice")


def lock_state(
    roster: Roster,
    *,
    reader: User | None = None,
    reasons: Mapping[str, str] | None = None,
    listing: bool = True,
) -> LockState:
    """Every check on the roster as it stands. `reader` None: names masked, as a locked version keeps them.

    `reasons`: what is said for the warnings, by their keys. `listing`: those who have not answered are named.
    """
    version = open_version(roster)
    given = {each["key"]: each["reason"] for each in version.checks} if version else {}
    people = StandingRoster(roster, reader)
    sitting = _sitting(people, reader, reasons=given | dict(reasons or {}), listing=listing)
    found = [] if roster.is_void else [each for check in CHECKS for each in check(sitting)]
    confirmed = len(sitting.confirmed)
    return LockState(
        roster=roster,
        version=version,
        findings=Findings.of(found),
        seats=sitting.due,
        confirmed=confirmed,
        unanswered=len(sitting.seated) - confirmed,
        empty=people.empty,
        masked=sitting.masked,
    )


def unfit_of(people: StandingRoster, reader: User) -> list[Finding]:
    """Those who sit and would not be eligible any more, with the way out. Asks nothing of the frozen records."""
    found = check_people(_sitting(people, reader, reasons={}, listing=True))
    return [each for each in found if each.level is not Level.OK]


def _sitting(
    people: StandingRoster, reader: User | None, *, reasons: Mapping[str, str], listing: bool
) -> Sitting:
    roster = people.roster
    return Sitting(
        roster=roster,
        rules=rules_for(roster.draw.application),
        plan_draw=draws_of(roster)[-1],
        people=people,
        seated=people.seated,
        reasons=reasons,
        masked=reader is None or people.masked,
        listing=listing,
        may_apply=reader is not None and reader.may("draws.edit_application"),
    )
