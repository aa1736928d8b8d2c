"""The one table of who may do what. Which rows they may do it to is each chapter's `visible_to`."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """Everybody has exactly one role."""

    CLERK = "clerk", "评委会办公室经办人"
    LEAD = "lead", "评委会办公室负责人"
    REVIEWER = "reviewer", "人社部门审核人"
    HRSS_LEAD = "hrss_lead", "人社部门负责人"
    OBSERVER = "observer", "监督人员"
    SYSADMIN = "sysadmin", "系统管理员"


OFFICE = frozenset({Role.CLERK, Role.LEAD})
HRSS = frozenset({Role.REVIEWER, Role.HRSS_LEAD})
BUSINESS = OFFICE | HRSS
WITNESSED = BUSINESS | {Role.OBSERVER}
EVERYBODY = frozenset(Role)

PERMISSIONS: dict[str, frozenset[Role]] = {
    "portal.view_home": EVERYBODY,
    "accounts.change_password": EVERYBODY,
    "accounts.manage_user": frozenset({Role.SYSADMIN}),
    "audit.view_event": frozenset({Role.HRSS_LEAD, Role.OBSERVER}),
    "rulebook.view_rule": WITNESSED,
    "rulebook.change_rule": frozenset({Role.HRSS_LEAD}),
    "committees.manage_committee": frozenset({Role.HRSS_LEAD}),
    "committees.edit_group": OFFICE,
    "workflow.view_attachment": WITNESSED,
    "workflow.edit_attachment": OFFICE,
    "experts.view_expert": BUSINESS,
    "experts.import_pool": OFFICE,
    "experts.edit_expert": OFFICE,
    "experts.reveal_field": BUSINESS,
    "draws.view_application": WITNESSED,
    "draws.edit_application": OFFICE,
    "draws.submit_application": frozenset({Role.LEAD}),
    "draws.run_trial": BUSINESS,
    "draws.end_supplement": frozenset({Role.LEAD}),
    "draws.review_application": HRSS,
    "draws.view_ceremony": WITNESSED,
    "draws.freeze_draw": OFFICE | {Role.REVIEWER},
    "draws.execute_draw": OFFICE | {Role.REVIEWER},
    "draws.contribute": WITNESSED,
    "draws.void_draw": frozenset({Role.HRSS_LEAD, Role.OBSERVER}),
    "draws.view_roster": WITNESSED,
    "draws.export_roster": BUSINESS,
    "draws.export_unmasked": frozenset({Role.LEAD, Role.HRSS_LEAD}),
    "draws.confirm_seat": OFFICE,
    "draws.release_roster": frozenset({Role.LEAD}),
    "draws.send_message": OFFICE,
    "draws.reschedule_meeting": frozenset({Role.LEAD}),
    "draws.lock_roster": frozenset({Role.LEAD}),
    "draws.unlock_roster": HRSS,
}


def may(role: str, permission: str) -> bool:
    """Whether a role has a permission. An unknown permission is a mistake in the code: KeyError."""
    return role in PERMISSIONS[permission]
