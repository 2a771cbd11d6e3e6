"""A letter that did not arrive, queued again."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.letters.address import Envelope, retry_recipients
from tracker.remind.refresh import why_withdrawn
from tracker.settings import Settings
from tracker.store.bounces import forgive
from tracker.store.letters import retry_letter
from tracker.store.plans import plan_in_force
from tracker.store.tables import Letter, Period


@dataclass(frozen=True, slots=True)
class Requeued:
    """Where the letter goes now, and why the next run would withdraw it all the same; None where it leaves."""

    to: tuple[str, ...]
    idle: str | None


def queue_again(session: Session, settings: Settings, letter: Letter, who: str) -> Requeued:
    """Queue `letter` again, for the contacts of today; raises BadInput for one that waits or has left.

    A letter is mostly refused for an address that was since put right; what came back from there is forgiven.
    """
    _, plan = plan_in_force(session, session.get_one(Period, letter.period_id).plan_id)
    agency = plan.agencies.get(letter.agency_id)
    before = Envelope(tuple(letter.to), tuple(letter.cc))
    again = retry_recipients(agency, before) if agency else before
    retry_letter(session, letter, again.to, again.cc, who, settings.now())
    forgive(session, [*again.to, *again.cc])
    return Requeued((*again.to, *again.cc), why_withdrawn(session, settings, letter))
