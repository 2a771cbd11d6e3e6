"""Drafts: what stands typed on an agency's page and was saved but not sent. Nothing in one is checked.

A draft holds the page's own fields, as the browser posted them, but only those that somebody changed. Colleagues
may type on several pages at once: what only one of them changed is saved beside what the others did, and a field
that two changed is told. For that, `filled` among the fields of a page holds a mark of what each field was filled
with, `page` the name that the page's script gave one opened page, and `partial` says that what is not there was
not touched.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.answers.checks import recorded_text
from tracker.answers.submit import lock_period, refuse_if_closed
from tracker.case import Case
from tracker.store.tables import Draft
from tracker.store.updates import draft_of

Typed = Mapping[str, str]
"""The fields of a page, by name."""
FIGURE = "figure."
SIGNATURE = "said_by"
TICKS = (".keep", ".nothing", ".fell")
"""Fields that a browser leaves out where they are not ticked."""
SAVED_BY = "pages"
"""What in a draft tells by which page a field was saved."""


def fill_marks(values: Mapping[str, str]) -> str:
    """Return what a page carries in `filled`: a mark of each of `values` that is not empty, by field."""
    return " ".join(f"{name}={_mark(value)}" for name, value in values.items() if _mark(value))


def save_draft(case: Case, typed: Typed) -> list[str]:
    """Save what was changed on the page; return the fields that are not saved, for a colleague changed them too.

    Raises PeriodClosed.
    """
    refuse_if_closed(case)
    lock_period(case)
    held, refused = merged_draft(_held(case), typed)
    _keep(case, held)
    return refused


def merged_draft(held: Mapping[str, Any], typed: Typed) -> tuple[dict[str, Any], list[str]]:
    """Return the draft that says `held` with what was changed on the page laid into it, and the refused fields."""
    changed, unseen = changed_fields(held, typed), _unseen(held, typed)
    ours = {name: value for name, value in changed.items() if name not in unseen}
    based = {name: value for name, value in typed.items() if name in {_base_of(one) for one in ours}}
    for one in unseen:  # the entry then rests on the older of the two answers that it was typed over
        if (base := _base_of(one)) in based and base in held and base.endswith(".revision"):
            based[base] = min(held[base], based[base], key=lambda text: (len(text), text))
    page = typed.get("page", "")
    by = {name: whose for name, whose in held.get(SAVED_BY, {}).items() if name not in ours}
    by |= dict.fromkeys(ours, page) if page else {}
    return {**held, **ours, **based, SAVED_BY: by}, [name for name in changed if name in unseen]


def settle_draft(case: Case, typed: Typed, only: str | None = None) -> None:
    """Take out of the draft what the page with the fields `typed`, or its entry `only`, has just sent.

    What a colleague saved meanwhile stays, and what belongs to an entry that the page did not show.
    """
    held = _held(case)
    if not held:
        return
    there, marks = {entry_of(name) for name in typed}, _marks(typed)
    left = _unseen(held, typed)
    left |= {name for name in words_in(held) if entry_of(name) not in there and name not in marks}
    left |= {name for name in words_in(held) if only is not None and entry_of(name) != only}
    bases = {_base_of(name) for name in left}
    by = {name: page for name, page in held.get(SAVED_BY, {}).items() if name in left}
    _keep(case, {name: value for name, value in held.items() if name in left | bases} | {SAVED_BY: by})


def changed_fields(held: Mapping[str, Any], typed: Typed) -> dict[str, str]:
    """Return what was changed on the page since it was filled, or last saved into the draft that says `held`."""
    marks, mine = _marks(typed), _saved_by(held, typed)
    if "partial" in typed:
        return {name: typed[name] for name in words_in(typed)}
    names = [*words_in(typed), *(name for name in marks if name.endswith(TICKS) and name not in typed)]
    values = {name: typed.get(name, "") for name in names}
    return {name: value for name, value in values.items() if name in mine or _mark(value) != marks.get(name, "")}


def entry_of(name: str) -> str:
    """Return the entry, or the figure, to which the field `name` belongs; empty for neither."""
    if name.startswith(FIGURE):
        return FIGURE + name.removeprefix(FIGURE).partition(".")[0]
    return name.rpartition(".")[0]


def words_in(typed: Mapping[str, Any]) -> Iterator[str]:
    """Return the names of the fields of `typed` that somebody fills in."""
    own = (name for name in typed if name == SIGNATURE or "." in name)
    return (name for name in own if not name.endswith((".revision", ".seen")))


def _keep(case: Case, typed: dict[str, Any]) -> None:
    """Let the draft say `typed`; one without words is none."""
    draft = draft_of(case.session, case.period, case.agency_id)
    if set(words_in(typed)) <= {SIGNATURE}:
        if draft is not None:
            case.session.delete(draft)
            case.session.flush()
        return
    if draft is None:
        draft = Draft(period_id=case.period.id, agency_id=case.agency_id, typed={}, saved_at=case.now)
        case.session.add(draft)
    draft.typed, draft.saved_at = typed, case.now


def _held(case: Case) -> dict[str, Any]:
    draft = draft_of(case.session, case.period, case.agency_id)
    return dict(draft.typed) if draft else {}


def _unseen(held: Mapping[str, Any], typed: Typed) -> set[str]:
    """Return the fields in which the draft holds what the page neither says, nor showed, nor saved itself."""
    marks, mine = _marks(typed), _saved_by(held, typed)
    return {
        name
        for name in words_in(held)
        if name != SIGNATURE
        and name not in mine
        and _mark(held[name]) not in {marks.get(name, ""), _mark(typed.get(name, ""))}
    }


def _saved_by(held: Mapping[str, Any], typed: Typed) -> set[str]:
    page = typed.get("page")
    return {name for name, one in held.get(SAVED_BY, {}).items() if page and one == page}


def _base_of(name: str) -> str:
    """Return the field that tells over what the field `name` was typed."""
    return f"{entry_of(name)}{'.seen' if name.startswith(FIGURE) else '.revision'}"


def _marks(typed: Typed) -> dict[str, str]:
    pairs = (one.rpartition("=") for one in typed.get("filled", "").split(" "))
    return {name: mark for name, _, mark in pairs}


def _mark(value: str) -> str:
    text = recorded_text(value)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""
