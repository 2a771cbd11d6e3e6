"""A plain reply as a proposed report: the coordinator makes it one, for one activity or several, or puts it aside.

A reply counts on the day it was received, whenever the coordinator reads it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.answers.checks import Faults, check_answer, clean_text
from tracker.answers.drafts import Typed
from tracker.answers.record import Said, record_answers
from tracker.inbox.workbook_replies import RECORDED
from tracker.plan.model import Agency, Plan
from tracker.progress import DutyState
from tracker.review.decide import check_reviewer
from tracker.settings import ZONE
from tracker.store.duties import duties_of, hold_duties, plan_order
from tracker.store.journal import note
from tracker.store.messages import Kind, claim_reply, note_on, own_words_of, waiting_replies
from tracker.store.tables import Duty, Letter, Message, Period, Update
from tracker.store.updates import latest_updates

WAY = "reply"
NO_MORE = "Nội dung báo cáo ở tệp Excel kèm thư, đã ghi nhận"
"""Why most replies whose workbook was recorded are put aside."""
LONGEST_SENDER = 200
"""Letters of who said it; a sender's line may be longer."""
MOST_IN_COLUMN = 2**31 - 1
"""What a database takes for the number of a row; anybody can type more."""
CHOICE = re.compile(r"([0-9]{1,9})\.([0-9]{1,6})")
OVERTAKEN = "Thư này vừa được xử lý ở nơi khác; xem lại trước khi ghi."


@dataclass(frozen=True, slots=True)
class Open:
    """A duty that a reply may answer; accepted ones are locked."""

    duty: Duty
    last: Update | None

    @property
    def choice(self) -> str:
        """Return what the page sends for it: the duty, and the revision that was seen."""
        return f"{self.duty.id}.{self.last.revision if self.last else 0}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with the letter it answers and the agency that was written to."""

    message: Message
    letter: Letter
    agency: Agency | None
    """Who answers for it today; None where the plan no longer knows it."""

    @property
    def sender(self) -> str:
        """Return who wrote it, as the message says."""
        return self.message.sender[:LONGEST_SENDER] or "không rõ người gửi"

    @property
    def known(self) -> bool:
        """Say whether it comes from an address of the agency, as far as a sender's line can be believed."""
        contacts = self.agency.contacts if self.agency else ()
        return self.message.sender.lower() in {contact.to.lower() for contact in contacts}

    @property
    def words(self) -> str:
        """Return what its writer wrote."""
        return own_words_of(self.message)

    @property
    def told(self) -> str:
        """Return what the program says of the workbook that came with it; empty where none did."""
        return note_on(self.message)

    @property
    def recorded(self) -> bool:
        """Say whether that workbook is in the record, so that the words alone wait."""
        return self.told.startswith(RECORDED)

    @property
    def received_on(self) -> date:
        """Return the day on which it counts."""
        return self.message.received_at.astimezone(ZONE).date()


def replies_of(session: Session, plan: Plan, period: Period, today: date) -> list[Reply]:
    """Return the replies to letters of `period` that wait, the oldest first."""
    found = waiting_replies(session, period)
    return [_reply(plan, message, letter, today) for message, letter in found]


def find_reply(session: Session, plan: Plan, period: Period, today: date, message_id: int) -> Reply | None:
    """Return one reply to a letter of `period`, handled or not; None where there is no such reply."""
    if message_id > MOST_IN_COLUMN:
        return None
    found = (
        sa.select(Message, Letter)
        .join(Letter, Letter.id == Message.letter_id)
        .where(Message.id == message_id, Message.kind == Kind.REPLY, Letter.period_id == period.id)
        .options(defer(Letter.message))
    )
    for message, letter in session.execute(found):
        return _reply(plan, message, letter, today)
    return None


def open_duties(session: Session, plan: Plan, period: Period, reply: Reply, today: date) -> Sequence[Open]:
    """Return the duties of the reply's agency that it may answer, in the plan's order."""
    theirs = [
        duty
        for duty in plan_order(plan, duties_of(session, period))
        if duty.state is not DutyState.ACCEPTED and _answers(plan, reply, duty, today)
    ]
    last = latest_updates(session, theirs)
    return [Open(duty, last.get(duty.id)) for duty in theirs]


def proposed(reply: Reply, duties: Sequence[Open]) -> Typed:
    """Return what the fields of a reply's page are filled with; `duties` are those that it may answer.

    Where a workbook came with it, nobody is led to put a covering note in the place of what that says.
    """
    if reply.recorded:
        return {"result": reply.words, "reason": NO_MORE}
    return {"result": reply.words, "duty": duties[0].choice if len(duties) == 1 else ""}


def record_reply(
    session: Session,
    plan: Plan,
    period: Period,
    reply: Reply,
    typed: Typed,
    now: datetime,
    *,
    finish: bool,
    illustration: bool = False,
) -> Faults:
    """Record what the coordinator made of `reply` as a report on one activity; `finish` settles the reply.

    `typed` has `duty` (as Open.choice), the fields of an answer, `uses` and `reviewer`. Returns what is wrong, by
    field, and then nothing was recorded; `overtaken` says that somebody else was faster.
    """
    if reply.received_on > period.closes:
        return {"overtaken": f"Thư đến sau ngày khóa kỳ ({period.closes:%d/%m/%Y}); gia hạn kỳ trước khi ghi."}
    reviewer, wrong = check_reviewer(typed.get("reviewer", ""))
    answer, faults = check_answer(typed)
    faults |= {"reviewer": wrong} if wrong else {}
    chosen = CHOICE.fullmatch(typed.get("duty", ""))
    duty_id, seen = (int(chosen[1]), int(chosen[2])) if chosen else (0, 0)
    duty = hold_duties(session, [duty_id]).get(duty_id)
    today = now.astimezone(ZONE).date()
    if duty is None or duty.period_id != period.id or not _answers(plan, reply, duty, today):
        faults["duty"] = "Chọn hoạt động mà thư này báo cáo."
    elif answer is None and not faults:
        faults["status"] = "Chọn trạng thái của hoạt động này."
    if faults or duty is None or answer is None:
        return faults
    last = latest_updates(session, [duty]).get(duty.id)
    if (last.revision if last else 0) != seen or duty.state in {DutyState.ACCEPTED, DutyState.WITHDRAWN}:
        return {"overtaken": f"Hoạt động {duty.activity_id} vừa có báo cáo hoặc quyết định mới; xem lại rồi ghi."}
    if not _claim(session, reply, typed, reviewer, now, finish=finish, used=True):
        return {"overtaken": OVERTAKEN}
    said = Said(by=reply.sender, at=reply.message.received_at, way=WAY, illustration=illustration)
    for update in record_answers(session, {duty.id: (duty, answer)}, said):
        about = f"message {reply.message.id}"
        note(session, now, reviewer, "recorded a reply", about, duty=duty.id, revision=update.revision)
    return {}


def dismiss_reply(session: Session, reply: Reply, typed: Typed, now: datetime) -> Faults:
    """Settle `reply` without a (further) report, for the `reason` in `typed`; returns as `record_reply` does."""
    faults: Faults = {}
    reason = clean_text(typed.get("reason", ""), faults, "reason")
    if not reason:
        faults["reason"] = "Ghi lý do không ghi nhận thư này."
    reviewer, wrong = check_reviewer(typed.get("reviewer", ""))
    faults |= {"reviewer": wrong} if wrong else {}
    if faults:
        return faults
    if not _claim(session, reply, typed, reviewer, now, finish=True, reason=reason):
        return {"overtaken": OVERTAKEN}
    note(session, now, reviewer, "dismissed a reply", f"message {reply.message.id}", reason=reason)
    return {}


def _claim(
    session: Session,
    reply: Reply,
    typed: Typed,
    reviewer: str,
    now: datetime,
    *,
    finish: bool,
    used: bool = False,
    reason: str | None = None,
) -> bool:
    uses = typed.get("uses", "")
    if not re.fullmatch("[0-9]{1,9}", uses):
        return False
    settled = {"handled_at": now, "handled_by": reviewer, "dismissed": reason} if finish else {}
    return claim_reply(session, reply.message, int(uses), uses=int(uses) + used, **settled)


def _reply(plan: Plan, message: Message, letter: Letter, today: date) -> Reply:
    known = letter.agency_id in plan.agencies
    return Reply(message, letter, plan.holder(letter.agency_id, today) if known else None)


def _answers(plan: Plan, reply: Reply, duty: Duty, today: date) -> bool:
    known = duty.agency_id in plan.agencies
    return known and reply.agency is not None and plan.holder(duty.agency_id, today).id == reply.agency.id
