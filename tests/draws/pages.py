"""Reading pages as a browser without scripts does: the fields of a form and their values."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.wanted = form
        self.inside = False
        self.fields: dict[str, list[str]] = {}
        self.select = ""
        self.first_option: str | None = None
        self.multiple = False
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "form":
            self.inside = facts.get("id") == self.wanted
        mine = self.inside or facts.get("form") == self.wanted
        name = facts.get("name") or ""
        if tag == "input" and mine and name:
            kind = facts.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in facts:
                return
            if kind not in ("file", "submit"):
                self.fields.setdefault(name, []).append(facts.get("value") or "")
        elif tag == "select" and mine:
            self.select, self.first_option, self.multiple = name, None, "multiple" in facts
        elif tag == "option" and self.select:
            value = facts.get("value") or ""
            if "selected" in facts:
                self.fields.setdefault(self.select, []).append(value)
            elif self.first_option is None:
                self.first_option = value
        elif tag == "textarea" and mine:
            self.area = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            if (
                self.select not in self.fields
                and not self.multiple
                and self.first_option is not None
            ):
                self.fields[self.select] = [self.first_option]
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            # The parser keeps the line break that the template puts after the tag; browsers drop it.
            text = (
                data.removeprefix("\r").removeprefix("\n")
                if self.fields[self.area] == [""]
                else data
            )
            self.fields[self.area][0] += text


def fields_of(response: Any, form: str = "application-form") -> dict[str, Any]:
    """Every field of a form with its value; several values as a list."""
    parser = _Fields(form)
    parser.feed(response.text)
    return {
        name: values if len(values) > 1 else values[0] for name, values in parser.fields.items()
    }
