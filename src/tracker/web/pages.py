"""A template and its facts into a response, and the short pages that only say something."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import HTMLResponse, Response

from tracker.language import speaking
from tracker.settings import ZONE, Settings
from tracker.templating import rendered, templates_in
from tracker.web.coordinators import Coordinators
from tracker.words import moment_words

NOTICES = {
    400: "unreadable",
    403: "cross_site",
    404: "unknown",
    408: "too_slow",
    413: "too_large",
    500: "broken",
    503: "unavailable",
}
"""What is said where there is no page to show, by HTTP status; the words are in notice.html.j2."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The templates under `web/`, filled in."""

    settings: Settings
    coordinators: Coordinators

    def render(self, name: str, status: int = 200, **facts: Any) -> Response:
        """Return the page that the template called `name` gives."""
        facts = {"illustration": self.settings.illustration, "moment": moment, **facts}
        folder = templates_in(self.settings.templates, "web")
        return HTMLResponse(rendered(folder, f"{name}.html.j2", facts), status)

    def notice(self, kind: str, status: int = 200, message: str = "", **facts: Any) -> Response:
        """Return the short page called `kind`; `message` is added where the reason is known."""
        call = self.coordinators.known()
        with speaking(self.coordinators.language):
            return self.render("notice", status, kind=kind, message=message, call=call, **facts)


def moment(instant: datetime) -> str:
    """Return an instant as clocks here show it: 08:00 ngày 15/10/2024."""
    return moment_words(instant.astimezone(ZONE))
