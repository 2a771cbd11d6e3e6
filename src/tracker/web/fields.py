"""The answering page's fields, as a browser posts them, into a Submission; and the form that the page shows.

Fields are named `<entry>.<field>`, figures `figure.<target id>`; an entry is called by its activity's id, with
`@<agency id>` behind where that agency's area was taken over. `<entry>.revision` and `figure.<target id>.seen`
carry what the page was filled from: what a person left alone is then never taken for an answer, and two people on
one page cannot overwrite each other unseen. Ticks are `<entry>.keep`, `<entry>.nothing` (with a `reason`) and
`figure.<target id>.fell`, which holds the value it was ticked for. `<activity id>.part` is what a coordinating
agency adds. `filled`, `page` and `partial` are explained in `answers/drafts.py`.
"""

import re
from collections.abc import Collection
from typing import Any

from tracker.answers.contributions import read_contributions
from tracker.answers.drafts import (
    ENTRY_FIELDS,
    FIGURE,
    Typed,
    changed_fields,
    displaced,
    entry_of,
    fill_marks,
    save_draft,
    settle_draft,
)
from tracker.answers.form import Entry, Form, as_typed, read_decisions, recorded_form
from tracker.answers.overlay import lay_over
from tracker.answers.submission import Answered, Contributed, GivenFigure, Submission
from tracker.answers.submit import Outcome, is_answered, is_new, submit
from tracker.case import Case
from tracker.language import N_, wording
from tracker.progress import FIELDS, STATUS_WORDS, TEXTS, UpdateStatus
from tracker.store.updates import draft_of

REVISION = re.compile("[0-9]{1,6}")
FIELD_WORDS = {
    "status": N_("Trạng thái"),
    "percent": N_("Tỷ lệ hoàn thành"),
    **TEXTS,
    "keep": N_("Gửi nguyên văn"),
    "nothing": N_("Không có phát sinh"),
    "reason": N_("Lý do không có phát sinh"),
    "part": N_("Nội dung phối hợp"),
}
TICKED = {"yes": N_("đã đánh dấu"), "": N_("để trống")}


def read_fields(typed: Typed, only: str | None = None) -> Submission:
    """Return what the fields `typed` say, or of them the entry `only`, sent alone."""
    answers: dict[str, Answered] = {}
    contributions: dict[str, Contributed] = {}
    for name, fields in _by_entry(typed).items():
        revision = fields.get("revision", "")
        based_on = int(revision) if REVISION.fullmatch(revision) else None
        if "part" in fields:
            contributions[name] = Contributed(text=fields["part"], based_on=based_on)
        answers[name] = Answered(
            values={field: fields[field] for field in FIELDS if field in fields},
            based_on=based_on,
            unchanged=fields.get("keep") == "yes",
            nothing=fields.get("nothing") == "yes",
            reason=fields.get("reason", ""),
        )
    return Submission(
        way="page",
        signed_by=typed.get("said_by"),
        answers=answers,
        figures=_figures(typed),
        contributions=contributions,
        only=only,
    )


def filled_form(case: Case, typed: Typed | None = None) -> Form:
    """Return the form as the page shows it: `typed` where given, else the saved draft, over what is recorded."""
    form = recorded_form(case)
    read_contributions(case, form)
    read_decisions(case, form)
    draft = draft_of(case.session, case.period, case.agency_id)
    form.draft_saved_at = draft.saved_at if draft else None
    form.draft = draft.typed if draft else {}
    if typed is None and draft is not None:
        typed = draft.typed
    if typed is not None:
        lay_over(case, form, read_fields(typed))
    return form


def copied_from_before(case: Case, typed: Typed, name: str) -> Typed:
    """Return `typed` with what the period before said in those fields of the entry `name` that are empty."""
    before = next((entry.before for entry in recorded_form(case).entries if entry.name == name), None)
    if before is None:
        return typed
    empty = {
        field: value for field, value in as_typed(before).items() if not typed.get(f"{name}.{field}", "").strip()
    }
    return {**typed, **{f"{name}.{field}": value for field, value in empty.items()}}


def last_touched(case: Case, typed: Typed) -> str:
    """Return the id of the last place of the page that was filled in since it was opened; empty for none."""
    draft = draft_of(case.session, case.period, case.agency_id)
    touched = [name for name in changed_fields(draft.typed if draft else {}, typed) if "." in name]
    places = [name if name.startswith(FIGURE) else entry_of(name) for name in touched]
    return places[-1] if places else ""


def page_marks(form: Form, entries: Collection[Entry]) -> str:
    """Return what the page of `form` that shows `entries` carries in `filled`."""
    shown = {"said_by": form.signed_by}
    for entry in entries:
        if not entry.locked:
            own = {**entry.values, "reason": entry.reason}
            own |= {"keep": "yes" if entry.unchanged else "", "nothing": "yes" if entry.nothing else ""}
            shown |= {f"{entry.name}.{name}": value for name, value in own.items()}
    for figure in form.figures:
        name = f"{FIGURE}{figure.target.id}"
        shown |= {name: figure.value, f"{name}.fell": figure.value.strip() if figure.confirmed else ""}
    shown |= {f"{one.activity.id}.part": one.text for one in form.contributions}
    return fill_marks({**displaced(form, form.draft), **shown, **form.clashes})


def sent_marks(form: Form, typed: Typed) -> str:
    """Return what the page of `form` carries in `filled` that shows once more what was `typed` on it."""
    return f"{typed.get('filled', '')} {fill_marks(displaced(form, typed))}".strip()


def refused_form(case: Case, typed: Typed, refused: Collection[str]) -> Form:
    """Return the form that shows the draft, but what was typed in the fields `refused`."""
    draft = draft_of(case.session, case.period, case.agency_id)
    held: dict[str, str] = dict(draft.typed) if draft else {}
    form = filled_form(case, held | {name: typed[name] for name in refused if name in typed})
    form.clashes = {name: held.get(name, "") for name in refused}
    return form


def field_label(form: Form, name: str) -> str:
    """Return what people call the field `name` of the page."""
    entry, field = entry_of(name), name.rpartition(".")[2]
    if name.startswith(FIGURE):
        titles = {FIGURE + one.target.id: one.target.title for one in form.figures}
        return titles.get(entry, entry)
    label = next((one.label for one in form.entries if one.name == entry), entry)
    return f"{label}, {wording(FIELD_WORDS.get(field, field))}"


def field_words(name: str, value: str) -> str:
    """Return how people read `value` in the field `name`."""
    if name.endswith(".status") and value in set(UpdateStatus):
        return wording(STATUS_WORDS[UpdateStatus(value)])
    return wording(TICKED[value.strip()]) if value.strip() in TICKED else value


def send_fields(case: Case, typed: Typed, only: str | None = None) -> tuple[Outcome, list[str]]:
    """Submit what the page says, or its entry `only`, and keep the rest of it as the draft; raises PeriodClosed.

    Returns what became of it, and the fields of the rest that could not be kept, for a colleague saved others. The
    form of the outcome is what the page shows next.
    """
    outcome = submit(case, read_fields(typed, only))
    draft = draft_of(case.session, case.period, case.agency_id)
    outcome.form.draft_saved_at = draft.saved_at if draft else None
    if outcome.receipt is None:
        return outcome, []
    if only is None or not _says_more(outcome.form, only):
        settle_draft(case, typed)
        return outcome, []
    settle_draft(case, typed, only)
    rest = _without_entry(typed, only)
    refused = save_draft(case, rest)
    form = refused_form(case, rest, refused) if refused else filled_form(case)
    return Outcome(form=form, receipt=outcome.receipt), refused


def _says_more(form: Form, sent: str) -> bool:
    """Say whether anything was typed beside the entry `sent`."""
    answered = any(is_answered(entry) for entry in form.entries if entry.name != sent)
    added = any(one.changed for one in form.contributions if one.activity.id != sent)
    return answered or added or any(is_new(figure) for figure in form.figures)


def _without_entry(typed: Typed, entry: str) -> dict[str, str]:
    """Return `typed` without the fields of `entry`."""
    return {name: value for name, value in typed.items() if name not in {f"{entry}.{f}" for f in ENTRY_FIELDS}}


def _by_entry(typed: Typed) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in typed.items():
        entry, _, field = name.rpartition(".")
        if entry and field in ENTRY_FIELDS:
            found.setdefault(entry, {})[field] = value
    return found


def _figures(typed: Typed) -> dict[str, GivenFigure]:
    named: dict[str, dict[str, Any]] = {}
    for name, value in typed.items():
        if name.startswith(FIGURE):
            target, _, field = name.removeprefix(FIGURE).partition(".")
            named.setdefault(target, {})[field] = value
    return {
        target: GivenFigure(value=fields[""], based_on=fields.get("seen"), confirmed=fields.get("fell", ""))
        for target, fields in named.items()
        if "" in fields
    }
