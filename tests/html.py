"""A small judge of rendered pages: tags closed in order, ids unique, nothing nested that may not be.

The standard library's parser reads; the rules are those of the HTML standard that browsers mend
silently, so nobody would see them broken.
"""

from __future__ import annotations

from html.parser import HTMLParser

VOID = set("area base br col embed hr img input link meta source track wbr".split())
# A browser closes these itself where the next one begins.
MAY_STAY_OPEN = set("li dt dd p option optgroup thead tbody tfoot tr td th colgroup".split())
BLOCKS = set(
    "address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4"
    " h5 h6 header hr main menu nav ol p pre section table ul".split()
)
NOT_INSIDE = {
    "form": {"form"},
    "a": {"a", "button"},
    "button": {"a", "button"},
    "label": {"label"},
}
CHILDREN = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "tr": {"td", "th", "script", "template"},
    "select": {"option", "optgroup", "hr", "script", "template"},
}


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, int]] = []
        self.ids: set[str] = set()
        self.wanted: list[tuple[str, int]] = []
        self.foreign = 0
        self.found: list[str] = []

    def say(self, what: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.say(f"<{tag}> has the attribute {name} twice")
        values = dict(attrs)
        if (identity := values.get("id")) is not None:
            if identity in self.ids or not identity.strip():
                self.say(f"the id {identity!r} stands twice or is empty")
            self.ids.add(identity)
        if tag == "label" and values.get("for"):
            self.wanted.append((str(values["for"]), self.getpos()[0]))
        if tag == "img" and "alt" not in values:
            self.say("<img> without alt")
        if tag == "svg":
            self.foreign += 1
        if self.foreign == 0:
            self._placed(tag)
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID or self.foreign or tag == "svg":
            self.handle_starttag(tag, attrs)
            if tag not in VOID:
                self.handle_endtag(tag)
        else:
            self.say(f"<{tag}/> does not close itself in HTML")

    def _placed(self, tag: str) -> None:
        above = [name for name, _ in self.open]
        if above and above[-1] == "p" and tag in BLOCKS:
            self.open.pop()
            above.pop()
        for outer in NOT_INSIDE.get(tag, ()):
            if outer in above:
                self.say(f"<{tag}> inside <{outer}>")
        if above and above[-1] in MAY_STAY_OPEN and above[-1] == tag:
            self.open.pop()
            above.pop()
        if above and tag not in CHILDREN.get(above[-1], {tag}):
            self.say(f"<{tag}> directly inside <{above[-1]}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.say(f"</{tag}> closes what is never open")
            return
        while self.open and self.open[-1][0] != tag and self.open[-1][0] in MAY_STAY_OPEN:
            self.open.pop()
        if not self.open or self.open[-1][0] != tag:
            stands = f"<{self.open[-1][0]}> of line {self.open[-1][1]}" if self.open else "nothing"
            self.say(f"</{tag}> where {stands} is open")
            if any(name == tag for name, _ in self.open):
                while self.open.pop()[0] != tag:
                    pass
            return
        self.open.pop()
        if tag == "svg":
            self.foreign -= 1

    def finish(self, *, fragment: bool) -> list[str]:
        self.close()
        for name, line in self.open:
            if name not in MAY_STAY_OPEN:
                self.found.append(f"line {line}: <{name}> is never closed")
        for identity, line in self.wanted:
            if identity not in self.ids and not fragment:
                self.found.append(f"line {line}: <label for={identity!r}> labels nothing here")
        return self.found


def faults(page: str, *, fragment: bool = False) -> list[str]:
    """What is wrong, one line each; empty if nothing is. In a fragment a label may point outside."""
    judge = _Judge()
    judge.feed(page)
    return judge.finish(fragment=fragment)
