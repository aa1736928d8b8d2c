"""The offline verifier: one HTML page without any other file, put together from the parts in this folder.

It shares no code with `fairdraw/verify.py`: a second opinion, which a citizen saves and opens without a network. Its
policy allows nothing but its own script and style, named by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "web" / "static" / "web"
STYLES = (WEB / "css" / "tokens.css", WEB / "css" / "base.css", HERE / "style.css")


@cache
def page() -> bytes:
    """The page in UTF-8, the same at every call."""
    style, script = _style(), _script()
    text = (HERE / "page.html").read_text("utf-8")
    parts = {
        "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy()}">',
        "style": f"<style>{style}</style>",
        "icons": _icons(text),
        "script": f"<script>{script}</script>",
    }
    for name, part in parts.items():
        text = text.replace(f"<!--{name}-->", part)
    return text.encode()


@cache
def policy() -> str:
    """What the page may do: run this one script, apply this one style, and nothing else at all."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_fingerprint(_script())}'",
            f"style-src '{_fingerprint(_style())}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _style() -> str:
    return "\n".join(path.read_text("utf-8") for path in STYLES)


def _script() -> str:
    parts = [path.read_text("utf-8") for path in sorted((HERE / "js").glob("*.js"))]
    return "\n".join(['"use strict";', "(() => {", *parts, "})();"])


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _icons(text: str) -> str:
    """The drawings that the page uses, out of the system's sprite."""
    sprite = (WEB / "vendor" / "icons.svg").read_text("utf-8")
    wanted = {*re.findall(r'href="#([a-z-]+)"/>', text), "check", "x", "minus", "alert-triangle"}
    found = re.findall(r'(<symbol id="([a-z-]+)".*?</symbol>)', sprite)
    return "".join(symbol for symbol, name in found if name in wanted)
