"""The invented province of the demo: its cities, its two committees, and the units their experts work for.

Every name, code and number is made up; the check digits are right so that the real validation passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.cn import uscc

CITIES = {
    "南江市": "440101",
    "江州市": "440302",
    "云岭市": "440402",
    "海澄市": "440501",
    "河阳市": "440601",
    "清源市": "441801",
}


@dataclass(frozen=True)
class CommitteeStory:
    """One committee of the demo: who runs it, what it judges, and where its experts work."""

    key: str
    code: str
    name: str
    series: str
    basis: str
    office: str
    convening_unit: str
    titles: tuple[tuple[str, str, int], ...]  # (title, level, weight)
    calling: str  # what a title ends in, where it varies; some specialties have their own
    callings: dict[str, str]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    unit_kinds: tuple[str, ...]
    kinds_of: dict[str, tuple[str, ...]]  # where the experts of a group work
    experts: int
    seed: int


BUILDING = CommitteeStory(
    key="jz",
    code="NJ0501",
    name="南江省建筑工程技术高级职称评审委员会",
    series="05",
    basis="BY_SPECIALTY",
    office="南江省建筑工程技术高级职称评审委员会办公室",
    convening_unit="南江省住房和城乡建设厅",
    titles=(("高级{}", "副高级", 6), ("正高级{}", "正高级", 4)),
    calling="工程师",
    callings={},
    groups=(
        ("建筑与规划组", ("建筑设计", "城乡规划", "风景园林")),
        ("结构与岩土组", ("结构工程", "岩土工程", "地基与基础")),
        ("施工与管理组", ("建筑施工", "工程造价", "工程监理", "工程检测")),
        ("设备组", ("给水排水", "暖通空调", "建筑电气", "燃气工程")),
        ("市政与道桥组", ("道路工程", "桥梁工程", "隧道与轨道")),
    ),
    unit_kinds=(
        "建筑设计研究院",
        "建筑科学研究院",
        "建设集团有限公司",
        "第一建筑工程公司",
        "市政工程设计院有限公司",
        "城乡规划设计院",
        "检测鉴定中心",
        "工程监理有限公司",
        "轨道交通集团有限公司",
        "理工大学土木与交通学院",
    ),
    kinds_of={
        "建筑与规划组": (
            "建筑设计研究院",
            "城乡规划设计院",
            "建筑科学研究院",
            "市政工程设计院有限公司",
            "理工大学土木与交通学院",
        ),
        "结构与岩土组": (
            "建筑设计研究院",
            "建筑科学研究院",
            "检测鉴定中心",
            "建设集团有限公司",
            "理工大学土木与交通学院",
        ),
        "施工与管理组": (
            "建设集团有限公司",
            "第一建筑工程公司",
            "工程监理有限公司",
            "检测鉴定中心",
            "轨道交通集团有限公司",
        ),
        "设备组": (
            "建筑设计研究院",
            "市政工程设计院有限公司",
            "建筑科学研究院",
            "建设集团有限公司",
        ),
        "市政与道桥组": (
            "市政工程设计院有限公司",
            "轨道交通集团有限公司",
            "建设集团有限公司",
            "第一建筑工程公司",
            "理工大学土木与交通学院",
        ),
    },
    experts=640,
    seed=20260501,
)

GENERAL = ("人民医院", "第一附属医院", "第二附属医院", "肿瘤医院")
HEALTH = CommitteeStory(
    key="ws",
    code="NJ0401",
    name="南江省卫生系列高级职称评审委员会",
    series="04",
    basis="BY_SERIES",
    office="南江省卫生系列高级职称评审委员会办公室",
    convening_unit="南江省卫生健康委员会",
    titles=(("副主任{}", "副高级", 6), ("主任{}", "正高级", 4)),
    calling="医师",
    callings={
        "检验医学": "技师",
        "药学": "药师",
        "内科护理": "护师",
        "外科护理": "护师",
        "急危重症护理": "护师",
        "中药学": "中药师",
        "卫生检验": "技师",
    },
    groups=(
        ("内科组", ("心血管内科", "呼吸内科", "消化内科", "神经内科", "肾内科", "内分泌科")),
        ("外科组", ("普通外科", "骨科", "神经外科", "泌尿外科", "胸心外科")),
        ("妇儿组", ("妇产科", "儿科", "新生儿科")),
        ("医技组", ("医学影像", "检验医学", "病理学", "药学")),
        ("护理组", ("内科护理", "外科护理", "急危重症护理")),
        ("中医组", ("中医内科", "针灸推拿", "中药学")),
        ("公卫组", ("流行病学", "卫生检验", "职业卫生")),
    ),
    unit_kinds=(
        "人民医院",
        "第一附属医院",
        "第二附属医院",
        "妇幼保健院",
        "儿童医院",
        "肿瘤医院",
        "中医院",
        "疾病预防控制中心",
        "精神卫生中心",
        "职业病防治院",
    ),
    kinds_of={
        "内科组": (*GENERAL, "中医院", "精神卫生中心"),
        "外科组": (*GENERAL, "中医院"),
        "妇儿组": (*GENERAL[:3], "妇幼保健院", "儿童医院"),
        "医技组": (*GENERAL, "妇幼保健院", "中医院"),
        "护理组": (*GENERAL, "妇幼保健院", "儿童医院", "精神卫生中心"),
        "中医组": ("中医院", "人民医院", "第一附属医院"),
        "公卫组": ("疾病预防控制中心", "职业病防治院", "第一附属医院"),
    },
    experts=1500,
    seed=20260401,
)

COMMITTEES = (BUILDING, HEALTH)


def credit_code(prefix: str, region: str, serial: int) -> str:
    """A well-formed social credit code of an invented unit: 2 + 6 + 9 characters and the check digit."""
    body = f"{prefix}{region}{_organisation_code(serial)}"
    return body + uscc.calc_check_digit(body)


def _organisation_code(serial: int) -> str:
    """Nine characters: eight from the serial, and the GB 11714 check character."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    digits = ""
    value = serial * 7_368_787 + 11_111
    for _ in range(8):
        value, remainder = divmod(value, 31)
        digits = alphabet[remainder] + digits
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [int(c) if c.isdigit() else ord(c) - 55 for c in digits]
    check = 11 - sum(w * v for w, v in zip(weights, values, strict=True)) % 11
    return digits + {10: "X", 11: "0"}.get(check, str(check))
