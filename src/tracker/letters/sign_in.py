"""The letter with a link that signs a person of the plan in at the desk."""

import sqlalchemy as sa

from tracker.case import open_coordinators_case
from tracker.letters.address import Envelope
from tracker.letters.queue import queue_letter
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.plans import plans_of_person
from tracker.store.sessions import LINK_LIVES, asked_too_often, make_sign_in
from tracker.store.tables import Period


def queue_sign_in(engine: sa.Engine, settings: Settings, email: str) -> bool:
    """Queue a letter with a link that signs `email` in; say whether one was queued.

    None for a stranger, none where enough were sent lately, and none where no plan of the person has a period yet,
    to which every letter belongs: then an admin prints the link.
    """
    now = settings.now()
    with reading(engine) as session:
        if not plans_of_person(session, email):
            return False  # a stranger waits for no lock, and holds up nobody
    with writing(engine) as session:
        theirs = {plan.plan.plan_id: person for plan, person in plans_of_person(session, email)}
        newest = sa.select(Period).order_by(Period.due.desc(), Period.id).limit(1)
        period = session.scalar(newest.where(Period.plan_id.in_(theirs)))
        if period is None or asked_too_often(session, theirs[period.plan_id].email, now):
            return False
        person = theirs[period.plan_id]
        case = open_coordinators_case(session, settings, period)
        row, _ = make_sign_in(session, person.email, settings.secret_key(), now)
        facts = {"person": person, "minutes": int(LINK_LIVES.total_seconds() // 60)}
        envelopes = [Envelope((person.email,))]
        row.letter_id = queue_letter(
            case, "sign_in", f"sign-in:{row.id}", facts, envelopes=envelopes, linked=False
        )
        return row.letter_id is not None
