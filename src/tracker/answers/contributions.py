"""What a coordinating agency adds to an activity that another leads: read, checked, made part of the record."""

from collections.abc import Iterable
from datetime import date

from tracker.answers.checks import Faults, clean_text, overtaken_by
from tracker.answers.entries import ContributionEntry
from tracker.answers.form import Form
from tracker.answers.record import Signed
from tracker.case import Case
from tracker.errors import Fault
from tracker.language import wording
from tracker.plan.model import Activity, Agency, Plan
from tracker.store.contributions import duties_with_contributions
from tracker.store.journal import note
from tracker.store.tables import Contribution, Duty

FIELD = "contribution"
"""What the place of a fault calls its one field."""
MOST_IN_GROUP = 50
"""A larger group stands for everybody: what it coordinates is not set before each of its members."""


def coordinated(plan: Plan, agency_id: str, on: date) -> dict[str, Agency]:
    """Return what an agency coordinates on a day, by activity id: each with the agency that the plan names.

    That is the agency itself, or one that it has succeeded.
    """
    found = {}
    for activity in plan.activities:
        if any(agency_id == plan.holder(lead, on).id for lead in plan.leads_of(activity)):
            continue
        named = [one for one in _named(plan, activity) if plan.holder(one, on).id == agency_id]
        if named:
            found[activity.id] = plan.agencies[agency_id if agency_id in named else named[0]]
    return found


def read_contributions(case: Case, form: Form) -> None:
    """Fill in what the agency of `form` may add to others' activities, and what others added to its own."""
    plan = case.plan
    shared = coordinated(plan, form.agency.id, case.today)
    led = {entry.activity.id for entry in form.entries if not plan.is_apart(entry.activity.id)}
    own = {entry.duty.id: entry for entry in form.entries}
    place = {activity.id: number for number, activity in enumerate(plan.activities)}
    for duty, added in duties_with_contributions(case.session, form.period, led | shared.keys()):
        if duty.id in own:
            own[duty.id].added = list({one.agency_id: one for one in added}.values())
            continue
        for_whom = shared.get(duty.activity_id)
        if for_whom and duty.activity_id not in led and duty.agency_id in plan.agencies:
            form.contributions.append(_entry(plan, duty, for_whom, added, case.today))
    form.contributions.sort(key=lambda entry: place[entry.activity.id])
    last = [entry.last for entry in form.contributions if entry.last]
    form.signed_by = form.signed_by or (max(last, key=lambda one: one.id).said_by if last else "")


def check_contributions(entries: Iterable[ContributionEntry]) -> list[tuple[ContributionEntry, str]]:
    """Return what is to be recorded of `entries`; those that are wrong carry their fault."""
    checked = []
    for entry in entries:
        if not entry.changed:
            continue
        faults: Faults = {}
        text = clean_text(entry.text, faults, FIELD)
        found = faults.get(FIELD)
        if not text and entry.last:
            what = wording("nội dung đã gửi thì sửa được, không xóa được")
            found = Fault(("", FIELD), what, wording("ghi nội dung đúng"))
        if entry.last and entry.revision < entry.last.revision:
            if text != entry.last.text:
                entry.overtaken = True
                found = overtaken_by(entry.last.said_by, FIELD)
            entry.revision = entry.last.revision  # it is shown beside the fault
        entry.fault = found and found.of(entry.activity.id)
        checked.append((entry, text))
    return checked


def record_contributions(
    case: Case, checked: Iterable[tuple[ContributionEntry, str]], signed: Signed
) -> list[Contribution]:
    """Record what was checked as new revisions and return them; what was said before is not recorded again."""
    recorded = []
    for entry, text in checked:
        if entry.last and entry.last.text == text:
            continue
        contribution = Contribution(
            duty_id=entry.duty.id,
            agency_id=entry.for_whom.id,
            revision=entry.last.revision + 1 if entry.last else 1,
            text=text,
            said_by=signed.by,
            said_at=signed.at,
            said_on=signed.on,
            illustration=signed.illustration,
        )
        case.session.add(contribution)
        recorded.append(contribution)
    case.session.flush()
    for one in recorded:
        detail = {"duty": one.duty_id, "agency": one.agency_id, "revision": one.revision}
        note(case.session, signed.at, signed.by, "added a part", f"part {one.id}", **detail)
    return recorded


def _entry(
    plan: Plan, duty: Duty, for_whom: Agency, added: Iterable[Contribution], today: date
) -> ContributionEntry:
    revisions = [one for one in added if one.agency_id == for_whom.id]
    return ContributionEntry(
        duty=duty,
        activity=plan.by_id[duty.activity_id],
        lead=plan.holder(duty.agency_id, today),
        for_whom=for_whom,
        revisions=revisions,
        text=revisions[-1].text if revisions else "",
        revision=revisions[-1].revision if revisions else 0,
    )


def _named(plan: Plan, activity: Activity) -> list[str]:
    groups = plan.groups
    small = [n for n in activity.coordinating if n not in groups or len(groups[n].members) <= MOST_IN_GROUP]
    return plan.members(small)
