"""Pinyin of people's names: one reading to sort by, the initials of every reading to search by."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

# Readings of surnames that the general dictionary misreads or ranks second.
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "盖": "ge", "朴": "piao",
    "覃": "qin", "任": "ren", "华": "hua", "翟": "zhai", "尉": "wei", "乐": "yue", "宁": "ning", "员": "yun",
    "洗": "xian", "冼": "xian", "繁": "po", "种": "chong", "秘": "bi", "折": "she", "黑": "he", "召": "shao",
    "褚": "chu", "晟": "cheng", "柏": "bai", "那": "na", "石": "shi", "车": "che", "重": "chong", "贾": "jia",
    "牟": "mu", "缪": "miao", "令": "ling", "应": "ying", "燕": "yan", "葛": "ge", "纪": "ji", "过": "guo",
    "訾": "zi", "郇": "xun", "逄": "pang", "麴": "qu", "谌": "chen", "隗": "wei", "郗": "xi", "璩": "qu",
    "不": "fou", "句": "gou", "撒": "sa", "卜": "bu", "佴": "nai", "妫": "gui", "芮": "rui", "幺": "yao",
}  # fmt: skip
COMPOUND = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "皇甫": ("huang", "fu"), "令狐": ("ling", "hu"), "宰父": ("zai", "fu"),
}  # fmt: skip
MOST_READINGS = 32


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    """Every reading of one character, the commonest first; what has none stands for itself."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(reading.replace("ü", "v") for reading in found[0]) if found else (character,)


def _readings_of(name: str) -> list[tuple[str, ...]]:
    """Readings of each character of a name, the surname's own reading put first."""
    readings = [_readings(character) for character in name if not character.isspace()]
    compound = COMPOUND.get(name[:2])
    firsts = compound or ((SURNAMES[name[0]],) if name[:1] in SURNAMES else ())
    for place, first in enumerate(firsts):
        readings[place] = (first, *(other for other in readings[place] if other != first))
    return readings


def pinyin_of(name: str) -> str:
    """The likeliest reading, syllables divided by blanks: 曾芳平 → "zeng fang ping"."""
    return " ".join(choices[0] for choices in _readings_of(name)).lower()[:300]


def initials_of(name: str) -> str:
    """The initials of every reading of every character, divided by blanks: 曾芳平 → "zfp cfp"."""
    letters = [
        tuple(dict.fromkeys(reading[0].lower() for reading in choices if reading))
        for choices in _readings_of(name)
    ]
    spelled = dict.fromkeys("".join(pick) for pick in islice(product(*letters), MOST_READINGS))
    text = ""
    for spelling in spelled:
        if len(text) + len(spelling) + 1 > 300:
            break
        text = f"{text} {spelling}".strip()
    return text
