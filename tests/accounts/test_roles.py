"""The one table of who may do what."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mingqian.accounts.management.commands import permissions_doc
from mingqian.accounts.models import User
from mingqian.accounts.permissions_page import page
from mingqian.accounts.roles import EVERYBODY, PERMISSIONS, Role, may


def test_the_administrator_of_the_system_has_no_business_right():
    own = {permission for permission in PERMISSIONS if may(Role.SYSADMIN, permission)}
    assert own == {"portal.view_home", "accounts.change_password", "accounts.manage_user"}


def test_whoever_manages_accounts_reads_no_log_and_whoever_reads_it_manages_none():
    assert not PERMISSIONS["accounts.manage_user"] & PERMISSIONS["audit.view_event"]


def test_the_observer_changes_nothing_but_witnesses():
    own = {permission for permission in PERMISSIONS if may(Role.OBSERVER, permission)}
    changing = {p for p in own if not p.split(".")[1].startswith("view_")}
    assert changing == {"accounts.change_password", "draws.contribute", "draws.void_draw"}


def test_no_role_both_submits_and_reviews():
    assert not PERMISSIONS["draws.submit_application"] & PERMISSIONS["draws.review_application"]


def test_everybody_may_go_home_and_change_the_password():
    assert PERMISSIONS["portal.view_home"] == PERMISSIONS["accounts.change_password"] == EVERYBODY


def test_an_unknown_permission_is_a_mistake_not_a_refusal():
    with pytest.raises(KeyError):
        User(role="lead", is_active=True).may("draws.fly")


def test_a_disabled_user_may_nothing():
    assert not User(role="lead", is_active=False).may("portal.view_home")


def test_the_page_of_permissions_shows_every_cell_of_the_table():
    lines = {line.split("`")[1]: line for line in page().splitlines() if line.startswith("| `")}
    assert list(lines) == list(PERMISSIONS)
    for permission, roles in PERMISSIONS.items():
        cells = [cell.strip() for cell in lines[permission].strip("|").split("|")[1:]]
        assert cells == ["●" if role in roles else "–" for role in Role]


def test_an_outdated_page_is_told(tmp_path, monkeypatch):
    stale = tmp_path / "permissions.md"
    stale.write_text("old", "utf-8")
    monkeypatch.setattr(permissions_doc, "PATH", stale)
    with pytest.raises(CommandError, match="out of date"):
        call_command("permissions_doc", "--check", stdout=StringIO())
