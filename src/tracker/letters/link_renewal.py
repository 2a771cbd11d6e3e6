"""A new link in the place of a dead one: sent to the contacts on file, never to whoever asks."""

from sqlalchemy.orm import Session

from tracker.letters.address import address_book
from tracker.letters.queue import Outgoing, composed_for_agency, queue_outgoing
from tracker.settings import Settings
from tracker.store.letters import has_had_enough
from tracker.store.links import find_dead_link
from tracker.store.plans import plan_in_force
from tracker.store.tables import Period


def send_new_link(session: Session, settings: Settings, token: str) -> bool:
    """Queue a letter with a new link for the agency that `token` opened a page for; say whether one was queued.

    None is queued where the token was nobody's or still opens its page, after the period has closed, where nobody
    can be written to, and where one was queued today, or enough for other periods.
    """
    now, today = settings.now(), settings.today()
    link = find_dead_link(session, token, now)
    if link is None:
        return False
    version, plan = plan_in_force(session)
    period = session.get_one(Period, link.period_id)
    if link.agency_id not in plan.agencies or today > period.closes:
        return False
    agency = plan.holder(link.agency_id, today)
    if has_had_enough(session, "link", agency.id, today):
        return False
    letter = Outgoing(
        kind="link",
        key=f"link:{period.code}:{agency.id}:{today}",
        period=period,
        agency=agency,
        words=composed_for_agency(settings, plan, "link", period, agency, {}),
        envelopes=address_book(session, settings).envelopes(agency),
    )
    return queue_outgoing(session, settings, version, plan, letter, now) is not None
