"""Why a matter may be returned: the reasons a reviewer ticks, each with the rule it stands on."""

from __future__ import annotations

from dataclasses import dataclass

_ORDER_40 = "《职称评审管理暂行规定》(人社部令第40号)"


@dataclass(frozen=True, slots=True)
class ReturnReason:
    code: str
    label: str
    citation: str = ""


REASONS: tuple[ReturnReason, ...] = (
    ReturnReason("INCOMPLETE", "材料不全", f"{_ORDER_40}第十八条"),
    ReturnReason("MEMBERS", "人数不符合规定", f"{_ORDER_40}第九条"),
    ReturnReason("AVOIDANCE", "回避设置不当", f"{_ORDER_40}第二十五条"),
    ReturnReason("FILING", "评委会备案失效", f"{_ORDER_40}第八条、第四十条"),
    ReturnReason("COVERAGE", "专业覆盖不足", f"{_ORDER_40}第十条"),
    ReturnReason("TIME", "时间不符", "规则库 P-06「抽取时间」"),
    ReturnReason("OTHER", "其他"),
)
BY_CODE: dict[str, ReturnReason] = {reason.code: reason for reason in REASONS}


def reason_labels(codes: list[str]) -> list[str]:
    """The words of some reason codes, in the order of the table; unknown codes are shown as they are."""
    known = [reason.label for reason in REASONS if reason.code in codes]
    return known + [code for code in codes if code not in BY_CODE]
