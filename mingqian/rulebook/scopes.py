"""The committees that may have a value of their own, told by the chapter that knows them.

The rule book stands below the committees and keeps only their codes; the names come from above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

_names: list[Callable[[], Mapping[str, str]]] = []


def register(names: Callable[[], Mapping[str, str]]) -> None:
    """Give the function that tells each committee's code and name."""
    _names.append(names)


def committee_names() -> dict[str, str]:
    """Every known committee: code to name, in the order of the codes."""
    found: dict[str, str] = {}
    for names in _names:
        found.update(names())
    return dict(sorted(found.items()))
