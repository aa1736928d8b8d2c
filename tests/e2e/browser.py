"""A person at a browser, and the watch that fails a test on anything the console complains of."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


def system_chromium() -> str | None:
    """The Chromium of this machine; None leaves the choice to playwright's own download."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return str(mac) if mac.exists() else None


@dataclass
class Watch:
    """Console errors, script errors, refused content and server errors of every watched page."""

    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def expect(self, *statuses: int) -> None:
        """Say which error answers a test provokes on purpose (403, 404, 409, 422 …)."""
        self.expected.update(statuses)

    def on(self, context: BrowserContext) -> None:
        """Watch every page of a context, those it opens later too."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed load is judged by its status below; the console only repeats it.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")


def barriers(page: Page, *, within: str | None = None) -> list[str]:
    """What axe-core finds on the page (WCAG 2 A and AA, and best practices), one line each.

    Runs through the debugging protocol, so the page's content policy stays as strict as it is.
    """
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate(
        "(within) => axe.run(within || document, {resultTypes: ['violations']})", within
    )
    return [
        f"{found['impact']} {found['id']}: {found['help']} at {node['target']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window (0 is right)."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
