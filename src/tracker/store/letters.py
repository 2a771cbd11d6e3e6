"""Letters: queued once by key, looked up, reworded, withdrawn. What a sender does is in outbox.py."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from tracker.errors import BadInput, nearest
from tracker.progress import DutyState
from tracker.settings import ZONE
from tracker.store.engine import insert_once, reading, writing
from tracker.store.journal import note
from tracker.store.links import link_for, token_of
from tracker.store.periods import link_end
from tracker.store.tables import Duty, Letter, LetterDuty, Link, Period
from tracker.words import composed

MOST_ANSWERS_A_DAY = 5
"""Letters of one kind an agency gets in a day because something came in: receipts, faults of workbooks, new links.

A person who puts a workbook right needs a few; a program that answers ours, or mail that somebody forges, would
have us write for ever.
"""
STATE_WORDS = {
    "queued": "đang chờ",
    "sending": "đang gửi",
    "sent": "đã gửi",
    "refused": "bị từ chối",
    "withdrawn": "đã rút",
    "bounced": "bị trả lại",
}


def state_words(letter: Letter) -> str:
    """Return how `letter` stands, in words."""
    return words_of_state(letter.state, letter.uncertain)


def words_of_state(state: str, uncertain: bool) -> str:
    """Return how a letter in `state` stands, in words."""
    return STATE_WORDS[state] + (", có thể đã gửi hai lần" if uncertain else "")


def state_called(words: str) -> str:
    """Return the state that a person calls `words`, one of STATE_WORDS; raises BadInput with the nearest."""
    wanted = " ".join(composed(words).casefold().split())
    for state, called in STATE_WORDS.items():
        if called == wanted:
            return state
    raise BadInput(f'không có trạng thái thư "{words}"; {nearest(wanted, STATE_WORDS.values())}')


@dataclass(frozen=True, slots=True)
class LetterHistory:
    """What letters of a period have mentioned so far. Those that were withdrawn as not owed mentioned nothing."""

    reminder_days: Mapping[int, date] = field(default_factory=dict)
    """By duty, the day of the newest stage at which a letter asked its agency for it."""
    keys: frozenset[str] = frozenset()
    """Every key that was used."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """By agency, the plan version of the newest reminder that left and, as far as is known, arrived."""
    escalation_days: Mapping[int, date] = field(default_factory=dict)
    """By duty, the day of the newest stage at which a letter to the coordinator listed it as late."""
    unkeyed_agencies: frozenset[str] = frozenset()
    """Agencies written to before ids were keyed: their threads and calendar events go on under the ids of then."""
    last_summary: date = date.min
    """The day of the newest summary to the coordinator's chat channels."""

    def next_free_key(self, key: str) -> str:
        """Return `key`, or where it was used, the first free one of `key+2`, `key+3` and so on."""
        number = 1
        while (numbered := key if number == 1 else f"{key}+{number}") in self.keys:
            number += 1
        return numbered


def letter_history(session: Session, period: Period) -> LetterHistory:
    """Return what letters of `period` have mentioned so far."""
    keys, versions, unkeyed_agencies, last_summary = set(), {}, set(), date.min
    columns = (Letter.key, Letter.kind, Letter.state, Letter.queued_at)
    addressee = (Letter.agency_id, Letter.plan_version_id, Letter.message_id)
    found = sa.select(*columns, *addressee).where(Letter.period_id == period.id).order_by(Letter.id)
    for key, kind, state, queued_at, agency, version, message_id in session.execute(found):
        keys.add(key)
        if is_unkeyed(key, message_id):
            unkeyed_agencies.add(agency)
        if kind == "remind" and state in {"sending", "sent"}:
            versions[agency] = version
        if kind == "summary":
            last_summary = max(last_summary, queued_at.astimezone(ZONE).date())
    return LetterHistory(
        reminder_days=_newest_stages(session, period, Letter.kind != "escalate"),
        keys=frozenset(keys),
        versions=versions,
        escalation_days=_newest_stages(session, period, Letter.kind == "escalate"),
        unkeyed_agencies=frozenset(unkeyed_agencies),
        last_summary=last_summary,
    )


def _newest_stages(session: Session, period: Period, kinds: sa.ColumnElement[bool]) -> dict[int, date]:
    """Return by duty the newest stage day of the letters of `kinds` in `period` that mention it."""
    newest = sa.select(LetterDuty.duty_id, sa.func.max(Letter.stage_day)).join(Letter)
    found = newest.where(Letter.period_id == period.id, kinds)
    return {duty: day for duty, day in session.execute(found.group_by(LetterDuty.duty_id)) if day}


def unkeyed(text: str) -> str:
    """Return the id of `text` as ids were made before they were keyed: anybody can compute it."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_unkeyed(key: str, message_id: str) -> bool:
    """Say whether `message_id` of the letter called `key` is of that kind: it proves nothing of who writes it."""
    return message_id.startswith(f"<{unkeyed(key)}@")


def has_unkeyed(session: Session, period: Period, agency_id: str) -> bool:
    """Say whether `agency_id` was written to about `period` under such ids."""
    found = sa.select(Letter.key, Letter.message_id).where(
        Letter.period_id == period.id, Letter.agency_id == agency_id
    )
    return any(is_unkeyed(key, message_id) for key, message_id in session.execute(found))


def has_had_enough(session: Session, kind: str, agency_id: str, day: date) -> bool:
    """Say whether `agency_id` has got as many letters of `kind` on `day` as it gets in answer to what comes in."""
    since = datetime.combine(day, time(), tzinfo=ZONE)
    to_it = (Letter.kind == kind, Letter.agency_id == agency_id, Letter.queued_at >= since)
    written = sa.select(sa.func.count()).where(*to_it)
    return session.scalars(written).one() >= MOST_ANSWERS_A_DAY


def queue_letters(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> list[int]:
    """Queue letters of `rows`; return the ids of those whose keys were not queued before.

    A row holds columns of Letter, and under `duties` the ids of those it mentions.
    """
    waiting = {"state": "queued", "queued_at": now, "try_at": now, "attempts": 0, "uncertain": False, "reply": ""}
    statement = insert_once(session, Letter, "key")
    queued = []
    for row in rows:
        columns = {name: value for name, value in row.items() if name != "duties"}
        letter_id = session.scalar(statement, waiting | columns)
        if letter_id is not None:
            _add_duties(session, letter_id, row["duties"])
            queued.append(letter_id)
    return queued


def _add_duties(session: Session, letter_id: int, duties: Collection[int]) -> None:
    rows = [{"letter_id": letter_id, "duty_id": duty} for duty in duties]
    if rows:
        session.execute(sa.insert(LetterDuty), rows)


def renew_links(engine: sa.Engine, key: bytes, now: datetime) -> None:
    """Give letters that wait links that open, where theirs were withdrawn or made under another secret `key`."""
    asked = sa.select(Letter.link_id).where(Letter.state == "queued", Letter.link_id.is_not(None))
    with reading(engine) as session:
        links = session.scalars(sa.select(Link).where(Link.id.in_(asked))).all()
    for link in links:
        digest = hashlib.sha256(token_of(link, key).encode()).hexdigest()
        if digest == link.digest and link.withdrawn_at is None and link.expires_at > now:
            continue
        with writing(engine) as session:
            period = session.get_one(Period, link.period_id)
            if link_end(period) > now:
                fresh = link_for(session, period, link.agency_id, key, now)
                waiting = sa.update(Letter).where(Letter.link_id == link.id, Letter.state == "queued")
                session.execute(waiting.values(link_id=fresh.id))


def withdraw(session: Session, letter_ids: Collection[int]) -> None:
    """Withdraw queued letters that are no longer owed: they have mentioned nothing."""
    waiting = sa.update(Letter).where(Letter.id.in_(letter_ids), Letter.state == "queued")
    withdrawn = session.scalars(waiting.values(state="withdrawn").returning(Letter.id)).all()
    session.execute(sa.delete(LetterDuty).where(LetterDuty.letter_id.in_(withdrawn)))


def reword(session: Session, letter_id: int, values: Mapping[str, Any], now: datetime) -> bool:
    """Give a letter that still waits new words (`values` as `queue_letters` takes them); say whether it did.

    It counts as queued `now` and may be tried at once.
    """
    columns = {name: value for name, value in values.items() if name != "duties"}
    waiting = sa.update(Letter).where(Letter.id == letter_id, Letter.state == "queued")
    fresh = waiting.values(**columns, queued_at=now, try_at=now).returning(Letter.id)
    if session.scalar(fresh) is None:
        return False
    if "duties" in values:
        session.execute(sa.delete(LetterDuty).where(LetterDuty.letter_id == letter_id))
        _add_duties(session, letter_id, values["duties"])
    return True


def queued_reminders(session: Session) -> list[tuple[Letter, set[int]]]:
    """Return the reminders that wait in the queue, each with the ids of the duties it asks for."""
    waiting = (Letter.kind == "remind", Letter.state == "queued")
    letters = session.scalars(sa.select(Letter).where(*waiting).options(defer(Letter.message)).order_by(Letter.id))
    duties: defaultdict[int, set[int]] = defaultdict(set)
    for letter_id, duty in session.execute(
        sa.select(LetterDuty.letter_id, LetterDuty.duty_id).join(Letter).where(*waiting)
    ):
        duties[letter_id].add(duty)
    return [(letter, duties[letter.id]) for letter in letters]


def overtaken_returns(session: Session) -> Sequence[int]:
    """Return the ids of the letters that wait to say why an answer was returned, where it was sent again since."""
    asked_again = (
        sa.select(LetterDuty.letter_id)
        .join(Duty, Duty.id == LetterDuty.duty_id)
        .where(Duty.state == DutyState.RETURNED)
    )
    waiting = (Letter.kind == "returned", Letter.state == "queued")
    return session.scalars(sa.select(Letter.id).where(*waiting, Letter.id.not_in(asked_again))).all()


def letters_in(session: Session, state: str | None = None) -> Sequence[Letter]:
    """Return the letters, the newest first; only those in `state` where given."""
    found = sa.select(Letter).options(defer(Letter.message)).order_by(Letter.id.desc())
    return session.scalars(found if state is None else found.where(Letter.state == state)).all()


def find_letter(session: Session, key: str) -> Letter:
    """Return the letter called `key`; raises BadInput naming the nearest one."""
    letter = session.scalar(sa.select(Letter).where(Letter.key == key))
    if letter is None:
        known = session.scalars(sa.select(Letter.key)).all()
        raise BadInput(f'không có thư "{key}"; {nearest(key, known)}')
    return letter


def retry_letter(
    session: Session, letter: Letter, to: Sequence[str], cc: Sequence[str], who: str, now: datetime
) -> None:
    """Queue a letter that did not arrive again, for `to` and `cc`; BadInput for one that waits or has left."""
    again = {"state": "queued", "try_at": now, "attempts": 0, "to": list(to), "cc": list(cc)}
    _move(session, letter, ("refused", "withdrawn", "bounced"), who, now, **again)


def cancel_letter(session: Session, letter: Letter, who: str, now: datetime) -> None:
    """Withdraw a letter that waits; raises BadInput for one that is under way or has left."""
    _move(session, letter, ("queued",), who, now, state="withdrawn")


def _move(session: Session, letter: Letter, before: Sequence[str], who: str, now: datetime, **values: Any) -> None:
    moved = sa.update(Letter).where(Letter.id == letter.id, Letter.state.in_(before)).values(**values)
    if not session.execute(moved.returning(Letter.id)).all():
        raise BadInput(
            f"{letter.key}: thư đang ở trạng thái “{STATE_WORDS[letter.state]}”, không làm được việc này"
        )
    note(session, now, who, f"made a letter {values['state']}", letter.key)
