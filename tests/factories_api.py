"""Programs before the API, as tests let them in."""

from datetime import date
from typing import Any

import httpx
from factories_web import Season

from tracker.store.api_tokens import make_token
from tracker.store.engine import writing
from tracker.store.plans import plan_in_force

UNTIL = date(2025, 10, 14)


def token_for(season: Season, agency: str = "", until: date = UNTIL) -> str:
    """Return a token that answers for `agency`, or reads where that is empty."""
    with writing(season.engine) as session:
        _, plan = plan_in_force(session)
        now = season.settings.now()
        return make_token(session, plan, "Phần mềm thử", agency, until, "quản trị", now)[1]


class Program:
    """A program that holds a token."""

    def __init__(self, season: Season, agency: str = "", token: str = "") -> None:
        self.season, self.token = season, token or token_for(season, agency)

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = given.pop("headers", {}) | {"Authorization": f"Bearer {self.token}"}
        return self.season.browser.ask(method, f"/api{path}", headers=headers, **given)

    def read(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, **said: Any) -> httpx.Response:
        body = {"signed_by": "Nguyễn Văn An, chuyên viên", **said}
        return self.ask("POST", "/periods/2024/submissions", json=body)
