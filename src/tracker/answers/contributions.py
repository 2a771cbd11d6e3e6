"""What a coordinating agency adds to an activity that another leads: shown, checked, made part of the record.

Its field is `<activity id>.part`, beside `<activity id>.revision` as for what it leads: no activity is both.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from tracker.answers.checks import Faults, clean_text
from tracker.answers.form import Form, PartEntry
from tracker.answers.record import Said
from tracker.plan.model import Activity, Agency, Plan
from tracker.settings import ZONE
from tracker.store.journal import note
from tracker.store.parts import duties_with_parts
from tracker.store.tables import Duty, Part

MOST_IN_GROUP = 50
"""A larger group stands for everybody: what it coordinates is not set before each of its members."""


def coordinated(plan: Plan, agency_id: str, on: date) -> dict[str, Agency]:
    """Return what an agency coordinates on a day, by activity id: each with the agency that the plan names.

    That is the agency itself, or one that it has succeeded.
    """
    found = {}
    for activity in plan.activities:
        if agency_id == plan.holder(activity.lead, on).id:
            continue
        named = [one for one in _named(plan, activity) if plan.holder(one, on).id == agency_id]
        if named:
            found[activity.id] = plan.agencies[agency_id if agency_id in named else named[0]]
    return found


def read_parts(session: Session, plan: Plan, form: Form, today: date) -> None:
    """Fill in what the agency of `form` may add to others' activities, and what others added to its own.

    This is the one statement about parts that a page asks; its trace (`store/traces.py`) tells when they change.
    """
    shared = coordinated(plan, form.agency.id, today)
    area = plan.reporting.area_report
    led = {entry.activity.id for entry in form.entries if area is None or entry.activity.id != area.id}
    own = {entry.duty.id: entry for entry in form.entries}
    place = {activity.id: number for number, activity in enumerate(plan.activities)}
    for duty, parts in duties_with_parts(session, form.period, led | shared.keys()):
        if duty.id in own:
            own[duty.id].added = list({part.agency_id: part for part in parts}.values())
            continue
        for_whom = shared.get(duty.activity_id)
        if for_whom and duty.activity_id not in led and duty.agency_id in plan.agencies:
            form.parts.append(_entry(plan, duty, for_whom, parts, today))
    form.parts.sort(key=lambda entry: place[entry.activity.id])
    said = [entry.last for entry in form.parts if entry.last]
    form.said_by = form.said_by or (max(said, key=lambda part: part.id).said_by if said else "")


def lay_over_parts(form: Form, typed: Mapping[str, str]) -> None:
    """Put `typed` over what the parts of `form` were filled with, save where it was left untouched."""
    for entry in form.parts:
        name = entry.activity.id
        if f"{name}.part" not in typed:
            continue
        seen = typed.get(f"{name}.revision", "")
        revision = min(int(seen), entry.revision) if re.fullmatch("[0-9]{1,6}", seen) else 0
        filled = entry.revisions[revision - 1].text if revision else ""
        laid = typed[f"{name}.part"]
        if _plain(laid) != _plain(filled):
            entry.text, entry.revision, entry.touched = laid, revision, True


def checked_parts(entries: Iterable[PartEntry]) -> list[tuple[PartEntry, str]]:
    """Return what is to be recorded of `entries`; those that are wrong carry their fault."""
    checked = []
    for entry in entries:
        if not entry.touched:
            continue
        faults: Faults = {}
        text = clean_text(entry.text, faults, "part")
        entry.fault = faults.get("part")
        if not text and entry.last:
            entry.fault = "Nội dung đã gửi thì sửa được, không xóa được; ghi nội dung đúng."
        if entry.last and entry.revision < entry.last.revision:
            if text != entry.last.text:
                entry.overtaken = True
                entry.fault = (
                    f"Lúc trang này đang mở, {entry.last.said_by} đã gửi nội dung khác (xem bên dưới). "
                    "Sửa lại cho thống nhất rồi gửi lần nữa."
                )
            entry.revision = entry.last.revision  # seen now
        checked.append((entry, text))
    return checked


def record_parts(session: Session, checked: Iterable[tuple[PartEntry, str]], said: Said) -> list[Part]:
    """Record what was checked as new revisions and return them; what was said before is not recorded again."""
    recorded = []
    for entry, text in checked:
        if entry.last and entry.last.text == text:
            continue
        part = Part(
            duty_id=entry.duty.id,
            agency_id=entry.for_whom.id,
            revision=entry.last.revision + 1 if entry.last else 1,
            text=text,
            said_by=said.by,
            said_at=said.at,
            said_on=said.at.astimezone(ZONE).date(),
            illustration=said.illustration,
        )
        session.add(part)
        recorded.append(part)
    session.flush()
    for part in recorded:
        detail = {"duty": part.duty_id, "agency": part.agency_id, "revision": part.revision}
        note(session, said.at, said.by, "added a part", f"part {part.id}", **detail)
    return recorded


def _entry(plan: Plan, duty: Duty, for_whom: Agency, parts: Iterable[Part], today: date) -> PartEntry:
    revisions = [part for part in parts if part.agency_id == for_whom.id]
    return PartEntry(
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


def _plain(text: str) -> str:
    return clean_text(text, {}, "")
