"""Rebuilds `static/web/vendor` from an installed node_modules folder.

    npm install htmx.org@2 tom-select@2.6 flatpickr@4.6 @tabler/icons@3
    python -m mingqian.web.vendoring node_modules

Nothing here runs in the application. It copies the minified files with their licences, draws one SVG sprite from
the icons named in `ICONS`, and writes VENDORED.md with versions and checksums.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent / "static" / "web" / "vendor"

# (package, file inside it, name here)
FILES = (
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org", "LICENSE", "htmx.LICENSE.txt"),
    ("tom-select", "dist/js/tom-select.complete.min.js", "tom-select.min.js"),
    ("tom-select", "LICENSE", "tom-select.LICENSE.txt"),
    ("flatpickr", "dist/flatpickr.min.js", "flatpickr.min.js"),
    ("flatpickr", "dist/flatpickr.min.css", "flatpickr.min.css"),
    ("flatpickr", "dist/l10n/zh.js", "flatpickr.zh.js"),
    ("flatpickr", "LICENSE.md", "flatpickr.LICENSE.txt"),
    ("@tabler/icons", "LICENSE", "tabler-icons.LICENSE.txt"),
)
PACKAGES = {
    "htmx.org": "0BSD",
    "tom-select": "Apache-2.0",
    "flatpickr": "MIT",
    "@tabler/icons": "MIT",
}

ICONS = """
adjustments alarm alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left
arrow-right arrow-up arrows-maximize arrows-shuffle arrows-sort ban bell bolt briefcase building
building-bank building-community calendar calendar-check calendar-due calendar-event calendar-off
calendar-plus calendar-stats calendar-time cards certificate chart-bar chart-dots check checklist
chevron-down chevron-left chevron-right chevron-up chevrons-left chevrons-right circle-check
circle-dashed circle-minus circle-plus circle-x clipboard-check clipboard-list clipboard-plus
clipboard-text clock columns copy corner-down-right database device-floppy device-mobile dice-5
dots download edit eraser external-link eye eye-check eye-off file file-certificate file-check
file-export file-import file-search file-spreadsheet file-text file-upload file-x filter
fingerprint flag flask folder-open gavel git-compare hand-stop hash help-circle history home
hourglass id inbox info-circle key keyboard layout-sidebar-right link list list-details
list-numbers list-search loader-2 lock lock-check lock-open logout mail map-pin maximize medal
menu-2 message minimize minus notes paperclip pencil percentage phone phone-call player-pause
player-play player-skip-forward player-stop player-track-next playlist-add plus point pointer
presentation printer qrcode refresh replace report-search rotate rubber-stamp scale scan school
search select send server settings shield shield-check shield-lock shield-search shield-x
signature snowflake sort-ascending sort-descending square-rounded-check stack-2 star sum
switch-horizontal table table-export table-import target timeline-event tool trash-x upload user
user-check user-circle user-cog user-edit user-exclamation user-minus user-off user-plus
user-question user-search user-x users users-group users-plus versions world x zoom-in
""".split()


def rebuild(modules: Path) -> None:
    """Write every vendored file anew."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for package, source, name in FILES:
        text = (modules / package / source).read_text("utf-8")
        # Source maps are not shipped; the comment naming them would only make browsers ask for a missing file.
        text = re.sub(r"\n?/[/*]# sourceMappingURL=.*$", "\n", text.rstrip())
        if name.endswith(".css"):
            # Unlayered rules would win over all of ours.
            text = f"@layer reset {{\n{text.strip()}\n}}"
        (VENDOR / name).write_text(text.rstrip() + "\n", "utf-8")
    (VENDOR / "icons.svg").write_text(_sprite(modules / "@tabler/icons/icons"), "utf-8")
    (VENDOR / "VENDORED.md").write_text(_record(modules), "utf-8")


def _sprite(icons: Path) -> str:
    symbols = [
        _symbol(name, (icons / "outline" / f"{name}.svg").read_text("utf-8")) for name in ICONS
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]) + "\n"


def _symbol(name: str, text: str) -> str:
    inside = re.search(r"<svg[^>]*>(.*)</svg>", text, re.S)
    if inside is None:
        raise ValueError(f"{name} is not an SVG picture")
    shapes = re.findall(r"<(?!path stroke=\"none\" d=\"M0 0h24v24H0z\")[a-z]+[^>]*/>", inside[1])
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(re.sub(r" />", "/>", s) for s in shapes)}</symbol>'


def _record(modules: Path) -> str:
    lines = [
        "# Vendored files",
        "",
        "Copied unchanged from their npm packages, but for source-map comments (removed) and style sheets (wrapped in the",
        "cascade layer `reset`); `icons.svg` is a sprite of the outline icons named in `mingqian/web/vendoring.py`. Rebuild with `python -m mingqian.web.vendoring node_modules`.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
    ]
    for package, licence in PACKAGES.items():
        version = json.loads((modules / package / "package.json").read_text("utf-8"))["version"]
        lines.append(f"| {package} | {version} | {licence} |")
    lines += ["", "| file | sha256 |", "|---|---|"]
    for path in sorted(VENDOR.iterdir()):
        if path.name != "VENDORED.md":
            lines.append(f"| {path.name} | {hashlib.sha256(path.read_bytes()).hexdigest()} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    rebuild(Path(sys.argv[1]))
