"""The one function by which an answer becomes part of the record, whichever way it came."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.answers.checks import Answer
from tracker.plan.model import Plan, Target
from tracker.progress import DutyState
from tracker.settings import ZONE
from tracker.store.figures import reported_figures
from tracker.store.journal import note
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.store.updates import figures_of, latest_updates, newest_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who says it, when, and by which way (a key of `progress.WAYS`)."""

    by: str
    at: datetime
    way: str
    illustration: bool = False

    @property
    def on(self) -> date:
        """Return the day in the plan's zone, which decides whether a report is on time."""
        return self.at.astimezone(ZONE).date()


def record_answers(session: Session, answers: Mapping[int, tuple[Duty, Answer]], signed: Signed) -> list[Update]:
    """Record `answers` (by duty id) as new revisions and return them; the duties become submitted.

    An answer that says what was said before is not recorded again, unless it was returned: then sending it
    unchanged is an answer too.
    """
    duties = [duty for duty, _ in answers.values()]
    before = latest_updates(session, duties)
    recorded = []
    for duty, answer in answers.values():
        last = before.get(duty.id)
        if last is not None and same_words(last, answer) and duty.state is not DutyState.RETURNED:
            continue
        update = Update(
            duty_id=duty.id,
            revision=last.revision + 1 if last else 1,
            said_by=signed.by,
            said_at=signed.at,
            said_on=signed.on,
            way=signed.way,
            illustration=signed.illustration,
            **asdict(answer),
        )
        session.add(update)
        duty.state, duty.comment = DutyState.SUBMITTED, None
        recorded.append(update)
    session.flush()
    for update in recorded:
        about = f"update {update.id}"
        note(
            session,
            signed.at,
            signed.by,
            "answered",
            about,
            duty=update.duty_id,
            revision=update.revision,
            way=signed.way,
        )
    return recorded


def record_figures(
    session: Session, plan: Plan, period: Period, values: Collection[tuple[Target, str, Decimal]], signed: Signed
) -> list[Figure]:
    """Record `values` (of a target, by an agency) as new revisions where they are new; return those.

    They are kept under the agency that `plan.reporters` names: so the memo finds them.
    """
    given = figures_of(session, period)
    standing = reported_figures(plan, given, signed.on)
    before = newest_figures(given)
    recorded = []
    for target, agency_id, value in values:
        reported, last = standing[target.id].get(agency_id), before.get((target.id, agency_id))
        if reported and reported.own and reported.own.value == value:
            continue
        figure = Figure(
            period_id=period.id,
            target_id=target.id,
            agency_id=agency_id,
            revision=last.revision + 1 if last else 1,
            value=value,
            said_by=signed.by,
            said_at=signed.at,
            way=signed.way,
            illustration=signed.illustration,
        )
        session.add(figure)
        recorded.append(figure)
        about = f"{period.name} {target.id}"
        note(session, signed.at, signed.by, "gave a figure", about, value=str(value), agency=agency_id)
    session.flush()
    return recorded


def same_words(update: Update, answer: Answer) -> bool:
    """Say whether `answer` repeats `update`."""
    return all(getattr(update, name) == value for name, value in asdict(answer).items())
