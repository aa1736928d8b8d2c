"""The one table that turns codes of the engine and of the rules into the words a user reads."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple


class ExclusionWord(NamedTuple):
    """How an exclusion code is said: in a list, with its reason, and which family it belongs to."""

    label: str
    why: str
    family: str


class Family(NamedTuple):
    """A family of exclusion codes: one colour of the bars, one citation."""

    key: str
    label: str
    tone: str
    rule_key: str
    citation: str


FAMILIES: tuple[Family, ...] = (
    Family(
        "standing",
        "资格与聘期",
        "series-1",
        "expert_term_max_years",
        "《职称评审管理暂行规定》第十条",
    ),
    Family("avoidance", "回避", "series-2", "avoidance", "《职称评审管理暂行规定》第二十五条"),
    Family("time", "时间", "series-3", "", "本人登记与会议安排"),
    Family("rotation", "轮换与次数", "series-4", "max_consecutive_years", "规则库「轮换与次数」"),
    Family("missing", "信息缺失", "series-5", "", "缺项即不入选"),
    Family("integrity", "诚信记录", "series-6", "", "《职称评审管理暂行规定》第四十四条"),
)
FAMILY_OF = {family.key: family for family in FAMILIES}

EXCLUSIONS: dict[str, ExclusionWord] = {
    "NOT_IN_POOL": ExclusionWord("不在库", "会议当日不在本评委会专家库", "standing"),
    "TERM_EXPIRED": ExclusionWord("聘期不含会议日", "会议当日不在聘期内", "standing"),
    "INACTIVE": ExclusionWord("专家停用", "专家状态不是在用", "standing"),
    "SUSPENDED": ExclusionWord("暂停抽取", "暂停抽取期内", "integrity"),
    "INTEGRITY": ExclusionWord("诚信限制", "诚信记录限制期内", "integrity"),
    "SPECIALTY": ExclusionWord("专业不符", "入库专业不在本次抽取之列", "standing"),
    "LEVEL": ExclusionWord("职称层级不符", "职称层级低于评委会要求", "standing"),
    "UNIT_AVOID": ExclusionWord("回避单位", "工作单位在回避单位之列", "avoidance"),
    "EXPERT_AVOID": ExclusionWord("回避专家", "本人在回避专家之列", "avoidance"),
    "CONFLICT": ExclusionWord("数据比对回避", "与申报人存在应回避的关系", "avoidance"),
    "APPLICANT_THIS_YEAR": ExclusionWord("本年度申报人", "本人是本年度申报人", "avoidance"),
    "TIME_CLASH": ExclusionWord("会议时间重叠", "同一时间已抽入其他评审会议", "time"),
    "UNAVAILABLE": ExclusionWord("本人登记不可用", "本人登记会议期间不能参加", "time"),
    "ALREADY_DRAWN": ExclusionWord("本次系列已抽中", "本次系列抽取中已被抽中", "rotation"),
    "DECLINED_EARLIER": ExclusionWord("本次系列已谢绝", "本次系列抽取中已不参评", "rotation"),
    "ROTATION": ExclusionWord("连续参评轮换", "连续参评年数已满，须轮空", "rotation"),
    "LOAD": ExclusionWord("本年次数已满", "本年参评次数已满", "rotation"),
    "UNIT_CAP": ExclusionWord("同单位已满", "同单位人数已到上限", "rotation"),
    "AGE": ExclusionWord("年龄超限", "年龄超过规定", "standing"),
    "DESIGNATED": ExclusionWord("已指定为委员", "已指定为委员，不参加抽取", "standing"),
    "DATA_MISSING": ExclusionWord("信息缺失", "必需信息未登记，无法核对", "missing"),
}

CHINESE_ORDINALS = "零一二三四五六七八九十"


def exclusion(code: str) -> ExclusionWord:
    """The words of an exclusion code; an unknown code is shown as it is rather than hidden."""
    return EXCLUSIONS.get(code, ExclusionWord(code, code, "standing"))


def ordinal(number: int) -> str:
    """1 -> 第一, 12 -> 第十二, up to 99."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return f"第{CHINESE_ORDINALS[ones]}"
    head = "十" if tens == 1 else f"{CHINESE_ORDINALS[tens]}十"
    return f"第{head}{CHINESE_ORDINALS[ones] if ones else ''}"


KIND_WORDS = {"primary": "正选", "alternate": "备选"}

MODE_OF_DRAW = {
    "S": "分专业直接抽签",
    "B": "兼顾专业与单位上限",
    "L": "一般规则，公布全部可能名单后抽签",
}
MODE_MEANING = {
    "S": "每个专业各抽各的，同一专业的人机会相等。",
    "B": "一人可坐几个专业、同一单位有上限时，先算定每类人的机会，再抽签。",
    "L": "规则之间互相牵连时，先把全部可能的名单公布，各名单机会相等，再抽出一份。",
}


def mode_words(mode: str) -> str:
    """How the lottery of a draw is made; a mode without words is shown as its letter."""
    return MODE_OF_DRAW.get(mode, mode)


def percent_words(chance: Fraction) -> str:
    """6.4%, 50%, 0.025%: one decimal from one per cent upwards, two figures below."""
    percent = chance * 100
    if percent == 0:
        return "0"
    if percent >= 1:
        return f"{float(percent):.1f}".removesuffix(".0") + "%"
    return f"{Decimal(f'{float(percent):.2g}'):f}%"


def chance_words(chance: Fraction) -> str:
    """3/47 ≈ 6.4%, 1/2 = 50%; a fraction of many digits is rounded and says so: 约 3/19（15.8%）."""
    percent = percent_words(chance)
    if chance == 0 or chance == 1:
        return "0（不会抽中）" if chance == 0 else "100%（必然抽中）"
    if chance.denominator > 9999:
        near = chance.limit_denominator(999)
        if abs(near - chance) < chance / 10**6:
            return f"约 {near.numerator}/{near.denominator}（{percent}）"
        return f"约 {percent}"
    said = Fraction(percent.rstrip("%")) / 100
    return f"{chance.numerator}/{chance.denominator} {'=' if said == chance else '≈'} {percent}"


def after_word(chance: Fraction) -> str:
    """The chance as it follows a word: a figure keeps a blank before it, 约 does not."""
    words = chance_words(chance)
    return words if words.startswith("约") else f" {words}"


def certificate_words(bound: Fraction, lowest: Fraction) -> tuple[str, str, str]:
    """(what is proved, what that means, how this draw stands), for a clerk."""
    proved = f"任何抽法都不可能让机会最小的人多于{after_word(bound)}。"
    if bound == 0:
        proved = "任何抽法都不可能让机会最小的人有机会：现有席位与规则已把他排除。"
    meaning = "席位、上限与回避规则不变时，换谁来抽、换什么办法抽，都不会对机会最小的人更有利；证明随凭证公布，任何人可以验算。"
    if lowest == bound:
        own = f"本次抽取机会最小的人为{after_word(lowest)}，已达到这个上限。"
    elif bound - lowest < Fraction(1, 10**6):
        own = f"本次抽取机会最小的人为{after_word(lowest)}，与这个上限只差取整的零头，不到百万分之一。"
    else:
        gap = percent_words(bound - lowest).rstrip("%")
        own = f"本次抽取机会最小的人为{after_word(lowest)}，与这个上限相差 {gap} 个百分点。"
    return proved, meaning, own


def keeper_words(party: str, *, self_held: bool) -> str:
    """Who made the random number of a party, and kept it until the reveal."""
    if party == "server":
        return "由平台生成"
    return "由本人设备生成并保管" if self_held else "由平台代为生成"


EXTREME_WORDS = {
    "FEW_PEOPLE": "{name}可抽 {people} 人，取 {primary} 人，人选过少",
    "SEVERAL": "可坐的几个专业人选都不多，机会合在一起超过一半",
    "RULES": "其余人选受同单位上限等规则限制，席位多落在他身上",
    "NO_PRIMARY": "所在专业只设备选，不设正选",
    "UNIT_FULL": "本单位席位已由指定委员占满",
    "UNKNOWN": "席位与规则之下轮不到他",
}


def extreme_words(why: str, params: dict[str, Any]) -> str:
    """Why somebody's chance is 0 or above one half."""
    return EXTREME_WORDS.get(why, why).format(**params)


def conflict_words(
    names: list[str],
    kind: str,
    need: int,
    short: int,
    caps: int,
    quotas: int = 0,
    smallest: bool = True,
) -> str:
    """Why some seats cannot be filled together: 地下工程与隧道的备选 1 席缺 1 席。"""
    where = "、".join(names[:3]) + (f"等 {len(names)} 个专业" if len(names) > 3 else "")
    why = "受同单位上限限制" if caps else "可抽人数不足"
    if quotas:
        why = "受同单位上限与名额规则限制" if caps else "受名额规则限制"
    if kind == "alternate" and not caps and not quotas:
        why = "正选抽定后可作备选的人数不足"
    lack = f"缺 {short} 席（{why}）" if short else f"不能全部坐满（{why}）"
    more = "" if smallest else "可能还有更小的冲突组合。"
    return f"{where}{KIND_WORDS.get(kind, kind)} {need} 席，{lack}。{more}"


def fix_words(fix: dict[str, Any], names: dict[str, str]) -> tuple[str, str]:
    """(title, sentence) of a way out that the engine found; `names`: specialty code -> name."""
    params, code = fix["params"], fix["code"]
    kind = KIND_WORDS.get(params.get("kind", ""), "")
    if code == "MOVE_SEATS":
        source, target = names.get(params["source"], ""), names.get(params["target"], "")
        title = f"{kind}在本组内调整" if params.get("same_group") else f"{kind}调到{target}"
        return title, f"从{source}调 {params['seats']} 席到{target}，合计不变。"
    if code == "FEWER_SEATS":
        name = names.get(params.get("stratum", ""), "全库")
        return f"减少{name}的{kind}", f"{kind}合计减少 {params['old'] - params['new']} 席。"
    if code == "MORE_CANDIDATES":
        name = names.get(params.get("stratum", ""), "全库")
        return (
            f"为{name}补充 {params['people']} 名可抽专家",
            "补录缺失信息或增补入库专家，且其单位不受同单位上限限制。",
        )
    if code == "RAISE_CAP":
        return (
            f"同单位上限由 {params['old']} 人放宽为 {params['new']} 人",
            "同一单位可多坐席位；超过规则上限时须由人社部门调整规则。",
        )
    if code == "RAISE_GROUP_CAP":
        return (
            f"{fix.get('group_name') or '学科组'}内同单位上限由 {params['old']} 人放宽为 {params['new']} 人",
            "学科组内同单位比例由规则库规定，须由人社部门调整。",
        )
    if code in ("LOWER_QUOTA", "RAISE_QUOTA"):
        values = "、".join(map(str, params.get("values") or ()))
        what = f"{kind}中{params['category']}" + (f"（{values}）" if values else "")
        least = "至少" if code == "LOWER_QUOTA" else "至多"
        title = f"{what}{least}由 {params['old']} 人改为 {params['new']} 人"
        return title, "比例与名额由规则规定，须由人社部门调整。"
    return code, ""


def fix_label(fix: dict[str, Any], names: dict[str, str]) -> str:
    """A way out as short as a button: 桥梁工程正选 29→25，道路工程 6→10."""
    params, code = fix["params"], fix["code"]
    kind = KIND_WORDS.get(params.get("kind", ""), "")
    if code == "MOVE_SEATS":
        source, target = (names.get(params[end], "全库") for end in ("source", "target"))
        return (
            f"{source}{kind} {params['source_old']}→{params['source_new']}，"
            f"{target} {params['target_old']}→{params['target_new']}"
        )
    if code == "FEWER_SEATS":
        return f"{names.get(params['stratum'], '全库')}{kind} {params['old']}→{params['new']}"
    if code == "RAISE_CAP":
        return f"同单位上限 {params['old']}→{params['new']} 人"
    return fix_words(fix, names)[0]


FIX_BY = {
    "MOVE_SEATS": "评委会办公室",
    "FEWER_SEATS": "评委会办公室",
    "RAISE_CAP": "评委会办公室（不超过规则上限），超过的由人社部门",
    "RAISE_GROUP_CAP": "人社部门负责人在规则库调整",
    "LOWER_QUOTA": "人社部门负责人在规则库调整",
    "RAISE_QUOTA": "人社部门负责人在规则库调整",
    "MORE_CANDIDATES": "评委会办公室在专家信息维护补录或增补",
}


def fix_by(code: str) -> str:
    """Who can take a way out; one without words is for the department."""
    return FIX_BY.get(code, "人社部门")
