"""What every page of the desk knows of the request: who is signed in, what they may do, what they sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from tracker.plan.model import Person
from tracker.settings import Settings
from tracker.web.desk.background import Background
from tracker.web.pages import Pages

HOME = "/ban-lam-viec"
SEAL = "dau"
"""The field by which a form shows that it is ours: another site cannot know what stands in it."""
SEEING = frozenset({"coordinator", "reviewer", "leader", "admin"})
"""Roles that may look."""
REVIEWING = frozenset({"coordinator", "reviewer", "admin"})
"""Roles that may accept and return."""
RUNNING = frozenset({"coordinator", "admin"})
"""Roles that may do everything else."""
ADMINS = frozenset({"admin"})
"""Roles that may let programs in."""
ROLE_WORDS = {"coordinator": "đầu mối", "reviewer": "người duyệt", "leader": "lãnh đạo", "admin": "quản trị"}
DONE = "xong"
"""Tells in the address what was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the templates may know of who is signed in."""

    name: str
    role: str
    seal: str
    reviews: bool
    runs: bool
    lets_in: bool
    """Whether the person may let programs in."""
    results: bool
    """Whether there is a page of results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a person who is signed in."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    background: Background
    person: Person
    seal: str
    path: Mapping[str, Any]
    """What the address names."""
    query: Mapping[str, str]
    files: Mapping[str, bytes]
    """Files that were sent, by field."""

    @property
    def who(self) -> str:
        """Return whom the journal names."""
        return self.person.name

    def may(self, roles: frozenset[str]) -> bool:
        """Say whether the person has one of `roles`."""
        return self.person.role in roles

    @property
    def signed(self) -> Signed:
        """Return what the templates may know of the person."""
        return Signed(
            name=self.person.name,
            role=ROLE_WORDS[self.person.role],
            seal=self.seal,
            reviews=self.may(REVIEWING),
            runs=self.may(RUNNING),
            lets_in=self.may(ADMINS),
            results=self.settings.results != "off",
        )

    def render(self, name: str, status: int = 200, **facts: Any) -> Response:
        """Return the desk's page that the template called `name` gives."""
        facts = {"done": self.query.get(DONE, ""), "faults": (), "query": dict(self.query), **facts}
        return self.pages.render(f"desk/{name}", status, desk=self.signed, home=HOME, **facts)

    def redirect(self, path: str, **outcome: object) -> Response:
        """Return the answer that leads to `path` under the desk, whose address tells the `outcome`."""
        return RedirectResponse(HOME + path + (f"?{urlencode(outcome)}" if outcome else ""), 303)


Show = Callable[[Visit], Response]
Act = Callable[[Visit, Mapping[str, str]], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address of the desk: what shows it, what takes its form, and who may do either."""

    path: str
    show: Show | None = None
    act: Act | None = None
    sees: frozenset[str] = SEEING
    acts: frozenset[str] = RUNNING


def no_page() -> HTTPException:
    """Return what is raised for what is not there, and for what this person may not see."""
    return HTTPException(404)
