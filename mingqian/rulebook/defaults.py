"""The rules as shipped: what each is called, and the value it starts with.

None of these numbers was read again in an official text for this release; every row starts unchecked and
says so on the page. `docs/decisions` tells where the proposals (P-…) come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .models import Enforcement

BLOCK, WARN, INFO = Enforcement.BLOCK, Enforcement.WARN, Enforcement.INFO
# The day on which Order 40 came into force; the proposals share it, so that any later day has a value.
START = date(2019, 9, 1)
GROUPS = (
    "评委会与备案",
    "人数与学科组",
    "评审专家",
    "抽取",
    "回避与公开",
    "会议与表决",
    "公示与诚信",
    "证书",
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One rule of the catalogue. `least` and `most` bound what a lead may type; None means no number."""

    key: str
    title: str
    group: str
    value: str | None
    unit: str
    enforcement: Enforcement
    citation: str
    note: str = ""
    least: str | None = None
    most: str | None = None

    @property
    def has_number(self) -> bool:
        return self.least is not None


def _order40(article: str) -> str:
    return f"《职称评审管理暂行规定》(人社部令第40号){article}"


def _proposal(number: int, title: str) -> str:
    return f"规则库 P-{number:02d}「{title}」"


def _article(
    key: str,
    title: str,
    group: str,
    article: str,
    enforcement: Enforcement,
    value: str | None = None,
    unit: str = "",
    least: str | None = None,
    most: str | None = None,
    note: str = "",
) -> Definition:
    return Definition(
        key, title, group, value, unit, enforcement, _order40(article), note, least, most
    )


# Numbered for citation; a new proposal is added at the end, so that a printed number stays true.
PROPOSALS = (
    "最低抽取倍率",
    "备选比例",
    "同单位上限",
    "轮换",
    "年度负荷",
    "抽取时间",
    "答复时限",
    "评委年龄上限",
    "利害关系",
    "证书损耗",
    "指定委员",
    "抽取见证",
)


def _start_value(
    key: str,
    title: str,
    group: str,
    value: str | None,
    unit: str,
    enforcement: Enforcement,
    least: str,
    most: str,
    note: str,
    of: str | None = None,
) -> Definition:
    """A proposal; `of` names the proposal it belongs to where several numbers make one rule."""
    name = of or title
    citation = _proposal(PROPOSALS.index(name) + 1, name)
    return Definition(key, title, group, value, unit, enforcement, citation, note, least, most)


_FILING, _MEMBERS, _EXPERTS, _DRAW, _AVOID, _MEETING, _PUBLIC, _PAPER = GROUPS

CATALOGUE: tuple[Definition, ...] = (
    _article("one_committee_per_draw", "按系列或专业组建评委会", _FILING, "第六条", BLOCK,
             note="一次抽取只属于一个评委会。"),
    _article("filing_max_years", "核准备案有效期上限", _FILING, "第八条", BLOCK, "3", "年", "1", "3"),
    _article("filing_required", "会议当日备案有效", _FILING, "第八条", BLOCK,
             note="备案失效后不得抽取评委。"),
    _article("filing_warn_days", "备案到期提醒", _FILING, "第八条", WARN, "90", "天", "0", "365"),
    _article("unfiled_results_void", "未备案或备案失效的评审结果不予认可", _FILING, "第四十条", BLOCK),
    _article("member_count_odd", "评委人数为单数", _MEMBERS, "第九条", BLOCK,
             note="计正选与指定委员。"),
    _article("min_members_senior_series", "按系列组建的高级评委会人数下限", _MEMBERS, "第九条", BLOCK,
             "25", "人", "1", "999", note="省级人社部门可以调整。"),
    _article("min_members_senior_specialty", "按专业组建的高级评委会人数下限", _MEMBERS, "第九条", BLOCK,
             "11", "人", "1", "999", note="省级人社部门可以调整。"),
    _article("min_members_intermediate", "中级评委会人数下限", _MEMBERS, "第八条、第九条", BLOCK,
             None, "人", "1", "999", note="由各地自行确定；未填数值时不检查。"),
    _article("min_members_junior", "初级评委会人数下限", _MEMBERS, "第八条、第九条", BLOCK,
             None, "人", "1", "999", note="由各地自行确定；未填数值时不检查。"),
    _article("min_group_size", "评议组人数下限", _MEMBERS, "第二十一条", BLOCK, "3", "人", "1", "99"),
    _article("member_qualification", "评委职称、专业与从业要求", _EXPERTS, "第十条", BLOCK,
             note="具有本系列或本专业相应层级职称并从事本领域工作。"),
    _article("expert_term_max_years", "评委聘期上限", _EXPERTS, "第十条", BLOCK, "3", "年", "1", "3",
             note="聘期以外不得抽取。"),
    _start_value("age_max", "评委年龄上限", _EXPERTS, "70", "岁", WARN, "18", "100",
                 "参照《政府采购评审专家管理办法》(财库〔2016〕198号)第六条。"),
    _article("random_draw", "从评委库中随机抽取", _DRAW, "第十一条", BLOCK,
             note="按规定人数从评委库中随机抽取，是本系统抽取的依据。"),
    _start_value("pool_min_multiple_warn", "抽取倍率提醒线", _DRAW, "3", "倍", WARN, "1", "100",
                 "可抽人数除以正选人数；3 倍时三年内至少两年入选的概率为 0.26，2 倍时为 0.50。",
                 of="最低抽取倍率"),
    _start_value("pool_min_multiple_block", "抽取倍率下限", _DRAW, "1.5", "倍", BLOCK, "1", "100",
                 "可抽人数除以正选人数。", of="最低抽取倍率"),
    _start_value("alternate_ratio", "备选比例", _DRAW, "0.5", "倍", WARN, "0", "5",
                 "备选人数等于正选人数乘以比例，向上取整。"),
    _start_value("alternate_min_per_specialty", "每专业备选人数下限", _DRAW, "1", "人", WARN, "0", "20",
                 "有正选名额的专业至少备选的人数。", of="备选比例"),
    _start_value("same_unit_cap_min", "同单位人数上限起点", _DRAW, "2", "人", BLOCK, "1", "99",
                 "同单位上限取本数与比例计算值中较大者；参照 RFC 8713 第四节。", of="同单位上限"),
    _start_value("same_unit_cap_share", "同单位人数占正选比例", _DRAW, "1/5", "", BLOCK, "0", "1",
                 "同单位上限取起点与本比例计算值中较大者。", of="同单位上限"),
    _start_value("same_unit_group_share", "同单位人数占学科组比例", _DRAW, "1/3", "", BLOCK, "0", "1",
                 "一个学科组中同一单位的人数不超过该比例。", of="同单位上限"),
    _start_value("max_consecutive_years", "连续入选年数上限", _DRAW, "2", "年", BLOCK, "1", "10",
                 "达到上限后应当轮换。", of="轮换"),
    _start_value("rest_years", "轮换间隔", _DRAW, "1", "年", BLOCK, "0", "10",
                 "连续入选达到上限后停抽的年数。", of="轮换"),
    _start_value("max_seats_per_year", "每年入选次数上限", _DRAW, "3", "次", BLOCK, "1", "50",
                 "避免少数专家负担过重。", of="年度负荷"),
    _start_value("draw_lead_days_min", "抽取提前工作日下限", _DRAW, "1", "工作日", BLOCK, "0", "60",
                 "兼顾保密与专家行程。", of="抽取时间"),
    _start_value("draw_lead_days_max", "抽取提前工作日上限", _DRAW, "5", "工作日", BLOCK, "0", "60",
                 "兼顾保密与专家行程。", of="抽取时间"),
    _start_value("supplement_lead_days_min", "补充抽取提前工作日下限", _DRAW, "0", "工作日", BLOCK, "0", "60",
                 "0 表示会议当天、会议期间也可以补充抽取；上限与首次抽取相同。", of="抽取时间"),
    _start_value("designated_max", "指定委员人数上限", _DRAW, "3", "人", BLOCK, "0", "99",
                 "主任委员、副主任委员由组建单位指定，不参加抽取，计入评委人数。", of="指定委员"),
    _start_value("contributing_parties_min", "随机数贡献方下限", _DRAW, "2", "方", BLOCK, "2", "9",
                 "正式抽取前各方盲填随机数，缺一不能计算种子。", of="抽取见证"),
    _start_value("observer_parties_min", "监督人员贡献方下限", _DRAW, "1", "方", BLOCK, "0", "1",
                 "1 表示各贡献方中须有监督人员，0 表示不作要求。", of="抽取见证"),
    _start_value("decline_cutoff_hours", "专家自行答复截止", _DRAW, "24", "小时", BLOCK, "0", "720",
                 "会前该时限以内只能由日常工作部门登记不参评。", of="答复时限"),
    _article("avoidance", "评审回避", _AVOID, "第二十五条", BLOCK,
             note="专家应当主动声明，日常工作部门应当告知其回避。"),
    _start_value("conflict_window_years", "利害关系回溯年限", _AVOID, "3", "年", BLOCK, "0", "30",
                 "参照财库〔2016〕198号第十六条。", of="利害关系"),
    _article("list_not_public", "专家名单不向社会公布", _AVOID, "第二十四条", BLOCK,
             note="对外只公布不含姓名的抽取凭证。"),
    _article("attendance_min_share", "到会人数比例下限", _MEETING, "第十九条", BLOCK, "2/3", "", "1/2", "1"),
    _article("vote_pass_share", "表决通过比例", _MEETING, "第二十条", BLOCK, "2/3", "", "1/2", "1",
             note="以到会评委人数计。"),
    _article("unit_publicity_days", "用人单位内部公示期下限", _PUBLIC, "第十六条", BLOCK,
             "5", "工作日", "1", "60"),
    _article("defects_at_once", "一次性告知", _PUBLIC, "第十八条", BLOCK,
             note="退回时一次告知全部需要补正的内容。"),
    _article("result_publicity_days", "评审结果公示期下限", _PUBLIC, "第二十六条", BLOCK,
             "5", "工作日", "1", "60"),
    _article("fraud_archive_years", "弄虚作假记入诚信档案的年限", _PUBLIC, "第四十一条", BLOCK,
             "3", "年", "1", "30"),
    _article("expert_archive", "专家违规取消资格并记入诚信档案", _PUBLIC, "第四十四条", BLOCK,
             note="直至解除。"),
    _start_value("spoilage_allowance", "空白证书损耗比例", _PAPER, "0.05", "", WARN, "0", "1",
                 "申领数量中允许的损耗。", of="证书损耗"),
)  # fmt: skip

DEFINITIONS: dict[str, Definition] = {definition.key: definition for definition in CATALOGUE}
