"""The papers of a draw: what they say, to whom, marked void where they are, and logged."""

import json
import re
import zlib
from pathlib import Path

import pytest
from django.utils import timezone

import mingqian.draws
from mingqian.audit.models import Event
from mingqian.draws.queries.documents import notary_data, record_data
from mingqian.draws.queries.papers import list_data, sheet_of
from mingqian.draws.queries.roster import Roster
from mingqian.web.pdf import qr_path, qr_svg, render_pdf
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, frozen, make_cast, voided

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
TEMPLATES = Path(mingqian.draws.__file__).parent / "typst"


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def paper(cast: Cast, kind: str) -> str:
    return f"/draws/{cast.application.number}/papers/{kind}.pdf"


def unpacked(pdf: bytes) -> bytes:
    """The document with its compressed streams opened."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return pdf + b"\n".join(opened)


@pytest.mark.parametrize("kind", ["record", "notary", "roster"])
def test_every_paper_is_a_searchable_pdf_in_our_own_letters(client, cast, kind):
    executed(cast)
    client.force_login(cast.clerk)
    answer = client.get(paper(cast, kind))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    inside = unpacked(answer.content)
    assert b"MingqianSansSC" in inside
    assert b"/ToUnicode" in inside
    assert b"<pdfaid:part>2</pdfaid:part>" in inside


def test_the_record_names_people_seats_and_what_happened(cast):
    draw = executed(cast)
    text = json.dumps(
        record_data(draw, Roster(draw, cast.clerk), at=timezone.now()), ensure_ascii=False
    )
    for seat in draw.seats.select_related("expert", "expert__unit"):
        assert seat.expert.name in text
        assert seat.expert.unit.name in text
        assert seat.lot_code in text
        assert seat.expert.mobile_masked not in text
    for words in ("评委库与抽取规则已冻结", draw.short_code, draw.pool_root, "监督人员"):
        assert words in text


def test_the_observers_record_is_masked(cast):
    draw = executed(cast)
    text = json.dumps(
        record_data(draw, Roster(draw, cast.observer), at=timezone.now()), ensure_ascii=False
    )
    assert not [s for s in draw.seats.select_related("expert") if s.expert.name in text]


def test_the_notary_sheet_proves_without_a_name(cast):
    draw = executed(cast)
    data = notary_data(draw, at=timezone.now())
    text = json.dumps(data, ensure_ascii=False)
    assert not [s for s in draw.seats.select_related("expert") if s.expert.name in text]
    for contribution in draw.contributions.all():
        assert contribution.commitment in text
        assert contribution.nonce in text
    for value in (
        draw.commit_hash,
        draw.seed,
        draw.lottery_hash,
        draw.transcript_hash,
        draw.short_code,
    ):
        assert value in text
    assert len(data["panel"]) == 15
    assert "任何抽法都不可能让机会最小的人多于 5/16 ≈ 31.2%" in data["fairness"]
    assert "抽取方法：分专业直接抽签" in data["fairness"]
    assert {each["label"]: each["keeper"] for each in data["parties"]} == {
        "系统": "由平台生成",
        "评委会办公室": "由本人设备生成并保管",
        "监督人员": "由本人设备生成并保管",
        "人社部门": "由本人设备生成并保管",
    }
    assert data["qr"].startswith("<svg")


def test_papers_of_a_void_draw_are_marked(client, cast):
    draw = voided(cast)
    now = timezone.now()
    roster = Roster(draw, cast.clerk)
    for data in (
        record_data(draw, roster, at=now),
        list_data(sheet_of(draw, cast.clerk), at=now),
        notary_data(draw, at=now),
    ):
        assert "会议改期至下月" in str(data["void"])
    client.force_login(cast.clerk)
    assert client.get(paper(cast, "record") + f"?attempt={draw.attempt}").status_code == 200


def test_each_paper_made_is_an_entry_in_the_log(client, cast):
    executed(cast)
    client.force_login(cast.observer)
    client.get(paper(cast, "record"))
    client.force_login(cast.clerk)
    client.get(paper(cast, "roster"))
    entries = Event.objects.filter(action="draws.print_document").order_by("seq")
    assert [(e.actor_id, e.details["document"], e.details["masked"]) for e in entries] == [
        (cast.observer.pk, "record", True),
        (cast.clerk.pk, "roster", True),
    ]


def test_other_offices_the_administrator_and_a_draw_under_way_get_no_paper(client, cast):
    frozen(cast)
    client.force_login(cast.clerk)
    assert client.get(paper(cast, "record")).status_code == 404
    assert client.get(paper(cast, "secret")).status_code == 404
    client.force_login(make_user("clerk"))
    assert client.get(paper(cast, "record")).status_code == 404
    client.force_login(make_user("sysadmin"))
    assert client.get(paper(cast, "record")).status_code == 403


def test_the_transcript_is_given_out_byte_for_byte(client, cast):
    draw = executed(cast)
    client.force_login(cast.observer)
    answer = client.get(f"/draws/{cast.application.number}/transcript.json")
    assert answer.content == bytes(draw.transcript)
    assert "%E5%87%AD%E8%AF%81.json" in answer["Content-Disposition"]


def test_a_name_beyond_the_font_is_printed_all_the_same(cast):
    draw = executed(cast)
    data = list_data(sheet_of(draw, cast.clerk), at=timezone.now())
    row = data["groups"][0]["members" if "members" in data["groups"][0] else "primaries"][0]
    for name in ("㛃𬭎", "𰻝麦"):
        row["name"] = name
        assert render_pdf(TEMPLATES / "roster.typ", data).startswith(b"%PDF")


def test_the_same_data_at_the_same_time_gives_the_same_bytes(cast):
    draw, now = executed(cast), timezone.now()
    data = notary_data(draw, at=now)
    first = render_pdf(TEMPLATES / "notary.typ", data, at=now)
    assert first == render_pdf(TEMPLATES / "notary.typ", data, at=now)


def test_a_qr_code_is_a_drawing_without_script():
    side, path = qr_path("https://example.cn/verify/NJ7K-4QXM-92")
    assert 29 <= side <= 45
    assert re.fullmatch(r"(M\d+ \d+h\d+v1H\d+z)+", path)
    assert "script" not in qr_svg("https://example.cn/<script>")
