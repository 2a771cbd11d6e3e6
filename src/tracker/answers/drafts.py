"""Drafts: what stands typed on an agency's page and was saved but not sent. Nothing in one is checked.

A draft is the page's own fields, as the browser posted them. `draft` among them says which saved draft the page
shows, `page` is the name that the page's script gave one opened page.
"""

from collections.abc import Mapping

from tracker.answers.submit import lock_period, refuse_if_closed
from tracker.case import Case
from tracker.store.tables import Draft
from tracker.store.updates import draft_of

Typed = Mapping[str, str]
"""The fields of a page, by name."""


def save_draft(case: Case, typed: Typed) -> bool:
    """Save what stands typed on the page; False, and nothing saved, where another draft was saved meanwhile.

    Raises PeriodClosed.
    """
    refuse_if_closed(case)
    lock_period(case)
    draft = draft_of(case.session, case.period, case.agency_id)
    if draft is not None and not _shows(draft, typed):
        return False
    if draft is None:
        draft = Draft(period_id=case.period.id, agency_id=case.agency_id, typed={}, saved_at=case.now)
        case.session.add(draft)
    draft.typed, draft.saved_at = _without_mark(typed), case.now
    return True


def discard_draft(case: Case, typed: Typed) -> None:
    """Delete the draft that the page with the fields `typed` shows; one that a colleague saved meanwhile stays."""
    draft = draft_of(case.session, case.period, case.agency_id)
    if draft is not None and _shows(draft, typed):
        case.session.delete(draft)


def _shows(draft: Draft, typed: Typed) -> bool:
    """Say whether the page that sends `typed` shows what `draft` holds, or saved it itself."""
    own = bool(typed.get("page")) and draft.typed.get("page") == typed["page"]
    return own or typed.get("draft") == draft.saved_at.isoformat() or draft.typed == _without_mark(typed)


def _without_mark(typed: Typed) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name != "draft"}
