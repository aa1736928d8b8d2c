"""Make the two font files of this folder from Noto Sans CJK (see README.md beside this file).

Usage: python subset_fonts.py FOLDER_WITH_NOTO_SANS_CJK_TTC
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).resolve().parent
SIMPLIFIED_CHINESE_FACE = 2
FAMILY = "Mingqian Sans SC"
# Latin with accents, then the Han characters outside GBK that people's names use: the block's late
# additions, and extensions B to F as far as the font draws them (the Table of General Standard
# Chinese Characters takes its rare names from there).
RANGES = ((0x20, 0x7F), (0xA0, 0x180), (0x2000, 0x2070), (0x9FA6, 0xA000), (0x20000, 0x2EBF0))
# The characters of that table that lie in extension A.
EXTENSION_A = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠"
    "䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)


def encoded(charset: str) -> set[int]:
    """Every character that two bytes of `charset` can name."""
    found = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([lead, trail]).decode(charset)))
            except UnicodeDecodeError:
                continue
    return found


def name_face(font: TTFont, weight: str) -> None:
    """Give the subset its own family name, so that a system copy of Noto can never stand in."""
    for record in list(font["name"].names):
        if record.nameID in (1, 16):
            record.string = FAMILY
        elif record.nameID in (2, 17):
            record.string = weight
        elif record.nameID == 4:
            record.string = f"{FAMILY} {weight}"
        elif record.nameID == 6:
            record.string = f"MingqianSansSC-{weight}"
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames = [f"MingqianSansSC-{weight}"]


def main(folder: Path) -> None:
    """Write MingqianSansSC-Regular.otf (GBK and rare names) and -Bold.otf (GB 2312, for headings)."""
    for weight, charset, ranges in (("Regular", "gbk", RANGES), ("Bold", "gb2312", RANGES[:3])):
        wanted = encoded(charset).union(*(range(first, end) for first, end in ranges))
        wanted |= {ord(character) for character in EXTENSION_A}
        font = TTCollection(folder / f"NotoSansCJK-{weight}.ttc").fonts[SIMPLIFIED_CHINESE_FACE]
        options = subset.Options(
            layout_features=["kern"],
            hinting=False,
            desubroutinize=False,
            drop_tables=["vhea", "vmtx", "VORG", "BASE"],
            name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
            notdef_outline=True,
            recalc_timestamp=False,
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        name_face(font, weight)
        font.flavor = None
        font.save(HERE / f"MingqianSansSC-{weight}.otf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
