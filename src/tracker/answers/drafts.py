"""The page's form: what an agency sees and types for one period, from store to fields and back.

Fields are named `<entry>.<field>`, figures `figure.<target id>`; an entry is called by its activity's id, with
`@<agency id>` behind where that agency's area was taken over. `<entry>.revision`,
`figure.<target id>.seen` and `draft` carry what the page was filled from: what a person left untouched is then
never taken for an answer, and two people on one page cannot overwrite each other unseen. Ticks are
`<entry>.keep`, `<entry>.nothing` (with a `reason`) and `figure.<target id>.fell`, which holds the
value it was ticked for. What is added to others' activities is in `answers/contributions.py`. `page` is the script's own
name for one opened page.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.answers.checks import clean_text
from tracker.answers.contributions import lay_over_parts, read_parts
from tracker.answers.form import Entry, FigureEntry, Form, PartEntry, as_typed, recorded_form
from tracker.plan.model import Plan
from tracker.progress import FIELDS, TEXTS
from tracker.store.tables import Duty, Part, Period, Update
from tracker.store.updates import draft_of, figures_of
from tracker.words import vietnamese_number

Typed = Mapping[str, str]
PARTS = (*FIELDS, "revision", "keep", "nothing", "reason", "part")
"""All that is typed of one activity."""
FIGURE = re.compile(r"figure\.[^.]+")
WORDS = frozenset({*TEXTS, "reason", "part"})
"""What of that is in people's own words."""


def filled_form(
    session: Session, plan: Plan, period: Period, agency_id: str, today: date, typed: Typed | None = None
) -> Form:
    """Return the form as the page shows it: `typed` where given, else the saved draft, over what is recorded."""
    form = recorded_form(session, plan, period, agency_id, today)
    read_parts(session, plan, form, today)
    draft = draft_of(session, period, agency_id)
    form.draft_saved_at = draft.saved_at if draft else None
    if typed is None and draft is not None:
        typed = draft.typed
    if typed is not None:
        lay_over(session, plan, form, typed)
    return form


def lay_over(session: Session, plan: Plan, form: Form, typed: Typed) -> None:
    """Put `typed` over what `form` was filled with, save where it was left untouched."""
    for entry in form.entries:
        _lay_over_entry(session, entry, typed)
    for figure in form.figures:
        name = f"figure.{figure.target.id}"
        seen = typed.get(f"{name}.seen", figure.seen)
        value = typed.get(name, figure.value)
        if value.strip() != seen:
            figure.value, figure.seen = value, seen
            figure.confirmed = typed.get(f"{name}.fell") == value.strip()
    lay_over_parts(form, typed)
    words = {_called(plan, name): texts for name, texts in _gone_words(session, form, typed).items()}
    form.gone = words | _gone_figures(session, plan, form, typed)
    form.said_by = typed.get("said_by", form.said_by)


def _lay_over_entry(session: Session, entry: Entry, typed: Typed) -> None:
    name = entry.name
    seen = typed.get(f"{name}.revision", "")
    seen_revision = min(int(seen), entry.revision) if re.fullmatch("[0-9]{1,6}", seen) else entry.revision
    if seen_revision == entry.revision:
        filled = entry.values
    elif seen_revision == 0:
        filled = as_typed(entry.before)
    else:
        theirs = sa.select(Update).where(Update.duty_id == entry.duty.id, Update.revision == seen_revision)
        filled = as_typed(session.scalar(theirs))
    laid = {part: typed.get(f"{name}.{part}", filled[part]) for part in FIELDS}
    entry.keep = typed.get(f"{name}.keep") == "yes"
    entry.nothing = typed.get(f"{name}.nothing") == "yes"
    entry.reason = typed.get(f"{name}.reason", "")
    entry.touched = any(plain(laid[part]) != plain(filled[part]) for part in FIELDS)
    if entry.touched or entry.nothing or entry.keep:
        entry.values, entry.revision = laid, seen_revision


def _called(plan: Plan, name: str) -> str:
    """Return what people call the entry `name` that is no more."""
    activity, _, agency = name.partition("@")
    return f"{activity} ({plan.agencies[agency].short})" if agency in plan.agencies else activity


def _gone_words(session: Session, form: Form, typed: Typed) -> dict[str, list[str]]:
    """Return what is typed for entries that `form` has no more, by their names, save what the record holds."""
    shown = {entry.name for entry in form.entries} | {part.activity.id for part in form.parts}
    words: dict[str, set[str]] = {}
    for name, text in typed.items():
        entry, _, part = name.rpartition(".")
        if part in WORDS and entry not in shown and plain(text):
            words.setdefault(entry, set()).add(plain(text))
    if not words:
        return {}
    about = Duty.activity_id.in_({name.partition("@")[0] for name in words})
    said = session.scalars(sa.select(Update).join(Duty, Duty.id == Update.duty_id).where(about))
    added = session.scalars(sa.select(Part.text).join(Duty, Duty.id == Part.duty_id).where(about))
    recorded = {plain(as_typed(update)[name]) for update in said for name in TEXTS} | set(added)
    return {name: sorted(texts - recorded) for name, texts in words.items() if texts - recorded}


def _gone_figures(session: Session, plan: Plan, form: Form, typed: Typed) -> dict[str, list[str]]:
    """Return what is typed for targets that `form` has no more, by their titles, save what the record holds."""
    shown = {figure.target.id for figure in form.figures}
    fields = {name.removeprefix("figure."): name for name in typed if FIGURE.fullmatch(name)}
    new = {target: plain(typed[name]) for target, name in fields.items() if target not in shown}
    new = {target: value for target, value in new.items() if value not in {"", typed.get(f"figure.{target}.seen")}}
    if not new:
        return {}
    ours = [figure for figure in figures_of(session, form.period) if figure.agency_id == form.agency.id]
    recorded = {(figure.target_id, vietnamese_number(figure.value)) for figure in ours}
    named = {target.id: target for target in plan.targets}
    return {
        named[target].title if target in named else target: [value]
        for target, value in new.items()
        if (target, value) not in recorded
    }


def unrecorded(form: Form) -> Form:
    """Return of `form` only what somebody typed that the record does not hold."""
    return replace(
        form,
        entries=[entry for entry in form.entries if _says_more(entry)],
        figures=[figure for figure in form.figures if _gives_more(figure)],
        parts=[part for part in form.parts if part.touched and not _is_last_word(part)],
    )


def _says_more(entry: Entry) -> bool:
    if entry.nothing or entry.reason.strip():
        return True
    said = {name: plain(text) for name, text in entry.values.items()}
    return (entry.touched or entry.keep) and said != as_typed(entry.last)


def _is_last_word(part: PartEntry) -> bool:
    return part.last is not None and plain(part.text) == part.last.text


def _gives_more(figure: FigureEntry) -> bool:
    value = figure.value.strip()
    return value != figure.seen and (figure.last is None or value != vietnamese_number(figure.last.value))


def plain(text: str) -> str:
    """Return `text` as it would be recorded, so that texts can be compared."""
    return clean_text(text, {}, "")
