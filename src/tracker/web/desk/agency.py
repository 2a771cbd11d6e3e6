"""An agency: its contacts, what it owes, its letters and its history; its links and pauses."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from tracker.errors import BadInput
from tracker.letters.address import address_book
from tracker.letters.link_renewal import give_link, send_link, take_links_away
from tracker.letters.mime import link_address
from tracker.letters.send import send_queued
from tracker.progress import DUTY_WORDS
from tracker.review.duty_list import Wanted, list_duties
from tracker.settings import ADDRESS
from tracker.store.engine import reading, writing
from tracker.store.journal_list import JournalFilter, journal_of_agency
from tracker.store.letter_list import LetterFilter, listed_letters
from tracker.store.letters import STATE_WORDS
from tracker.store.pauses import pause_reminders, resume_reminders, running_pauses
from tracker.store.periods import find_period, running_periods
from tracker.store.plans import plan_in_force
from tracker.web.calendar_feed import feed_address
from tracker.web.desk.journal import lines_of
from tracker.web.desk.letters import KINDS
from tracker.web.desk.plan import look_at
from tracker.web.desk.visit import DONE, RUNNING, Visit, no_page
from tracker.web.words import in_words, typed_day

NEWEST = 20
"""Letters, and lines of the journal, that the page shows."""


def show_agency(visit: Visit, faults: tuple[str, ...] = (), status: int = 422, link: str = "") -> Response:
    """Show all that is known of an agency; `link` is the one that was just asked for."""
    agency_id, today = visit.path["agency"], visit.settings.today()
    with reading(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        if agency_id not in plan.agencies:
            raise no_page()
        agency = plan.agencies[agency_id]
        book = address_book(session, visit.settings)
        count, duties = list_duties(session, plan, today, Wanted(agency=agency_id), None)
        newest = JournalFilter(plan=plan, most=NEWEST)
        facts: dict[str, Any] = {
            "letters": listed_letters(session, LetterFilter(plan_id=visit.plan_id, agency=agency_id, most=NEWEST)),
            "pauses": [one for one in running_pauses(session, today, visit.plan_id) if one.agency_id == agency_id],
            "fault": book.fault_of(agency),
            "partial_fault": book.partial_fault_of(agency),
            "periods": running_periods(session, today, visit.plan_id),
            "lines": lines_of(session, plan, journal_of_agency(session, agency_id, newest)),
        }
    return visit.render(
        "agency",
        status if faults else 200,
        agency=agency,
        holder=plan.holder(agency_id, today),
        count=count,
        duties=duties,
        words=DUTY_WORDS,
        states=STATE_WORDS,
        kinds=KINDS,
        by_id=plan.by_id,
        link=link,
        feed=feed_address(visit.settings, plan, agency_id),
        faults=faults,
        **facts,
    )


def act_on_agency(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Do what the button says: with the agency's link, or with a pause of its reminders."""
    with reading(visit.engine) as session:
        if visit.path["agency"] not in plan_in_force(session, visit.plan_id)[1].agencies:
            raise no_page()
    action = ACTIONS.get(typed.get("action", ""))
    if action is None or not visit.may(RUNNING):
        raise no_page()
    try:
        return action(visit, typed)
    except BadInput as error:
        return show_agency(visit, in_words(error))


def _copy(visit: Visit, typed: Mapping[str, str], *, fresh: bool = False) -> Response:
    with writing(visit.engine) as session:
        period = find_period(session, typed.get("ky", ""), visit.plan_id)
        token = give_link(session, visit.settings, period, visit.path["agency"], visit.who, fresh=fresh)
    return show_agency(visit, link=link_address(visit.settings.base_url, token))


def _renew(visit: Visit, typed: Mapping[str, str]) -> Response:
    return _copy(visit, typed, fresh=True)


def _send(visit: Visit, typed: Mapping[str, str]) -> Response:
    agency = visit.path["agency"]
    with writing(visit.engine) as session:
        period = find_period(session, typed.get("ky", ""), visit.plan_id)
        send_link(session, visit.settings, period, agency, visit.who)
    visit.background.begin(lambda: send_queued(visit.engine, visit.settings))
    return visit.redirect(f"/co-quan/{agency}", **{DONE: "gui"})


def _withdraw(visit: Visit, typed: Mapping[str, str]) -> Response:
    agency = visit.path["agency"]
    with writing(visit.engine) as session:
        period = find_period(session, typed.get("ky", ""), visit.plan_id)
        take_links_away(session, visit.settings, period, agency, visit.who)
    return visit.redirect(f"/co-quan/{agency}", **{DONE: "huy"})


def _pause(visit: Visit, typed: Mapping[str, str]) -> Response:
    agency, now = visit.path["agency"], visit.settings.now()
    wrong = [] if typed.get("ly-do", "").strip() else ["chưa ghi lý do tạm dừng"]
    try:
        until = typed_day(typed.get("den-ngay", ""))
    except ValueError:
        wrong.append("chưa chọn ngày cuối tạm dừng")
    if wrong:
        raise BadInput("\n".join(wrong))
    with writing(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        activity = typed.get("hoat-dong", "").strip() or None
        pause_reminders(session, plan, agency, activity, until, typed["ly-do"], visit.who, now)
    return visit.redirect(f"/co-quan/{agency}", **{DONE: "tam-dung"})


def _resume(visit: Visit, typed: Mapping[str, str]) -> Response:
    del typed
    agency = visit.path["agency"]
    with writing(visit.engine) as session:
        _, plan = plan_in_force(session, visit.plan_id)
        resume_reminders(session, plan, agency, visit.settings.today(), visit.who, visit.settings.now())
    return visit.redirect(f"/co-quan/{agency}", **{DONE: "nhac-lai"})


def _change_contact(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Show what the plan file becomes with another address; it is applied from there like any other change."""
    old, new = typed.get("cu", ""), typed.get("moi", "").strip()
    if not ADDRESS.fullmatch(new):
        raise BadInput("chưa ghi địa chỉ thư mới, hoặc không phải địa chỉ thư")
    with reading(visit.engine) as session:
        version, plan = plan_in_force(session, visit.plan_id)
        text = version.text
    mine = [contact.to for contact in plan.agencies[visit.path["agency"]].contacts]
    exact = re.compile(rf"(?<![\w.@+-]){re.escape(old)}(?![\w.@+-])")
    if old not in mine or len(exact.findall(text)) != 1:
        raise BadInput("địa chỉ cũ không đứng riêng một chỗ trong kế hoạch; sửa tệp rồi tải lên ở trang Kế hoạch")
    return look_at(visit, exact.sub(lambda _: new, text).encode())


ACTIONS = {
    "contact": _change_contact, "copy": _copy, "renew": _renew, "send": _send, "withdraw": _withdraw,
    "pause": _pause, "resume": _resume,
}  # fmt: skip
