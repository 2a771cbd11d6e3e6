"""What follows once answers have come: receipts go out, in which figures stand that came with the answers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.case import Case, open_case
from tracker.language import speaking, wording
from tracker.letters.queue import queue_letter
from tracker.plan.model import Plan
from tracker.progress import OWED, STATUS_WORDS
from tracker.settings import ZONE, Settings
from tracker.store.duties import duties_of, plan_order
from tracker.store.engine import one_at_a_time, writing
from tracker.store.letters import has_had_enough
from tracker.store.periods import all_periods
from tracker.store.tables import Duty, Figure, Period, Update
from tracker.store.updates import figures_of, without_receipt
from tracker.words import moment_words, number_words


@dataclass(frozen=True, slots=True)
class Intake:
    """What one round did: receipts queued (period code, agency id, answers)."""

    receipts: tuple[tuple[str, str, int], ...]


def take_in_today(engine: sa.Engine, settings: Settings) -> Intake:
    """Take in what has come since the last round: queue a receipt for every answer that has none.

    An agency that has had many today gets one for all the rest tomorrow.
    """
    now, today = settings.now(), settings.today()
    receipts = []
    with writing(engine) as session:
        one_at_a_time(session)
        for period in all_periods(session):
            came = without_receipt(session, period)
            if not came:
                continue
            case = open_case(session, settings, period, now=now)
            answers: defaultdict[str, list[tuple[Update, Duty]]] = defaultdict(list)
            for update, duty in came:
                if holder := _held_by(case.plan, duty.agency_id, today):
                    answers[holder].append((update, duty))
            for agency_id, answered in answers.items():
                if has_had_enough(session, "receipt", agency_id, today):
                    continue
                moments = {update.said_at for update, _ in answered}
                given = [figure for figure in figures_of(session, period) if figure.said_at in moments]
                ours = [figure for figure in given if _held_by(case.plan, figure.agency_id, today) == agency_id]
                letter_id = queue_receipt(case.of(agency_id), answered, ours)
                if letter_id is not None:
                    for update, _ in answered:
                        update.receipt_id = letter_id
                    receipts.append((period.name, agency_id, len(answered)))
    return Intake(tuple(receipts))


def queue_receipt(case: Case, answered: Sequence[tuple[Update, Duty]], figures: Collection[Figure]) -> int | None:
    """Queue the letter that says what was received from the agency of `case`; return its id.

    None if nobody gets it. Raises FileTrouble where its template is spoiled.
    """
    plan, agency_id = case.plan, case.agency_id
    said = {duty.id: update for update, duty in answered}  # the newest revision where there are several
    duties = plan_order(plan, {duty.id: duty for _, duty in answered}.values())
    held = _held(case.session, plan, case.period, agency_id, case.today)
    with speaking(plan.plan.language):
        facts = {
            "items": [_item(plan, duty, said[duty.id], agency_id) for duty in duties],
            "figures": _figures(plan, figures),
            "owed": sum(duty.state in OWED for duty in held),
        }
    newest = f"{max(update.id for update, _ in answered)}" if answered else f"figure-{max(f.id for f in figures)}"
    return queue_letter(case, "receipt", f"receipt:{case.period.name}:{agency_id}:{newest}", facts)


def _item(plan: Plan, duty: Duty, update: Update, holder: str) -> dict[str, object]:
    activity = plan.by_id.get(duty.activity_id)  # a plan change may have taken it away since
    return {
        "id": duty.activity_id,
        "title": activity.title if activity else "",
        "for_whom": plan.agencies[duty.agency_id].name if duty.agency_id != holder else None,
        "status": wording(STATUS_WORDS[update.status]),
        "percent": update.percent,
        "said_by": update.said_by,
        "said_at": moment_words(update.said_at.astimezone(ZONE)),
    }


def _figures(plan: Plan, figures: Collection[Figure]) -> list[dict[str, str]]:
    newest = {figure.target_id: figure for figure in sorted(figures, key=lambda figure: figure.id)}
    targets = [target for target in plan.targets if target.id in newest]
    return [
        {"title": target.title, "value": f"{number_words(newest[target.id].value)} {target.unit}"}
        for target in targets
    ]


def _held(session: Session, plan: Plan, period: Period, agency_id: str, today: date) -> list[Duty]:
    return [duty for duty in duties_of(session, period) if _held_by(plan, duty.agency_id, today) == agency_id]


def _held_by(plan: Plan, agency_id: str, today: date) -> str | None:
    """Return who answers for `agency_id` today; None where a plan change took it away."""
    return plan.holder(agency_id, today).id if agency_id in plan.agencies else None
