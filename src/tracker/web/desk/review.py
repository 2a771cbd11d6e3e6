"""Review under a session: the same pages as behind a review link, with the signed-in person's name."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.responses import Response

from tracker.case import open_for_review
from tracker.web.coordinator import CoordinatorPages, Opens
from tracker.web.desk.periods import called
from tracker.web.desk.visit import Visit
from tracker.web.request import Opened


def show_overview(visit: Visit) -> Response:
    """Show what waits in a period."""
    return _pages(visit).show_overview(_opens(visit), dict(visit.query))


def accept_seen(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Accept what was ticked of that."""
    return _pages(visit).accept_seen_answers(_opens(visit), _signed(visit, typed))


def show_agency(visit: Visit) -> Response:
    """Show all that an agency said."""
    return _pages(visit).show_agency(_opens(visit), visit.path["agency"], dict(visit.query))


def decide(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Record what was decided on it."""
    return _pages(visit).decide(_opens(visit), visit.path["agency"], _signed(visit, typed))


def show_reply(visit: Visit) -> Response:
    """Show a reply by mail."""
    return _pages(visit).show_reply(_opens(visit), visit.path["message_id"], dict(visit.query))


def handle_reply(visit: Visit, typed: Mapping[str, str]) -> Response:
    """Record what was made of it."""
    return _pages(visit).handle(_opens(visit), visit.path["message_id"], _signed(visit, typed))


def show_file(visit: Visit) -> Response:
    """Hand out a file of evidence."""
    return _pages(visit).hand_out(_opens(visit), visit.path["file_id"])


def _pages(visit: Visit) -> CoordinatorPages:
    return CoordinatorPages(visit.engine, visit.settings, visit.pages)


def _signed(visit: Visit, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, under the person's own name whatever a form may say."""
    return {**typed, "reviewer": visit.who}


def _opens(visit: Visit) -> Opens:
    def opened(session: Session) -> Opened:
        case = open_for_review(session, visit.settings, called(session, visit))
        at = f"{visit.home}/ky/{case.period.code}"
        return Opened(f"{at}/duyet", case, memos=f"{at}/bao-cao", files=f"{at}/bao-cao", signed=visit.signed)

    return opened
