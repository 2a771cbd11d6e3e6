"""What every page of the desk knows of the request: who is signed in, what they may do, what they sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from tracker.plan.model import Person, Plan
from tracker.settings import Settings
from tracker.web.desk.address import home_of
from tracker.web.desk.background import Background
from tracker.web.pages import Pages

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
class Desk:
    """The desk of one plan, and who somebody is there."""

    plan: Plan
    person: Person

    @property
    def plan_id(self) -> str:
        """Return of which plan it is."""
        return self.plan.plan.plan_id

    @property
    def home(self) -> str:
        """Return the address of its first page."""
        return home_of(self.plan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the templates may know of who is signed in, and where."""

    name: str
    role: str
    seal: str
    home: str
    desks: tuple[Desk, ...]
    """All that the person may enter."""
    reviews: bool
    runs: bool
    lets_in: bool
    """Whether the person may let programs in."""
    results: bool
    """Whether there is a page of results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a person who is signed in, at the desk of one plan."""

    engine: sa.Engine
    settings: Settings
    pages: Pages
    background: Background
    desk: Desk
    desks: tuple[Desk, ...]
    """All that the person may enter, this one among them."""
    seal: str
    path: Mapping[str, Any]
    """What the address names."""
    query: Mapping[str, str]
    files: Mapping[str, bytes]
    """Files that were sent, by field."""

    @property
    def plan_id(self) -> str:
        """Return the plan whose desk this is."""
        return self.desk.plan_id

    @property
    def home(self) -> str:
        """Return the address of this desk's first page."""
        return self.desk.home

    @property
    def who(self) -> str:
        """Return whom the journal names."""
        return self.desk.person.name

    def may(self, roles: frozenset[str]) -> bool:
        """Say whether the person has one of `roles`."""
        return self.desk.person.role in roles

    @property
    def signed(self) -> Signed:
        """Return what the templates may know of the person."""
        return Signed(
            name=self.who,
            role=ROLE_WORDS[self.desk.person.role],
            seal=self.seal,
            home=self.home,
            desks=self.desks,
            reviews=self.may(REVIEWING),
            runs=self.may(RUNNING),
            lets_in=self.may(ADMINS),
            results=self.settings.results != "off",
        )

    def render(self, name: str, status: int = 200, **facts: Any) -> Response:
        """Return the desk's page that the template called `name` gives."""
        facts = {"done": self.query.get(DONE, ""), "faults": (), "query": dict(self.query), **facts}
        return self.pages.render(f"desk/{name}", status, desk=self.signed, home=self.home, **facts)

    def redirect(self, path: str, **outcome: object) -> Response:
        """Return the answer that leads to `path` under this desk, whose address tells the `outcome`."""
        return RedirectResponse(self.home + path + (f"?{urlencode(outcome)}" if outcome else ""), 303)


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
