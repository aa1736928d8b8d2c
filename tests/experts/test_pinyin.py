"""Names are found by the initials of every reading; surnames are read as surnames."""

from __future__ import annotations

import pytest

from mingqian.experts.pinyin import initials_of, pinyin_of


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("曾芳平", "zeng fang ping"), ("单勇", "shan yong"), ("仇敏", "qiu min"), ("解涛", "xie tao"),
        ("区杰", "ou jie"), ("查良", "zha liang"), ("盖伟", "ge wei"), ("朴军", "piao jun"), ("覃丽", "qin li"),
        ("任强", "ren qiang"), ("尉迟强", "yu chi qiang"), ("吕平", "lv ping"),
    ],
)  # fmt: skip
def test_surnames_are_read_as_surnames(name: str, reading: str) -> None:
    assert pinyin_of(name) == reading


@pytest.mark.parametrize(
    ("name", "typed"),
    [("曾芳", "zf"), ("曾芳", "cf"), ("单勇", "sy"), ("单勇", "dy"), ("覃丽", "ql"), ("覃丽", "tl"), ("张乐", "zy"), ("张乐", "zl")],
)  # fmt: skip
def test_every_reading_finds_the_name(name: str, typed: str) -> None:
    assert typed in initials_of(name).split()


@pytest.mark.parametrize(
    "name", ["𠮷田", "Ann Lee", "😀", "阿卜杜拉·买买提", "", "重" * 50, "乐" * 50]
)
def test_any_name_is_taken(name: str) -> None:
    assert len(initials_of(name)) <= 300
    assert len(pinyin_of(name)) <= 300
