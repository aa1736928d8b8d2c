"""One row for every address: who may ask it, by which method, about what. A new address without a row fails.

The permissions stand here a second time on purpose: the row says what the address should ask for, the view what it
does ask for, and the test compares both with what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from mingqian.accounts.models import User
from mingqian.accounts.roles import Role
from mingqian.audit.models import Event
from mingqian.draws.models import Roster
from mingqian.draws.services.locking import lock_roster, unlock_roster
from mingqian.draws.services.messages import write_messages
from mingqian.draws.services.release_roster import release_roster
from mingqian.draws.services.trial import run_trial
from mingqian.experts.models import ExpertUnavailability, PoolMembership
from mingqian.experts.services import add_unavailability
from mingqian.web.models import Job
from mingqian.workflow.services import attach

from .factories.accounts import make_user
from .factories.ceremonies import Cast, executed
from .factories.committees import make_committee
from .factories.draws import (
    a_week_later,
    approved,
    make_application,
    make_ground,
    refreshed,
    submitted,
)
from .factories.experts import checked_import, register_row
from .factories.invitations import seated, token_in
from .factories.rosters import confirm, roster_of

# In place of a permission: anybody at all; or whoever owns the thing asked for.
PUBLIC, OWNER = "public", "owner"


@dataclass(frozen=True)
class World:
    """Two offices, the department, and one thing of every kind, all of them the first office's."""

    users: Mapping[str, User]
    strangers: Mapping[str, User]
    application: str
    draft: str
    waiting: str
    code: str
    locked: str
    place: int
    committee: int
    expert: str
    membership: int
    away: int
    register: UUID
    attachment: int
    file_on_draft: int
    job: UUID
    account: int
    event: int
    message: int
    token: str


def build_world() -> World:
    """Made through the services, as everything in the tests."""
    committee, clerk, lead = make_ground({"建筑设计": 20, "结构工程": 20, "给水排水": 20})
    users = {role.value: make_user(role) for role in Role if role not in (Role.CLERK, Role.LEAD)}
    users |= {"clerk": clerk, "lead": lead}
    other = make_committee().office
    drawn = make_application(committee, lead)
    pdf = SimpleUploadedFile(
        "通知.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf"
    )
    attachment = attach(drawn.matter, upload=pdf, by=lead)
    run_trial(drawn, key=uuid4().hex, by=lead)
    drawn = approved(refreshed(drawn), lead, users["reviewer"])
    cast = Cast(
        application=drawn,
        clerk=clerk,
        lead=lead,
        reviewer=users["reviewer"],
        hrss_lead=users["hrss_lead"],
        observer=users["observer"],
        at=drawn.planned_draw_at,
    )
    draw = executed(cast)
    roster = release_roster(Roster.objects.get(draw=draw), by=lead)
    invited = [seated(roster).seat_id]
    (message,) = write_messages(roster, kind="INVITATION", by=clerk, seats=invited).messages
    confirm(draw, clerk)
    version = lock_roster(roster_of(draw), by=lead)
    unlock_roster(roster_of(draw), by=users["reviewer"], reason="一名委员请假")
    draft = make_application(committee, lead, meeting_name="另一次会议")
    pdf.seek(0)
    loose = attach(draft.matter, upload=pdf, by=lead)
    waiting = a_week_later(make_application(committee, lead, meeting_name="第三次会议"))
    waiting = submitted(waiting, lead)
    member = PoolMembership.objects.filter(committee=committee).order_by("pk")[0]
    start = drawn.starts_at.date() + timedelta(days=100)
    away = add_unavailability(
        member.expert, from_on=start, to_on=start + timedelta(days=3), reason="出差", by=clerk
    )
    assert isinstance(away, ExpertUnavailability)
    rows = [register_row(7001, specialties=["建筑设计"]), register_row(7002, 身份证号="12")]
    register = checked_import(committee, rows, by=clerk)
    return World(
        users=users,
        strangers={"clerk": make_user("clerk", other), "lead": make_user("lead", other)},
        application=drawn.matter.number,
        draft=draft.matter.number,
        waiting=waiting.matter.number,
        code=draw.short_code,
        locked=version.short_code,
        place=draw.seats.order_by("pk")[0].pk,
        committee=committee.pk,
        expert=member.expert.expert_no,
        membership=member.pk,
        away=away.pk,
        register=register.pk,
        attachment=attachment.pk,
        file_on_draft=loose.pk,
        job=Job.objects.create(
            kind="tests.work", title="测试事项", owner_id=clerk.pk, office_id=clerk.office_id
        ).pk,
        account=users["observer"].pk,
        event=Event.objects.order_by("seq").first().seq,  # type: ignore[union-attr]
        message=message.pk,
        token=token_in(message, clerk),
    )


Args = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Route:
    """One address. `get` and `post` name the permission each method needs; blank: the method is not taken.

    `args` make the address. `of_office`: what it is about belongs to the first office, so people of another one get
    404. `about_application`: the same address about a draft, or about one not yet decided, hides it from those whom
    it does not concern yet. `data`, `query`: what to send.
    """

    name: str
    get: str = ""
    post: str = ""
    args: Args = field(default=lambda world: [])
    of_office: bool = False
    data: Mapping[str, str] = field(default_factory=dict)
    query: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    about_application: bool = False

    def about_draft(self) -> Route:
        """The same address about an application that was never submitted."""
        return replace(self, args=lambda world: self._other(world, world.draft))

    def about_waiting(self) -> Route:
        """The same address about an application that waits for its reviewer."""
        return replace(self, args=lambda world: self._other(world, world.waiting))

    def _other(self, world: World, number: str) -> list[Any]:
        return [number, *self.args(world)[1:]]


def about_application(name: str, get: str = "", post: str = "", *more: Any, **kwargs: Any) -> Route:
    """An address that begins with the number of an application."""
    return Route(
        name,
        get,
        post,
        args=lambda world: [world.application, *more],
        of_office=True,
        about_application=True,
        **kwargs,
    )


def about_expert(name: str, get: str = "", post: str = "", *more: Any, **kwargs: Any) -> Route:
    """An address about an expert of the office; further arguments may be attributes of the world."""
    return Route(
        name,
        get,
        post,
        args=lambda world: [world.expert, *(getattr(world, one, one) for one in more)],
        of_office=True,
        **kwargs,
    )


def about_register(name: str, get: str = "", post: str = "") -> Route:
    """An address about a register that the office uploaded."""
    return Route(name, get, post, args=lambda world: [world.register], of_office=True)


HOME, USERS = "portal.view_home", "accounts.manage_user"
SEE, EDIT = "draws.view_application", "draws.edit_application"
CEREMONY, FREEZE, GIVE = "draws.view_ceremony", "draws.freeze_draw", "draws.contribute"
CONFIRM = "draws.confirm_seat"
SEND = "draws.send_message"
EXPERT, EDIT_EXPERT, IMPORT = "experts.view_expert", "experts.edit_expert", "experts.import_pool"

ROUTES = [
    # Everybody's
    Route("accounts:login", PUBLIC, PUBLIC),
    Route("accounts:logout", "", PUBLIC),
    Route("draws:verify", PUBLIC, PUBLIC),
    Route("draws:verifier", PUBLIC),
    Route("draws:offline-verifier", PUBLIC),
    Route("draws:verify-code", PUBLIC, args=lambda world: [world.code]),
    Route("draws:public-transcript", PUBLIC, args=lambda world: [world.code]),
    Route("draws:public-head", PUBLIC, args=lambda world: [world.locked]),
    Route("draws:public-proof", PUBLIC, args=lambda world: [world.locked]),
    # Supplements
    Route("draws:supplements", SEE),
    Route(
        "draws:supplement-new",
        EDIT,
        EDIT,
        query=lambda world: {"roster": world.application},
        of_office=True,
    ),
    about_application("draws:supplement-end", "draws.end_supplement", "draws.end_supplement"),
    # Signed in
    Route("portal:home", HOME),
    Route("portal:todos", HOME),
    Route("portal:find", HOME, query=lambda world: {"q": "mm"}),
    Route("accounts:password", "accounts.change_password", "accounts.change_password"),
    Route("web:job", OWNER, args=lambda world: [world.job]),
    Route("web:cancel-job", "", OWNER, args=lambda world: [world.job]),
    # Accounts, log, rules
    Route("accounts:users", USERS),
    Route("accounts:user_create", USERS, USERS),
    Route("accounts:user_edit", USERS, USERS, args=lambda world: [world.account]),
    Route("accounts:user_reset", "", USERS, args=lambda world: [world.account]),
    Route("accounts:user_switch", "", USERS, args=lambda world: [world.account]),
    Route("audit:list", "audit.view_event"),
    Route("audit:detail", "audit.view_event", args=lambda world: [world.event]),
    Route("rulebook:list", "rulebook.view_rule"),
    Route(
        "rulebook:rule",
        "rulebook.view_rule",
        "rulebook.change_rule",
        args=lambda world: ["age_max"],
    ),
    Route("rulebook:end", "", "rulebook.change_rule", args=lambda world: ["age_max"]),
    # Experts
    Route("experts:list", EXPERT),
    Route("experts:find", "", EXPERT, data={"number": "x"}),
    Route(
        "experts:pick", EXPERT, query=lambda world: {"committee": world.committee}, of_office=True
    ),
    Route("experts:pick_unit", EXPERT, query=lambda world: {"committee": world.committee}),
    Route("experts:new", EDIT_EXPERT, EDIT_EXPERT),
    about_expert("experts:expert", EXPERT),
    about_expert("experts:edit", EDIT_EXPERT, EDIT_EXPERT),
    about_expert("experts:away", EDIT_EXPERT, EDIT_EXPERT),
    about_expert("experts:withdraw_away", "", EDIT_EXPERT, "away"),
    about_expert("experts:reveal", "experts.reveal_field", "experts.reveal_field", "mobile"),
    about_expert("experts:edit_membership", EDIT_EXPERT, EDIT_EXPERT, "membership"),
    about_expert("experts:move_membership", EDIT_EXPERT, EDIT_EXPERT, "membership"),
    Route("experts:import", IMPORT, IMPORT),
    Route("experts:import_template", IMPORT, args=lambda world: [world.committee], of_office=True),
    about_register("experts:import_result", IMPORT),
    about_register("experts:import_confirm", "", IMPORT),
    about_register("experts:import_recheck", "", IMPORT),
    about_register("experts:import_drop", "", IMPORT),
    about_register("experts:import_bad_rows", IMPORT),
    # Attachments
    Route(
        "workflow:attachment",
        "workflow.view_attachment",
        args=lambda world: [world.attachment],
        of_office=True,
    ),
    Route(
        "workflow:remove-attachment",
        "",
        "workflow.edit_attachment",
        args=lambda world: [world.file_on_draft],
        of_office=True,
    ),
    # Applications
    Route("draws:list", SEE),
    Route("draws:new", EDIT, EDIT),
    about_application("draws:application", SEE),
    about_application("draws:move", "", EDIT, data={"action": "CANCEL"}),
    about_application("draws:version", SEE, "", 1),
    about_application("draws:edit", EDIT, EDIT),
    about_application("draws:trial", "draws.run_trial", "draws.run_trial"),
    about_application("draws:take-fixes", "", EDIT, data={"trial": "1", "fix": "0"}),
    about_application("draws:removals", EXPERT),
    Route("draws:reviews", "draws.review_application"),
    about_application("draws:review", "draws.review_application", "draws.review_application"),
    # The official draw
    about_application("draws:official", CEREMONY),
    about_application("draws:official-state", CEREMONY),
    about_application("draws:official-check", CEREMONY, CEREMONY),
    about_application("draws:official-freeze", "", FREEZE),
    about_application("draws:official-contribute", "", GIVE),
    about_application("draws:official-close", "", FREEZE),
    about_application("draws:official-reveal", "", GIVE),
    about_application("draws:official-execute", "", "draws.execute_draw"),
    about_application("draws:official-abandon", "", FREEZE),
    about_application("draws:official-void", "", "draws.void_draw"),
    about_application("draws:official-names", "", "draws.export_roster"),
    # Rosters
    Route("draws:rosters", "draws.view_roster"),
    about_application("draws:roster", "draws.view_roster"),
    about_application("draws:roster-export", "draws.export_roster", "draws.export_roster"),
    about_application("draws:document", "draws.view_roster", "", "record"),
    about_application(
        "draws:named-document", "draws.export_roster", "draws.export_roster", "record"
    ),
    about_application("draws:confirm", "draws.view_roster"),
    about_application("draws:confirm-answer", "", CONFIRM),
    about_application("draws:confirm-decline", CONFIRM, CONFIRM),
    about_application("draws:confirm-revert", CONFIRM, CONFIRM),
    about_application("draws:confirm-contact", CONFIRM, CONFIRM),
    about_application("draws:confirm-undo", "", CONFIRM),
    about_application(
        "draws:confirm-choose", CONFIRM, CONFIRM, query=lambda world: {"place": world.place}
    ),
    about_application("draws:lock", "draws.view_roster"),
    about_application("draws:lock-set", "", "draws.lock_roster"),
    about_application("draws:lock-release", "", "draws.unlock_roster"),
    about_application("draws:lock-version", "draws.view_roster", "", 1),
    about_application("draws:transcript", "draws.view_roster"),
    about_application("draws:roster-proof", "draws.view_roster"),
    # After the draw: release, messages, the expert's own page, a new date
    about_application("draws:release", "draws.release_roster", "draws.release_roster"),
    about_application("draws:reschedule", "draws.reschedule_meeting", "draws.reschedule_meeting"),
    about_application("draws:messages", SEND),
    about_application("draws:send-links", SEND, SEND),
    about_application("draws:message-deeds", "", SEND, data={"action": "sent"}),
    about_application("draws:print-messages", "", SEND),
    Route(
        "draws:message",
        SEND,
        args=lambda world: [world.application, world.message],
        of_office=True,
        about_application=True,
    ),
    Route(
        "draws:answer",
        PUBLIC,
        PUBLIC,
        args=lambda world: [world.token],
        data={"answer": "PARTICIPATING"},
    ),
]
