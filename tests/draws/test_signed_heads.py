"""The signed head of a locked roster: a stranger follows it from the short code down to the transcripts."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from fairdraw.canonical import canonical
from fairdraw.substitution import check_roster
from fairdraw.verify import ed25519_is_valid
from mingqian.audit.models import Event
from mingqian.draws import protection
from mingqian.draws.models import RosterVersion
from mingqian.draws.queries import signed_heads
from mingqian.draws.queries.papers import (
    LETTERS,
    attendance_data,
    cards_data,
    letters_data,
    list_data,
    sheet_of,
)
from mingqian.draws.services import locking
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.void import void_draw
from mingqian.draws.short_codes import short_code_of
from mingqian.draws.signing import public_key
from mingqian.draws.verification import check_version
from mingqian.draws.views import verify_version as views
from mingqian.web.pdf import qr_svg
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.rosters import confirm, decline, roster_of, seated, use_up_alternates

pytestmark = pytest.mark.django_db
SIZES = {"建筑设计": 16, "结构工程": 16, "给水排水": 16}
ROOT = Path(__file__).parents[2]
SCRIPTS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/draw-protocol.md").read_text(), re.S)


@pytest.fixture
def cast() -> Cast:
    return make_cast(SIZES)


@pytest.fixture
def draw(cast):
    return executed(cast)


@pytest.fixture
def version(cast, draw) -> RosterVersion:
    decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    return lock_roster(roster_of(draw), by=cast.lead)


def again(version: RosterVersion, **changes) -> RosterVersion:
    """The version with other bytes, as a forger past all triggers would leave it."""
    protection.remove(connection)
    try:
        RosterVersion.objects.filter(pk=version.pk).update(**changes)
    finally:
        protection.install(connection)
    return RosterVersion.objects.get(pk=version.pk)


def test_a_stranger_gets_from_the_code_to_the_transcripts(client, draw, version, tmp_path):
    code = version.short_code
    head_answer = client.get(f"/verify/{code}/head.json")
    assert "attachment" in head_answer["Content-Disposition"]
    told = json.loads(head_answer.content)
    head = canonical(told["head"])
    digest = hashlib.sha256(head).hexdigest()
    assert short_code_of(digest) == code
    signature = told["signature"]
    key, signed = (bytes.fromhex(signature[name]) for name in ("public_key", "signature"))
    assert ed25519_is_valid(key, head, signed)
    assert signature["public_key"] == public_key()
    proof = client.get(f"/verify/{code}/roster.json").content
    assert hashlib.sha256(proof).hexdigest() == told["head"]["roster"]
    transcript = client.get(f"/verify/{draw.short_code}/transcript.json").content
    assert told["head"]["draws"] == [draw.transcript_hash]
    assert check_roster(proof, [transcript]).ok
    for name, body in (("head", head_answer.content), ("roster", proof), ("t", transcript)):
        (tmp_path / f"{name}.json").write_bytes(body)
    (script,) = [each for each in SCRIPTS if "head.json" in each]
    said = by_hand(script, tmp_path)
    assert f"fingerprint: {digest}" in said
    assert f"signed by {public_key()} True" in said
    assert "the roster: True" in said
    assert "the file says the same" in said


def by_hand(script: str, folder: Path) -> str:
    """What the script of the protocol's page prints to somebody who has the files."""
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-e"], input=script.encode(), cwd=folder, env=env, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_head_binds_what_was_locked_and_the_log(draw, version):
    head = json.loads(bytes(version.head))
    content = json.loads(bytes(version.content))
    assert head["format"] == "mingqian-head/1"
    assert head["content"] == version.digest
    assert content["proof"] == head["roster"]
    assert (head["application"], head["version"]) == (draw.application.number, 1)
    entry = Event.objects.get(action="draws.lock_roster")
    assert (head["log"]["seq"], head["log"]["hash"]) == (entry.seq - 1, entry.prev_hash)
    assert content["log"] == [entry.seq - 1, entry.prev_hash]
    assert entry.details["head"] == version.fingerprint
    assert len(content["salt"]) == 64


def test_the_page_says_what_was_checked_and_names_nobody(client, cast, draw, version):
    page = client.get(f"/verify/{version.short_code}").text
    report = check_version(version)
    assert report.failed is None
    assert [step.name for step in report.steps] == [
        "签名",
        "短码",
        "名单凭证",
        "名单",
        "姓名",
        "操作日志",
    ]
    assert all(step.note in page for step in report.steps)
    assert "名单在案，现行有效" in page
    assert "15 席，空缺 0 席" in page
    for path in ("head.json", "roster.json"):
        assert f"/verify/{version.short_code}/{path}" in page
    assert f"/verify/{draw.short_code}/transcript.json" in page
    files = [
        client.get(f"/verify/{version.short_code}/{path}").text
        for path in ("head.json", "roster.json")
    ]
    names = [member.expert.name for member in draw.members.select_related("expert")]
    assert not [name for name in names for text in (page, *files) if name in text]
    unlock_roster(version.roster, by=cast.hrss_lead, reason="一名委员请假")
    page = client.get(f"/verify/{version.short_code}").text
    assert "这一版名单已解除锁定" in page
    assert report.steps[0].note in page
    void_draw(draw, by=cast.hrss_lead, reason="会议改期至下月")
    void_draw(draw, by=cast.observer)
    assert "抽取已作废，名单不得使用" in client.get(f"/verify/{version.short_code}").text


def test_papers_of_a_locked_roster_lead_to_its_page(client, cast, draw, version):
    sheet = sheet_of(draw, cast.clerk)
    at = version.locked_at
    papers = [data(sheet, at=at) for data in (list_data, attendance_data, cards_data)]
    papers += [letters_data(sheet, kind, at=at) for kind in LETTERS]
    address = f"/verify/{version.short_code}"
    expected = qr_svg(settings.MINGQIAN["PUBLIC_URL"] + address)
    assert {(data["code"], data["qr"]) for data in papers} == {(version.short_code, expected)}
    assert "核对一份评委名单" in client.get(address).text


def test_empty_seats_are_counted(client, cast, draw):
    use_up_alternates(draw, cast.clerk)
    decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    reasons = {"empty_seats": "备选已用尽，会议在即"}
    version = lock_roster(roster_of(draw), by=cast.lead, reasons=reasons)
    report = check_version(version)
    assert report.failed is None
    assert (report.seats, report.empty) == (15, 2)
    assert "15 席，空缺 2 席" in client.get(f"/verify/{version.short_code}").text


def forged_by_a_stranger(version: RosterVersion) -> dict:
    key = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    return {
        "public_key": key.public_key().public_bytes_raw().hex(),
        "signature": key.sign(bytes(version.head)).hex(),
    }


def with_another_head(version: RosterVersion) -> dict:
    head = canonical({**json.loads(bytes(version.head)), "version": 2})
    return {"head": head, "short_code": short_code_of(hashlib.sha256(head).hexdigest())}


def with_another_proof(version: RosterVersion) -> dict:
    return {"proof": bytes(version.proof).replace(b'"DECLINE"', b'"ACCEPT"', 1)}


def with_other_people(version: RosterVersion) -> dict:
    content = json.loads(bytes(version.content))
    content["seats"][0]["name"] = "别人"
    return {"content": canonical(content), "digest": hashlib.sha256(canonical(content)).hexdigest()}


@pytest.mark.parametrize(
    ("forge", "step"),
    [
        (forged_by_a_stranger, "签名"),
        (lambda version: {"signature": "0" * 128}, "签名"),
        (lambda version: {"public_key": "nonsense"}, "签名"),
        (with_another_head, "签名"),
        (lambda version: {"short_code": "AAAA-AAAA-AA"}, "短码"),
        (with_another_proof, "名单凭证"),
        (with_other_people, "名单凭证"),
        (lambda version: {"content": b"{"}, "名单凭证"),
        (lambda version: {"number": 7}, "名单凭证"),
    ],
)
def test_what_was_forged_is_told(client, version, forge, step):
    forged = again(version, **forge(version))
    assert check_version(forged).failed.name == step
    page = client.get(f"/verify/{forged.short_code}").text
    assert f"核对不符，请勿采信：{step}" in page
    assert "现行有效" not in page
    again(version, **{name: getattr(version, name) for name in forge(version)})


def test_a_proof_signed_here_that_does_not_follow_is_told(cast, draw, monkeypatch):
    """Whoever holds the key can sign anything; what does not follow from the transcripts is found all the same."""
    true = locking.roster_proof
    monkeypatch.setattr(
        locking, "roster_proof", lambda roster: true(roster).replace(b'"DECLINE"', b'"ACCEPT"', 1)
    )
    decline(seated(draw)[0], cast.clerk)
    confirm(draw, cast.clerk)
    version = lock_roster(roster_of(draw), by=cast.lead)
    assert check_version(version).failed.name == "名单"
    monkeypatch.setattr(signed_heads, "AT_ONCE_BYTES", 0)
    assert check_version(version).failed.name == "名单"
    protection.remove(connection)
    RosterVersion.objects.all().delete()
    protection.install(connection)


def test_large_transcripts_are_not_read_anew_and_the_page_says_so(client, version, monkeypatch):
    monkeypatch.setattr(signed_heads, "AT_ONCE_BYTES", 0)
    page = client.get(f"/verify/{version.short_code}").text
    assert "由 1 份抽取时存下的席位和全部答复重算，逐席一致" in page
    assert "现行有效" in page


def test_a_lock_older_than_heads_stays_readable_and_says_what_it_lacks(client, version):
    old = again(
        version, head=None, proof=None, public_key="", signature="", short_code="ABCD-EFGH-JK"
    )
    page = client.get("/verify/ABCD-EFGH-JK").text
    assert "名单在案，现行有效" in page
    assert "这一版没有签署" in page
    assert "head.json" not in page
    assert client.get("/verify/ABCD-EFGH-JK/head.json").status_code == 404
    assert client.get("/verify/ABCD-EFGH-JK/roster.json").status_code == 404
    assert old.fingerprint == old.digest
    names = ("head", "proof", "public_key", "signature", "short_code")
    again(version, **{name: getattr(version, name) for name in names})


def test_downloads_are_limited_and_a_draw_has_no_head(client, draw, version, monkeypatch):
    assert client.get(f"/verify/{draw.short_code}/head.json").status_code == 404
    monkeypatch.setattr(views, "MOST_LOOKUPS_A_MINUTE", 2)
    url = f"/verify/{version.short_code}/roster.json"
    assert [client.get(url).status_code for _ in range(2)] == [200, 429]
