"""The rule book: on every day one value, and only rules that the system knows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mingqian.rulebook.defaults import DEFINITIONS
from mingqian.rulebook.models import RuleParameter, Scope


def rules_are_known() -> Iterator[str]:
    for key in RuleParameter.objects.values_list("key", flat=True).distinct():
        if key not in DEFINITIONS:
            yield f"{key} 不在规则目录中"


def one_value_a_day() -> Iterator[str]:
    """The spans of one rule and scope follow each other without overlapping; the province's without a gap."""
    spans: dict[tuple[str, str], list[RuleParameter]] = {}
    for row in RuleParameter.objects.order_by("key", "committee_code", "valid_from", "id"):
        if not row.never_held:
            spans.setdefault((row.key, row.committee_code), []).append(row)
    for (key, committee), rows in spans.items():
        for earlier, later in pairwise(rows):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                yield f"{key} {committee} 自 {later.valid_from} 起同时有两个值"
            elif not committee and earlier.valid_to < later.valid_from:
                yield f"{key} 自 {earlier.valid_to} 起没有值"
        if not committee and rows[-1].valid_to is not None:
            yield f"{key} 自 {rows[-1].valid_to} 起没有值"


def every_rule_has_a_value() -> Iterator[str]:
    present = set(
        RuleParameter.objects.filter(scope_type=Scope.PROVINCE).values_list("key", flat=True)
    )
    for key in DEFINITIONS:
        if key not in present:
            yield f"{key} 没有全省值"


INVARIANTS = [
    ("规则都在目录中", rules_are_known),
    ("规则每一天只有一个值", one_value_a_day),
    ("每条规则都有全省值", every_rule_has_a_value),
]
