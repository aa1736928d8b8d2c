"""Every invariant is broken on purpose, past all constraints and triggers, and the damage is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction

from fairdraw.canonical import canonical
from fairdraw.transcript import attach_signature, message_to_sign
from fairdraw.verify import verify
from mingqian.config.invariants import INVARIANTS, check_all, problems_of
from mingqian.draws.models import Draw, DrawSeat
from mingqian.draws.services.answering import log_contact
from mingqian.draws.services.locking import lock_roster
from mingqian.draws.services.void import void_draw
from mingqian.workflow.services import attach
from tests.factories.accounts import make_user
from tests.factories.ceremonies import Cast, executed, make_cast
from tests.factories.committees import make_committee
from tests.factories.draws import make_application, make_ground
from tests.factories.rosters import confirm, decline, roster_of, seated

BY_NAME = {invariant.name: invariant for invariant in INVARIANTS}


@dataclass(frozen=True)
class Damage:
    """Which invariant should cry when this statement is run on a table. `{}` in it are filled from the ground."""

    invariant: str
    table: str
    sql: str


DAMAGES = [
    Damage("审计日志的链条完整", "audit_event", "UPDATE audit_event SET actor_name = '别人' WHERE seq = 3"),
    Damage("审计日志的链条完整", "audit_event", "DELETE FROM audit_event WHERE seq = 2"),
    Damage(
        "审计日志的链条完整", "audit_event", "DELETE FROM audit_event WHERE seq > (SELECT MAX(seq) - 3 FROM audit_event)"
    ),
    Damage("审计日志的链条完整", "audit_event", "DELETE FROM audit_event"),
    Damage("业务编号连续", "workflow_matter", "DELETE FROM workflow_matter"),
    Damage("业务状态与日志一致", "workflow_matter", "UPDATE workflow_matter SET status = 'REJECTED' WHERE id = {matter}"),
    Damage("业务状态与日志一致", "workflow_matter", "UPDATE workflow_matter SET status = 'APPROVED' WHERE id = {draft}"),
    Damage("业务编号连续", "web_sequence", "UPDATE web_sequence SET value = value - 1 WHERE key LIKE 'CQ-%%'"),
    Damage("业务编号连续", "workflow_matter", "DELETE FROM workflow_matter WHERE id = {matter}"),
    Damage("业务编号连续", "workflow_matter", "UPDATE workflow_matter SET number = '抽 1' WHERE id = {matter}"),
    Damage("外键都有对应的记录", "draws_drawseat", "UPDATE draws_drawseat SET expert_id = 0 WHERE id = {seat}"),
    Damage("外键都有对应的记录", "committees_unit", "DELETE FROM committees_unit"),
    Damage("规则都在目录中", "rulebook_ruleparameter", "UPDATE rulebook_ruleparameter SET key = 'mine' WHERE key = 'age_max'"),
    Damage(
        "规则每一天只有一个值",
        "rulebook_ruleparameter",
        "INSERT INTO rulebook_ruleparameter SELECT * FROM rulebook_ruleparameter WHERE key = 'age_max'",
    ),
    Damage(
        "规则每一天只有一个值",
        "rulebook_ruleparameter",
        "UPDATE rulebook_ruleparameter SET valid_to = '2020-01-01' WHERE key = 'age_max'",
    ),
    Damage("每条规则都有全省值", "rulebook_ruleparameter", "DELETE FROM rulebook_ruleparameter WHERE key = 'age_max'"),
    Damage(
        "统一社会信用代码校验位正确", "committees_unit", "UPDATE committees_unit SET uscc = '11440000006939748X' WHERE id = {unit}"
    ),
    Damage("核准备案不超过三年", "committees_committeefiling", "UPDATE committees_committeefiling SET valid_to = '2099-01-01'"),
    Damage(
        "学科组的专业属于其评委会",
        "committees_groupspecialty",
        "UPDATE committees_groupspecialty SET specialty_id = {foreign_specialty}",
    ),
    Damage("学科组的专业记录与学科组一致", "committees_groupspecialty", "UPDATE committees_groupspecialty SET year = 1999"),
    Damage(
        "评委会的专业属于其系列",
        "committees_specialty",
        "UPDATE committees_specialty SET series_id = (SELECT id FROM committees_series WHERE code = '27')",
    ),
    Damage("账号的角色与所属部门相符", "accounts_user", "UPDATE accounts_user SET office_id = NULL WHERE id = {lead}"),
    Damage("账号的角色与所属部门相符", "accounts_user", "UPDATE accounts_user SET role = 'sysadmin' WHERE id = {lead}"),
    Damage("每次提交都有版本和提交人", "workflow_matterversion", "DELETE FROM workflow_matterversion"),
    Damage("每次提交都有版本和提交人", "workflow_matter", "UPDATE workflow_matter SET submitted_by_id = {clerk} WHERE id = {matter}"),
    Damage("每次提交都有版本和提交人", "workflow_matter", "UPDATE workflow_matter SET submit_count = 3 WHERE id = {matter}"),
    Damage("每次提交都有版本和提交人", "workflow_matter", "UPDATE workflow_matter SET status = 'SUBMITTED' WHERE id = {draft}"),
    Damage("每个结论都有审核意见", "workflow_opinion", "UPDATE workflow_opinion SET decision = 'REJECT'"),
    Damage("每个结论都有审核意见", "workflow_opinion", "DELETE FROM workflow_opinion"),
    Damage("提交人与审核人不是同一人", "workflow_matter", "UPDATE workflow_matter SET decided_by_id = submitted_by_id"),
    Damage("提交人与审核人不是同一人", "workflow_opinion", "UPDATE workflow_opinion SET actor_id = submitted_by_id"),
    Damage("提交人与审核人不是同一人", "workflow_opinion", "UPDATE workflow_opinion SET submitted_by_id = {clerk}"),
    Damage("退回次数与意见一致", "workflow_matter", "UPDATE workflow_matter SET return_count = 1 WHERE id = {matter}"),
    Damage("附件完好", "workflow_attachment", "UPDATE workflow_attachment SET sha256 = '0'"),
    Damage("附件完好", "workflow_attachment", "UPDATE workflow_attachment SET file = 'ff/gone'"),
    Damage("附件完好", "workflow_attachment", "UPDATE workflow_attachment SET office_id = {foreign_office}"),
    Damage("聘期不超过三年", "experts_poolmembership", "UPDATE experts_poolmembership SET term_to = '2099-01-01' WHERE id = {membership}"),
    Damage(
        "每位专家在一个评委会只有一个在库记录",
        "experts_poolmembership",
        "INSERT INTO experts_poolmembership SELECT * FROM experts_poolmembership WHERE id = {membership}",
    ),
    Damage(
        "在库记录属于评委会的日常工作部门",
        "experts_poolmembership",
        "UPDATE experts_poolmembership SET office_id = {foreign_office} WHERE id = {membership}",
    ),
    Damage(
        "推荐专业属于评委会",
        "experts_membershipspecialty",
        "UPDATE experts_membershipspecialty SET specialty_id = {foreign_specialty} WHERE membership_id = {membership}",
    ),
    Damage("加密信息可以解开且与索引、掩码一致", "experts_expert", "UPDATE experts_expert SET id_masked = '1***' WHERE id = {expert}"),
    Damage("加密信息可以解开且与索引、掩码一致", "experts_expert", "UPDATE experts_expert SET mobile_index = 'x' WHERE id = {expert}"),
    Damage("加密信息可以解开且与索引、掩码一致", "experts_expert", "UPDATE experts_expert SET id_sealed = mobile_sealed WHERE id = {expert}"),
    Damage("专家编号来自序列", "web_sequence", "UPDATE web_sequence SET value = value - 1 WHERE key LIKE 'ZJ%%'"),
    Damage("专家编号来自序列", "experts_expert", "UPDATE experts_expert SET expert_no = '专家甲' WHERE id = {expert}"),
    Damage(
        "申请、业务与评委会属于同一部门",
        "draws_drawapplication",
        "UPDATE draws_drawapplication SET office_id = {foreign_office} WHERE matter_id = {matter}",
    ),
    Damage("名额合计等于各专业之和", "draws_seatquota", 'UPDATE draws_seatquota SET "primary" = "primary" + 1'),
    Damage("名额合计等于各专业之和", "draws_seatquota", "DELETE FROM draws_seatquota"),
    Damage("试抽取次数与记录一致", "draws_drawapplication", "UPDATE draws_drawapplication SET trial_count = trial_count + 1"),
    Damage("只对审核通过的申请抽取", "workflow_matter", "UPDATE workflow_matter SET status = 'RETURNED' WHERE id = {matter}"),
    Damage("只对审核通过的申请抽取", "draws_draw", "UPDATE draws_draw SET office_id = {foreign_office}"),
    Damage("每份申请至多一个有效结果", "draws_draw", "INSERT INTO draws_draw SELECT * FROM draws_draw"),
    Damage("作废由两人作出", "draws_draw", "UPDATE draws_draw SET status = 'VOIDED'"),
    Damage(
        "执行人与监督人不是同一人",
        "draws_draw",
        "UPDATE draws_draw SET executed_by_id = (SELECT user_id FROM draws_contribution WHERE party = 'observer')",
    ),
    Damage("抽取凭证与数据一致", "draws_draw", "UPDATE draws_draw SET seed = 'ff'"),
    Damage("抽取凭证与数据一致", "draws_contribution", "UPDATE draws_contribution SET nonce = 'ff' WHERE party = 'office'"),
    Damage("席位与抽取凭证一致", "draws_drawseat", "UPDATE draws_drawseat SET ticket = 'ff' WHERE id = {seat}"),
    Damage("席位与抽取凭证一致", "draws_drawseat", "UPDATE draws_drawseat SET seat_type = 'ALTERNATE', rank = 99 WHERE id = {seat}"),
    Damage("席位数与计划一致", "draws_drawseat", "DELETE FROM draws_drawseat WHERE id = {seat}"),
    Damage("一人一席", "draws_drawseat", "UPDATE draws_drawseat SET expert_id = {expert}"),
    Damage("席位出自冻结的可抽名单", "draws_frozenmember", "UPDATE draws_frozenmember SET codes = '[\"AGE\"]'"),
    Damage("席位出自冻结的可抽名单", "draws_drawseat", "UPDATE draws_drawseat SET expert_id = {unseated} WHERE id = {seat}"),
    Damage("冻结名单完整", "draws_frozenmember", "DELETE FROM draws_frozenmember WHERE expert_id = {expert}"),
    Damage("冻结内容未被改动", "draws_draw", "UPDATE draws_draw SET pool_root = 'ff'"),
    Damage("代号背后的人未被调换", "draws_frozenmember", "UPDATE draws_frozenmember SET expert_id = {unseated} WHERE expert_id = {expert}"),
    Damage("代号背后的人未被调换", "draws_draw", "UPDATE draws_draw SET attempt = 7"),
    Damage("席位的专业、学科组与指定委员未被改动", "draws_drawseat", "UPDATE draws_drawseat SET lot_code = 'AAAA-AAA' WHERE id = {seat}"),
    Damage(
        "席位的专业、学科组与指定委员未被改动",
        "draws_drawseat",
        "UPDATE draws_drawseat SET specialty_id = {foreign_specialty} WHERE id = {seat}",
    ),
    Damage("席位的专业、学科组与指定委员未被改动", "draws_drawseat", "UPDATE draws_drawseat SET group_id = NULL WHERE id = {seat}"),
    Damage(
        "席位的专业、学科组与指定委员未被改动",
        "draws_drawseat",
        "UPDATE draws_drawseat SET seat_type = 'DESIGNATED', duty = 'CHAIR' WHERE id = {seat}",
    ),
    Damage("抽取与日志一致", "draws_draw", "UPDATE draws_draw SET transcript_hash = 'ff'"),
    Damage("抽取与日志一致", "draws_draw", "UPDATE draws_draw SET trials_counted = trials_counted + 1"),
    Damage("抽取与日志一致", "draws_draw", "UPDATE draws_draw SET status = 'ABANDONED'"),
    Damage("抽取与日志一致", "draws_draw", "DELETE FROM draws_draw"),
    Damage("每一次抽取都留存", "draws_draw", "UPDATE draws_draw SET attempt = 2"),
    Damage("每个抽取结果都有名单", "draws_roster", "DELETE FROM draws_roster"),
    Damage("每个抽取结果都有名单", "draws_standing", "DELETE FROM draws_standing WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_standing", "UPDATE draws_standing SET answer = 'UNCONFIRMED' WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_standing", "UPDATE draws_standing SET position = 'WAITING' WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_standing", "UPDATE draws_standing SET position = 'VOID' WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_standing", "UPDATE draws_standing SET place_id = {entered} WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_standing", "UPDATE draws_standing SET reserve = 1 WHERE seat_id = {seat}"),
    Damage("名单由抽取与答复推得", "draws_rosterevent", "DELETE FROM draws_rosterevent WHERE seq = 1"),
    Damage("名单由抽取与答复推得", "draws_rosterevent", "UPDATE draws_rosterevent SET seat_id = {seat} WHERE seq = 3"),
    Damage("名单由抽取与答复推得", "draws_rosterevent", "UPDATE draws_rosterevent SET kind = 'REVERT' WHERE seq = 2"),
    Damage("名单变更没有遗失", "draws_rosterevent", "DELETE FROM draws_rosterevent WHERE seq = 3"),
    Damage("名单变更没有遗失", "draws_rosterevent", "UPDATE draws_rosterevent SET seq = 9 WHERE seq = 2"),
    Damage("名单变更没有遗失", "draws_roster", "UPDATE draws_roster SET revision = revision + 1"),
    Damage("名单变更没有遗失", "audit_event", "DELETE FROM audit_event WHERE action = 'draws.log_contact'"),
    Damage("每席一人，每人一席", "draws_standing", "UPDATE draws_standing SET place_id = {entered} WHERE position = 'SEATED'"),
    Damage("每席一人，每人一席", "draws_standing", "UPDATE draws_standing SET expert_id = {expert} WHERE position = 'SEATED'"),
    Damage("锁定的名单与指纹一致", "draws_rosterversion", "UPDATE draws_rosterversion SET digest = 'ff'"),
    Damage(
        "锁定的名单与指纹一致",
        "draws_rosterversion",
        "INSERT INTO draws_rosterversion SELECT * FROM draws_rosterversion",
    ),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET signature = '00'"),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET short_code = 'AAAA-AAAA-AA'"),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET proof = head"),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET head = proof"),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET head = NULL"),
    Damage("锁定的名单经签署且可重算", "draws_rosterversion", "UPDATE draws_rosterversion SET content = head"),
    Damage("锁定的名单经签署且可重算", "draws_draw", "UPDATE draws_draw SET transcript = pool"),
    Damage("锁定的名单经签署且可重算", "audit_event", "DELETE FROM audit_event"),
    Damage("名单属于抽取的部门", "draws_roster", "UPDATE draws_roster SET office_id = {foreign_office}"),
]  # fmt: skip


@contextmanager
def copied(table: str) -> Iterator[None]:
    """A temporary table hides the real one: same rows, no constraint, no trigger; gone with the savepoint."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE TEMPORARY TABLE "{table}" AS SELECT * FROM "{table}"')
        yield
        transaction.set_rollback(True)


def run(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0, f"nothing was damaged by: {sql}"


def answer_and_lock(cast: Cast, draw: Draw) -> DrawSeat:
    """The last who sits declines, everybody else confirms after one call; gives the seat that changed hands."""
    leaver = seated(draw)[-1]
    decline(leaver, cast.clerk)
    confirm(draw, cast.clerk, but=1)
    [last] = [each for each in seated(draw) if each.answer == "UNCONFIRMED"]
    log_contact(last, by=cast.clerk, channel="PHONE", outcome="AGREED")
    confirm(draw, cast.clerk)
    lock_roster(roster_of(draw), by=cast.lead)
    return leaver.seat


def make_ground_of_everything() -> tuple[Cast, Draw, dict[str, int]]:
    """One draw executed, its roster answered and locked; one draft with a file; a committee of another office."""
    cast = make_cast({"建筑设计": 16, "结构工程": 16, "给水排水": 16})
    draw = executed(cast)
    entered = answer_and_lock(cast, draw)
    draft = make_application(cast.application.committee, cast.clerk)
    attach(draft.matter, upload=SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x"), by=cast.clerk)
    other = make_committee()
    seat = draw.seats.order_by("pk").first()
    unseated = draw.members.filter(codes=[]).exclude(expert__draw_seats__draw=draw).first()
    ids = {
        "matter": cast.application.matter_id,
        "draft": draft.matter_id,
        "seat": seat.pk,
        "expert": seat.expert_id,
        "entered": entered.pk,
        "unseated": unseated.expert_id,
        "unit": other.convening_unit_id,
        "lead": cast.lead.pk,
        "clerk": cast.clerk.pk,
        "membership": seat.expert.memberships.get().pk,
        "foreign_office": other.office_id,
        "foreign_specialty": other.specialties.first().pk,
    }
    return cast, draw, ids


def test_every_invariant_has_a_damage_that_it_finds():
    by_hand = {"每次正式抽取都能重新验证", "抽取凭证由本平台签名"}
    assert {damage.invariant for damage in DAMAGES} | by_hand == set(BY_NAME)


@pytest.mark.django_db
def test_each_damage_is_found_by_its_invariant(subtests):
    _, draw, ids = make_ground_of_everything()
    assert check_all() == []
    for damage in DAMAGES:
        with subtests.test(damage.invariant, sql=damage.sql), copied(damage.table):
            run(damage.sql.format(**ids))
            problems = problems_of(BY_NAME[damage.invariant])
            assert problems, f"not found: {damage.sql}"
            assert all(problem.sentence for problem in problems)
    assert check_all() == []
    assert Draw.objects.get().transcript_hash == draw.transcript_hash


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["seed", "panel", "pool", "trials", "metadata"])
def test_a_transcript_changed_in_any_part_no_longer_verifies(part):
    draw = executed(make_cast({"建筑设计": 16, "结构工程": 16, "给水排水": 16}))
    document = json.loads(bytes(draw.transcript))
    match part:
        case "seed":
            document["seed"] = "00" * 32
        case "panel":
            document["panel"][0]["id"] = document["panel"][1]["id"]
        case "pool":
            document["pool"]["records"] = document["pool"]["records"][1:]
        case "trials":
            document["trials"] += 1
        case "metadata":
            document["metadata"]["meeting"] = "另一个会议"
    body = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with copied("draws_draw"):
        run("UPDATE draws_draw SET transcript = %s", body)
        problems = problems_of(BY_NAME["每次正式抽取都能重新验证"])
        assert len(problems) == 1
        assert "不符" in problems[0].sentence


@pytest.mark.django_db
def test_two_people_exchanged_behind_their_pseudonyms_are_found():
    """Roster, frozen pool and transcript still agree with each other: only the secret tells who was drawn."""
    _, draw, ids = make_ground_of_everything()
    name_of = dict(draw.members.values_list("expert_id", "pseudonym"))
    drawn, other = ids["expert"], ids["unseated"]
    exchange = "UPDATE draws_frozenmember SET pseudonym = %s WHERE expert_id = %s"
    with copied("draws_frozenmember"), copied("draws_drawseat"):
        run(exchange, name_of[other], drawn)
        run(exchange, name_of[drawn], other)
        run("UPDATE draws_drawseat SET expert_id = %s WHERE expert_id = %s", other, drawn)
        assert {problem.invariant for problem in check_all()} == {"代号背后的人未被调换"}


@pytest.mark.django_db
@pytest.mark.parametrize("signed_by", ["nobody", "a stranger"])
def test_a_transcript_that_verifies_but_was_not_signed_here_is_found(signed_by):
    draw = executed(make_cast({"建筑设计": 16, "结构工程": 16, "给水排水": 16}))
    document = json.loads(bytes(draw.transcript))
    document["signatures"] = []
    body = canonical(document)
    if signed_by == "a stranger":
        key = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
        public = key.public_key().public_bytes_raw()
        body = attach_signature(body, "server", public, key.sign(message_to_sign(body, "server")))
    assert verify(body).ok
    with copied("draws_draw"):
        run("UPDATE draws_draw SET transcript = %s", body)
        assert {problem.invariant for problem in check_all()} == {"抽取凭证由本平台签名"}


@pytest.mark.django_db
def test_a_void_draw_is_still_verified():
    cast = make_cast({"建筑设计": 16, "结构工程": 16, "给水排水": 16})
    draw = executed(cast)
    void_draw(draw, by=cast.hrss_lead, reason="会议改期至下月", at=cast.minute(60))
    void_draw(draw, by=cast.observer, at=cast.minute(61))
    assert check_all() == []
    with copied("draws_draw"):
        run("UPDATE draws_draw SET transcript = %s", b"{}")
        assert problems_of(BY_NAME["每次正式抽取都能重新验证"])


@pytest.mark.django_db
def test_verify_prints_a_tick_for_each_invariant(capsys):
    make_ground({"建筑设计": 3})
    call_command("verify")
    printed = capsys.readouterr().out
    assert printed.count("✓") == len(INVARIANTS)
    assert "全部相符" in printed


@pytest.mark.django_db
def test_verify_fails_and_names_what_is_wrong(capsys):
    make_user("lead")
    with copied("accounts_user"):
        run("UPDATE accounts_user SET office_id = NULL")
        with pytest.raises(SystemExit) as exit_:
            call_command("verify")
    assert exit_.value.code == 1
    printed = capsys.readouterr().out
    assert "✕ 账号的角色与所属部门相符" in printed
    assert "发现 1 处问题" in printed


@pytest.mark.django_db
def test_only_the_first_hundred_problems_of_a_kind_are_listed():
    make_ground({"建筑设计": 120})
    with copied("experts_poolmembership"):
        run("UPDATE experts_poolmembership SET term_to = '2099-01-01'")
        assert len(problems_of(BY_NAME["聘期不超过三年"])) == 100
