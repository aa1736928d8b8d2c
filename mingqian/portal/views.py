"""Home, to-dos, and the search of functions for those without scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingqian.accounts.access import requires
from mingqian.web.charts import columns_and_line, coverage
from mingqian.web.todos import TodoItem

from . import queries
from .forms import TodoFilter
from .menu import find, menu_of

NARROW, HALF, WHOLE = 340, 560, 1150
TODOS_ON_HOME = 6


@require_GET
@requires("portal.view_home")
def home(request: HttpRequest) -> HttpResponse:
    """To-dos first, then figures, charts and meetings; accounts alone for the system administrator."""
    user = request.user
    context: dict[str, Any] = {"now": timezone.localtime()}
    if user.is_sysadmin:
        context |= {"figures": queries.user_figures(), "roles": queries.users_by_role()}
        return render(request, "portal/administrator.html", context)
    items, today = queries.todos(user), timezone.localdate()
    months = queries.months_of_draws(user, today)
    groups = [] if user.is_observer else queries.coverage_by_group(user, today)
    context |= {
        "items": items[:TODOS_ON_HOME],
        "todo_count": len(items),
        "due_today": sum(item.is_due_today for item in items),
        "figures": queries.draw_figures(user, items, today),
        "drawn_at_all": any(month.columns for month in months),
        "draws_chart": _draws_chart(months, WHOLE if user.is_observer else HALF),
        "draws_chart_narrow": _draws_chart(months, NARROW),
        "coverage_chart": coverage("学科组覆盖", groups) if groups else None,
        "coverage_chart_narrow": coverage("学科组覆盖", groups, width=NARROW) if groups else None,
        "seats_known": any(row.usual_seats for row in groups),
        "meetings": queries.meetings_ahead(user, timezone.now()),
    }
    return render(request, "portal/home.html", context)


def _draws_chart(months: list[Any], width: int) -> Any:
    title = "近 12 个月抽取次数与抽中人次"
    return columns_and_line(
        title, months, column_name="抽取次数", line_name="抽中人次", width=width
    )


@require_GET
@requires("portal.view_home")
def todos(request: HttpRequest) -> HttpResponse:
    """Everything that waits for me, narrowed by kind, age and deadline."""
    items = queries.todos(request.user)
    form = TodoFilter(request.GET or None, items=items)
    shown = [item for item in items if form.keeps(item)]
    context = {"form": form, "items": shown, "all_count": len(items), "groups": _by_verb(items)}
    return render(request, "portal/todos.html", context | {"todo_count": len(items)})


def _by_verb(items: list[TodoItem]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.verb] = counts.get(item.verb, 0) + 1
    return counts


@require_GET
@requires("portal.view_home")
def find_function(request: HttpRequest) -> HttpResponse:
    """Functions of the menu by their words or pinyin initials."""
    words = request.GET.get("q", "")[:40].replace("\x00", "")
    found = find(menu_of(request.user), words)
    return render(request, "portal/find.html", {"words": words, "found": found})
