"""What the log's codes mean in Chinese. Each chapter adds its own words when it is loaded (`AppConfig.ready`)."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps

_ACTIONS: dict[str, str] = {
    "access.denied": "越权访问被拒",
    "audit.export": "导出操作日志",
}
_DETAILS: dict[str, str] = {
    "permission": "所需权限",
    "path": "访问地址",
    "method": "请求方式",
    "before": "变更前",
    "after": "变更后",
    "reason": "原因",
    "rows": "行数",
    "sha256": "文件摘要",
    "filename": "文件名",
    "filters": "查询条件",
}


def register_words(actions: Mapping[str, str], details: Mapping[str, str] | None = None) -> None:
    """Name actions, and keys of details, in Chinese. Two chapters naming one action differently is a mistake."""
    for code, word in actions.items():
        if _ACTIONS.setdefault(code, word) != word:
            raise ValueError(f"{code} is already called {_ACTIONS[code]}")
    _DETAILS.update(details or {})


def actions() -> dict[str, str]:
    """Every action that has a name, by code."""
    return dict(_ACTIONS)


def action_word(code: str) -> str:
    """The action in Chinese; the bare code for one that nobody named."""
    return _ACTIONS.get(code, code)


def detail_word(key: str) -> str:
    """The name of a detail."""
    return _DETAILS.get(key, key)


def subject_word(subject_type: str) -> str:
    """What kind of thing an entry is about, from the model's own name."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type
