"""Invented experts: the same people for the same seed, on every machine.

Names, ID numbers and phones belong to nobody; the ID numbers carry a right check digit and a matching
birth date and gender, because the real validation judges them.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from .places import CITIES, CommitteeStory, credit_code

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
    "姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
EITHER = "文平华明晓宁安思知行言书清岚若云舟宜乐和春冬新庆永景"
GIVEN = {
    "男": "伟强磊军洋勇杰涛超刚建国辉斌宇浩凯东海志远轩航启恒毅诚信仁衡岳墨松柏" + EITHER,
    "女": "芳娜敏静丽艳娟秀霞桂英玉兰玲燕佳欣梓涵凤琴雅怡竹雨梅莉婷蓉莹洁" + EITHER,
}
AREA_CODES = ("0790", "0791", "0792", "0793", "0794", "0795")
MOBILE_PREFIXES = (
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "177",
    "186",
    "188",
    "189",
    "199",
)


@dataclass(frozen=True)
class UnitStory:
    """An employer of experts."""

    name: str
    uscc: str
    city: str
    region: str
    kind: str


@dataclass(frozen=True)
class ExpertStory:
    """One row of a pool workbook, in plain values."""

    name: str
    gender: str
    id_number: str
    mobile: str
    unit: UnitStory | None
    title: str
    level: str
    title_on: dt.date
    field: str
    specialties: tuple[str, ...]
    group: str
    term_from: dt.date
    term_to: dt.date
    duty: str
    education: str
    phone: str
    email: str
    status: str


def id_number(region: str, birth: dt.date, serial: int) -> str:
    """A resident ID number (GB 11643): region, birth date, serial (odd = male), check digit."""
    body = f"{region}{birth:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def units_of(story: CommitteeStory) -> list[UnitStory]:
    """Sixty or so employers: the provincial ones first, then each city's."""
    places = [("南江省", "南江市", "440000")] + [
        (city, city, code) for city, code in CITIES.items()
    ]
    units: list[UnitStory] = []
    for place, city, region in places:
        for kind in story.unit_kinds:
            serial = story.seed % 1000 * 1000 + len(units)
            units.append(
                UnitStory(f"{place}{kind}", credit_code("12", region, serial), city, region, kind)
            )
    return units


def experts_of(story: CommitteeStory, *, year: int) -> list[ExpertStory]:
    """The committee's pool as it stands in `year`: employers of very different size, terms of three years."""
    dice = random.Random(story.seed)
    units = units_of(story)
    weights = [1 / (rank + 1) ** 0.6 for rank in range(len(units))]
    specialties = [(group, name) for group, names in story.groups for name in names]
    sizes = [dice.uniform(0.35, 1.6) for _ in specialties]
    used_ids: set[str] = set()
    used_mobiles: set[str] = set()
    people = []
    for serial in range(story.experts):
        group, main = dice.choices(specialties, sizes)[0]
        places = [place for place, unit in enumerate(units) if unit.kind in story.kinds_of[group]]
        unit = units[dice.choices(places, [weights[place] for place in places])[0]]
        people.append(_expert(story, dice, serial, unit, group, main, year, used_ids, used_mobiles))
    return people


def _expert(story, dice, serial, unit, group, main, year, used_ids, used_mobiles) -> ExpertStory:
    gender = dice.choice("男女")
    birth = dt.date(year - dice.randint(36, 66), dice.randint(1, 12), dice.randint(1, 28))
    region = dice.choice(list(CITIES.values()))
    number = _unused(
        used_ids, lambda: id_number(region, birth, dice.randrange(0, 998, 2) + (gender == "男"))
    )
    mobile = _unused(
        used_mobiles, lambda: dice.choice(MOBILE_PREFIXES) + f"{dice.randrange(10**8):08d}"
    )
    title, level, _ = dice.choices(story.titles, [weight for *_, weight in story.titles])[0]
    siblings = [name for name in dict(story.groups)[group] if name != main]
    second = (dice.choice(siblings),) if siblings and dice.random() < 0.35 else ()
    term_from = dt.date(year - dice.choice((0, 1, 1, 2, 2)), dice.choice((1, 3, 4)), 1)
    status = dice.choices(("正常", "暂停", "离库"), (97, 2, 1))[0]
    return ExpertStory(
        name=dice.choice(SURNAMES) + "".join(dice.sample(GIVEN[gender], dice.choice((1, 2, 2, 2)))),
        gender=gender,
        id_number=number,
        mobile=mobile,
        unit=unit,
        title=title.format(story.callings.get(main, story.calling)),
        level=level,
        title_on=dt.date(
            max(birth.year + 33, year - dice.randint(2, 18)),
            dice.randint(1, 12),
            dice.randint(1, 28),
        )
        if birth.year + 33 < year
        else dt.date(year - 1, 6, 1),
        field=main,
        specialties=(main, *second),
        group=group,
        term_from=term_from,
        term_to=dt.date(term_from.year + 3, term_from.month, 1) - dt.timedelta(days=1),
        duty="委员",
        education=dice.choices(("研究生", "大学本科"), (4, 6))[0],
        phone=f"{dice.choice(AREA_CODES)}-{dice.randint(2, 8)}{dice.randrange(10**6):06d}",
        email=f"{story.key}{year}{serial:05d}@example.cn",
        status=status,
    )


def _unused(used: set[str], make) -> str:
    while (value := make()) in used:
        pass
    used.add(value)
    return value
