"""Which letter a message answers: by its id, its thread's, the address, our link in what it quotes, a file's seal.

All of them are made with the secret key, so that whoever brings one has had the letter, the link or the file. Mail
in the name of a contact that brings none of them is shown to the coordinator.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.inbox.incoming import Incoming
from tracker.inbox.workbook_replies import Read
from tracker.letters.address import is_channel
from tracker.letters.ids import answer_mark, thread_id
from tracker.settings import ZONE, Settings
from tracker.store.links import answering_link
from tracker.store.messages import UNPLACED_A_DAY, Kind, letter_answered
from tracker.store.periods import all_periods
from tracker.store.plans import newest_version, plan_ids, plan_in_force
from tracker.store.tables import Letter, Message, Period
from tracker.workbook.model import sealed

LEFT = {"sending", "sent", "bounced"}
"""The states of a letter that has left; one that was queued again has yet to."""
LOOKED_INTO_A_DAY = 10
"""Messages of one day, unplaced and in the name of one contact, that are opened: anybody can use it."""
Pair = tuple[int, str]
"""A period's row and an agency: whose letters a message belongs to."""


def place(
    session: Session, settings: Settings, message: Incoming, books: Sequence[Read] = (), *, hold: bool
) -> Letter | None:
    """Return the letter that `message` answers; None where nothing tells which.

    It is held until the end where asked to `hold`, which a session that only reads cannot.
    """
    if (letter := letter_answered(session, message.answers, hold=hold)) is not None:
        return letter
    pairs = (
        _pair_by_thread(session, settings, [*message.answers, *message.marks]),
        _pair_by_link(session, message.tokens),
        _pair_by_seal(session, settings, books),
    )
    return next((found for pair in pairs if pair and (found := _newest_letter(session, pair, hold=hold))), None)


def is_contacts(session: Session, sender: str) -> bool:
    """Say whether `sender` is a contact of a plan in force, as far as a sender's line can be believed."""
    if newest_version(session) is None:
        return False
    plans = (plan_in_force(session, plan_id)[1] for plan_id in plan_ids(session))
    agencies = (agency for plan in plans for agency in plan.agencies.values())
    return sender.lower() in (contact.to.lower() for agency in agencies for contact in agency.contacts)


def is_to_be_looked_into(session: Session, sender: str, day: date) -> bool:
    """Say whether one more unplaced message of `day` in the name of the contact `sender` is opened."""
    since = datetime.combine(day, time(), tzinfo=ZONE)
    that_day = (Message.received_at >= since, Message.received_at < since + timedelta(days=1))
    senders = session.scalars(sa.select(Message.sender).where(Message.kind == Kind.UNPLACED, *that_day)).all()
    in_its_name = sum(one.lower() == sender.lower() for one in senders)
    return len(senders) < UNPLACED_A_DAY and in_its_name < LOOKED_INTO_A_DAY


def _pair_by_thread(session: Session, settings: Settings, named: Sequence[str]) -> Pair | None:
    """Return whose thread one of `named`, Message-IDs and marks, is of; unkeyed ids of before name none."""
    if not named or newest_version(session) is None:
        return None
    plans = {plan_id: plan_in_force(session, plan_id)[1] for plan_id in plan_ids(session)}
    periods = {period.id: period for period in session.scalars(sa.select(Period))}
    threads: dict[str, Pair] = {}
    for period_id, agency_id in session.execute(sa.select(Letter.period_id, Letter.agency_id).distinct()):
        period, pair = periods[period_id], (period_id, agency_id)
        plan = plans[period.plan_id]
        threads[thread_id(settings, plan, period, agency_id, unkeyed_thread=False)] = pair
        threads[answer_mark(settings, plan, period, agency_id)] = pair
    return next((threads[one] for one in named if one in threads), None)


def _pair_by_link(session: Session, tokens: Iterable[str]) -> Pair | None:
    links = (answering_link(session, token) for token in tokens)
    return next(((link.period_id, link.agency_id) for link in links if link), None)


def _pair_by_seal(session: Session, settings: Settings, books: Sequence[Read]) -> Pair | None:
    for book in books:
        if (filled := book.filled) is None:
            continue
        if filled.seal == sealed(settings.secret_key(), filled.period_code, filled.agency_id):
            period = next((one for one in all_periods(session) if one.name == filled.period_code), None)
            return (period.id, filled.agency_id) if period else None
    return None


def _newest_letter(session: Session, pair: Pair, *, hold: bool) -> Letter | None:
    """Return the newest mail that has left for an agency about a period."""
    period_id, agency_id = pair
    theirs = (Letter.period_id == period_id, Letter.agency_id == agency_id, Letter.state.in_(LEFT))
    found = sa.select(Letter).where(*theirs).order_by(Letter.id.desc()).options(defer(Letter.message))
    letters = session.scalars(found.with_for_update() if hold else found)
    return next((letter for letter in letters if not is_channel(letter.to[0])), None)
