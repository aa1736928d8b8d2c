"""Contributions to the seed: committed blind, revealed only when all are in."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

import fairdraw
from mingqian.accounts.access import check
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import Contribution, Draw, DrawEvent, DrawStatus, Party
from mingqian.draws.queries.ceremony import (
    HUMANS,
    all_revealed,
    commitment_of,
    missing_parties,
    party_of,
)
from mingqian.draws.queries.salts import nonce_aad
from mingqian.web.sealed import seal, unseal

from .holding import CeremonyMovedOn, CeremonyRefused, holding_draw

HEX_64 = re.compile(r"[0-9a-f]{64}")
NONCE_HEX = re.compile(r"(?:[0-9a-f]{2}){16,64}")


class NotAParty(CeremonyRefused):
    """This person's role contributes nothing to a draw."""

    told = "您的角色不是本次抽取的贡献方。"


class AlreadyContributed(CeremonyRefused):
    """The party has committed; a commitment cannot be taken back."""

    told = "本方已经提交承诺，承诺一经提交不能更换。"


class ContributionRefused(CeremonyRefused):
    """The commitment cannot be used; told at its field."""


class CommitmentUsed(ContributionRefused):
    """Another party, another attempt or another draw has committed to the same number."""

    told = "该承诺值已在本次或以前的抽取中用过。随机数只能使用一次，请重新生成。"


class RevealRefused(CeremonyRefused):
    """The revealed number is not the one that was committed to."""


def contribute(
    draw: Draw,
    *,
    by: User,
    commitment: str,
    made_by_platform: bool = False,
    at: datetime | None = None,
) -> Contribution:
    """Put in this person's party's share, blind: the commitment alone, 64 hex digits.

    The number behind it is made and kept by the party; the platform sees it at the reveal and not before.
    `made_by_platform` is for whoever plays a party on the platform itself (the demonstration): the record says so.
    When every party is in, the commitments are closed.
    Raises NotAParty, AlreadyContributed, ContributionRefused, CeremonyMovedOn.
    """
    at = at or timezone.now()
    party = _party(by)
    commitment = _read_commitment(commitment)
    with holding_draw(draw, by=by, permission="draws.contribute") as held:
        if held.status != DrawStatus.FROZEN:
            raise CeremonyMovedOn()
        if held.contributions.filter(party=party).exists():
            raise AlreadyContributed()
        if party == Party.OBSERVER:
            _name_observer(held, by)
        made = _store(held, party, by, commitment, at, self_held=not made_by_platform)
        closed = not missing_parties(held, HUMANS)
        if closed:
            _close(held, at)
        record(
            "draws.contribute",
            on=held,
            by=by,
            office_id=held.office_id,
            details={
                "number": held.application.number,
                "attempt": held.attempt,
                "party": party,
                "commitment": made.commitment,
                "self_held": made.self_held,
                "commit_hash": held.commit_hash,
            },
            at=at,
        )
    return made


def _name_observer(draw: Draw, by: User) -> None:
    """The draw keeps who observes it, so that the database itself refuses them as its operator."""
    if draw.frozen_by_id == by.pk:
        raise NotAParty("您冻结了本次抽取的评委库，不能再以监督人员身份参加。")
    Draw.objects.filter(pk=draw.pk, observer_by=None).update(observer_by=by)
    draw.observer_by = by


def contribute_as_server(draw: Draw, *, at: datetime) -> Contribution:
    """The system's own share, made with the freeze, inside its transaction; revealed by the draw itself."""
    nonce = secrets.token_bytes(32)
    commitment = fairdraw.nonce_commitment(nonce)
    return _store(draw, Party.SERVER, None, commitment, at, self_held=False, nonce=nonce)


def close_commitments(draw: Draw, *, by: User, at: datetime | None = None) -> Draw:
    """Go on to the reveal although not every party is in, as far as the rules allow.

    Raises CeremonyRefused naming who is still needed. Closing twice is closing once.
    """
    at = at or timezone.now()
    with holding_draw(draw, by=by, permission="draws.freeze_draw") as held:
        if held.status == DrawStatus.COMMITTED:
            return held
        if held.status != DrawStatus.FROZEN:
            raise CeremonyMovedOn()
        needed = missing_parties(held)
        if needed:
            raise CeremonyRefused(f"承诺尚未到齐，还缺：{'、'.join(needed)}。")
        _close(held, at)
        record(
            "draws.close_commitments",
            on=held,
            by=by,
            office_id=held.office_id,
            details={
                "number": held.application.number,
                "attempt": held.attempt,
                "commit_hash": held.commit_hash,
                "parties": sorted(held.contributions.values_list("party", flat=True)),
            },
            at=at,
        )
    return held


def reveal(draw: Draw, *, by: User, nonce: str = "", at: datetime | None = None) -> Contribution:
    """Show this person's party's number, once all commitments are closed.

    `nonce` (hex) is what the party has kept; only of attempts begun before parties kept their numbers themselves
    the platform holds it. Revealing twice is revealing once. Raises NotAParty, RevealRefused, CeremonyMovedOn.
    """
    at = at or timezone.now()
    party = _party(by)
    with holding_draw(draw, by=by, permission="draws.contribute") as held:
        made = held.contributions.filter(party=party).first()
        if made is not None and made.revealed_at:
            return made
        if held.status != DrawStatus.COMMITTED or made is None:
            raise CeremonyMovedOn()
        if held.contributions.filter(user=by).exclude(party=party).exists():
            raise NotAParty("您已代表另一方作出承诺，不能再代表本方揭示。")
        made.nonce = _revealed_nonce(made, nonce)
        made.revealed_at, made.revealed_by = at, by
        made.save(update_fields=["nonce", "revealed_at", "revealed_by"])
        DrawEvent.objects.create(draw=held, at=at, kind="revealed", party=party)
        if all_revealed(held):
            DrawEvent.objects.create(draw=held, at=at, kind="all_revealed")
        record(
            "draws.reveal",
            on=held,
            by=by,
            office_id=held.office_id,
            details={
                "number": held.application.number,
                "attempt": held.attempt,
                "party": party,
                "nonce": made.nonce,
            },
            at=at,
        )
    return made


def server_nonce(draw: Draw) -> str:
    """The system's number before it is shown: for computing the draw, which is shown together with it or not at all."""
    made = draw.contributions.get(party=Party.SERVER)
    return made.nonce or unseal(made.nonce_sealed or b"", aad=nonce_aad(draw.pk, Party.SERVER))


def reveal_server(draw: Draw, *, at: datetime) -> Contribution:
    """Show the system's number, inside the transaction of the draw."""
    made = draw.contributions.get(party=Party.SERVER)
    if not made.revealed_at:
        made.nonce = server_nonce(draw)
        made.revealed_at = at
        made.save(update_fields=["nonce", "revealed_at"])
        DrawEvent.objects.create(draw=draw, at=at, kind="revealed", party=Party.SERVER)
    return made


def _party(by: User) -> Party:
    check(by, "draws.contribute")
    party = party_of(by)
    if party is None:
        raise NotAParty()
    return party


def _read_commitment(typed: str) -> str:
    commitment = "".join(typed.split()).lower()
    if not HEX_64.fullmatch(commitment):
        raise ContributionRefused(
            "承诺值应为 64 位十六进制数字（0-9、a-f），请核对后重新输入。"
            if commitment
            else "请填写承诺值。"
        )
    return commitment


def _store(
    draw: Draw,
    party: Party,
    by: User | None,
    commitment: str,
    at: datetime,
    *,
    self_held: bool,
    nonce: bytes | None = None,
) -> Contribution:
    """One row and its event. The database refuses a second one of the party, and any commitment used before."""
    try:
        with transaction.atomic():
            made = Contribution.objects.create(
                draw=draw,
                party=party,
                user=by,
                commitment=commitment,
                self_held=self_held,
                nonce_sealed=seal(nonce.hex(), aad=nonce_aad(draw.pk, party)) if nonce else None,
                committed_at=at,
            )
    except IntegrityError:
        if Contribution.objects.filter(commitment=commitment).exists():
            raise CommitmentUsed() from None
        raise AlreadyContributed() from None
    DrawEvent.objects.create(draw=draw, at=at, kind="committed", party=party)
    return made


def _close(draw: Draw, at: datetime) -> None:
    """Bind everything together; from here on only reveals are possible."""
    commit_hash = commitment_of(draw).value
    moved = Draw.objects.filter(pk=draw.pk, status=DrawStatus.FROZEN).update(
        status=DrawStatus.COMMITTED, commit_hash=commit_hash, committed_at=at
    )
    if moved == 0:
        raise CeremonyMovedOn()
    draw.status, draw.commit_hash, draw.committed_at = DrawStatus.COMMITTED, commit_hash, at
    DrawEvent.objects.create(draw=draw, at=at, kind="closed", details={"commit": commit_hash})


def _revealed_nonce(made: Contribution, typed: str) -> str:
    if made.nonce_sealed:
        return unseal(made.nonce_sealed, aad=nonce_aad(made.draw_id, made.party))
    typed = "".join(typed.split()).lower()
    if not NONCE_HEX.fullmatch(typed):
        raise RevealRefused("请填写承诺时自行保管的随机数：32 至 128 位十六进制数字（0-9、a-f）。")
    if fairdraw.nonce_commitment(bytes.fromhex(typed)) != made.commitment:
        raise RevealRefused(
            "与承诺不符：由该随机数算出的承诺值不是已提交的那一个，请核对后重新输入。"
        )
    return typed
