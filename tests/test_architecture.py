"""What imports cannot show: foreign keys, addresses, permissions, templates, generated documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from mingqian.accounts.roles import PERMISSIONS

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = [
    name.removeprefix("mingqian.") for name in settings.INSTALLED_APPS if "mingqian." in name
]

# Addresses anybody may ask without signing in. A longer list needs a reason in the review.
PUBLIC = {
    "accounts:login",
    "accounts:logout",
    "draws:verify",
    "draws:verify-code",
    "draws:verifier",
    "draws:offline-verifier",
    "draws:public-transcript",
    "draws:public-head",
    "draws:public-proof",
    "draws:answer",
}
# Signed in is enough: what is shown depends on nothing but the reader's own account or job.
OWN_BUSINESS = {"web:job", "web:cancel-job"}

PERMISSION = re.compile(rf"""["']({"|".join(CHAPTERS)})\.([a-z_]+)["']""")


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("mingqian.")]


def addresses() -> list[tuple[str, str, Callable]]:
    """(name, route, view) of every address of the system."""

    def walk(patterns, namespace: str, prefix: str) -> Iterator[tuple[str, str, Callable]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, pattern.namespace or namespace, route)
            elif isinstance(pattern, URLPattern):
                yield f"{namespace}:{pattern.name}", route, pattern.callback

    return list(walk(get_resolver().url_patterns, "", ""))


def sources(suffix: str) -> list[Path]:
    return [path for path in (ROOT / "mingqian").rglob(f"*{suffix}") if "vendor" not in path.parts]


def test_chapters_are_installed_lowest_first() -> None:
    lowest_first = [
        "web", "audit", "rulebook", "committees", "accounts", "workflow", "experts", "draws",
        "portal", "demo",
    ]  # fmt: skip
    assert [chapter for chapter in CHAPTERS if chapter in lowest_first] == lowest_first


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_downwards(model: type[Model]) -> None:
    own = CHAPTERS.index(model._meta.app_label)
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and field.related_model is not None:
            target = field.related_model._meta.app_label
            if target in CHAPTERS:
                assert CHAPTERS.index(target) <= own, f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_models_stand_in_their_chapters_models(model: type[Model]) -> None:
    assert model.__module__.split(".")[2] == "models"


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _, _ in addresses()]
    assert not [name for name in names if name.endswith(":None")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "route", "view"), addresses(), ids=[a[0] for a in addresses()])
def test_every_address_wants_a_sign_in_and_a_permission(
    name: str, route: str, view: Callable
) -> None:
    if name in PUBLIC:
        assert getattr(view, "is_public", False)
        return
    assert getattr(view, "login_required", True), f"{route} answers strangers"
    permission = getattr(view, "required_permission", None)
    if name in OWN_BUSINESS:
        return
    assert permission in PERMISSIONS, f"{route} ({name}) names the permission {permission!r}"


def permissions_in_use() -> dict[str, set[str]]:
    """Every permission named in code or templates outside the role table, with the files."""
    found: dict[str, set[str]] = {}
    for path in sources(".py") + sources(".html"):
        if path.match("accounts/roles.py") or "migrations" in path.parts:
            continue
        for hit in PERMISSION.finditer(path.read_text("utf-8")):
            found.setdefault(f"{hit[1]}.{hit[2]}", set()).add(path.name)
    return found


def test_every_permission_of_the_role_table_is_used() -> None:
    assert set(PERMISSIONS) <= set(permissions_in_use())


def test_every_permission_asked_for_stands_in_the_role_table() -> None:
    asked = re.compile(
        r"""(?:requires|may|check|check_permission)\([^"')]*["']([a-z]+\.[a-z_]+)["']"""
    )
    for path in sources(".py"):
        for hit in asked.finditer(path.read_text("utf-8")):
            assert hit[1] in PERMISSIONS, f"{path.name}: {hit[1]}"


@pytest.mark.parametrize("path", sources(".html"), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_templates_carry_no_inline_script_or_style(path: Path) -> None:
    text = re.sub(
        r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text("utf-8"), flags=re.S
    )
    assert not re.search(r"<style\b", text, re.I)
    assert not re.search(r"\sstyle\s*=", text, re.I)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text, re.I)
    assert not re.search(r"javascript:", text, re.I)
    for tag in re.findall(r"<script\b[^>]*>", text, re.I):
        assert "src=" in tag or "application/json" in tag, tag


def test_no_page_asks_another_host() -> None:
    foreign = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["'(]?(?:https?:)?//[a-z]""", re.I)
    for path in sources(".html") + sources(".css") + sources(".js"):
        for hit in foreign.finditer(path.read_text("utf-8")):
            raise AssertionError(f"{path.relative_to(ROOT)}: {hit[0]}")


def test_every_static_file_a_template_names_exists() -> None:
    named = re.compile(r"""\{%\s*static\s+["']([^"'{]+)["']\s*%\}""")
    for path in sources(".html"):
        for hit in named.finditer(path.read_text("utf-8")):
            assert finders.find(hit[1]), f"{path.relative_to(ROOT)}: {hit[1]}"


def test_the_page_of_permissions_matches_the_role_table() -> None:
    call_command("permissions_doc", "--check", stdout=StringIO())


@pytest.mark.django_db
def test_migrations_match_the_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_every_setting_of_the_environment_is_explained() -> None:
    """docs/operations.md names exactly the variables that the configuration reads."""
    read = re.compile(r"""(?:variable|secret)\(\s*["']([A-Z_]+)["']""")
    named = {
        name
        for path in (ROOT / "mingqian" / "config").glob("*.py")
        for name in read.findall(path.read_text("utf-8"))
    }
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert named == set(re.findall(r"^\| `MINGQIAN_([A-Z_]+)`", page, re.M))


def test_the_grants_of_the_operations_page_name_real_tables() -> None:
    tables = {model._meta.db_table for model in our_models()}
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    revoked = re.findall(r"^REVOKE [A-Z, ]+ ON ([a-z_, ]+) FROM", page, re.M)
    assert revoked
    for names in revoked:
        assert set(names.split(", ")) <= tables, names
