"""Workbooks that come back by mail: recorded, or answered cell by cell, in the transaction of their message.

What is trusted: the message answers a letter of ours, it says that it comes from an address that letter went to
or from a contact of the letter's agency, and the workbook carries the seal of the agency and the period, which
nobody can make without having had a file of ours. A From line can be forged, the seal cannot. Receipts and faults
go to the contacts on file, whoever wrote, and no more than a few a day. What a colleague sends from an address of
their own is kept for the coordinator and not recorded: colleagues have the link in the letter.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.answers.receipts import queue_receipt
from tracker.case import open_case
from tracker.errors import WHOLE_FILE, Fault, Faults, FileTrouble
from tracker.inbox.incoming import MOST_WORKBOOKS, Incoming, attached_workbooks
from tracker.inbox.mime_parts import take_apart
from tracker.letters.address import address_book, is_channel
from tracker.letters.queue import queue_letter
from tracker.plan.model import Plan
from tracker.settings import Settings
from tracker.store.letters import MOST_ANSWERS_A_DAY, has_had_enough
from tracker.store.messages import WORKBOOK_RECORDED
from tracker.store.plans import plan_in_force
from tracker.store.tables import Letter, Period
from tracker.workbook.model import sealed
from tracker.workbook.read import FilledWorkbook, read_workbook
from tracker.workbook.take import Taken, record_workbook
from tracker.workbook.zip_parts import FRESH

ENOUGH = f"hôm nay cơ quan đã nhận {MOST_ANSWERS_A_DAY} thư loại này nên không gửi thêm"
UNFILLED = "Tệp Excel kèm thư là tệp chương trình đã gửi, chưa điền gì."
SPOILED = "mẫu thư có lỗi, báo người quản trị"
TOLD = " Thư xác nhận gửi tới nơi nhận của cơ quan."
TOO_MANY = Fault(WHOLE_FILE, f"nhiều hơn {MOST_WORKBOOKS} tệp trong một thư", "chỉ đính kèm tệp đã điền")
UNSEALED = Fault(WHOLE_FILE, "không mang dấu của tệp đã gửi cho Quý cơ quan trong kỳ này", FRESH)


@dataclass(frozen=True, slots=True)
class Read:
    """A workbook of a message: as it was filled in, or why it cannot be read."""

    raw: bytes
    filled: FilledWorkbook | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the workbooks of a message; `settled` where no person has to look at them."""

    told: str
    settled: bool
    trouble: str = ""
    """What is wrong on this machine, for whoever runs the program."""


def read_attached(message: Incoming) -> list[Read]:
    """Read the workbooks that came with `message`; needs no store, and takes its time outside any transaction."""
    if message.report or message.automatic:
        return []
    return [_read(raw) for raw in message.workbooks[:MOST_WORKBOOKS]]


def take_reply(
    session: Session,
    settings: Settings,
    letter: Letter,
    message: Incoming,
    books: Sequence[Read],
    received: datetime,
) -> Answered | None:
    """Record the `books` of `message`, all of them or none; where there are faults, queue the letter that tells.

    What they say counts as said when the message was `received`, and the period must have been open then.

    Returns None where no workbook came. The letter's own, which some mail programs send back with every answer,
    counts for none where another came.
    """
    if not books:
        return None
    own = set(attached_workbooks(take_apart(letter.message)))
    fresh = [book for book in books if book.raw not in own]
    if not fresh:
        return Answered(UNFILLED, settled=False)
    _, plan = plan_in_force(session, session.get_one(Period, letter.period_id).plan_id)
    if message.sender.lower() not in _trusted(plan, letter):
        told = "Thư có kèm tệp Excel nhưng chưa ghi nhận: địa chỉ gửi không phải nơi nhận thư của cơ quan."
        return Answered(told, settled=False)
    try:
        with session.begin_nested():
            _refuse_unreadable(message, fresh)
            filled = [book.filled for book in fresh if book.filled]
            taken = _record(session, settings, letter, filled, received)
            return Answered(_told(taken) + _confirmed(session, settings, taken), settled=True)
    except Faults as error:
        return _answer_faults(session, settings, plan, letter, message, error.faults)


def _read(raw: bytes) -> Read:
    try:
        return Read(raw, filled=read_workbook(raw))
    except Faults as error:
        return Read(raw, faults=error.faults)


def _trusted(plan: Plan, letter: Letter) -> set[str]:
    agency = plan.agencies.get(letter.agency_id)
    contacts = [contact.to for contact in agency.contacts] if agency else []
    return {address.lower() for address in (*letter.to, *letter.cc, *contacts)}


def _refuse_unreadable(message: Incoming, books: Sequence[Read]) -> None:
    faults = [TOO_MANY] if len(message.workbooks) > MOST_WORKBOOKS else []
    for number, book in enumerate(books, 1):
        faults += _numbered(book.faults, number, len(books))
    if faults:
        raise Faults(faults)


def _record(
    session: Session, settings: Settings, letter: Letter, books: Sequence[FilledWorkbook], received: datetime
) -> list[Taken]:
    """Record `books` one after the other; return what was recorded. Raises Faults where one cannot be."""
    taken = []
    for number, book in enumerate(books, 1):
        try:
            if book.seal != sealed(settings.secret_key(), book.period_code, book.agency_id):
                raise Faults([UNSEALED])
            taken.append(record_workbook(session, settings, book, letter, received))
        except Faults as error:
            raise Faults(_numbered(error.faults, number, len(books))) from error
    return taken


def _told(taken: Sequence[Taken]) -> str:
    updates, figures = sum(len(one.updates) for one in taken), sum(len(one.figures) for one in taken)
    if not updates and not figures:
        return f"{WORKBOOK_RECORDED} từ trước."
    return f"{WORKBOOK_RECORDED}: {updates} hoạt động, {figures} số liệu."


def _confirmed(session: Session, settings: Settings, taken: Sequence[Taken]) -> str:
    """Queue a receipt for figures that came without answers, for the rounds look at answers; tell of it."""
    figures = [figure for one in taken if not one.updates for figure in one.figures]
    if not figures:
        return TOLD if any(one.updates for one in taken) else ""
    period, agency_id = taken[0].period, taken[0].agency_id
    if has_had_enough(session, "receipt", agency_id, settings.today()):
        return f" Chưa gửi thư xác nhận: {ENOUGH}."
    try:
        queue_receipt(open_case(session, settings, period, agency_id), [], figures)
    except FileTrouble:  # as below; the next round of receipts tells where
        return f" Chưa gửi được thư xác nhận: {SPOILED}."
    return TOLD


def _numbered(faults: Sequence[Fault], number: int, count: int) -> list[Fault]:
    """Return `faults` with the number of their file where there are several."""
    if count == 1:
        return list(faults)
    return [Fault(f"Tệp thứ {number}, {fault.place}", fault.what, fault.remedy) for fault in faults]


def _answer_faults(
    session: Session,
    settings: Settings,
    plan: Plan,
    letter: Letter,
    message: Incoming,
    faults: Sequence[Fault],
) -> Answered:
    """Queue the letter to the agency's contacts that tells every fault by cell."""
    told = f"Tệp Excel kèm thư có {len(faults)} chỗ cần sửa, chưa ghi nhận gì"
    if letter.agency_id not in plan.agencies:
        return Answered(f"{told}; cơ quan không còn trong kế hoạch.", settled=False)
    if has_had_enough(session, "workbook_faults", letter.agency_id, settings.today()):
        return Answered(f"{told}; {ENOUGH}.", settled=False)
    case = open_case(session, settings, session.get_one(Period, letter.period_id), letter.agency_id)
    mail = [one for one in address_book(session, settings).envelopes(case.agency) if not is_channel(one.to[0])]
    facts = {"faults": faults, "subject": message.subject}
    if not mail:
        return Answered(f"{told}; không có nơi nhận thư để trả lời.", settled=False)
    # The same faults of a file are told once a day: a program may send it again with every letter it gets.
    same = [str(settings.today()), *map(str, faults)]
    told_of = hashlib.sha256(b"\0".join([*(part.encode() for part in same), *message.workbooks])).hexdigest()
    key = f"workbook_faults:{case.period.name}:{case.agency_id}:{told_of[:16]}"
    try:
        queued = queue_letter(case, "workbook_faults", key, facts, envelopes=mail)
    except FileTrouble as error:  # a spoiled template must not keep all other mail from being read
        return Answered(f"{told}, chưa trả lời được: {SPOILED}.", settled=False, trouble=f"{error}.")
    how = "đã gửi thư nêu rõ từng ô" if queued is not None else "thư nêu rõ từng ô đã gửi trong ngày"
    return Answered(f"{told}; {how}.", settled=True)
