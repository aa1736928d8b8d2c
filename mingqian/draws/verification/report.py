"""The verifier's codes and figures as a stranger reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fairdraw import lot_code
from fairdraw.verify import WORDS
from mingqian.draws.words import keeper_words

from .sandbox import Judgement

NAMES: Mapping[str, str] = WORDS["zh"][-1]
SEAT = re.compile(r"(panel|alternates)\[(\d+)\]\.(\w+) \((.*), (\d+)\)")
# So close to the bound the smallest chance differs from it only by the rounding to units.
ROUNDING = Fraction(1, 1 << 20)
# The verifier lets the smallest chance lie below the bound by a sixteenth of it.
FAR = Fraction(1, 16)
HEX_64 = re.compile(r"[0-9a-f]{64}")
PARTS = {"panel": "正选", "alternates": "备选"}
FIELDS = {"id": "代号", "ticket": "签号", "rank": "位次", "stratum": "专业", "type": "类别"}
CERTIFIED = "最优性证书成立，无法再提高"
PARTIES = {"office": "评委会办公室", "hrss": "人社部门", "observer": "监督人员", "server": "系统"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step. `state` is ok, noted (it fits, but proves less than one might think), failed or skipped; a failed one says what was expected, found, and where."""

    number: int
    name: str
    note: str
    value: str
    state: str
    title: str = ""
    expected: str = ""
    found: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole report: verdict first, then the steps, then what the file says of the draw.

    `doubtful`: every step fits, yet the certificate does not hold what one expects of it.
    """

    ok: bool
    title: str
    text: str
    lines: list[Line] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    fairness: str = ""
    fairness_figure: str = ""
    fairness_end: str = ""
    fairness_note: str = ""
    unproven: list[str] = field(default_factory=list)
    doubtful: bool = False
    digest: str = ""
    number: str = ""


def tell(judgement: Judgement, data: bytes) -> Verdict:
    """Put a judgement into words."""
    facts = judgement.facts
    said = facts.get("said", {})
    if "lacking" in facts:
        return Verdict(
            ok=False,
            title="本服务器不能验证这份凭证",
            text="凭证用的是国密 SM3，本服务器的 Python 没有这种算法。这不说明文件是真是假，请用离线验证页验证。",
        )
    if not judgement.readable:
        return Verdict(
            ok=False,
            title="文件无法读取，不是抽取凭证",
            text="凭证是抽取完成后公布的 .json 文件。请核对是否选错了文件，或重新下载后再验。",
        )
    lines = [_line(check, judgement, data) for check in judgement.checks]
    failed = next((line for line in lines if line.state == "failed"), None)
    if failed is None:
        done = sum(line.state in ("ok", "noted") for line in lines)
        title, text = (
            f"全部 {done} 项相符，名单确由本次抽取产生",
            "逐项重算，未采信文件中的任何结论",
        )
    else:
        before = f"前 {failed.number - 1} 步相符，" if failed.number > 1 else ""
        title = f"验证未通过：第 {failed.number} 步「{failed.name}」"
        text = f"{before}第 {failed.number} 步不符，请勿采信这份文件"
    doubtful = judgement.ok and not facts["proven"]
    if doubtful:
        title = f"{title.split('，')[0]}，但{_left_open(facts)}"
    metadata = said.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return Verdict(
        ok=judgement.ok,
        doubtful=doubtful,
        title=title,
        text=text,
        lines=lines,
        facts=_facts(facts, said, metadata),
        digest=_short_text(said.get("digest"), 64),
        number=_short_text(metadata.get("number"), 20),
        **(_fairness(facts) if judgement.ok else {}),
    )


def _line(check: Mapping[str, Any], judgement: Judgement, data: bytes) -> Line:
    code, name = check["code"], NAMES[check["code"]]
    if check["ok"] is None:
        if judgement.ok:
            return Line(check["number"], name, "文件未附签名", "未签名", "skipped")
        return Line(check["number"], name, "前一步未通过，未继续", "未检查", "skipped")
    if check["ok"]:
        note, value = _told(code, check["value"], judgement.facts, len(data))
        noted = code == "CERTIFICATE" and note != CERTIFIED
        return Line(check["number"], name, note, value, "noted" if noted else "ok")
    title, where = _place(check["where"], _strata(judgement))
    return Line(
        check["number"],
        name,
        "",
        "未通过",
        "failed",
        title=f"{name.removesuffix('一致')}不一致：{title}" if title else f"与「{name}」不符",
        expected=_shown(check["expected"], check["where"]),
        found=_shown(check["found"], check["where"]),
        where=where + _offset(check["found"], data),
    )


def _strata(judgement: Judgement) -> dict[str, str]:
    """Stratum id -> name, as far as the file tells."""
    said = judgement.facts.get("said", {}).get("metadata")
    rows = said.get("strata") if isinstance(said, dict) else None
    return {
        row[0]: f"{row[2]}·{row[1]}" if row[2] else row[1]
        for row in (rows if isinstance(rows, list) else [])[:2000]
        if isinstance(row, list)
        and len(row) == 3
        and all(isinstance(c, str) and len(c) < 60 for c in row)
    }


def _place(where: str, strata: Mapping[str, str]) -> tuple[str, str]:
    """(the seat in words, the place in the file)."""
    found = SEAT.fullmatch(where)
    if found is None:
        return "", where
    part, index, name, stratum, rank = found.groups()
    seat = f"{strata.get(stratum, stratum)}·{PARTS[part]}第 {rank} 席的{FIELDS.get(name, name)}"
    return seat, f"{part}[{index}].{name}"


def _shown(text: str, where: str) -> str:
    if HEX_64.fullmatch(text) and ".ticket" in where:
        return f"签 {lot_code(text)}（{text[:16].upper()}…）"
    return _grouped(text) if HEX_64.fullmatch(text) else text


def _grouped(text: str) -> str:
    return " ".join(text[i : i + 8].upper() for i in range(0, len(text), 8))


def _offset(found: str, data: bytes) -> str:
    at = data.find(found.encode()) if len(found) >= 8 else -1
    return f"，第 {at + 1:,} 字节起" if at >= 0 else ""


def _hash(text: Any) -> str:
    """The first eight digits as witnesses compare them."""
    text = str(text)
    return f"{text[:4]} {text[4:8]}".upper()


def _told(code: str, value: str, facts: Mapping[str, Any], size: int) -> tuple[str, str]:
    """(what was looked at, the figure)."""
    last = value.rsplit(", ", 1)[-1]
    parties = len(facts["said"].get("parties", ()))
    codes = facts.get("codes", {})
    excluded, pool = sum(codes.values()), facts.get("pool", 0)
    seats, others = facts.get("primary", 0), facts.get("alternate", 0)
    seated = facts.get("eligible", 0) - facts.get("without_seat", 0)
    general = facts.get("mode") == "L"
    told = {
        "FORMAT": ("规范编码，逐字节一致", f"{size:,} 字节"),
        "POOL": (f"{pool:,} 名在库专家重算得到同一指纹", _hash(last)),
        "EXCLUSIONS": (
            f"{excluded:,} 人排除，每人有规则代码和依据指纹" if excluded else "没有人被排除",
            f"{len(codes)} 类 {excluded:,} 人",
        ),
        "RULES": ("席位、同单位上限与指定委员未被改动", _hash(last)),
        "COMMITMENT": ("各方与系统的贡献均与事先承诺一致", f"{parties} / {parties}"),
        "SEED": (f"由承诺与 {parties} 份贡献唯一得出", _hash(last)),
        "LOTTERY": (
            "每一份可能的名单逐份对照全部规则" if general else "席位分布逐格对照全部规则",
            _hash(last),
        ),
        "CHANCES": ("每人入选机会与公布的一致", f"{seated:,} 人"),
        "CERTIFICATE": _certificate(facts),
        "COUNTS": (
            ("名单序号由种子得出，重算一致", value.replace("panel ", "").replace(" of ", " / "))
            if general
            else ("由种子逐级推出，重算一致", f"{seats} 席")
        ),
        "PANEL": (f"{seats} 席签号按从小到大排列", f"{seats} / {seats}"),
        "ALTERNATES": (f"{others} 名备选按递补次序", f"{others} / {others}"),
        "DIGEST": ("签名所覆盖的内容逐字节一致", _hash(value)),
        "SIGNATURES": ("签名有效", "、".join(PARTIES.get(p, p) for p in value.split(", "))),
    }
    return told.get(code, ("", value))


def _certificate(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What the certificate shows, and its bound as printed; nothing of a file that failed before."""
    if "bound" not in facts or "lowest" not in facts:
        return "", ""
    if not facts.get("proven"):
        note = _left_open(facts)
    elif facts.get("ceiling_proven") is False:
        note = "没有证明机会上限必须这么高"
    elif facts.get("loose"):
        note = _loose(facts)
    elif facts.get("mode") == "B" and not facts.get("full"):
        note = "只证明最小的机会无法再提高"
    else:
        note = CERTIFIED
    return note, " / ".join(map(str, facts.get("bound", ())))


def _is_far(facts: Mapping[str, Any]) -> bool:
    """Whether the smallest chance itself is what is not proven: it lies well below the certificate's bound."""
    bound = Fraction(*facts["bound"])
    return bound - Fraction(*facts["lowest"]) > bound * FAR


def _left_open(facts: Mapping[str, Any]) -> str:
    """What a certificate that does not hold leaves open."""
    if _is_far(facts):
        return "没有证明最小的机会已是最大"
    return "有专家的机会不在证书给出的范围内"


def _loose(facts: Mapping[str, Any]) -> str:
    """From which level on only the rounding of earlier ones keeps somebody's chance within its bracket."""
    return f"第 {facts['loose']} 级起的机会只在取整余量之内，未逐级证明"


def _short_text(value: Any, limit: int = 100) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _facts(
    facts: Mapping[str, Any], said: Mapping[str, Any], metadata: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """What the file says of the draw; only text and figures of a sane length are shown."""
    program = said.get("program")
    program = program if isinstance(program, dict) else {}
    parties = [PARTIES.get(p, p[:32]) for p in said.get("parties", ()) if isinstance(p, str)][:12]
    hash_name = "SM3" if said.get("profile") == "gm" else "SHA-256"
    rows = [
        ("评委会", _short_text(metadata.get("committee"))),
        ("编号", _short_text(metadata.get("number"), 20)),
        ("补充抽取", _supplement(metadata)),
        ("评审会议", _short_text(metadata.get("meeting"))),
        ("抽取时间", _short_text(metadata.get("drawn_at"), 19)),
        (
            "正选 / 备选",
            f"{facts['primary']} 席 / {facts['alternate']} 席" if "primary" in facts else "",
        ),
        ("抽取次序", f"第 {said['attempt']} 次" if _is_count(said.get("attempt")) else ""),
        (
            "试抽取",
            f"{said['trials']} 次，均记入承诺，不作结果" if _is_count(said.get("trials")) else "",
        ),
        ("随机来源", f"{'、'.join(parties)}各一份，先承诺后揭示" if parties else ""),
        ("随机数生成", _keepers(said, metadata)),
        ("前次凭证", _previous(facts, said)),
        (
            "算法",
            f"{_short_text(program.get('name'), 20)} {_short_text(program.get('version'), 20)}·{hash_name}",
        ),
    ]
    return [(label, value) for label, value in rows if value]


def _supplement(metadata: Mapping[str, Any]) -> str:
    """Which round of which first draw a supplement says it is."""
    number = metadata.get("round")
    if not _is_count(number):
        return ""
    return f"第 {number} 轮，首次抽取 {_short_text(metadata.get('first'), 20)}"


def _keepers(said: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """Who made and kept each party's number, as far as the file says; it is a statement, not a proof."""
    kept = metadata.get("nonces_kept_by")
    parties = [p for p in said.get("parties", ()) if isinstance(p, str)][:12]
    if not parties:
        return ""
    if not isinstance(kept, dict):
        return "凭证未载明"
    groups: dict[str, list[str]] = {}
    for party in parties:
        by = kept.get(party)
        words = (
            keeper_words(party, self_held=by == "party")
            if by in ("party", "platform")
            else "凭证未载明"
        )
        groups.setdefault(words, []).append(PARTIES.get(party, party[:32]))
    return "；".join(f"{'、'.join(names)}{words}" for words, names in groups.items())


def _previous(facts: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    if not isinstance(said.get("previous"), str):
        return ""
    checked = facts.get("previous") == "checked"
    words = "已一并核对" if checked else "未核对，可与本凭证一并选择"
    before = facts.get("before")
    if checked and isinstance(before, str):
        words += f"；其前还有一次 {_hash(before)}"
    return f"{_hash(said['previous'])}（{words}）"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < 10**9


def _fairness(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest chance, beside it what no lottery could exceed, and whatever of it the file leaves unproven."""
    bound, highest = Fraction(*facts["bound"]), Fraction(*facts["highest"])
    lowest = Fraction(*facts["lowest"])
    people = facts["eligible"] - facts["without_seat"]
    note = f"机会最高者 {fraction_words(highest)}"
    note += (
        f"；有 {facts['above_half']} 人的机会超过一半。"
        if facts["above_half"]
        else "；没有人必然入选，也没有可抽的人毫无机会。"
        if lowest
        else "。"
    )
    if facts["without_seat"]:
        note += f"另有 {facts['without_seat']} 名可抽专家的专业本次没有席位。"
    unproven = _unproven(facts, bound, lowest)
    if lowest == 0:
        told = f"{people:,} 名可抽专家中，在席位与上限规则下有人没有入选机会。"
        return {"fairness": told, "fairness_note": note, "unproven": unproven}
    beside = (
        "，已达到上限"
        if lowest == bound
        else "，与上限只差取整的零头"
        if bound - lowest <= ROUNDING
        else ""
    )
    return {
        "fairness": f"{people:,} 名可抽专家中，机会最小的人有 ",
        "fairness_figure": fraction_words(lowest),
        "fairness_end": f" 的机会入选正选{beside}：证书证明，在同样的席位、上限与回避规则下，"
        f"任何抽法都不可能让机会最小的人多于 {fraction_words(bound)}。",
        "fairness_note": note,
        "unproven": unproven,
    }


def _unproven(facts: Mapping[str, Any], bound: Fraction, lowest: Fraction) -> list[str]:
    """What the published chances are, but the certificate does not prove."""
    found = []
    if not facts["proven"] and not _is_far(facts):
        found.append(
            "有专家的机会不在证书给出的范围内，没有证明已是最均衡的抽法。请向办理单位核实为什么。"
        )
    elif not facts["proven"]:
        found.append(
            f"没有证明最小的机会已是最大：最小的机会是 {fraction_words(lowest)}，"
            f"证书只给出上限 {fraction_words(bound)}。请向办理单位核实为什么。"
        )
    if facts.get("ceiling_proven") is False:
        found.append("没有证明机会的上限必须放宽到公布的数值。请向办理单位核实为什么。")
    if facts.get("loose"):
        found.append(f"{_loose(facts)}；机会已公布，可向办理单位核实。")
    if facts.get("mode") == "B" and not facts.get("full"):
        found.append("只证明了最小的机会不能再大；其余各人的机会已公布，没有逐一证明。")
    if facts.get("mode") == "L":
        found.append("备选机会与同席组合已公布，未证明为最优。")
    return found


def fraction_words(value: Fraction) -> str:
    """7/71（9.9%）; a fraction of many digits is rounded and says so."""
    percent = f"{float(value) * 100:.1f}%"
    if value.denominator <= 10_000:
        return f"{value.numerator}/{value.denominator}（{percent}）"
    near = value.limit_denominator(999)
    return f"约 {near.numerator}/{near.denominator}（{percent}）"
