"""The sealed text of a message: with its link while it waits, without it once sent or cancelled."""

from __future__ import annotations

from mingqian.draws.letters import NO_LINK
from mingqian.draws.models import Message
from mingqian.draws.queries.answer_links import answer_url
from mingqian.web.sealed import seal, unseal


def keep_text(message: Message, text: str) -> None:
    """Seal a text into a message, which the caller saves."""
    message.sealed = seal(text, aad=_aad(message))


def text_of(message: Message) -> str:
    """The text in the clear."""
    return unseal(message.sealed, aad=_aad(message))


def address_in(text: str) -> str:
    """The address of the link in a text, or nothing."""
    beginning = answer_url("-").removesuffix("-")
    at = text.find(beginning)
    return text[at:].split()[0] if at >= 0 else ""


def drop_link(message: Message) -> None:
    """Seal the text anew without its link; the caller saves."""
    text = text_of(message)
    if address := address_in(text):
        keep_text(message, text.replace(address, NO_LINK))


def _aad(message: Message) -> str:
    return f"message:{message.sealed_key}"
