"""The menu: the manual's own tree for the office, and the trees of those who review, watch and administer.

An entry names an address and the permission to open it. What has no address yet, or may not be opened, is not shown;
a branch without leaves is not shown either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from pypinyin import Style, lazy_pinyin

from mingqian.accounts.roles import HRSS, OFFICE, Role


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page. `within` are further addresses (prefixes) where this entry is the current one."""

    title: str
    to: str
    permission: str
    icon: str = ""
    within: Sequence[str] = ()
    url: str = ""
    current: bool = False

    @property
    def find(self) -> str:
        """What the palette matches besides the title: pinyin initials and the whole pinyin."""
        return pinyin_of(self.title)


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder of the side menu."""

    title: str
    icon: str
    children: Sequence[Leaf] = ()

    @property
    def open(self) -> bool:
        """Whether the current page lies in it."""
        return any(leaf.current for leaf in self.children)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the side menu."""

    title: str
    items: Sequence[Leaf | Branch] = field(default_factory=tuple)


HOME = Leaf("首页·待办事项", "portal:home", "portal.view_home", "home", within=("/todos",))
PASSWORD = Leaf("密码修改", "accounts:password", "accounts.change_password", "lock")
RULES = Leaf("规则库", "rulebook:list", "rulebook.view_rule", "adjustments")
ROSTERS = (
    "/rosters/",
    "/draws/*/roster",
    "/draws/*/papers",
    "/draws/*/confirm",
    "/draws/*/lock",
    "/draws/*/messages",
    "/draws/*/release",
    "/draws/*/reschedule",
)
LOG = Leaf("操作日志", "audit:list", "audit.view_event", "history")
INTEGRITY = Branch(
    "诚信管理",
    "shield-check",
    (
        Leaf("个人诚信管理", "integrity:persons", "integrity.view_record"),
        Leaf("专家诚信管理", "integrity:experts", "integrity.view_record"),
    ),
)
LOOK_UP = Branch(
    "查询统计",
    "chart-bar",
    (
        Leaf("人员查看", "people:persons", "people.view_person"),
        Leaf("业务查看", "people:cases", "people.view_case"),
    ),
)

OFFICE_MENU = (
    Section("", (HOME,)),
    Section(
        "网上业务",
        (
            Branch(
                "专家管理",
                "users",
                (
                    Leaf("评委抽取", "draws:list", "draws.view_application", within=("/draws/",)),
                    Leaf("补充抽取申请", "draws:supplements", "draws.edit_application"),
                    Leaf("评委名单查看", "draws:rosters", "draws.view_roster", within=ROSTERS),
                    Leaf("评委参评记录管理", "participation:list", "participation.view_record"),
                    Leaf(
                        "专家信息维护", "experts:list", "experts.view_expert", within=("/experts/",)
                    ),
                ),
            ),
            INTEGRITY,
            Branch(
                "证书管理",
                "certificate",
                (
                    Leaf("空白证书申领", "certificates:list", "certificates.edit_requisition"),
                    Leaf(
                        "空白证书申领历史查询",
                        "certificates:history",
                        "certificates.view_requisition",
                    ),
                ),
            ),
            LOOK_UP,
        ),
    ),
    Section(
        "系统管理",
        (
            Leaf("单位信息维护", "committees:office", "committees.edit_office", "building"),
            Leaf("学科组设置", "committees:groups", "committees.edit_group", "table"),
            RULES,
            PASSWORD,
        ),
    ),
)

HRSS_MENU = (
    Section("", (HOME,)),
    Section(
        "业务审核",
        (
            Branch(
                "评委抽取审核",
                "rubber-stamp",
                (
                    Leaf(
                        "抽取审核",
                        "draws:reviews",
                        "draws.review_application",
                        within=("/review/draws/",),
                    ),
                    Leaf(
                        "抽取申请查看", "draws:list", "draws.view_application", within=("/draws/",)
                    ),
                    Leaf("评委名单查看", "draws:rosters", "draws.view_roster", within=ROSTERS),
                ),
            ),
            Branch(
                "证书申领审核",
                "certificate",
                (Leaf("待审核", "certificates:reviews", "certificates.review_requisition"),),
            ),
            Branch(
                "诚信审核",
                "shield-check",
                (Leaf("待审核", "integrity:reviews", "integrity.review_record"),),
            ),
        ),
    ),
    Section(
        "监督管理",
        (
            Leaf("评委会备案", "committees:list", "committees.manage_committee", "building-bank"),
            Leaf("评审专家", "experts:list", "experts.view_expert", "users", within=("/experts/",)),
            LOOK_UP,
            RULES,
            LOG,
        ),
    ),
    Section("系统管理", (PASSWORD,)),
)

OBSERVER_MENU = (
    Section("", (HOME,)),
    Section(
        "现场监督",
        (
            Leaf("评委抽取", "draws:list", "draws.view_application", "dice-5", within=("/draws/",)),
            Leaf(
                "评委名单查看",
                "draws:rosters",
                "draws.view_roster",
                "list-details",
                within=ROSTERS,
            ),
        ),
    ),
    Section("监督管理", (RULES, LOG)),
    Section("系统管理", (PASSWORD,)),
)

SYSADMIN_MENU = (
    Section("", (replace(HOME, title="首页"),)),
    Section(
        "系统管理",
        (
            Leaf(
                "用户管理",
                "accounts:users",
                "accounts.manage_user",
                "user-cog",
                within=("/users/",),
            ),
            PASSWORD,
        ),
    ),
)

SIDE_NAMES = {
    Role.OBSERVER: "监督端",
    Role.SYSADMIN: "系统管理端",
    **dict.fromkeys(OFFICE, "评审委员会日常工作端"),
    **dict.fromkeys(HRSS, "人社部门审核端"),
}
_MENUS = {
    Role.OBSERVER: OBSERVER_MENU,
    Role.SYSADMIN: SYSADMIN_MENU,
    **dict.fromkeys(OFFICE, OFFICE_MENU),
    **dict.fromkeys(HRSS, HRSS_MENU),
}


def menu_of(user: Any, path: str = "") -> list[Section]:
    """The menu of a signed-in user with the entry of the current path marked."""
    shown = [_shown_section(section, user) for section in _MENUS.get(user.role, ())]
    shown = [section for section in shown if section.items]
    current = _current(list(leaves(shown)), path)
    return [_mark(section, current) for section in shown]


def leaves(sections: Sequence[Section]) -> Iterator[Leaf]:
    """Every page of a menu in order."""
    for section in sections:
        for item in section.items:
            if isinstance(item, Branch):
                yield from item.children
            else:
                yield item


def trail_of(sections: Sequence[Section]) -> list[tuple[str, str]]:
    """The breadcrumb of the current entry as (text, address): section, branch, page."""
    for section in sections:
        for item in section.items:
            if isinstance(item, Branch):
                for leaf in item.children:
                    if leaf.current:
                        return [(section.title, ""), (item.title, ""), (leaf.title, leaf.url)]
            elif item.current:
                return (
                    [(section.title, ""), (item.title, item.url)]
                    if section.title
                    else [(item.title, item.url)]
                )
    return []


def find(sections: Sequence[Section], words: str) -> list[tuple[str, Leaf]]:
    """Pages whose title or pinyin holds every word, each with the path that leads to it."""
    wanted = words.lower().split()
    found = []
    for section in sections:
        for item in section.items:
            for leaf in item.children if isinstance(item, Branch) else (item,):
                if all(word in f"{leaf.title} {leaf.find}".lower() for word in wanted):
                    path = (
                        [section.title, item.title] if isinstance(item, Branch) else [section.title]
                    )
                    found.append((" / ".join(filter(None, path)), leaf))
    return found


@cache
def pinyin_of(title: str) -> str:
    """`pwcq pingweichouqu` of 评委抽取."""
    initials = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER))
    return f"{initials} {''.join(lazy_pinyin(title))}"


def _shown_section(section: Section, user: Any) -> Section:
    items: list[Leaf | Branch] = []
    for item in section.items:
        if isinstance(item, Branch):
            children = [
                leaf for leaf in map(_addressed, item.children) if leaf and _may(user, leaf)
            ]
            if children:
                items.append(replace(item, children=tuple(children)))
        elif (leaf := _addressed(item)) and _may(user, leaf):
            items.append(leaf)
    return replace(section, items=tuple(items))


def _may(user: Any, leaf: Leaf) -> bool:
    return bool(user.may(leaf.permission))


def _addressed(leaf: Leaf) -> Leaf | None:
    url = _address(leaf.to)
    return replace(leaf, url=url) if url else None


@cache
def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _current(entries: list[Leaf], path: str) -> Leaf | None:
    """The entry whose address (or a prefix it claims) reaches furthest into the path."""
    best, reach = None, 0
    for leaf in entries:
        for prefix in (leaf.url, *leaf.within):
            if len(prefix) > reach and _reaches(prefix, path):
                best, reach = leaf, len(prefix)
    return best


def _reaches(prefix: str, path: str) -> bool:
    if prefix == "/":
        return path == prefix
    # A star stands for one part of the address: /draws/*/roster.
    parts, asked = prefix.split("/"), path.split("/")
    pattern = [own if part == "*" else part for part, own in zip(parts, asked, strict=False)]
    return len(pattern) == len(parts) and path.startswith("/".join(pattern))


def _mark(section: Section, current: Leaf | None) -> Section:
    if current is None:
        return section
    items: list[Leaf | Branch] = []
    for item in section.items:
        if isinstance(item, Branch):
            items.append(
                replace(
                    item, children=tuple(replace(c, current=c == current) for c in item.children)
                )
            )
        else:
            items.append(replace(item, current=item == current))
    return replace(section, items=tuple(items))
