"""Reminders that still wait, brought in line with what is owed by now.

A mail server may be away for days. What is answered meanwhile is taken out of a waiting letter; a letter that asks
for nothing any more, or whose stage a newer one has overtaken, is withdrawn.
"""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import FileTrouble
from tracker.letters.address import Envelope
from tracker.letters.queue import letter_rows
from tracker.remind.agenda import Agenda, agenda
from tracker.remind.due import Reminder
from tracker.remind.outgoing import reminder_letter
from tracker.remind.wording import stage_words
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.letters import queued_reminders, reword, withdraw
from tracker.store.tables import Letter

WORDS = ("duties", "plan_version_id", "subject", "text", "message")
"""What a letter that waits is given anew; its key, its Message-ID and whom it goes to stay."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many waiting reminders were withdrawn, and how many were worded anew."""

    withdrawn: int = 0
    reworded: int = 0
    trouble: str | None = None
    """Why some could not be worded anew, and stay as they were: a spoiled template."""


def refresh_queued(engine: sa.Engine, settings: Settings) -> Refreshed:
    """Bring every reminder that waits in line with what its agency owes now."""
    with reading(engine) as session:
        waiting = queued_reminders(session)
        day = agenda(session, settings) if waiting else None
    if day is None:
        return Refreshed()
    owed = _by_addressee(day)
    unowed, reworded, trouble = [], 0, None
    for letter in waiting:
        reminder = owed.get((letter.period_id, letter.agency_id))
        if reminder is None or _overtaken(letter, reminder):
            unowed.append(letter.id)
            continue
        try:
            values = _new_words(settings, day, letter, reminder)
        except FileTrouble as why:
            trouble = str(why)
            continue
        if values:
            with writing(engine) as session:
                reworded += reword(session, letter.id, values, settings.now())
    with writing(engine) as session:
        withdraw(session, unowed)
    return Refreshed(len(unowed), reworded, trouble)


def why_withdrawn(session: Session, settings: Settings, letter: Letter) -> str | None:
    """Return why the next run would withdraw `letter` if it waited, or None where it would be sent."""
    if letter.kind != "remind":
        return None
    reminder = _by_addressee(agenda(session, settings)).get((letter.period_id, letter.agency_id))
    if reminder is None:
        return f"ngày {settings.today():%d/%m/%Y} cơ quan không có báo cáo nào phải nhắc trong kỳ này"
    if _overtaken(letter, reminder):
        return f"đã sang mốc sau ({stage_words(reminder.stage.name)}), cơ quan nhận thư của mốc đó"
    return None


def _by_addressee(day: Agenda) -> dict[tuple[int, str], Reminder]:
    return {(reminder.period.id, reminder.agency.id): reminder for reminder in day.reminders}


def _overtaken(letter: Letter, reminder: Reminder) -> bool:
    return letter.stage_day is not None and reminder.stage.day > letter.stage_day


def _new_words(settings: Settings, day: Agenda, letter: Letter, reminder: Reminder) -> dict[str, object]:
    """Return the columns to change; none where the letter is right as it stands."""
    if {duty.id for duty in reminder.duties} == set(letter.duties) and letter.plan_version_id == day.version.id:
        return {}
    to = Envelope(tuple(letter.to), tuple(letter.cc))
    anew = replace(reminder_letter(settings, day, reminder), key=letter.key, envelopes=[to])
    [row] = letter_rows(settings, day.version, day.plan, anew, letter.queued_at)
    return {name: row[name] for name in WORDS}
