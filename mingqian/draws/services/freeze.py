"""Freezing: from here on the pool and the rules of this draw are fixed bytes."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

import fairdraw
from fairdraw.canonical import canonical
from mingqian.accounts.models import User
from mingqian.audit.services import record
from mingqian.draws.models import Draw, DrawApplication, DrawEvent, FrozenMember
from mingqian.draws.queries.ceremony import current_draw, previous_digest
from mingqian.draws.queries.chances import kept_chances
from mingqian.draws.queries.pool import Assembled, assemble
from mingqian.draws.queries.readiness import freeze_case, freeze_findings
from mingqian.draws.queries.rules import Finding
from mingqian.draws.queries.rules.case import Case
from mingqian.draws.queries.salts import salt_aad, salt_maker, secret_of
from mingqian.web.bulk import insert_rows
from mingqian.web.sealed import seal

from .contribute import contribute_as_server
from .holding import CeremonyRefused, holding_application
from .rosters import hold_series


class CannotFreeze(CeremonyRefused):
    """Rules stand against freezing; `findings` holds every one that blocks."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("；".join(f"{f.title}：{f.text}" if f.text else f.title for f in findings))


def freeze_draw(application: DrawApplication, *, by: User, at: datetime | None = None) -> Draw:
    """Fix pool and plan of an approved application, solve them, and commit the server's own contribution.

    Doing it twice, or two people at once, gives the one draw under way. Raises CannotFreeze with every
    finding that blocks, and PermissionDenied.
    """
    at = at or timezone.now()
    try:
        with holding_application(application, by=by, permission="draws.freeze_draw") as held:
            under_way = current_draw(held)
            if under_way is not None:
                return under_way
            hold_series(held)
            case = freeze_case(held, now=at)
            blocking = freeze_findings(held, case=case).blocking
            if blocking:
                raise CannotFreeze(blocking)
            draw = _freeze(held, case, by, at)
    except IntegrityError:
        under_way = current_draw(application)
        if under_way is None:
            raise
        return under_way
    return draw


def _freeze(application: DrawApplication, case: Case, by: User, at: datetime) -> Draw:
    survey, series = case.survey, case.series
    last = application.draws.order_by("-attempt").first()
    attempt = last.attempt + 1 if last else 1
    # The people of a series keep their ids, so that a roster and a verifier know them through all its draws.
    secret = secret_of(series.first) if series else secrets.token_bytes(32)
    assembled = assemble(application, salt_of=salt_maker(secret), survey=survey, series=series)
    solution = fairdraw.solve(assembled.pool, assembled.plan)
    draw = Draw.objects.create(
        application=application,
        office_id=application.office_id,
        attempt=attempt,
        frozen_at=at,
        frozen_by=by,
        salt_sealed=seal(secret.hex(), aad=salt_aad(application.pk, attempt)),
        pool=assembled.pool.canonical_records(),
        plan=canonical(assembled.plan.record()),
        solution=canonical(solution.record()),
        chances=kept_chances(application, solution, assembled.pool.eligible_count),
        pool_root=assembled.pool.root,
        rules_hash=assembled.plan.rules_hash(),
        lottery_hash=solution.lottery_hash,
        pool_count=len(assembled.pool),
        eligible_count=assembled.pool.eligible_count,
        trials_counted=application.trial_count,
        previous=previous_digest(application, series),
        parties_min=case.rules["contributing_parties_min"].whole,
        observers_min=case.rules["observer_parties_min"].whole,
    )
    _keep_members(draw, assembled)
    counts = {"pool": draw.pool_count, "eligible": draw.eligible_count}
    DrawEvent.objects.create(draw=draw, at=at, kind="frozen", details=counts)
    contribute_as_server(draw, at=at)
    record(
        "draws.freeze_draw",
        on=draw,
        by=by,
        office_id=application.office_id,
        details={
            "number": application.number,
            "attempt": attempt,
            "pool_root": draw.pool_root,
            "rules_hash": draw.rules_hash,
            "lottery_hash": draw.lottery_hash,
            "trials": draw.trials_counted,
            "parties_min": draw.parties_min,
            "observers_min": draw.observers_min,
            **counts,
        },
        at=at,
    )
    return draw


def _keep_members(draw: Draw, assembled: Assembled) -> None:
    known = {facts.expert_id: facts for facts in assembled.survey.everybody}
    written: dict[tuple[str, ...], str] = {}
    rows = []
    for pseudonym, expert_id in assembled.expert_of.items():
        facts = known[expert_id]
        codes = tuple(assembled.codes_of.get(expert_id, ()))
        if codes not in written:
            written[codes] = json.dumps(codes)
        rows.append(
            (
                draw.pk,
                draw.office_id,
                expert_id,
                pseudonym,
                written[codes],
                facts.name,
                facts.unit_name or "",
                facts.id_index,
            )
        )
    fields = ("draw", "office", "expert", "pseudonym", "codes", "name", "unit_name", "id_index")
    insert_rows(FrozenMember, fields, rows)
