"""The answering page's fields, as a browser posts them, into a Submission; and the form that the page shows.

Fields are named `<entry>.<field>`, figures `figure.<target id>`; an entry is called by its activity's id, with
`@<agency id>` behind where that agency's area was taken over. `<entry>.revision` and `figure.<target id>.seen`
carry what the page was filled from: what a person left alone is then never taken for an answer, and two people on
one page cannot overwrite each other unseen. Ticks are `<entry>.keep`, `<entry>.nothing` (with a `reason`) and
`figure.<target id>.fell`, which holds the value it was ticked for. `<activity id>.part` is what a coordinating
agency adds. `draft` and `page` are explained in `answers/drafts.py`.
"""

import re
from typing import Any

from tracker.answers.contributions import read_contributions
from tracker.answers.drafts import Typed, discard_draft, save_draft
from tracker.answers.form import Form, as_typed, read_decisions, recorded_form
from tracker.answers.overlay import lay_over
from tracker.answers.submission import Answered, Contributed, GivenFigure, Submission
from tracker.answers.submit import Outcome, is_answered, is_new, submit
from tracker.case import Case
from tracker.progress import FIELDS
from tracker.store.updates import draft_of

ENTRY_FIELDS = (*FIELDS, "revision", "keep", "nothing", "reason", "part")
"""All fields of one entry."""
FIGURE = "figure."
REVISION = re.compile("[0-9]{1,6}")


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
    """Return the id of the last place of the page that was filled in since the draft it shows; empty for none."""
    draft = draft_of(case.session, case.period, case.agency_id)
    if draft is None:
        form = filled_form(case, typed)
        return next((entry.name for entry in reversed(form.entries) if entry.changed or entry.nothing), "")
    touched = [name for name, value in typed.items() if name in draft.typed and draft.typed[name] != value]
    places = [name if name.startswith(FIGURE) else name.rpartition(".")[0] for name in touched]
    return next((place for place in reversed(places) if place), "")


def send_fields(case: Case, typed: Typed, only: str | None = None) -> tuple[Outcome, bool]:
    """Submit what the page says, or its entry `only`, and keep the rest of it as the draft; raises PeriodClosed.

    Returns what became of it, and whether the rest could be kept: not where a colleague saved another draft. The
    form of the outcome is what the page shows next.
    """
    outcome = submit(case, read_fields(typed, only))
    draft = draft_of(case.session, case.period, case.agency_id)
    outcome.form.draft_saved_at = draft.saved_at if draft else None
    if outcome.receipt is None:
        return outcome, True
    if only is None:
        discard_draft(case, typed)
        return outcome, True
    rest, saved = _without_entry(typed, only), True
    if _says_more(outcome.form, only):
        saved = save_draft(case, rest)
    else:
        discard_draft(case, typed)
    return Outcome(form=filled_form(case, rest), receipt=outcome.receipt), saved


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
