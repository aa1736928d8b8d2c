"""Public verification: nothing to sign in for, nothing stored, a calm answer to whatever is sent."""

import hashlib
import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mingqian.draws.queries.stage import checks_on_the_spot
from mingqian.draws.verification import (
    LARGEST,
    Judgement,
    judge,
    judgement_of,
    kept,
    kept_of,
    sandbox,
    tell,
)
from mingqian.draws.views import verify as views
from tests.factories.ceremonies import Cast, executed, make_cast, voided
from tests.factories.transcripts import sample_transcript

pytestmark = pytest.mark.django_db

SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}


def upload(client, data: bytes, name: str = "凭证.json", *, previous: bytes = b""):
    files = {"file": SimpleUploadedFile(name, data, "application/json")}
    if previous:
        files["previous"] = SimpleUploadedFile("前次.json", previous, "application/json")
    return client.post("/verify", files)


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


def test_a_stranger_sees_the_form(client):
    page = client.get("/verify")
    assert page.status_code == 200
    assert "自行验证一次抽取" in page.content.decode()


def test_a_true_transcript_passes_every_step_and_is_on_record(client, cast):
    draw = executed(cast)
    page = upload(client, bytes(draw.transcript)).content.decode()
    assert "全部 14 项相符" in page
    assert "与本平台存档一致" in page
    assert cast.application.number in page
    assert "机会最小的人有 <em>5/16（31.2%）</em> 的机会入选正选，已达到上限" in page
    assert "任何抽法都不可能让机会最小的人多于 5/16（31.2%）" in page
    assert "人社部门、监督人员、评委会办公室由本人设备生成并保管；系统由平台生成" in page
    assert "证书没有证明的" not in page


def test_a_short_code_leads_to_the_same_report_however_it_is_typed(client, cast):
    draw = executed(cast)
    found = client.get("/verify", {"code": f" {draw.short_code.lower().replace('-', ' ')} "})
    assert found.status_code == 302
    page = client.get(found["Location"])
    assert "全部 14 项相符" in page.content.decode()
    file = client.get(f"/verify/{draw.short_code}/transcript.json")
    assert file.content == bytes(draw.transcript)


def test_the_transcript_of_a_void_draw_says_so(client, cast):
    draw = voided(cast)
    page = upload(client, bytes(draw.transcript)).content.decode()
    assert "但本次抽取已作废" in page
    assert "结果不再有效" in page


def test_a_transcript_that_was_never_drawn_here_is_not_called_ours(client, cast):
    page = upload(client, sample_transcript()).content.decode()
    assert "全部 14 项相符" in page
    assert "本平台没有这份凭证的存档" in page
    draw = executed(cast)
    page = upload(client, sample_transcript(cast.application.number)).content.decode()
    assert "与本平台存档不符" in page
    assert draw.short_code in page


def told(**facts):
    """The verdict on a true transcript, had the verifier found these facts."""
    data = sample_transcript()
    judgement = judge(data)
    return tell(replace(judgement, facts=judgement.facts | facts), data)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"proven": False, "bound": [1, 2]}, "没有证明最小的机会已是最大"),
        ({"proven": False}, "有专家的机会不在证书给出的范围内"),
        ({"ceiling_proven": False}, "没有证明机会的上限"),
        ({"mode": "B", "full": False}, "只证明了最小的机会不能再大"),
        ({"mode": "L", "full": False}, "备选机会与同席组合已公布，未证明为最优"),
        ({"mode": "L", "full": False, "loose": 7}, "第 7 级起的机会只在取整余量之内，未逐级证明"),
    ],
)
def test_what_the_certificate_leaves_open_is_said_and_not_in_green(facts, words):
    verdict = told(**facts)
    assert [each for each in verdict.unproven if words in each]
    line = next(line for line in verdict.lines if line.number == 9)
    assert line.state == ("ok" if facts == {"mode": "L", "full": False} else "noted")
    assert verdict.doubtful == ("proven" in facts)
    assert ("，但" in verdict.title) == verdict.doubtful


def test_a_hash_that_the_server_lacks_is_no_fault_of_the_file():
    verdict = tell(Judgement(False, False, [], {"lacking": "sm3", "said": {}}), b"{}")
    assert (verdict.ok, verdict.title) == (False, "本服务器不能验证这份凭证")


def test_smallest_chance_and_bound_are_two_figures():
    lowest, bound = [3, 10], [5, 16]
    verdict = told(lowest=lowest, bound=bound)
    assert verdict.fairness_figure == "3/10（30.0%）"
    assert "多于 5/16（31.2%）" in verdict.fairness_end
    assert "已达到上限" not in verdict.fairness_end


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (None, "凭证未载明"),
        ({"office": "platform", "hrss": "party"}, "评委会办公室由平台代为生成"),
        ({"office": ["party"]}, "凭证未载明"),
    ],
)
def test_who_made_the_numbers_is_told_as_the_file_says(kept, words):
    data = sample_transcript()
    judgement = judge(data)
    said = judgement.facts["said"]
    metadata = said["metadata"] | ({"nonces_kept_by": kept} if kept else {})
    said = said | {"metadata": metadata, "parties": ["hrss", "office"]}
    verdict = tell(replace(judgement, facts=judgement.facts | {"said": said}), data)
    assert words in dict(verdict.facts)["随机数生成"]


def test_a_draw_after_a_void_is_checked_with_the_one_before(client, cast):
    first = voided(cast)
    second = executed(cast)
    data, before = bytes(second.transcript), bytes(first.transcript)
    alone = upload(client, data).text
    assert "未核对，可与本凭证一并选择" in alone
    both = upload(client, data, previous=before).text
    assert "全部 14 项相符" in both
    assert "已一并核对" in both
    for wrong in (data, sample_transcript(), b"{}"):
        page = upload(client, data, previous=wrong).text
        assert "验证未通过：第 5 步" in page
        assert "已一并核对" not in page


def test_a_file_before_alone_or_beyond_the_limit_is_refused(client, monkeypatch):
    alone = {"previous": SimpleUploadedFile("前次.json", b"{}", "application/json")}
    page = client.post("/verify", alone)
    assert (page.status_code, "请选择凭证文件" in page.text) == (400, True)
    monkeypatch.setattr(views, "LARGEST", 100)
    page = upload(client, b"{}", previous=b" " * 101)
    assert page.status_code == 413


def test_both_files_reach_the_verifier_apart():
    for data, previous in ((b"", b""), (b"one", b""), (b"one", b"two"), (b"", b"two")):
        sent = len(data).to_bytes(sandbox.LENGTH_BYTES, "big") + data + previous
        assert sandbox.split(sent) == (data, previous)


def changed(data: bytes, path: list[str | int]) -> bytes:
    """The transcript with one hexadecimal digit of a value changed, in place."""
    document = json.loads(data)
    value = document
    for step in path:
        value = value[step]
    at = data.index(str(value).encode())
    digit = data[at + 8 : at + 9]
    return data[: at + 8] + (b"0" if digit != b"0" else b"1") + data[at + 9 :]


@pytest.mark.parametrize(
    ("path", "step", "name"),
    [
        (["pool", "root"], 2, "评委库指纹相符"),
        (["rules_hash"], 4, "席位与抽取规则相符"),
        (["parties", 1, "nonce"], 5, "先承诺、后揭示"),
        (["seed"], 6, "种子合成正确"),
        (["lottery", "types", 0, 0], 7, "每一种可能的名单都合规"),
        (["panel", 3, "ticket"], 11, "正选逐席重算一致"),
        (["alternates", 2, "ticket"], 12, "备选次序重算一致"),
        (["digest"], 13, "其余内容未被改动"),
        (["signatures", 0, "signature"], 14, "签名相符"),
    ],
)  # fmt: skip
def test_one_changed_byte_names_the_step(client, path, step, name):
    page = upload(client, changed(sample_transcript(), path)).content.decode()
    assert f"验证未通过：第 {step} 步「{name}」" in page
    assert ("未检查" in page) == (step < 14)


def test_a_changed_seat_is_named_with_expected_found_and_place(client):
    page = upload(client, changed(sample_transcript(), ["panel", 3, "ticket"])).content.decode()
    assert "设计组·建筑设计·正选第 4 席的签号" in page
    assert "panel[3].ticket，第" in page
    assert "应为" in page
    assert "文件所载" in page


def test_a_byte_anywhere_else_in_the_file_is_noticed(client):
    """Every 397th byte in turn: whatever it belongs to, the page refuses the file."""
    data = sample_transcript()
    passed = []
    for at in range(0, len(data), 397):
        mutated = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        if judge(mutated).ok:
            passed.append(at)
    assert passed == []


HOSTILE = {
    "empty": b"",
    "text": "你好".encode(),
    "not UTF-8": b"\xff\xfe\x00{",
    "NaN": b'{"format":NaN}',
    "duplicate keys": b'{"format":"fairdraw/1","format":"fairdraw/1"}',
    "list": b"[1,2,3]",
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "large number": b'{"format":' + b"9" * 100_000 + b"}",
    "null bytes": b"\x00" * 4096,
    "markup": b'{"format":"<script>alert(1)</script>","kind":"official","profile":"sha256"}',
    "wrong types": b'{"format":"fairdraw/1","kind":"official","profile":"sha256","metadata":[],'
    b'"parties":[{"id":[]}],"plan":{"title":3},"trials":"x","attempt":{},"digest":7,'
    b'"previous":[1],"program":"p","seed":1,"commit":2,"beacon":3}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_calm_answer(client, name):
    page = upload(client, HOSTILE[name])
    text = page.content.decode()
    assert page.status_code in (200, 400, 422)
    assert "全部" not in text.split("怎样验证")[0]
    assert "<script>alert" not in text


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(client):
    page = client.generic(
        "POST",
        "/verify",
        b"x",
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(LARGEST * 3),
    )
    assert page.status_code == 413
    assert "文件超过 20 MB" in page.content.decode()


def test_a_file_that_takes_too_long_is_given_up(client, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    page = upload(client, sample_transcript())
    assert page.status_code == 422
    assert "不能在本页限定的时间内验完" in page.text
    assert "verify.py" in page.text


def test_a_large_stored_transcript_is_told_as_judged_at_the_draw(client, cast, monkeypatch):
    draw = executed(cast)
    data = bytes(draw.transcript)
    anew = [upload(client, data).text, client.get(f"/verify/{draw.short_code}").text]
    assert not [page for page in anew if "抽取时算出的结论" in page]
    # As if this file were a large one, and the page unable to judge any.
    monkeypatch.setattr(kept, "AT_ONCE_BYTES", 100)
    monkeypatch.setattr(views, "AT_ONCE_BYTES", 100)
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    program = b"".join(client.get("/verify/verify.py").streaming_content)
    for page in (upload(client, data), client.get(f"/verify/{draw.short_code}")):
        assert page.status_code == 200
        assert "全部 14 项相符" in page.text
        assert "与本平台存档一致" in page.text
        assert "抽取时算出的结论" in page.text
        assert "抽取时逐项算出的结论，本页没有重算" in page.text
        assert hashlib.sha256(program).hexdigest() in page.text
    others = (changed(data, ["panel", 3, "ticket"]), sample_transcript(), b"{" + b" " * 200)
    assert [upload(client, other).status_code for other in others] == [422] * 3
    assert upload(client, data, previous=data).status_code == 422
    # The papers and the stage take the same judgement.
    assert tell(judgement_of(draw), data).ok
    assert all(check.ok for check in checks_on_the_spot(draw))


def test_what_was_kept_of_other_bytes_is_not_told(cast, monkeypatch):
    draw = executed(cast)
    monkeypatch.setattr(kept, "AT_ONCE_BYTES", 100)
    assert kept_of(draw).judgement.ok
    draw.transcript = changed(bytes(draw.transcript), ["panel", 3, "ticket"])
    assert kept_of(draw) is None
    assert not judgement_of(draw).ok


def test_uploads_are_limited_per_minute(client, monkeypatch):
    monkeypatch.setattr(views, "MOST_A_MINUTE", 2)
    assert [upload(client, b"{}").status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_is_stored(client, django_assert_num_queries):
    with django_assert_num_queries(3) as queries:
        upload(client, sample_transcript())
    assert all(query["sql"].startswith("SELECT") for query in queries)


@pytest.mark.parametrize("code", ["", "x", "0000-0000-00", "AAAA-AAAA-AA", "../../etc", "%00"])
def test_an_unknown_short_code_says_what_to_do(client, code):
    page = client.get("/verify", {"code": code})
    if page.status_code == 302:
        page = client.get(page["Location"])
    assert page.status_code in (200, 400, 404)
    assert client.get("/verify/AAAA-AAAA-AA/transcript.json").status_code == 404


def test_the_verifier_can_be_downloaded(client):
    program = b"".join(client.get("/verify/verify.py").streaming_content)
    compile(program, "verify.py", "exec")
    assert b"django" not in program.lower()
    assert program.startswith(b"#!")
