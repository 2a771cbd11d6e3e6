"""What the program of an agency may do: read its form, and send a submission."""

from decimal import Decimal

from starlette.exceptions import HTTPException

from tracker.answers.checks import check_figure
from tracker.answers.contributions import read_contributions
from tracker.answers.form import Entry, as_typed, recorded_form
from tracker.answers.submit import submit
from tracker.case import Case, open_case
from tracker.errors import Faults, PeriodClosed
from tracker.store.journal import note
from tracker.store.tables import Update
from tracker.web.api.door import Call
from tracker.web.api.facts import (
    AskedContribution,
    AskedFigure,
    EntryFacts,
    FormFacts,
    ReceiptFacts,
    RecordedAnswer,
    RecordedContribution,
    RecordedFigure,
    Words,
)


def show_form(call: Call) -> FormFacts:
    """Return all that the agency is asked, with what stands."""
    case = _case(call)
    form = recorded_form(case)
    read_contributions(case, form)
    return FormFacts(
        period=case.period.code,
        agency=case.agency_id,
        open=case.period.opens <= case.today and not case.closed,
        signed_by=form.signed_by,
        entries=[_entry(entry) for entry in form.entries],
        figures=[
            AskedFigure(
                target=one.target.id,
                title=one.target.title,
                unit=one.target.unit,
                value=_number(one.value, one.target.unit),
                before=_number(one.before, one.target.unit),
            )
            for one in form.figures
        ],
        contributions=[
            AskedContribution(
                activity=one.activity.id,
                title=one.activity.title,
                lead=one.lead.id,
                revision=one.revision,
                text=one.text,
            )
            for one in form.contributions
        ],
    )


def send_submission(call: Call) -> ReceiptFacts:
    """Record everything that was sent, or nothing: raises Faults, HTTPException 409 where the period is closed."""
    case = _case(call)
    try:
        outcome = submit(case, call.body.read())
    except PeriodClosed as error:
        raise HTTPException(409) from error
    receipt = outcome.receipt
    if receipt is None:
        raise Faults(outcome.faults)
    entries = {entry.duty.id: entry.name for entry in outcome.form.entries}
    activities = {one.duty.id: one.activity.id for one in outcome.form.contributions}
    about, detail = f"token {call.token.id}", {"agency": case.agency_id, "period": case.period.name}
    note(call.session, case.now, call.token.name, "answered by a token", about, **detail)
    return ReceiptFacts(
        signed_by=receipt.signed_by,
        answers=[RecordedAnswer(entry=entries[one.duty_id], revision=one.revision) for one in receipt.updates],
        figures=[
            RecordedFigure(target=one.target_id, revision=one.revision, value=float(one.value))
            for one in receipt.figures
        ],
        contributions=[
            RecordedContribution(activity=activities[one.duty_id], revision=one.revision)
            for one in receipt.contributions
        ],
    )


def _case(call: Call) -> Case:
    return open_case(call.session, call.settings, call.period, call.token.agency_id or "")


def _entry(entry: Entry) -> EntryFacts:
    return EntryFacts(
        entry=entry.name,
        activity=entry.activity.id,
        title=entry.activity.title,
        agency=entry.duty.agency_id,
        due=entry.duty.due,
        state=entry.duty.state,
        accepted=entry.locked,
        revision=entry.revision,
        words=_words(entry.last),
        before=_words(entry.before) if entry.before else None,
    )


def _words(update: Update | None) -> Words:
    typed = as_typed(update)
    return Words.model_validate(typed | {"percent": update.percent if update else None})


def _number(text: str | None, unit: str) -> float | None:
    value: Decimal | None = check_figure(text or "", unit)[0]
    return None if value is None else float(value)
