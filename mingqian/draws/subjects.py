"""What the workflow needs to know of a draw application."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from mingqian.rulebook.findings import Finding as Defect
from mingqian.rulebook.findings import Level as DefectLevel
from mingqian.workflow.models import Action, Matter
from mingqian.workflow.subjects import Subject, register

KIND = "draw_application"

PERMISSIONS: dict[Action, str] = {
    Action.SUBMIT: "draws.submit_application",
    Action.WITHDRAW: "draws.edit_application",
    Action.CANCEL: "draws.edit_application",
    Action.APPROVE: "draws.review_application",
    Action.RETURN: "draws.review_application",
    Action.REJECT: "draws.review_application",
}


def register_all() -> None:
    """Make draw applications known to the workflow."""
    register(
        Subject(
            kind=KIND,
            label="评委抽取申请",
            check_ready=check_ready,
            snapshot=snapshot,
            url=page_url,
            review_url=review_url,
            permissions=PERMISSIONS,
            settle=settle,
            own_todos=True,
        )
    )


def check_ready(action: Action, matter: Matter, by: Any) -> list[Defect]:
    """Every defect against submitting: findings that block, and warnings without a reason.

    An approval looks again at what blocks, for the pool may have changed since.
    """
    from .queries.rules import findings_of

    if action not in (Action.SUBMIT, Action.APPROVE):
        return []
    findings = findings_of(matter.draw_application)
    return [
        Defect(
            each.key, DefectLevel.ERROR, each.sentence, "", each.citation, each.anchor.lstrip("#")
        )
        for each in (findings.standing if action == Action.SUBMIT else findings.blocking)
    ]


def snapshot(matter: Matter) -> dict[str, Any]:
    """The document as submitted."""
    from .queries.contents import content_of
    from .queries.rules.check import rules_for

    application = matter.draw_application
    return content_of(application, rules=rules_for(application))


def settle(action: Action, matter: Matter, by: Any, at: datetime) -> None:
    """On submission the rules and what they found are kept beside the document, on approval what it is approved upon."""
    from .queries.rules import findings_of, read_case

    if action == Action.APPROVE:
        _keep_ground(matter.draw_application)
    if action != Action.SUBMIT:
        return
    application = matter.draw_application
    case = read_case(application, now=at)
    application.rule_snapshot = {
        "version": matter.version,
        "at": at.isoformat(),
        "on": case.survey.on.isoformat(),
        "in_pool": case.survey.in_pool,
        "eligible": case.survey.eligible,
        "rules": case.rules.snapshot(),
        "findings": [each.record() for each in findings_of(application, case=case)],
    }
    application.save(update_fields=["rule_snapshot"])


def _keep_ground(application: Any) -> None:
    """The first draw that an approved supplement adds to, and how many seats more than are empty it was granted."""
    from .queries.series import series_now

    series = series_now(application)
    if series is None:
        return
    quotas = application.quotas.values_list("specialty__code", "primary")
    asked = dict(quotas) if application.by_group else {}
    application.rule_snapshot["approved"] = {
        "first_draw": series.first.pk,
        "surplus": series.beyond(application.primary_total, asked),
    }
    application.save(update_fields=["rule_snapshot"])


def page_url(matter: Matter) -> str:
    """The document's page for its office."""
    return reverse("draws:application", args=[matter.number])


def review_url(matter: Matter) -> str:
    """The document's page for the reviewing side."""
    return reverse("draws:review", args=[matter.number])
