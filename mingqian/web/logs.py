"""Logging: one JSON object a line in production, readable lines elsewhere; every line carries its request id."""

from __future__ import annotations

import logging
import logging.config
import re
from typing import Any

import structlog
from django.conf import settings

from .context import current


def configure(overrides: dict[str, Any]) -> None:
    """Set up the standard library's logging and structlog alike; called once by Django (LOGGING_CONFIG)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _with_request,
        _without_secrets,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    production = settings.MINGQIAN["MODE"] == "production"
    if production:
        shared.append(structlog.processors.format_exc_info)
        renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        # Plain: the richer one prints local variables, and those hold personal data.
        renderer = structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        renderer,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": "INFO" if production else "WARNING"},
            "loggers": {
                # Our own middleware logs every request once, without the query string.
                "django.server": {"level": "ERROR"},
                "django.request": {"level": "CRITICAL"},
                "django.tasks": {"level": "WARNING"},
                "mingqian": {"level": "INFO"},
            },
        }
    )
    if overrides:
        logging.config.dictConfig(overrides)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _with_request(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    facts = current()
    if facts.request_id:
        event.setdefault("request_id", facts.request_id)
        event.setdefault("ip", facts.ip)
    return event


def _without_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Of an address that carries a secret only its beginning, wherever in the line it stands."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _SECRETS.sub(r"\1…", value)
    return event


_SECRETS = re.compile(f"({'|'.join(map(re.escape, settings.SECRET_PATHS))})[^\\s\"']+")
