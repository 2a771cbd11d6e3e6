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
from tracker.answers.contributions import read_contributions
from tracker.answers.form import Form, recorded_form
from tracker.answers.submit import lock_period, refuse_if_closed
from tracker.case import Case
from tracker.progress import FIELDS
from tracker.store.tables import Draft
from tracker.store.updates import draft_of

Typed = Mapping[str, str]
"""The fields of a page, by name."""
FIGURE = "figure."
SIGNATURE = "said_by"
ENTRY_FIELDS = (*FIELDS, "revision", "keep", "nothing", "reason", "part")
"""All fields of one entry."""
FIGURE_FIELDS = ("", "seen", "fell")
MOST_FIELDS, MOST_LETTERS, LONGEST_PAGE = 5_000, 1_000_000, 100
"""Fields and letters of a draft, as of one posted page; letters of the name of an opened page."""
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
    held = _held(case)
    merged, refused = merged_draft(held, typed)
    _keep(case, _bounded(case, held, merged))
    return refused


def merged_draft(held: Mapping[str, Any], typed: Typed) -> tuple[dict[str, Any], list[str]]:
    """Return the draft that says `held` with what was changed on the page laid into it, and the refused fields."""
    changed, unseen = changed_fields(held, typed), _unseen(held, typed)
    ours = {name: value for name, value in changed.items() if name not in unseen}
    based = {name: value for name, value in typed.items() if name in {_base_of(one) for one in ours}}
    for one in unseen:  # the entry then rests on the older of the two answers that it was typed over
        if (base := _base_of(one)) in based and base in held and base.endswith(".revision"):
            based[base] = min(held[base], based[base], key=lambda text: (len(text), text))
    page = _page(typed)
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


def displaced(form: Form, typed: Mapping[str, Any]) -> dict[str, str]:
    """Return of `typed` the words for which `form` has no field any more."""
    places = {entry.name for entry in form.entries} | {one.activity.id for one in form.contributions}
    places |= {FIGURE + figure.target.id for figure in form.figures}
    return {name: typed[name] for name in words_in(typed) if name != SIGNATURE and entry_of(name) not in places}


def _bounded(case: Case, held: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """Return the draft `merged`, made of `held`, without what would let it grow with every save.

    What no page reads goes. Words for which the form has no field any more stay, for the plan may have been edited
    while somebody typed; but those that come to a draft over MOST_FIELDS or MOST_LETTERS are not taken.
    """
    kept = {name: value for name, value in merged.items() if "." not in name or _is_read(name)}
    if len(kept) > MOST_FIELDS or sum(len(str(value)) for value in kept.values()) > MOST_LETTERS:
        form = recorded_form(case)
        read_contributions(case, form)
        entries = {entry_of(name) for name in displaced(form, kept)}
        lost = {name for name in kept if "." in name and entry_of(name) in entries}
        kept = {name: value for name, value in kept.items() if name not in lost}
        kept |= {name: held[name] for name in lost if name in held}
    return kept | {SAVED_BY: {name: page for name, page in kept[SAVED_BY].items() if name in kept}}


def _is_read(name: str) -> bool:
    """Say whether a page reads fields that are called like `name`, of whatever entry or figure."""
    if name.startswith(FIGURE):
        return name.removeprefix(FIGURE).partition(".")[2] in FIGURE_FIELDS
    return name.rpartition(".")[2] in ENTRY_FIELDS


def _page(typed: Typed) -> str:
    return typed.get("page", "")[:LONGEST_PAGE]


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
    page = _page(typed)
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
