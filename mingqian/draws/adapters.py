"""How messages leave the system. None does by default: they wait in the outbox, to be read, printed and sent by hand.

A deployment names one class for each way (docs/operations.md). The class is made without arguments for each batch.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.conf import settings
from django.utils.module_loading import import_string

from mingqian.draws.models import Channel

WAYS = {Channel.SMS: "SMS", Channel.MAIL: "MAIL", Channel.PHONE: "PHONE"}


class Adapter(Protocol):
    """A gateway of short messages, of mail, or one that calls and reads aloud."""

    def send(self, kind: str, recipient: str, text: str) -> None:
        """Hand one text on; `kind` is SMS, MAIL or PHONE. Raises an exception that says why it could not."""


class FileAdapter:
    """Writes each message into a file of its own under MINGQIAN_HOME/sent: for demonstrations."""

    def send(self, kind: str, recipient: str, text: str) -> None:
        folder = Path(settings.MINGQIAN["HOME"]) / "sent"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{kind}-{uuid4().hex[:8]}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{recipient}\n\n{text}\n")


def adapter_for(channel: str) -> Adapter | None:
    """What sends messages by this way here; None: they wait in the outbox."""
    named = settings.MINGQIAN["MESSAGES"].get(WAYS.get(Channel(channel), ""), "")
    if not named:
        return None
    made: Adapter = import_string(named)()
    return made
