"""The coordinator's part: an answer is accepted, or returned with a comment."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.errors import BadInput, nearest
from tracker.letters.address import address_book, by_mail
from tracker.letters.mime import Attachment
from tracker.letters.queue import Outgoing, composed_for_agency, queue_outgoing
from tracker.papers.workbook_filling import workbook_for
from tracker.progress import DutyState
from tracker.settings import Settings
from tracker.store.duties import duties_of
from tracker.store.journal import note
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Duty, Period
from tracker.store.updates import latest_updates


def accept(session: Session, duties: Collection[Duty], who: str, now: datetime) -> list[Duty]:
    """Accept those of `duties` that are submitted and return them; accepted answers are locked."""
    return [duty for duty in duties if _moved(session, duty, DutyState.ACCEPTED, who, now)]


def return_answer(session: Session, settings: Settings, duty: Duty, comment: str, who: str) -> bool:
    """Return an answered duty as `give_back` does, and queue the letter that says why, with the agency's link.

    Returns False where nobody can be written to.
    """
    give_back(session, duty, comment, who, settings.now())
    return _tell_returned(session, settings, duty)


def give_back(session: Session, duty: Duty, comment: str, who: str, now: datetime) -> None:
    """Return an answered duty to its agency with a comment: it is owed again.

    Raises BadInput where there is nothing to return or no comment.
    """
    if not comment.strip():
        raise BadInput("chưa ghi lý do trả lại; thêm --comment")
    if not _moved(session, duty, DutyState.RETURNED, who, now, comment.strip()):
        raise BadInput(f"{duty.activity_id}: chưa có báo cáo nào để trả lại")


def _tell_returned(session: Session, settings: Settings, duty: Duty) -> bool:
    version, plan = plan_in_force(session)
    period = session.get_one(Period, duty.period_id)
    agency = plan.holder(duty.agency_id, settings.today())
    revision = latest_updates(session, [duty])[duty.id].revision
    envelopes = address_book(session, settings).envelopes(agency)
    facts = {
        "id": duty.activity_id,
        "title": plan.by_id[duty.activity_id].title,
        "comment": duty.comment,
        "by_mail": by_mail(envelopes),
    }
    letter = Outgoing(
        kind="returned",
        key=f"returned:{period.code}:{duty.activity_id}:{duty.agency_id}:{revision}",
        period=period,
        agency=agency,
        words=composed_for_agency(settings, plan, "returned", period, agency, facts),
        envelopes=envelopes,
        duties=[duty.id],
        stage_day=settings.today(),  # the stages that have begun need no letter of their own
        attachments=[_workbook(session, settings, period, agency.id)] if by_mail(envelopes) else [],
    )
    return queue_outgoing(session, settings, version, plan, letter, settings.now()) is not None


def _workbook(session: Session, settings: Settings, period: Period, agency_id: str) -> Attachment:
    from tracker.papers.workbook_drawing import workbook_file

    workbook = workbook_for(session, settings, plan_in_force(session)[1], period, agency_id, settings.today())
    return Attachment(*workbook_file(workbook))


def _moved(
    session: Session, duty: Duty, state: DutyState, who: str, now: datetime, comment: str | None = None
) -> bool:
    # A claim on the state seen: where two coordinators act at once, the second finds nothing to do.
    before = {DutyState.SUBMITTED} if state is DutyState.ACCEPTED else {DutyState.SUBMITTED, DutyState.ACCEPTED}
    changed = sa.update(Duty).where(Duty.id == duty.id, Duty.state.in_(before))
    if not session.execute(changed.values(state=state, comment=comment).returning(Duty.id)).all():
        return False
    session.refresh(duty)
    note(session, now, who, str(state), f"duty {duty.id}", activity=duty.activity_id, comment=comment)
    return True


def chosen_duties(session: Session, code: str, activities: Collection[str], agency: str | None) -> list[Duty]:
    """Return the duties of the period `code` on `activities` (all where empty) of `agency` (any where None).

    Raises BadInput for an unknown period, activity or agency.
    """
    _, plan = plan_in_force(session)
    agency_id = plan.find_agency(agency).id if agency else None
    duties = duties_of(session, find_period(session, code), {agency_id} if agency_id else None)
    asked_for = {duty.activity_id for duty in duties}
    for activity in activities:
        if activity not in asked_for:
            raise BadInput(f'kỳ {code} không hỏi hoạt động "{activity}"; {nearest(activity, asked_for)}')
    return [duty for duty in duties if not activities or duty.activity_id in activities]
