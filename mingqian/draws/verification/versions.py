"""A locked roster checked as a stranger may ask for it: from its short code down to the transcripts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairdraw.errors import FairdrawError
from mingqian.audit.queries import is_in_chain
from mingqian.draws.models import Draw, RosterVersion
from mingqian.draws.queries.locked import content_of_version
from mingqian.draws.queries.signed_heads import (
    draws_of_proof,
    head_of,
    holders_in,
    is_large,
    recomputed,
)
from mingqian.draws.short_codes import short_code_of
from mingqian.draws.signing import earlier_public_keys, is_signed, public_key


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at: what it is, whether it holds, in words, the figure."""

    name: str
    ok: bool
    note: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class VersionReport:
    """What was checked of a locked roster just now. No steps: it was locked before heads were signed."""

    steps: list[Step]
    draws: list[Draw]
    seats: int
    empty: int

    @property
    def is_signed(self) -> bool:
        return bool(self.steps)

    @property
    def failed(self) -> Step | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if not step.ok), None)


def check_version(version: RosterVersion) -> VersionReport:
    """Check signature, short code, proof, what was locked, and the log; nothing stored is taken on trust.

    Large transcripts are not read anew: `recomputed` says from what the roster follows then.
    """
    if version.head is None or version.proof is None:
        return _unsigned(version)
    head, proof = bytes(version.head), bytes(version.proof)
    steps = [_signature(version, head), _code(version, head)]
    if not _binds(version, proof):
        steps.append(Step("名单凭证", False, "签署内容与名单凭证、锁定的内容或锁定时间不符"))
        return VersionReport(steps, [], 0, 0)
    steps.append(Step("名单凭证", True, "签署内容写明的指纹与名单凭证一致", _short(_sha(proof))))
    draws = draws_of_proof(proof)
    holders = holders_in(proof)
    empty = sum(holder is None for holder in holders.values())
    steps += [_recomputed(proof, draws, len(holders), empty), _content(version, holders)]
    steps.append(_log(content_of_version(version)["log"]))
    return VersionReport(steps, draws, len(holders), empty)


def _unsigned(version: RosterVersion) -> VersionReport:
    content = content_of_version(version)
    draws = Draw.objects.filter(transcript_hash__in=content["draws"]).order_by("executed_at")
    rows = list(draws.select_related("application__matter"))
    return VersionReport([], rows, len(content["seats"]), content["empty"])


def _signature(version: RosterVersion, head: bytes) -> Step:
    key = version.public_key
    if not is_signed(head, key, version.signature):
        return Step("签名", False, "签名与签署内容不符")
    if key == public_key():
        return Step("签名", True, "签名有效，密钥为本平台现用密钥", _short(key))
    if key in earlier_public_keys():
        return Step("签名", True, "签名有效，密钥为本平台以前使用的密钥", _short(key))
    return Step("签名", False, "签名用的不是本平台的密钥", _short(key))


def _code(version: RosterVersion, head: bytes) -> Step:
    digest = _sha(head)
    if short_code_of(digest) != version.short_code:
        return Step("短码", False, "签署内容的指纹得不出这个短码", _short(digest))
    return Step("短码", True, "由签署内容的指纹得出", _short(digest))


def _binds(version: RosterVersion, proof: bytes) -> bool:
    """Whether the head is the one that follows from the row it stands in."""
    try:
        content = content_of_version(version)
        follows = head_of(content, digest=_sha(bytes(version.content)), proof=proof)
        stands = (
            content["number"] == version.roster.draw.application.number
            and content["version"] == version.number
            and datetime.fromisoformat(content["locked_at"]) == version.locked_at
            and content["proof"] == _sha(proof)
        )
    except (FairdrawError, LookupError, TypeError, ValueError):
        return False
    return stands and follows == bytes(version.head or b"")


def _recomputed(proof: bytes, draws: list[Draw], seats: int, empty: int) -> Step:
    code = recomputed(proof, draws)
    if code:
        return Step("名单", False, "由抽取凭证和全部答复推不出这份名单", code)
    source = "抽取时存下的席位" if is_large(draws) else "抽取凭证"
    note = f"由 {len(draws)} 份{source}和全部答复重算，逐席一致"
    return Step("名单", True, note, f"{seats} 席，空缺 {empty} 席")


def _content(version: RosterVersion, holders: dict[str, str | None]) -> Step:
    """The list with names, which is not public, seats the same people by pseudonym as the proof."""
    rows = content_of_version(version)["seats"]
    named = {row["seat"]: row["person"] for row in rows}
    if len(rows) != len(named) or named != {s: h for s, h in holders.items() if h is not None}:
        return Step("姓名", False, "留存的带姓名名单与名单凭证不是同一些人")
    note = "带姓名的名单不公开；其指纹写在签署内容里，各席代号与名单凭证一致"
    return Step("姓名", True, note, f"{len(named)} 人")


def _log(log: list[Any]) -> Step:
    seq, log_hash = log
    if not is_in_chain(seq, log_hash):
        return Step("操作日志", False, "锁定时的操作日志末条与现存日志不符", f"第 {seq} 条")
    return Step("操作日志", True, "锁定时的操作日志末条仍在现存日志中", f"第 {seq} 条")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _short(digest: str) -> str:
    """The first eight digits as witnesses compare them."""
    return f"{digest[:4]} {digest[4:8]}".upper()
