"""A small season behind the web pages: a made-up plan, an open period, and a browser without scripts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import anyio
import httpx
import sqlalchemy as sa

from tracker.plan.reader import parse_plan
from tracker.settings import ZONE, Settings
from tracker.store.apply import apply_plan
from tracker.store.engine import reading, writing
from tracker.store.links import link_for, token_of
from tracker.store.periods import find_period, open_ruled_periods
from tracker.store.tables import Base, Duty
from tracker.web.app import create_app

PLAN = """
plan:
  code: 1/KH-UBND
  title: Kế hoạch thử
  issuer: Ủy ban nhân dân tỉnh
  issued: 2023-01-05
  years: [2023, 2024, 2025]
  coordinator: hoi
agencies:
  hoi: {{name: Hội Liên hiệp Phụ nữ tỉnh, short: Hội LHPN, contacts: [{{to: hoi@tinh.example}}]}}
  so-a:
    name: Sở Công Thương tỉnh
    short: Sở Công Thương
    contacts: [{{to: a@tinh.example}}]
  so-b:
    name: Sở Lao động tỉnh
    short: Sở Lao động
    contacts: [{{to: b@tinh.example}}]{succession}
content:
  - {{id: ND1, title: Tuyên truyền, part: content, printed_as: II.1}}
  - {{id: ND2, title: Hỗ trợ, part: content}}
activities:
{activities}
targets:
  - {{id: htx-moi, title: HTX mới thành lập, unit: HTX, at_least: 10, printed: ít nhất 10 HTX, by: 2025,
     source: II.2, reported_by: so-a}}
reporting:
  annual: {{opens: 10-01, due: 10-29, closes: 12-31}}
  letterhead:
    parent: HỘI
    issuer: HỘI TỈNH
    symbol: BC
    place: Tỉnh
    addressees: [UBND tỉnh]
    signed_for: TM.
    signed_title: CHỦ TỊCH
    copies: [Như trên]
"""
ROW = "  - {{id: II.{n}, title: Hoạt động thứ {n}, content: {area}, years: [2023, 2024], lead: {lead}}}"


def plan_text(count: int = 4, *, merged_since: str | None = None) -> str:
    """Return a plan with `count` activities of so-a and one of so-b, which so-a may take over."""
    rows = [ROW.format(n=n, area="ND1" if n <= count // 2 else "ND2", lead="so-a") for n in range(1, count + 1)]
    rows.append(ROW.format(n=count + 1, area="ND2", lead="so-b"))
    succession = f"\n    succeeded_by: {{agency: so-a, since: {merged_since}}}" if merged_since else ""
    return PLAN.format(activities="\n".join(rows), succession=succession)


class Browser:
    """Asks the application as a browser without scripts would; follows no redirect by itself."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def many(self, requests: Iterable[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Return the answers to `requests` (method, path, httpx arguments), one after the other."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8305") as client:
                return [await client.request(method, path, **given) for method, path, given in requests]

        return anyio.run(ask)

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.many([(method, path, given)])[0]

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, action: str, typed: dict[str, str]) -> httpx.Response:
        return self.ask("POST", path, data={**typed, "action": action})


@dataclass
class Season:
    """The year 2024 opened under a plan, with 2023 before it."""

    engine: sa.Engine
    settings: Settings
    browser: Browser

    def link(self, agency: str = "so-a") -> str:
        with writing(self.engine) as session:
            key = self.settings.secret_key()
            link = link_for(session, find_period(session, "2024"), agency, key, self.settings.now())
            return f"/b/{token_of(link, key)}"

    def duties(self, code: str = "2024") -> dict[str, Duty]:
        with reading(self.engine) as session:
            period = find_period(session, code)
            found = session.scalars(sa.select(Duty).where(Duty.period_id == period.id).order_by(Duty.id))
            return {duty.activity_id: duty for duty in found}

    def rows(self, model: Any) -> list[Any]:
        with reading(self.engine) as session:
            return list(session.scalars(sa.select(model).order_by(model.id)))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        with self.engine.connect() as connection:
            tables = Base.metadata.sorted_tables
            return {
                t.name: [tuple(r) for r in connection.execute(sa.select(t).order_by(*t.primary_key))]
                for t in tables
            }


def open_season(engine: sa.Engine, make_settings: Callable[..., Settings], text: str = "", **given: str) -> Season:
    """Apply a plan, open 2023 and 2024, and put a browser before the pages on 15 October 2024."""
    settings = make_settings(today="2024-10-15", **given)
    now = settings.now()
    reading_ = parse_plan((text or plan_text()).encode())
    with writing(engine) as session:
        apply_plan(session, reading_, "quản trị", date(2023, 10, 2), now)
        for today in (date(2023, 10, 16), now.astimezone(ZONE).date()):
            open_ruled_periods(session, reading_.plan, today, now - timedelta(days=365))
    return Season(engine, settings, Browser(create_app(engine, settings)))


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= set(given)
        if tag == "textarea":
            self._area = given["name"]
            self.fields[self._area] = ""
        box = given.get("type") in {"radio", "checkbox"}
        typed = given.get("type") != "file"  # it stands in a form of its own
        if tag == "input" and typed and (not box or "checked" in given):
            self.fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = None


def read_html(page: str) -> _Fields:
    """Return what a browser makes of `page`: its fields as it would post them, its tags and its text."""
    parser = _Fields()
    parser.feed(page)
    parser.close()
    return parser


def fields_of(page: httpx.Response) -> dict[str, str]:
    """Return the fields of `page` as a browser would post them."""
    return read_html(page.text).fields
