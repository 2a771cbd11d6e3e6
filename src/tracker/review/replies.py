"""A plain reply as a proposed report: the coordinator makes it one, for one activity or several, or puts it aside.

A reply counts on the day it was received, whenever the coordinator reads it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.answers.checks import NO_STATUS, check_answer, clean_text
from tracker.answers.checks import Faults as CheckFaults
from tracker.answers.drafts import Typed
from tracker.answers.form import Entry, recorded_form
from tracker.answers.submission import Answered, Submission
from tracker.answers.submit import NOTHING_SAID, Outcome, lock_period, submit
from tracker.case import Case
from tracker.plan.model import Agency
from tracker.progress import FIELDS, DutyState
from tracker.review.decide import check_reviewer
from tracker.settings import ZONE
from tracker.store.duties import duties_of, plan_order
from tracker.store.journal import note
from tracker.store.messages import (
    WORKBOOK_RECORDED,
    claim_reply,
    count_not_kept,
    note_on,
    own_words_of,
    replies,
    waiting_replies,
)
from tracker.store.tables import Duty, Letter, Message, Update
from tracker.store.updates import latest_updates

WAY = "reply"
NO_MORE = "Nội dung báo cáo ở tệp Excel kèm thư, đã ghi nhận"
"""Why most replies whose workbook was recorded are put aside."""
LONGEST_SENDER = 200
"""Letters of who said it; a sender's line may be longer."""
MOST_IN_COLUMN = 2**31 - 1
"""What a database takes for the number of a row; anybody can type more."""
CHOICE = re.compile(r"([0-9]{1,9})\.([0-9]{1,6})")
Faults = dict[str, str]
"""What is wrong with what the coordinator typed, by field: sentences."""
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
    """A person's message with the letter it answers and the agency that was written to, or whose contact wrote."""

    message: Message
    letter: Letter | None
    """None where nothing tells which letter it answers."""
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
        return self.told.startswith(WORKBOOK_RECORDED)

    @property
    def received_on(self) -> date:
        """Return the day on which it counts."""
        return self.message.received_at.astimezone(ZONE).date()


def replies_of(case: Case) -> list[Reply]:
    """Return the replies to letters of `period` that wait, and contacts' mail that answers no known letter."""
    return [_reply(case, message, letter) for message, letter in waiting_replies(case.session, case.period)]


def not_kept_beside(case: Case, waiting: Sequence[Reply]) -> int:
    """Return how many messages were too many to keep on the days since the oldest of those `waiting` unplaced."""
    unplaced = [reply.message.received_at for reply in waiting if reply.letter is None]
    return count_not_kept(case.session, min(unplaced).astimezone(ZONE).date()) if unplaced else 0


def find_reply(case: Case, message_id: int) -> Reply | None:
    """Return one of the messages that `replies_of` gives, handled or not; None where there is no such one."""
    if message_id > MOST_IN_COLUMN:
        return None
    found = case.session.execute(replies(case.session, case.period).where(Message.id == message_id))
    return next((_reply(case, message, letter) for message, letter in found), None)


def open_duties(case: Case, reply: Reply) -> Sequence[Open]:
    """Return the duties of the reply's agency that it may answer, in the plan's order."""
    theirs = [
        duty
        for duty in plan_order(case.plan, duties_of(case.session, case.period))
        if duty.state is not DutyState.ACCEPTED and _answers(case, reply, duty)
    ]
    last = latest_updates(case.session, theirs)
    return [Open(duty, last.get(duty.id)) for duty in theirs]


def proposed(reply: Reply, duties: Sequence[Open]) -> Typed:
    """Return what the fields of a reply's page are filled with; `duties` are those that it may answer.

    Where a workbook came with it, nobody is led to put a covering note in the place of what that says.
    """
    if reply.recorded:
        return {"result": reply.words, "reason": NO_MORE}
    return {"result": reply.words, "duty": duties[0].choice if len(duties) == 1 else ""}


def record_reply(case: Case, reply: Reply, typed: Typed, *, finish: bool) -> Faults:
    """Record what the coordinator made of `reply` as a report on one activity; `finish` settles the reply.

    `typed` has `duty` (as Open.choice), the fields of an answer, `uses` and `reviewer`. Returns what is wrong, by
    field, and then nothing was recorded; `overtaken` says that somebody else was faster.
    """
    period = case.period
    if reply.received_on > period.closes:
        return {"overtaken": f"Thư đến sau ngày khóa kỳ ({period.closes:%d/%m/%Y}); gia hạn kỳ trước khi ghi."}
    reviewer, wrong = check_reviewer(typed.get("reviewer", ""))
    faults = {"reviewer": wrong} if wrong else {}
    choice = CHOICE.fullmatch(typed.get("duty", ""))
    duty_id, revision = (int(choice[1]), int(choice[2])) if choice else (0, 0)
    lock_period(case)
    theirs = case.of(reply.agency.id) if reply.agency else None
    entry = _find_entry(theirs, duty_id) if theirs else None
    if entry is None and _is_withdrawn(case, duty_id):
        return {"overtaken": "Hoạt động này vừa được rút khỏi kỳ báo cáo; xem lại rồi ghi."}
    if theirs is None or entry is None:
        faults["duty"] = "Chọn hoạt động mà thư này báo cáo."
    if entry is not None and entry.revision != revision:
        label = entry.activity.id
        return {"overtaken": f"Hoạt động {label} vừa có báo cáo hoặc quyết định mới; xem lại rồi ghi."}
    if faults or theirs is None or entry is None:
        _, found = check_answer(typed)
        return {field: str(fault) for field, fault in found.items()} | faults
    values = {name: typed.get(name, "") for name in FIELDS}
    answered = Answered(values=values, based_on=revision, unchanged=True)
    submission = Submission(
        way=WAY,
        at=reply.message.received_at,
        signed_by=reply.sender,
        answers={entry.name: answered},
        only=entry.name,
    )
    with case.session.begin_nested() as savepoint:
        outcome = submit(theirs, submission)
        if outcome.receipt is None:
            return _faults_of(outcome, entry)
        if not _claim(case.session, reply, typed, reviewer, case.now, finish=finish, used=True):
            savepoint.rollback()
            return {"overtaken": OVERTAKEN}
    for update in outcome.receipt.updates:
        about = f"message {reply.message.id}"
        detail = {"duty": update.duty_id, "revision": update.revision, "plan": period.plan_id}
        note(case.session, case.now, reviewer, "recorded a reply", about, **detail)
    return {}


def _find_entry(case: Case, duty_id: int) -> Entry | None:
    """Return the entry of a duty that the agency of `case` answers, or None."""
    return next((entry for entry in recorded_form(case).entries if entry.duty.id == duty_id), None)


def _is_withdrawn(case: Case, duty_id: int) -> bool:
    duty = case.session.get(Duty, duty_id)
    return duty is not None and duty.period_id == case.period.id and duty.state is DutyState.WITHDRAWN


def _faults_of(outcome: Outcome, entry: Entry) -> Faults:
    found = {fault.field: str(fault) for fault in outcome.faults}
    if "locked" in found:
        label = entry.activity.id
        return {"overtaken": f"Hoạt động {label} vừa có báo cáo hoặc quyết định mới; xem lại rồi ghi."}
    if any(fault.place == NOTHING_SAID for fault in outcome.faults):
        return {"status": NO_STATUS}
    return found


def dismiss_reply(case: Case, reply: Reply, typed: Typed) -> Faults:
    """Settle `reply` without a (further) report, for the `reason` in `typed`; returns as `record_reply` does."""
    unusable: CheckFaults = {}
    reason = clean_text(typed.get("reason", ""), unusable, "reason")
    faults = {field: str(fault) for field, fault in unusable.items()}
    if not reason:
        faults["reason"] = "Ghi lý do không ghi nhận thư này."
    reviewer, wrong = check_reviewer(typed.get("reviewer", ""))
    faults |= {"reviewer": wrong} if wrong else {}
    if faults:
        return faults
    if not _claim(case.session, reply, typed, reviewer, case.now, finish=True, reason=reason):
        return {"overtaken": OVERTAKEN}
    detail = {"reason": reason, "plan": case.period.plan_id}
    note(case.session, case.now, reviewer, "dismissed a reply", f"message {reply.message.id}", **detail)
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


def _reply(case: Case, message: Message, letter: Letter | None) -> Reply:
    agency_id = letter.agency_id if letter else _agency_of(case, message.sender)
    known = agency_id in case.plan.agencies
    return Reply(message, letter, case.plan.holder(agency_id, case.today) if known else None)


def _agency_of(case: Case, sender: str) -> str:
    """Return the first agency of which `sender` is a contact; empty where there is none."""
    agencies = case.plan.agencies.values()
    theirs = (one.id for one in agencies if sender.lower() in {contact.to.lower() for contact in one.contacts})
    return next(theirs, "")


def _answers(case: Case, reply: Reply, duty: Duty) -> bool:
    known = duty.agency_id in case.plan.agencies
    return (
        known and reply.agency is not None and case.plan.holder(duty.agency_id, case.today).id == reply.agency.id
    )
