"""What goes wrong beneath the pages: said in words with a code, logged without what was typed, others go on."""

import errno
import http.client
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from factories_web import Season, fields_of
from serving import say_raw, served, statuses
from smtp_post import free_port
from test_web_evidence import PDF, give, stored

from tracker.errors import StoreError
from tracker.log import kind_and_places, log_of, start_log
from tracker.store.engine import opened_store, reading, writing
from tracker.store.journal import note
from tracker.store.tables import Draft, Evidence

SECRET = "Nguyễn Thị Bí Mật"
CODE = re.compile(r"Mã: ([A-Z0-9]{6})")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@contextmanager
def impatient(season: Season, patience: float) -> Iterator[Season]:
    """Give `season` on a port of its own, with pages that wait `patience` seconds for the store."""
    url = season.engine.url.render_as_string(hide_password=False)
    with opened_store(url, patience=patience) as engine:
        yield replace(season, engine=engine, settings=replace(season.settings, port=free_port()))


@contextmanager
def locked(season: Season) -> Iterator[None]:
    """Hold SQLite's write lock, as another process would."""
    holder = sqlite3.connect(season.engine.url.database or "", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request(method, path, body, FORM if body else {})
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, text


def test_while_the_write_lock_is_held_readers_are_served_and_writers_are_told(quiet_season: Season) -> None:
    link = quiet_season.link()
    typed = urlencode(fields_of(quiet_season.browser.get(link)) | {"action": "save", "II.1.result": "x"})
    with impatient(quiet_season, 4) as season, served(season) as port, ThreadPoolExecutor(60) as officers:
        with locked(season):
            waiting = [officers.submit(ask, port, "POST", link, typed) for _ in range(60)]
            for path in (link, "/suc-khoe", f"{link}/bien-nhan", "/"):
                assert ask(port, "GET", path)[0] == 200
            assert not [one for one in waiting if one.done()]
            answers = [one.result() for one in waiting]
        assert {status for status, _ in answers} == {503}
        assert all("cơ sở dữ liệu đang bận" in text for _, text in answers)
        assert season.rows(Draft) == []
        assert ask(port, "POST", link, typed)[0] == 303


def test_a_pool_without_a_free_connection_is_a_busy_store(quiet_season: Season) -> None:
    with impatient(quiet_season, 0.05) as season, ExitStack() as held:
        pool = season.engine.pool
        assert isinstance(pool, sa.QueuePool)
        for _ in range(pool.size() + pool._max_overflow):
            held.enter_context(season.engine.connect())
        with pytest.raises(StoreError, match="quá nhiều việc"), reading(season.engine) as session:
            session.execute(sa.text("SELECT 1"))


def test_a_fault_of_the_program_is_logged_with_its_place_and_without_what_was_typed(
    quiet_season: Season, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    link = quiet_season.link()
    monkeypatch.setattr("tracker.web.owner.send_fields", fail)
    answer = quiet_season.browser.post(link, "send", {"said_by": SECRET})
    [code] = CODE.findall(answer.text)
    [record] = [one for one in caplog.records if one.name == "tracker.web"]
    line = logging.Formatter("%(message)s").format(record)
    assert (answer.status_code, record.levelname) == (500, "ERROR")
    assert line.startswith(f"{code} 500 POST: KeyError at test_web_troubles.py:")
    assert re.search(r"owner\.py:\d+", line)
    assert SECRET not in line
    assert link[3:] not in line


def test_after_a_fault_the_kept_connection_serves_the_next_request_and_nothing_is_printed_but_the_line(
    quiet_season: Season, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    link = quiet_season.link()
    monkeypatch.setattr("tracker.web.owner.filled_form", fail)
    with impatient(quiet_season, 5) as season, served(season) as port:
        one = f"GET {link} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        two = "GET /suc-khoe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        assert statuses(say_raw(port, one.encode(), two.encode())) == [500, 200]
    printed = "".join(capfd.readouterr())
    assert "Traceback" not in printed
    assert SECRET not in printed


def test_a_store_that_is_away_is_named_in_the_log_and_not_on_the_page(
    season: Season, caplog: pytest.LogCaptureFixture
) -> None:
    link = season.link()
    with writing(season.engine) as session:
        session.execute(sa.text("DROP TABLE drafts"))
    for answer in (season.browser.get(link), season.browser.post(link, "save", {"II.1.result": SECRET})):
        [code] = CODE.findall(answer.text)
        [line] = [one.getMessage() for one in caplog.records if one.getMessage().startswith(code)]
        assert answer.status_code == 503
        assert str(season.engine.url) in line
        for word in ("sqlite", "postgresql", "tracker.db", "TRACKER_", "drafts", str(season.settings.var)):
            assert word not in answer.text
        assert SECRET not in line


def test_words_of_the_database_that_repeat_a_value_are_not_passed_on(engine: sa.Engine) -> None:
    with pytest.raises(StoreError) as caught, writing(engine) as session:
        session.execute(sa.text("INSERT INTO links (id, nonce) VALUES (1, :typed)"), {"typed": SECRET})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_file_that_cannot_be_written_is_a_page_that_can_be_tried_again_and_leaves_nothing(
    quiet_season: Season, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("tracker.answers.evidence.os.fsync", fail)
        answer = give(quiet_season, "a.pdf", PDF)
    assert answer.status_code == 503
    assert ("ổ đĩa của máy chủ đã đầy" in answer.text) == (number == errno.ENOSPC)
    assert "Nội dung vừa gửi chưa được ghi." in answer.text
    assert str(quiet_season.settings.var) not in answer.text
    assert (stored(quiet_season), quiet_season.rows(Evidence)) == ([], [])
    assert give(quiet_season, "a.pdf", PDF).status_code == 303


def test_files_leave_room_for_answers(quiet_season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.answers.evidence.SPARE", 10**18)
    answer = give(quiet_season, "a.pdf", PDF)
    assert (answer.status_code, "ổ đĩa của máy chủ đã đầy" in answer.text) == (503, True)
    typed = fields_of(quiet_season.browser.get(quiet_season.link())) | {"said_by": "Hoa", "II.1.status": "done"}
    assert quiet_season.browser.post(quiet_season.link(), "save", typed).status_code == 303


def test_an_input_error_at_a_full_disk_is_called_a_full_disk(
    sqlite_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    sa.event.listen(sqlite_engine, "before_cursor_execute", fail)
    for spare, words in ((0, "không dùng được cơ sở dữ liệu"), (10**18, "ổ đĩa đầy")):
        monkeypatch.setattr("tracker.store.problems.SPARE", spare)
        with pytest.raises(StoreError, match=words), writing(sqlite_engine) as session:
            try:
                note(session, session.info.get("at"), "ai", "did", "x")  # type: ignore[arg-type]
                session.flush()
            except sqlite3.OperationalError as error:
                raise sa.exc.OperationalError("", {}, error) from error
    sa.event.remove(sqlite_engine, "before_cursor_execute", fail)


def test_a_template_that_somebody_broke_is_a_code_and_a_line(
    quiet_season: Season, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tracker.web.pages.rendered", lambda *_: 1 / 0)
    answer = quiet_season.browser.get("/")
    assert answer.status_code == 500
    assert answer.text in caplog.text
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_has_a_date_a_room_and_no_words_of_an_error(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_log(form)
    try:
        raise ValueError(SECRET) from KeyError(SECRET)
    except ValueError as error:
        log_of("web").error("ABC %s", kind_and_places(error))
    [line] = capsys.readouterr().err.splitlines()
    said = "ABC ValueError from KeyError at test_web_troubles.py:"
    assert SECRET not in line
    if form == "json":
        assert json.loads(line)["room"] == "tracker.web"
        assert json.loads(line)["says"].startswith(said)
    else:
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} ERROR tracker\.web: " + said, line)
