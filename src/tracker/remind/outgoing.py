"""What is owed into letters: to the agency, to those who coordinate, to the coordinator."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.language import speaking
from tracker.letters.address import Envelope, by_mail, is_channel
from tracker.letters.compose import composed_line
from tracker.letters.due_event import due_event
from tracker.letters.ids import event_uid
from tracker.letters.mime import Attachment
from tracker.letters.queue import Outgoing, compose_letter
from tracker.papers.files import MEDIA_TYPES
from tracker.plan.model import Agency
from tracker.remind.agenda import Agenda, Unreachable
from tracker.remind.copies import Copy
from tracker.remind.dispatch import LateAgency, LateItem, dispatch
from tracker.remind.due import Escalation, Reminder
from tracker.remind.wording import change_lines_for, items, reminder_facts, stage_words
from tracker.settings import Settings
from tracker.store.pauses import pause_lines
from tracker.store.tables import Duty, Period
from tracker.templating import template_file
from tracker.workbook.fill import filled_workbook


def reminder_letter(settings: Settings, day: Agenda, reminder: Reminder) -> Outgoing:
    """Return the letter that `reminder` becomes, with its files where it goes by mail."""
    letter = bare_reminder(settings, day, reminder)
    if not by_mail(letter.envelopes):
        return letter
    files = [_due_event(settings, day, reminder), _workbook(settings, day, reminder)]
    return replace(letter, attachments=files)


def bare_reminder(settings: Settings, day: Agenda, reminder: Reminder) -> Outgoing:
    """Return the letter that `reminder` becomes, without files, which take a secret key and some time."""
    changes = change_lines_for(reminder.agency.id, day.changes_since_letter(reminder))
    envelopes = envelopes_of(day, reminder)
    return compose_letter(
        settings,
        day.plan,
        "remind",
        reminder.key,
        reminder.period,
        reminder.agency,
        reminder_facts(day.plan, reminder, changes, by_mail=by_mail(envelopes)),
        envelopes,
        duties=[duty.id for duty in reminder.duties],
        stage_day=reminder.stage.day,
    )


def envelopes_of(day: Agenda, reminder: Reminder) -> list[Envelope]:
    """Return who gets the letter that `reminder` becomes; none where nobody can be written to."""
    rules = [day.plan.stages_of(duty.activity_id, duty.agency_id) for duty in reminder.duties]
    copies = {copied for stages in rules for copied in stages.copies or ()}
    return day.book.envelopes(reminder.agency, to_head=reminder.stage.name == "head", copy_head="head" in copies)


def copy_letter(settings: Settings, day: Agenda, copy: Copy) -> Outgoing:
    """Return the letter that tells a coordinating agency what its leads were reminded of."""
    asked = [{"lead": lead, "items": items(day.plan, duties, lead.id, day.today)} for lead, duties in copy.asked]
    return compose_letter(
        settings,
        day.plan,
        "copy",
        copy.key,
        copy.period,
        copy.agency,
        {"asked": asked},
        day.book.envelopes(copy.agency),
        stage_day=copy.stage_day,
        linked=False,
    )


def escalation_letter(settings: Settings, day: Agenda, escalation: Escalation) -> Outgoing:
    """Return the letter to the coordinator about who is late; the last stage brings the paper to sign."""
    coordinator = day.coordinator
    late = [
        LateAgency(agency, tuple(_late_item(day, agency, duty) for duty in duties))
        for agency, duties in escalation.late
    ]
    others = [one for one in late if one.agency.id != coordinator.id]  # nobody sends a công văn to themselves
    new = [one for one in others if one.agency.id in escalation.new]  # nor the same one twice
    pressed = new if escalation.stage.name == "dispatch" else []
    facts = {
        "late": late,
        "faults": {agency.id: day.book.fault_of(agency) for agency, _ in escalation.late},
        "partial_faults": {agency.id: day.book.partial_fault_of(agency) for agency, _ in escalation.late},
        "to_sign": bool(pressed),
        "only": [one.agency.short for one in pressed] if len(pressed) < len(others) else [],
        "pauses": pause_lines(day.plan, day.pauses),
    }
    attached = [_paper(settings, day, escalation.period, pressed)] if pressed else []
    return compose_letter(
        settings,
        day.plan,
        "escalate",
        escalation.key,
        escalation.period,
        coordinator,
        facts,
        day.book.envelopes(coordinator),
        duties=[duty.id for _, duties in escalation.late for duty in duties],
        stage_day=escalation.stage.day,
        attachments=attached,
        linked=False,
    )


def summaries(
    settings: Settings, day: Agenda, fresh: Sequence[Reminder], unreachable: Sequence[Unreachable]
) -> Iterator[Outgoing]:
    """Yield the day's summary of each period for the coordinator's chat channels, if there is anything new to say.

    New are letters queued today, and faults at a stage that has begun since the last summary.
    """
    coordinator = day.coordinator
    channels = [envelope for envelope in day.book.envelopes(coordinator) if is_channel(envelope.to[0])]
    periods = {reminder.period.id: reminder.period for reminder in day.reminders}
    for period in periods.values() if channels else ():
        key = f"summary:{period.name}:{day.today}"
        queued = [(r, stage_words(r.stage.name)) for r in fresh if r.period.id == period.id]
        faults = [fault for fault in unreachable if fault.period.id == period.id]
        history = day.history[period.id]
        if key in history.keys or not (queued or any(one.stage_day > history.last_summary for one in faults)):
            continue
        facts = {
            "today": day.today,
            "fresh": queued,
            "owing": [r for r in day.reminders if r.period.id == period.id],
            "unreachable": {fault.agency.short: fault.reason for fault in faults},
            "pauses": pause_lines(day.plan, day.pauses),
        }
        yield compose_letter(
            settings, day.plan, "summary", key, period, coordinator, facts, channels, linked=False
        )


def _due_event(settings: Settings, day: Agenda, reminder: Reminder) -> Attachment:
    period, due = reminder.period, reminder.due
    facts = {"plan": day.plan.plan, "period": period, "due": due, "illustration": settings.illustration}
    with speaking(day.plan.plan.language):
        title = composed_line(settings.templates, "remind/event.txt", facts)
    own = "" if due == period.due else f"-{due}"
    unkeyed_thread = day.has_unkeyed(period, reminder.agency)
    uid = event_uid(settings, day.plan, f"{period.name}{own}", unkeyed_thread=unkeyed_thread)
    return due_event(title, uid, due, day.version.applied_at, day.version.id)


def _workbook(settings: Settings, day: Agenda, reminder: Reminder) -> Attachment:
    from tracker.workbook.draw import workbook_file

    form = day.records[reminder.period.id].form(reminder.agency.id)
    return Attachment(*workbook_file(filled_workbook(settings, day.plan, day.version.id, form, day.today)))


def _late_item(day: Agenda, agency: Agency, duty: Duty) -> LateItem:
    former = day.plan.agencies[duty.agency_id].name if duty.agency_id != agency.id else None
    return LateItem(
        activity_id=duty.activity_id,
        title=day.plan.by_id[duty.activity_id].title,
        due=duty.due,
        days_late=day.office.between(duty.due, day.today),
        for_whom=former,
    )


def _paper(settings: Settings, day: Agenda, period: Period, late: Sequence[LateAgency]) -> Attachment:
    from tracker.papers.docx import docx_bytes

    words, look = (template_file(settings.templates, f"memo/cong-van.{end}") for end in ("txt", "docx"))
    paper = dispatch(words, day.plan, period, late, day.today, illustration=settings.illustration)
    return Attachment("cong-van-don-doc.docx", MEDIA_TYPES["docx"], docx_bytes(paper, look))
