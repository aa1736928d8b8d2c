"""What the shell of every page needs: names, menu, breadcrumb, the user's to-do count."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from mingqian.web.components import Crumb

from .menu import SIDE_NAMES, menu_of, trail_of
from .queries import todo_count


def shell(request: HttpRequest) -> dict[str, Any]:
    """The names alone before sign-in; everything after it."""
    names = {
        "platform_name": settings.MINGQIAN["PLATFORM_NAME"],
        "province": settings.MINGQIAN["PROVINCE"],
        "support": settings.MINGQIAN["SUPPORT"],
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return names
    # Lazy: a fragment that htmx asks for draws no menu and counts nothing.
    menu = SimpleLazyObject(lambda: menu_of(user, request.path))
    return names | {
        "menu": menu,
        "crumb_trail": SimpleLazyObject(lambda: _trail(menu, request.path)),
        "todo_count": SimpleLazyObject(lambda: todo_count(user)),
        "side_name": SIDE_NAMES.get(user.role, ""),
        "office_name": user.office.name if user.office_id else "",
        "role_name": user.get_role_display(),
        "home_url": reverse("portal:home"),
        "todos_url": "" if user.is_sysadmin else reverse("portal:todos"),
        "find_url": reverse("portal:find"),
        "logout_url": reverse("accounts:logout"),
        "user_links": [{"url": reverse("accounts:password"), "icon": "lock", "title": "密码修改"}],
    }


def _trail(menu: Any, path: str) -> list[Crumb]:
    """The page itself is no link; a page beneath it links back to it."""
    return [Crumb(text, "" if url == path else url) for text, url in trail_of(menu)]
