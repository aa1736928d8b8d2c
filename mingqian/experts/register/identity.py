"""Who the row is about: name, identity number, gender, birth date; and how to reach them."""

from __future__ import annotations

import re
from datetime import date

from ..idnumber import BadIdNumber, read_id_number
from ..models import Gender, IdType
from .cleaning import code_of, date_of, mobile_of, name_of, plain_of, text_of
from .faults import ID_REASONS, FaultFinder
from .sheet import Cell

YOUNGEST, OLDEST = 18, 75
# Excel keeps fifteen digits of a number; an identity number typed as a number has lost its end.
EXACT_DIGITS = 10**15
GENDERS = {"男": Gender.MALE, "男性": Gender.MALE, "1": Gender.MALE}
GENDERS |= {"女": Gender.FEMALE, "女性": Gender.FEMALE, "2": Gender.FEMALE}
ID_TYPES = {label: IdType(value) for value, label in IdType.choices} | {
    "身份证": IdType.RESIDENT,
    "港澳居民居住证": IdType.HMT_RESIDENCE,
    "台湾居民居住证": IdType.HMT_RESIDENCE,
}
MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = re.compile(r"[\d\-+() 转#*]{3,20}")
EMAIL = re.compile(r"[^\s@<>\"',;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def judge_identity(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, *, on: date
) -> None:
    """Read name, identity number, gender and birth date into `values`."""
    required_text(raw, values, finder, "name", most=50)
    gender = GENDERS.get(code_of(raw.get("gender")))
    if gender is not None:
        values["gender"] = gender.value
    elif not finder.blames("gender"):
        missing_or(
            finder, "gender", text_of(raw.get("gender")), "性别只能是男或女", "请填「男」或「女」。"
        )
    id_type = (
        ID_TYPES.get(name_of(raw.get("id_type")))
        if text_of(raw.get("id_type"))
        else IdType.RESIDENT
    )
    if id_type is None:
        finder.add(
            "id_type",
            "id_type",
            text_of(raw.get("id_type")),
            "不认识的证件类型",
            f"请填：{'、'.join(IdType.labels)}。",
        )
        return
    values["id_type"] = id_type.value
    if id_type is IdType.RESIDENT:
        _judge_resident(raw, values, finder, on)
    else:
        _judge_other(raw, values, finder, on)


def _judge_resident(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, on: date
) -> None:
    cell = raw.get("id_number")
    number = code_of(cell)
    if finder.blames("id_number"):
        return
    if not number:
        finder.add("missing", "id_number", "", "未填写身份证号", "请填写 18 位身份证号。")
        return
    if isinstance(cell, int | float) and abs(cell) >= EXACT_DIGITS:
        finder.add(
            "id_as_number",
            "id_number",
            number,
            "身份证号存成了数字，末几位已经丢失",
            "把这一列的单元格格式设为「文本」，再重新输入号码。",
        )
        return
    try:
        facts = read_id_number(number, on=on)
    except BadIdNumber as error:
        reason, mend = ID_REASONS[error.code]
        if error.code == "length":
            reason = f"{reason}，现为 {len(number)} 位"
        finder.add(f"id_{error.code}", "id_number", number, reason, mend)
        return
    values["id_number"] = number
    values["birth_date"] = facts.birth_date
    expected = Gender.MALE if facts.male else Gender.FEMALE
    if "gender" in values and values["gender"] != expected.value:
        finder.add(
            "gender_mismatch",
            "gender",
            text_of(raw.get("gender")),
            f"性别与身份证号不符：号码第 17 位表示{expected.label}",
            "请核对性别和身份证号，改正抄错的一格。",
        )
    stated = raw.get("birth_date")
    if text_of(stated) and date_of(stated) != facts.birth_date:
        finder.add(
            "birth_mismatch",
            "birth_date",
            text_of(stated),
            "出生日期与身份证号不符",
            "请核对两格；有身份证号时出生日期可以留空。",
        )
    _judge_age(facts.birth_date, "id_number", number, finder, on)


def _judge_other(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, on: date
) -> None:
    number = code_of(raw.get("id_number"))
    if not re.fullmatch(r"[A-Z0-9()\-]{4,30}", number):
        missing_or(
            finder, "id_number", number, "证件号码应为 4 至 30 位字母和数字", "请对照证件原件核对。"
        )
    else:
        values["id_number"] = number
    stated = raw.get("birth_date")
    born = date_of(stated)
    if born is None or born > on:
        missing_or(
            finder,
            "birth_date",
            text_of(stated),
            "出生日期不是有效的日期",
            "非居民身份证须填写出生日期，例如 1972-03-15。",
        )
        return
    values["birth_date"] = born
    _judge_age(born, "birth_date", born.isoformat(), finder, on)


def age_on(born: date, on: date) -> int:
    """Completed years of life."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _judge_age(born: date, key: str, value: str, finder: FaultFinder, on: date) -> None:
    age = age_on(born, on)
    if not YOUNGEST <= age <= OLDEST:
        finder.add(
            "age",
            key,
            value,
            f"年龄 {age} 岁，不在 {YOUNGEST} 至 {OLDEST} 岁之间",
            "请核对证件号码；确已超龄的请从名册中删去。",
        )


def judge_contact(raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder) -> None:
    """Read mobile, office phone and e-mail into `values`."""
    number = mobile_of(raw.get("mobile"))
    if MOBILE.fullmatch(number):
        values["mobile"] = number
    elif not finder.blames("mobile"):
        if number.isascii() and number.isdigit() and len(number) != 11:
            reason = f"手机号应为 11 位，现为 {len(number)} 位"
        else:
            reason = "手机号应为以 1 开头的 11 位数字"
        missing_or(finder, "mobile", number, reason, "请核对后填写完整的手机号。")
    optional_text(raw, values, finder, "phone", most=20, pattern=PHONE, example="020-83120000")
    optional_text(raw, values, finder, "email", most=100, pattern=EMAIL, example="zhang@example.cn")
    required_text(raw, values, finder, "region_name", most=50)


def missing_or(finder: FaultFinder, key: str, value: str, reason: str, mend: str) -> None:
    """A blank cell is called missing, any other by the given reason."""
    if finder.blames(key):
        return
    if not value:
        heading = finder.header.headings.get(key, key)
        finder.add("missing", key, "", f"未填写{heading}", mend)
    else:
        finder.add("not_understood", key, value, reason, mend)


def required_text(
    raw: dict[str, Cell], values: dict[str, object], finder: FaultFinder, key: str, *, most: int
) -> None:
    """A text that must be there."""
    if finder.blames(key):
        return
    text = name_of(raw.get(key))
    if not text:
        heading = finder.header.headings.get(key, key)
        finder.add("missing", key, "", f"未填写{heading}", f"请填写{heading}。")
    elif len(text) > most:
        too_long(finder, key, text, most)
    else:
        values[key] = text


def optional_text(
    raw: dict[str, Cell],
    values: dict[str, object],
    finder: FaultFinder,
    key: str,
    *,
    most: int,
    pattern: re.Pattern[str] | None = None,
    example: str = "",
) -> None:
    """A text that may be blank; with a pattern it is made plain first."""
    if finder.blames(key):
        return
    text = plain_of(raw.get(key)) if pattern else text_of(raw.get(key))
    if not text:
        return
    if len(text) > most:
        too_long(finder, key, text, most)
    elif pattern is not None and not pattern.fullmatch(text):
        heading = finder.header.headings[key]
        finder.add(
            "not_understood", key, text, f"{heading}的写法不对", f"例如 {example}；没有可以留空。"
        )
    else:
        values[key] = text


def too_long(finder: FaultFinder, key: str, text: str, most: int) -> None:
    """The fault of a text that the record cannot hold."""
    finder.add("too_long", key, text, f"内容有 {len(text)} 个字，最多 {most} 个", "请缩短内容。")
