"""Reminders that still wait, brought in line with today: what is owed, how long is left, who can be written to.

A mail server may be away for days. A waiting letter is made anew each day and whenever something changes; one that
asks for nothing any more, whose stage a newer one has overtaken, or that nobody would get, is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import FileTrouble
from tracker.letters.address import Envelope, is_channel
from tracker.letters.queue import letter_rows
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.remind.agenda import Agenda, agenda
from tracker.remind.due import Reminder
from tracker.remind.outgoing import envelopes_of, reminder_letter
from tracker.remind.wording import stage_words
from tracker.settings import ZONE, Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import overtaken_returns, queued_reminders, reword, withdraw
from tracker.store.plans import plan_ids
from tracker.store.tables import Letter, Period

REFRESHED = ("to", "cc", "duties", "plan_version_id", "subject", "text", "message")
"""What a letter that waits is given again; its key and its Message-ID stay."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many waiting reminders were withdrawn, and how many were made anew."""

    withdrawn: int = 0
    reworded: int = 0
    trouble: str | None = None
    """Why some could not be made anew, and stay as they were: a spoiled template."""


def refresh_queued(engine: sa.Engine, settings: Settings) -> Refreshed:
    """Bring every reminder that waits in line with what its agency owes today, and with its contacts.

    A letter that an answer was returned is withdrawn where the answer was sent again before the letter left.
    """
    with reading(engine) as session:
        refuse_forgotten_settings(session.connection(), settings)
        waiting = queued_reminders(session)
        days = [agenda(session, settings, each) for each in plan_ids(session)] if waiting else []
    owed = {addressee: (day, one) for day in days for addressee, one in _by_addressee(day).items()}
    unowed, reworded, trouble = [], 0, None
    for letter, duties in waiting:
        day, reminder = owed.get((letter.period_id, letter.agency_id), (days[0], None))
        if reminder is None or _overtaken(letter, reminder):
            unowed.append(letter.id)
            continue
        envelope = _envelope_today(letter, envelopes_of(day, reminder))
        if envelope is None:
            unowed.append(letter.id)
            continue
        if _is_right(letter, duties, day, reminder, envelope):
            continue
        try:
            values = _made_anew(settings, day, letter, reminder, envelope)
        except FileTrouble as error:
            trouble = str(error)
            continue
        with writing(engine) as session:
            reworded += reword(session, letter.id, values, settings.now())
    with writing(engine) as session:
        unowed += overtaken_returns(session)
        withdraw(session, unowed)
    return Refreshed(len(unowed), reworded, trouble)


def why_withdrawn(session: Session, settings: Settings, letter: Letter) -> str | None:
    """Return why the next run would withdraw `letter` if it waited, or None where it would be sent."""
    if letter.kind != "remind":
        return None
    day = agenda(session, settings, session.get_one(Period, letter.period_id).plan_id)
    reminder = _by_addressee(day).get((letter.period_id, letter.agency_id))
    if reminder is None:
        return f"ngày {settings.today():%d/%m/%Y} cơ quan không có báo cáo nào phải nhắc trong kỳ này"
    if _overtaken(letter, reminder):
        return f"đã sang mốc sau ({stage_words(reminder.stage.name)}), cơ quan nhận thư của mốc đó"
    if _envelope_today(letter, envelopes_of(day, reminder)) is None:
        return "không còn nơi nhận thư dùng được"
    return None


def _by_addressee(day: Agenda) -> dict[tuple[int, str], Reminder]:
    return {(reminder.period.id, reminder.agency.id): reminder for reminder in day.reminders}


def _overtaken(letter: Letter, reminder: Reminder) -> bool:
    return letter.stage_day is not None and reminder.stage.day > letter.stage_day


def _envelope_today(letter: Letter, envelopes: Sequence[Envelope]) -> Envelope | None:
    """Return who gets `letter` by the contacts of today, or None: mail stays mail, a channel the same channel.

    Where a channel has given way to another, the letter is withdrawn, and the stage is told anew if by no other.
    """
    if is_channel(letter.to[0]):
        return next((envelope for envelope in envelopes if envelope.to == tuple(letter.to)), None)
    return next((envelope for envelope in envelopes if not is_channel(envelope.to[0])), None)


def _is_right(letter: Letter, duties: set[int], day: Agenda, reminder: Reminder, envelope: Envelope) -> bool:
    return (
        letter.queued_at.astimezone(ZONE).date() == day.today
        and letter.plan_version_id == day.version.id
        and duties == {duty.id for duty in reminder.duties}
        and (tuple(letter.to), tuple(letter.cc)) == (envelope.to, envelope.cc)
    )


def _made_anew(
    settings: Settings, day: Agenda, letter: Letter, reminder: Reminder, envelope: Envelope
) -> dict[str, object]:
    """Return the columns to change."""
    fresh = reminder_letter(settings, day, reminder)
    anew = replace(
        fresh,
        key=letter.key,
        message_id=letter.message_id,
        unkeyed_thread=day.has_unkeyed(reminder.period, reminder.agency),
        envelopes=[envelope],
    )
    [row] = letter_rows(settings, day.version, day.plan, anew, settings.now())
    return {name: row[name] for name in REFRESHED}
