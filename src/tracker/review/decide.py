"""The coordinator's part: an answer is accepted, or returned with a comment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.answers.checks import Faults, clean_text
from tracker.case import Case, open_case
from tracker.errors import BadInput, nearest
from tracker.letters.address import address_book, by_mail
from tracker.letters.mime import Attachment
from tracker.letters.queue import queue_letter
from tracker.log import log_of, tell
from tracker.progress import ANSWERED, DutyState
from tracker.review.sight import Sight, sights_of
from tracker.settings import Settings
from tracker.store.contributions import count_contributions
from tracker.store.decisions import decisions_on
from tracker.store.duties import duties_of, hold_duties
from tracker.store.journal import note
from tracker.store.periods import find_period
from tracker.store.plans import plan_in_force
from tracker.store.tables import Decision, Duty, Period
from tracker.store.updates import latest_updates
from tracker.workbook.fill import workbook_for

LOG = log_of("review")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Decided:
    """How many answers were accepted and returned; how many of the agencies nobody could write to.

    `already_recorded` counts identical decisions that were sent again: a button was pressed twice.
    """

    accepted: int = 0
    returned: int = 0
    unreachable: int = 0
    already_recorded: int = 0


def accept(session: Session, duties: Collection[Duty], who: str, now: datetime) -> list[Duty]:
    """Accept those of `duties` that are submitted and return them; accepted answers are locked."""
    held = hold_duties(session, [duty.id for duty in duties])
    waiting = [held[duty.id] for duty in duties if held[duty.id].state is DutyState.SUBMITTED]
    _move(session, waiting, DutyState.ACCEPTED, who, now)
    tell(LOG, "answers accepted", count=len(waiting))
    return waiting


def accept_seen(case: Case, sights: Mapping[int, Sight], who: str) -> Decided:
    """Accept the answers in `sights` (by duty id) that are still as they were seen.

    What was sent again or added to since is left alone.
    """
    held, now = _hold(case, sights)
    recorded = _already_recorded(case, held, {i: (sight, None) for i, sight in sights.items()}, who)
    same = [duty for i, duty in held.items() if now[i] == sights[i]]
    return Decided(accepted=len(accept(case.session, same, who, case.now)), already_recorded=len(recorded))


def decide(
    case: Case, choices: Mapping[int, tuple[Sight, str | None]], who: str
) -> tuple[Decided | None, set[int]]:
    """Accept each duty of `choices`, or return it where it comes with a comment: all of them, or nothing.

    Returns None and the ids of those that were answered, added to or decided on since they were seen, where there
    are such; the very same decision of the same person stands. Raises BadInput where something cannot be returned.
    """
    held, now = _hold(case, choices)
    recorded = _already_recorded(case, held, choices, who)
    fresh = {i: choice for i, choice in choices.items() if i not in recorded}
    changed = {i for i, (sight, _) in fresh.items() if i not in held or now[i] != sight}
    if changed:
        return None, changed
    accepted = accept(
        case.session, [held[i] for i, (_, comment) in fresh.items() if comment is None], who, case.now
    )
    reached = [
        return_answer(case.session, case.settings, held[i], comment, who)
        for i, (_, comment) in fresh.items()
        if comment is not None
    ]
    return Decided(len(accepted), len(reached), reached.count(False), len(recorded)), set()


def return_answer(session: Session, settings: Settings, duty: Duty, comment: str, who: str) -> bool:
    """Return an answered duty as `give_back` does, and queue the letter that says why, with the agency's link.

    Returns False where nobody can be written to. Raises BadInput where the agency could not answer again.
    """
    case = open_case(session, settings, session.get_one(Period, duty.period_id))
    period = case.period
    if case.closed:
        raise BadInput(
            f"{period.title} đã khóa sau ngày {period.closes:%d/%m/%Y} nên cơ quan không sửa được; "
            f"mở lại trước khi trả lại: tracker period extend {period.name} --closes NGÀY"
        )
    give_back(session, duty, comment, who, case.now)
    return _queue_returned(case, duty)


def give_back(session: Session, duty: Duty, comment: str, who: str, now: datetime) -> None:
    """Return an answered duty to its agency with a comment: it is owed again.

    Raises BadInput where there is nothing to return or no comment.
    """
    if not comment.strip():
        raise BadInput("chưa ghi lý do trả lại; thêm --comment")
    if hold_duties(session, [duty.id])[duty.id].state not in ANSWERED:
        raise BadInput(f"{duty.activity_id}: chưa có báo cáo nào để trả lại")
    _move(session, [duty], DutyState.RETURNED, who, now, comment.strip())
    tell(LOG, "answer returned", agency=duty.agency_id, activity=duty.activity_id)


def check_reviewer(typed: str) -> tuple[str, str | None]:
    """Return the reviewer's name as it is kept, and what is wrong with it."""
    faults: Faults = {}
    name = clean_text(typed, faults, "who")
    if not name:
        return name, "Ghi họ tên người duyệt."
    if len(name) > LONGEST_NAME or "\n" in name:
        return name, f"Ghi trên một dòng, tối đa {LONGEST_NAME} ký tự."
    return name, str(faults["who"]) if faults else None


def _hold(case: Case, ids: Collection[int]) -> tuple[dict[int, Duty], dict[int, Sight]]:
    """Return the answered duties of the period among `ids`, held, and what is to be seen of each now."""
    held = {i: duty for i, duty in hold_duties(case.session, ids).items() if duty.period_id == case.period.id}
    now = sights_of(case, held.values())
    return {i: duty for i, duty in held.items() if now[i].revision}, now


def _already_recorded(
    case: Case, held: Mapping[int, Duty], choices: Mapping[int, tuple[Sight, str | None]], who: str
) -> set[int]:
    """Return those of `choices` that `who` has recorded already: the last decision, on the same answer."""
    decided = decisions_on(case.session, held.values())
    found = set()
    for i, (sight, comment) in choices.items():
        verdict = DutyState.ACCEPTED if comment is None else DutyState.RETURNED
        if i not in held or i not in decided or held[i].state is not verdict or sight.state is verdict:
            continue
        last = decided[i][-1]
        if (last.verdict, last.who, last.revision, last.comment) == (verdict, who, sight.revision, comment):
            found.add(i)
    return found


def _queue_returned(case: Case, duty: Duty) -> bool:
    """Queue the letter that says why `duty` was returned; say whether anybody gets it."""
    case = case.of(case.plan.holder(duty.agency_id, case.today).id)
    envelopes = address_book(case.session, case.settings).envelopes(case.agency)
    facts = {
        "id": duty.activity_id,
        "title": case.plan.by_id[duty.activity_id].title,
        "for_whom": case.plan.agencies[duty.agency_id].name if duty.agency_id != case.agency_id else None,
        "comment": duty.comment,
        "by_mail": by_mail(envelopes),
    }
    revision = latest_updates(case.session, [duty])[duty.id].revision
    queued = queue_letter(
        case,
        "returned",
        f"returned:{case.period.name}:{duty.activity_id}:{duty.agency_id}:{revision}",
        facts,
        envelopes=envelopes,
        duties=[duty.id],
        stage_day=case.today,  # the stages that have begun need no letter of their own
        attachments=[_workbook(case)] if by_mail(envelopes) else [],
    )
    return queued is not None


def _workbook(case: Case) -> Attachment:
    from tracker.workbook.draw import workbook_file

    return Attachment(*workbook_file(workbook_for(case)))


def _move(
    session: Session,
    held: Collection[Duty],
    state: DutyState,
    who: str,
    now: datetime,
    comment: str | None = None,
) -> None:
    last, added = latest_updates(session, held), count_contributions(session, [duty.id for duty in held])
    for duty in held:
        duty.state, duty.comment = state, comment
        revision, contributions = last[duty.id].revision, added.get(duty.id, 0)
        session.add(
            Decision(
                duty_id=duty.id,
                revision=revision,
                verdict=str(state),
                comment=comment,
                contributions=contributions,
                who=who,
                at=now,
            )
        )
        detail = {"activity": duty.activity_id, "comment": comment, "revision": revision}
        note(session, now, who, str(state), f"duty {duty.id}", **detail, parts=contributions)
    session.flush()


def chosen_duties(session: Session, code: str, activities: Collection[str], agency: str | None) -> list[Duty]:
    """Return the duties of the period `code` on `activities` (all where empty) of `agency` (any where None).

    Raises BadInput for an unknown period, activity or agency.
    """
    period = find_period(session, code)
    _, plan = plan_in_force(session, period.plan_id)
    agency_id = plan.find_agency(agency).id if agency else None
    duties = duties_of(session, period, {agency_id} if agency_id else None)
    asked_for = {duty.activity_id for duty in duties}
    for activity in activities:
        if activity not in asked_for:
            raise BadInput(f'kỳ {code} không hỏi hoạt động "{activity}"; {nearest(activity, asked_for)}')
    return [duty for duty in duties if not activities or duty.activity_id in activities]
