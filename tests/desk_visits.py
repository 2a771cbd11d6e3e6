"""People at the desk, as tests sign them in: a browser without scripts that carries a cookie."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from factories_web import Season, fields_of, plan_text

from tracker.plan.reader import parse_plan
from tracker.store.apply import apply_plan
from tracker.store.engine import writing
from tracker.store.periods import open_ruled_periods
from tracker.store.sessions import make_sign_in

HOME = "/ban-lam-viec"
PEOPLE = {
    "coordinator": ("Trần Thị Đầu Mối", "dau-moi@tinh.example"),
    "reviewer": ("Lê Văn Duyệt", "duyet@tinh.example"),
    "leader": ("Nguyễn Thị Lãnh Đạo", "lanh-dao@tinh.example"),
    "admin": ("Phạm Quản Trị", "quan-tri@tinh.example"),
}


def with_people(text: str = "", people: Mapping[str, tuple[str, str]] = PEOPLE) -> str:
    """Return a plan text with these `people`."""
    rows = [f"    - {{name: {name}, email: {mail}, role: {role}}}" for role, (name, mail) in people.items()]
    return (text or plan_text()).rstrip("\n") + "\n  people:\n" + "\n".join(rows) + "\n"


def second_plan(people: Mapping[str, tuple[str, str]] = PEOPLE, plan_id: str = "hai") -> str:
    """Return the text of another plan for the same agencies, with an id, a number and words of its own."""
    text = plan_text().replace(
        "  code: 1/KH-UBND\n", f"  id: {plan_id}\n  kind: nghi-quyet\n  code: 2/NQ-{plan_id}\n"
    )
    return with_people(text.replace("Hoạt động thứ", f"Việc của {plan_id} số"), people)


def add_plan(season: Season, text: str) -> None:
    """Apply one more plan and open its period of the season's day."""
    now, found = season.settings.now(), parse_plan(text.encode())
    with writing(season.engine) as session:
        apply_plan(session, found, "quản trị", season.settings.today(), now)
        open_ruled_periods(session, found.plan, season.settings.today(), now)


@dataclass
class Visitor:
    """Somebody before the desk; `cookie` is what their browser holds."""

    season: Season
    cookie: str = ""

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = given.pop("headers", {}) | ({"Cookie": self.cookie} if self.cookie else {})
        answer = self.season.browser.ask(method, path, headers=headers, **given)
        if found := answer.headers.get("set-cookie"):
            self.cookie = found.split(";")[0]
        return answer

    def get(self, path: str = "") -> httpx.Response:
        return self.ask("GET", HOME + path)

    def post(self, path: str, page: httpx.Response | None = None, **typed: str) -> httpx.Response:
        """Send the form at `path` as `page` (by default: that address) shows it, with `typed` in it."""
        shown = page or self.get(path)
        given = {name: value for name, value in typed.items() if value is not None}
        return self.ask("POST", HOME + path, data=fields_of(shown) | given)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, answer.text
        return self.ask("GET", answer.headers["location"])

    def settle(self) -> None:
        """Wait until what pages began is done."""
        self.season.browser.app.state.background.wait()


def sign_in_link(season: Season, who: str = "coordinator") -> str:
    """Return the address of a link that signs the person in who has the role or the address `who`."""
    with writing(season.engine) as session:
        key, now = season.settings.secret_key(), season.settings.now()
        _, token = make_sign_in(session, PEOPLE[who][1] if who in PEOPLE else who, key, now)
    return f"{HOME}/vao/{token}"


def signed_in(season: Season, role: str = "coordinator") -> Visitor:
    """Return a visitor who has signed in as the person with the role or the address `role`."""
    visitor = Visitor(season)
    answer = visitor.ask("POST", sign_in_link(season, role))
    assert answer.status_code == 303, answer.text
    return visitor


def text_of(page: httpx.Response) -> str:
    """Return the words of `page`."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
