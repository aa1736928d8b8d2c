"""The saved page as a judge: what it makes of transcripts, and where verify.py thinks otherwise."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import batched
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from fairdraw import verify as python_verifier

#: What was done, the transcript, and the one of the draw before if it is to be looked at.
Case = tuple[str, bytes] | tuple[str, bytes, bytes]

#: What both must find out besides verdict and steps.
FACTS = ("full", "proven", "loose")

JUDGE = """async (files) => {
  const told = [];
  const bytes = (text) => text === null ? null : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  for (const [file, previous] of files) {
    const report = await verify(bytes(file), { previous: bytes(previous) });
    const failed = report.checks.find((check) => check.ok === false);
    const { full, proven, loose } = report.draw.facts;
    told.push([report.ok, report.checks.map((check) => [check.code, check.ok]), failed ? failed.where : "", full, proven, loose]);
  }
  return told;
}"""


def judged(page: Page, cases: Sequence[Case]) -> list[Any]:
    """What the page makes of each: verdict, steps, the place of a failure, three facts."""
    coded = [[base64.b64encode(data).decode() for data in case[1:]] for case in cases]
    return list(page.evaluate(JUDGE, [[*texts, None][:2] for texts in coded]))


def both(page: Page, cases: Sequence[Case]) -> list[str]:
    """Where the two verifiers differ in a verdict, a step, a fact, or the place of a failure."""
    wrong = []
    for some in batched(cases, 60):
        for (told, *files), (ok, checks, where, *facts) in zip(some, judged(page, some)):
            report = python_verifier.verify(*files)
            here = [[check.code, check.ok] for check in report.checks]
            if (ok, checks) != (report.ok, here):
                wrong.append(f"{told}: {failing(checks)}, verify.py {failing(here)}")
            elif where != (place := _place(report)) and "FORMAT" not in failing(here):
                wrong.append(f"{told}: at {where}, verify.py at {place}")
            elif ok and facts != [report.facts[name] for name in FACTS]:
                wrong.append(f"{told}: {facts}, verify.py {report.facts}")
    return wrong


def failing(checks: list[list[Any]]) -> str:
    """The step that fails."""
    return next((code for code, ok in checks if ok is False), "nothing fails")


def _place(report: Any) -> str:
    return next((check.where for check in report.checks if check.ok is False), "")


def put(page: Page, name: str, data: bytes, *, field: str = "file") -> None:
    """Choose a file and wait for the verdict. ``field``: "file", or "earlier" for the draw before."""
    file: FilePayload = {"name": name, "mimeType": "application/json", "buffer": data}
    page.locator(f"#{field}").set_input_files(file)
    expect(page.locator({"file": "#filename", "earlier": "#earlier-name"}[field])).to_have_text(
        name
    )
    expect(page.locator("#working")).to_be_hidden()
