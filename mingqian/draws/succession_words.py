"""Why somebody may not enter a seat, or was passed over, in words."""

from __future__ import annotations

from typing import Any

from fairdraw.errors import FairdrawError
from fairdraw.substitution import Outcome

REFUSALS = {
    "ANSWER_OF_STRANGER": "名单上没有这个人，请刷新页面。",
    "ANSWER_AFTER_DECLINE": "该专家已不参评；请先移除，再重新登记。",
    "ANSWER_WHILE_WAITING": "该专家现为备选，递补入席后才需要确认。",
    "NOTHING_TO_REVERT": "该专家尚未答复，无需移除。",
    "SEAT_TAKEN": "原席位已由他人递补，请选择恢复原席位或转为备选。",
    "SEAT_IS_DRAWN": "该席位由正式抽取产生的正选在席，不能另选他人。",
    "NOT_WAITING": "所选的人不在备选之列，请刷新页面后另选。",
    "SEAT_UNKNOWN": "没有这个席位，请刷新页面。",
    "WRONG_STRATUM": "所选备选与席位不是同一专业。",
}
VOID_NOW = "（补充抽取已作废）"
"""After the name of somebody who came by a supplement since declared void."""
NOT_ALIKE = "NOT_ALIKE"
"""Of somebody passed over for an alternate of the same type as whoever left (docs/draw-protocol.md, section 8)."""
OTHERWISE = "名单现在的状态不能办理这一步，请刷新页面核对后再办理。"


def skip_words(row: str, limit: int) -> str:
    """Which rule keeps somebody out: same unit overall, same unit in the group, a quota; or who goes first."""
    if row == NOT_ALIKE:
        return "排位在前；递补先由与离席者单位、专业、限额条件相同的备选入席"
    if row == "EMPLOYER_CAP":
        return f"同单位已有 {limit} 人在席，到同单位上限"
    if row == "GROUP_CAP":
        return f"本组同单位已有 {limit} 人在席，到组内上限"
    return f"抽取方案对某类人员的人数有限额（{limit} 人），此人入席后名单不再符合"


def passed_over(outcome: Outcome) -> list[dict[str, Any]]:
    """Everybody who waited before whoever entered, as an event keeps them: not alike, then tried and kept out."""
    ahead: list[dict[str, Any]] = [
        {"id": each, "row": NOT_ALIKE, "limit": 0} for each in outcome.ahead
    ]
    return ahead + [{"id": s.id, "row": s.row, "limit": s.limit} for s in outcome.skips]


def refusal_words(error: FairdrawError) -> str:
    """What a clerk reads where the engine refuses a deed."""
    if error.code == "ENTRY_FORBIDDEN":
        why = skip_words(str(error.params.get("row", "")), int(error.params.get("limit", 0)))
        return f"不能入席：{why}。"
    return REFUSALS.get(error.code, OTHERWISE)
