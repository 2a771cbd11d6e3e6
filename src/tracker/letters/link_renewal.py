"""An agency's links: a new one in the place of a dead one, and what a coordinator does with them.

A new link is sent to the contacts on file, never to whoever asks.
"""

from sqlalchemy.orm import Session

from tracker.case import open_case
from tracker.errors import BadInput
from tracker.letters.address import address_book
from tracker.letters.queue import queue_letter
from tracker.letters.transports.usual import refuse_forgotten_settings
from tracker.settings import Settings
from tracker.store.journal import note
from tracker.store.letters import has_had_enough, letter_history
from tracker.store.links import find_dead_link, link_for, token_of, withdraw_links
from tracker.store.periods import link_end
from tracker.store.tables import Period, Purpose


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
    return queue_letter(case, "link", key, {"asked": True}) is not None


def give_link(
    session: Session, settings: Settings, period: Period, agency_id: str, who: str, *, fresh: bool = False
) -> str:
    """Return the token by which `agency_id` answers in `period`; `fresh` withdraws those of before.

    Raises BadInput where the period is long over.
    """
    now = settings.now()
    refuse_forgotten_settings(session.connection(), settings)
    if now >= link_end(period):
        raise BadInput(f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y} và hết thời gian xem; mở lại kỳ")
    if fresh:
        take_links_away(session, settings, period, agency_id, who)
    key = settings.secret_key()
    return token_of(link_for(session, period, agency_id, key, now), key)


def take_links_away(
    session: Session,
    settings: Settings,
    period: Period,
    agency_id: str,
    who: str,
    purpose: Purpose = Purpose.ANSWER,
) -> int:
    """Withdraw the links of `agency_id` in `period`; return how many there were."""
    now = settings.now()
    count = withdraw_links(session, period, agency_id, now, purpose)
    note(session, now, who, "withdrew the links", f"{period.name} {agency_id}", purpose=purpose, count=count)
    return count


def send_link(session: Session, settings: Settings, period: Period, agency_id: str, who: str) -> bool:
    """Queue a letter with the agency's link, because a coordinator wants it; say whether one was queued.

    Raises BadInput where nobody can be written to, or the period has closed.
    """
    case = open_case(session, settings, period, agency_id)
    if case.closed:
        raise BadInput(f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y}; gia hạn kỳ rồi gửi")
    if fault := address_book(session, settings).fault_of(case.agency):
        raise BadInput(f"không gửi thư được cho {case.agency.short}: {fault}")
    key = letter_history(session, period).next_free_key(f"link:{period.name}:{agency_id}:{case.today}")
    note(session, case.now, who, "sent the link", f"{period.name} {agency_id}")
    return queue_letter(case, "link", key, {"asked": False}) is not None
