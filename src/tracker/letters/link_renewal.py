"""A new link in the place of a dead one: sent to the contacts on file, never to whoever asks."""

from sqlalchemy.orm import Session

from tracker.case import open_case
from tracker.letters.queue import queue_letter
from tracker.settings import Settings
from tracker.store.letters import has_had_enough
from tracker.store.links import find_dead_link
from tracker.store.tables import Period


def send_new_link(session: Session, settings: Settings, token: str) -> bool:
    """Queue a letter with a new link for the agency that `token` opened a page for; say whether one was queued.

    None is queued where the token was nobody's or still opens its page, after the period has closed, where nobody
    can be written to, and where one was queued today, or enough for other periods.
    """
    now = settings.now()
    link = find_dead_link(session, token, now)
    if link is None:
        return False
    case = open_case(session, settings, session.get_one(Period, link.period_id), link.agency_id, now)
    if case.closed or case.agency_id not in case.plan.agencies:
        return False
    case = case.of(case.plan.holder(case.agency_id, case.today).id)
    if has_had_enough(session, "link", case.agency_id, case.today):
        return False
    key = f"link:{case.period.name}:{case.agency_id}:{case.today}"
    return queue_letter(case, "link", key, {}) is not None
