"""Whom to call stands on every page of an officer, the dead link and the refusals included."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from factories_web import Season, open_season, plan_text
from test_web_evidence import PDF, give

from tracker.answers.evidence import LARGEST
from tracker.settings import Settings
from tracker.store.engine import writing
from tracker.store.links import withdraw_links
from tracker.store.periods import find_period

CALLED = "{name: Văn phòng, to: hoi@tinh.example, phone: 0296 3852 555}"
CHIEF = "{name: Chủ tịch, to: chutich@tinh.example, phone: 0296 3852 111, role: head}"


@pytest.fixture
def reachable(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    text = plan_text().replace("contacts: [{to: hoi@tinh.example}]", f"contacts: [{CALLED}, {CHIEF}]")
    assert CALLED in text
    return open_season(sqlite_engine, make_settings, text)


def assert_tells_whom_to_call(page: str) -> None:
    assert "Hội Liên hiệp Phụ nữ tỉnh" in page
    assert '<a href="tel:02963852555">0296 3852 555</a>' in page
    assert '<a href="mailto:hoi@tinh.example">hoi@tinh.example</a>' in page
    assert "0296 3852 111" not in page  # leaders are not called for help


@pytest.mark.parametrize("path", ["", "/bien-nhan", "/tai-lieu"])
def test_every_page_of_an_agency_tells_whom_to_call(reachable: Season, path: str) -> None:
    assert_tells_whom_to_call(reachable.browser.get(reachable.link() + path).text)


@pytest.mark.parametrize("path", ["/", "/b/khong-co", "/khong-co"])
def test_so_do_the_pages_that_open_no_case(reachable: Season, path: str) -> None:
    assert_tells_whom_to_call(reachable.browser.get(path).text)


def test_a_dead_link_and_its_renewal_tell_whom_to_call(reachable: Season) -> None:
    link = reachable.link()
    with writing(reachable.engine) as session:
        withdraw_links(session, find_period(session, "2024"), "so-a", reachable.settings.now())
    assert_tells_whom_to_call(reachable.browser.get(link).text)
    assert_tells_whom_to_call(reachable.browser.post(link, "renew", {}).text)


def test_a_file_that_is_too_large_is_answered_with_its_own_limit_and_the_way_back(reachable: Season) -> None:
    answer = give(reachable, "a.pdf", PDF + b"x" * (LARGEST + 200_000))
    assert answer.status_code == 413
    assert "Mỗi tệp tối đa 10 MB" in answer.text
    assert f'href="{reachable.link()}/tai-lieu"' in answer.text
    assert "150 trang" not in answer.text
    assert_tells_whom_to_call(answer.text)
