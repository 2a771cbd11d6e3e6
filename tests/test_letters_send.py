"""Sending for real: a folder, an SMTP server on loopback, a chat channel."""

import gc
import re
import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from answering import TODAY, edited_plan, open_season, real_plan
from smtp_post import Post, free_port

from tracker.errors import DeliveryError, Faults
from tracker.letters.send import Outcome, send_queued
from tracker.letters.transports.smtp import LAST_PATIENCE, PATIENCE, SmtpTransport
from tracker.plan.reader import Reading
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.engine import reading, writing
from tracker.store.links import find_link, withdraw_links
from tracker.store.outbox import LEASE
from tracker.store.periods import find_period
from tracker.store.tables import Letter

COMMERCE = "socongthuong@angiang.example"


def queued(engine: sa.Engine, settings: Settings, plan: Reading | None = None) -> Settings:
    """Queue the eight reminders of the day; return the settings of that day."""
    open_season(engine, plan or real_plan())
    on_the_day = settings.on(TODAY)
    queue_today(engine, on_the_day)
    return on_the_day


def letters(engine: sa.Engine) -> dict[str, Letter]:
    with reading(engine) as session:
        return {letter.agency_id: letter for letter in session.scalars(sa.select(Letter))}


def later(engine: sa.Engine, settings: Settings) -> Outcome:
    """Send again once every pause is over."""
    with writing(engine) as session:
        session.execute(sa.update(Letter).where(Letter.state == "queued").values(try_at=Letter.queued_at))
    return send_queued(engine, settings)


def test_the_folder_gets_one_file_a_letter_and_again_nothing(engine: sa.Engine, settings: Settings) -> None:
    today = queued(engine, settings)
    assert send_queued(engine, today).sent == 8
    folder = settings.var / "outbox"
    files = sorted(path.name for path in folder.iterdir())
    assert len(files) == 8
    assert "remind-2024-so-cong-thuong-before-10.eml" in files
    assert send_queued(engine, today) == Outcome()
    assert sorted(path.name for path in folder.iterdir()) == files


def test_a_folder_that_cannot_be_written_keeps_every_letter_queued(engine: sa.Engine, settings: Settings) -> None:
    today = queued(engine, settings)
    settings.var.mkdir(exist_ok=True)
    (settings.var / "outbox").write_text("a file in the folder's place")
    outcome = send_queued(engine, today)
    assert outcome.shut is not None
    assert "TRACKER_MAIL_URL" in outcome.shut
    assert {letter.state for letter in letters(engine).values()} == {"queued"}
    assert {letter.attempts for letter in letters(engine).values()} == {0}
    (settings.var / "outbox").unlink()
    assert send_queued(engine, today).sent == 8


def test_over_smtp_all_letters_take_one_connection_and_keep_the_servers_words(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(engine, replace(settings, mail_url=url))
    assert send_queued(engine, today).sent == 8
    assert behaviour.connections == 1
    assert len({address for address, _ in behaviour.came}) == 8
    assert {letter.reply for letter in letters(engine).values()} == {"250 taken as 17"}


def test_a_refusal_for_good_is_shown_and_the_others_go(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse[COMMERCE] = ["550 no such user here"] * 9
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    outcome = send_queued(sqlite_engine, today)
    assert outcome.sent == 7
    assert [(letter.agency_id, reply) for letter, reply in outcome.refused] == [
        ("so-cong-thuong", "550 no such user here")
    ]
    later(sqlite_engine, today)
    assert len(behaviour.refuse[COMMERCE]) == 8


def test_a_passing_refusal_four_times_ends_in_one_delivery(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse[COMMERCE] = ["451 try again"] * 4
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    outcomes = [send_queued(sqlite_engine, today), *(later(sqlite_engine, today) for _ in range(4))]
    assert [len(outcome.postponed) for outcome in outcomes] == [1, 1, 1, 1, 0]
    assert [address for address, _ in behaviour.came].count(COMMERCE) == 1
    assert letters(sqlite_engine)["so-cong-thuong"].attempts == 5


def test_a_server_that_hangs_up_on_one_letter_still_gets_the_others(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse[COMMERCE] = ["drop"]
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    outcome = send_queued(sqlite_engine, today)
    assert (outcome.sent, [letter.agency_id for letter, _ in outcome.postponed]) == (7, ["so-cong-thuong"])
    assert behaviour.connections == 2
    assert later(sqlite_engine, today).sent == 1


def test_a_mail_server_that_is_not_there_leaves_everything_queued(engine: sa.Engine, settings: Settings) -> None:
    today = queued(engine, replace(settings, mail_url=f"smtp://127.0.0.1:{free_port()}"))
    outcome = send_queued(engine, today)
    assert outcome.shut is not None
    assert "không nối được máy chủ thư" in outcome.shut
    assert {(letter.state, letter.attempts) for letter in letters(engine).values()} == {("queued", 0)}


@pytest.mark.parametrize(("password", "sent"), [("bimat", 8), ("sai", 0), ("bí mật", 8), ("khác hẳn", 0)])
def test_a_wrong_password_leaves_everything_queued_and_no_connection_open(
    sqlite_engine: sa.Engine, settings: Settings, password: str, sent: int
) -> None:
    def check(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1].password in {b"bimat", "bí mật".encode()}, handled=False)

    port = free_port()
    server = Controller(Post(), hostname="127.0.0.1", port=port, auth_require_tls=False, authenticator=check)
    server.start()
    door = f"smtp://theo-doi:{quote(password)}@127.0.0.1:{port}"
    outcome = send_queued(sqlite_engine, queued(sqlite_engine, replace(settings, mail_url=door)))
    server.stop()
    gc.collect()
    assert outcome.sent == sent
    assert (outcome.shut is None) is bool(sent)
    assert password not in (outcome.shut or "")
    assert sent or "máy chủ thư không nhận tên và mật khẩu đăng nhập (535 " in str(outcome.shut)
    state, attempts = ("sent", 1) if sent else ("queued", 0)
    assert {(letter.state, letter.attempts) for letter in letters(sqlite_engine).values()} == {(state, attempts)}


def test_a_letter_taken_over_from_a_dead_sender_is_marked_uncertain_with_the_same_message_id(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(engine, replace(settings, mail_url=url))
    with writing(engine) as session:  # as a sender leaves it that dies between sending and settling
        dead = sa.update(Letter).where(Letter.agency_id == "so-cong-thuong")
        session.execute(dead.values(state="sending", attempts=1, try_at=today.now() - timedelta(seconds=1)))
    send_queued(engine, today)
    kept = letters(engine)
    assert [agency for agency, letter in kept.items() if letter.uncertain] == ["so-cong-thuong"]
    (raw,) = [raw for address, raw in behaviour.came if address == COMMERCE]
    assert kept["so-cong-thuong"].message_id.encode() in raw


def test_reserved_addresses_are_refused_by_a_real_server_before_any_connection() -> None:
    with SmtpTransport("smtp://mail.angiang.vn") as door, pytest.raises(DeliveryError) as caught:
        door.deliver(b"", "a@angiang.vn", [COMMERCE], "k")
    assert caught.value.permanent
    assert "địa chỉ mẫu" in caught.value.reply


class Channel(BaseHTTPRequestHandler):
    """A chat channel: takes what is posted, or fails."""

    status = 200
    came: list[bytes]

    def do_POST(self) -> None:
        self.came.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # one of Apprise's plugins
@pytest.mark.parametrize(("status", "states"), [(200, {"sent"}), (500, {"sent", "queued"})])
def test_a_chat_channel_is_one_more_recipient(
    sqlite_engine: sa.Engine, settings: Settings, status: int, states: set[str]
) -> None:
    behaviour = type("Behaviour", (Channel,), {"status": status, "came": []})
    with HTTPServer(("127.0.0.1", 0), behaviour) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"json://127.0.0.1:{server.server_port}"
        plan = edited_plan((f"to: {COMMERCE}}}", f'to: {COMMERCE}}}\n      - {{to: "{url}"}}'))
        today = queued(sqlite_engine, settings, plan)
        outcome = send_queued(sqlite_engine, today)
        server.shutdown()
        thread.join()
    assert outcome.sent == (9 if status == 200 else 8)
    with reading(sqlite_engine) as session:
        rows = session.scalars(sa.select(Letter).where(Letter.agency_id == "so-cong-thuong")).all()
    assert {letter.state for letter in rows} == states
    assert b"/b/" in behaviour.came[0]


def test_the_same_letter_sent_again_is_the_same_file_and_nothing_is_half_written(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    today = queued(sqlite_engine, settings)
    send_queued(sqlite_engine, today)
    folder = settings.var / "outbox"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with writing(sqlite_engine) as session:
        session.execute(sa.update(Letter).values(state="queued"))
    assert later(sqlite_engine, today).sent == 8
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    blocked = folder / "remind-2024-so-cong-thuong-before-10.eml"
    blocked.unlink()
    blocked.mkdir()
    with writing(sqlite_engine) as session:
        session.execute(sa.update(Letter).values(state="queued"))
    outcome = later(sqlite_engine, today)
    assert outcome.shut is not None
    assert str(blocked) in outcome.shut
    assert not list(folder.glob("*.part"))


def test_two_hundred_and_fifty_letters_leave_over_one_connection(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    with writing(sqlite_engine) as session:
        columns = [column for column in Letter.__table__.columns if column.name != "id"]
        one = session.execute(sa.select(*columns).limit(1)).one()._asdict()
        session.execute(sa.delete(Letter))
        for number in range(250):
            changed = {
                "key": f"k{number}",
                "to": [f"a{number}@angiang.example"],
                "message_id": f"<k{number}@x.example>",
            }
            session.execute(sa.insert(Letter).values({**one, **changed}))
    assert send_queued(sqlite_engine, today).sent == 250
    assert behaviour.connections == 1
    assert [address for address, _ in behaviour.came] == [f"a{number}@angiang.example" for number in range(250)]
    with reading(sqlite_engine) as session:
        assert set(session.scalars(sa.select(Letter.reply))) == {"250 taken as 17"}


def test_one_letter_that_cannot_be_made_does_not_keep_the_others_back(
    sqlite_engine: sa.Engine, settings: Settings
) -> None:
    today = queued(sqlite_engine, settings)
    with writing(sqlite_engine) as session:
        spoiled = sa.update(Letter).where(Letter.agency_id == "hoi-lhpn")
        session.execute(spoiled.values(to=["vănphòng@angiang.example"]))
        session.execute(sa.update(Letter).where(Letter.agency_id == "so-tttt").values(to=["@"]))
    outcome = send_queued(sqlite_engine, today)
    assert outcome.sent == 6
    assert {letter.agency_id for letter, _ in outcome.refused} == {"hoi-lhpn", "so-tttt"}
    assert all("sửa contacts" in reply for _, reply in outcome.refused)


@pytest.mark.parametrize("to", ["vănphòng@so.example", "a..b@so.example", ".a@so.example", "a b@so.example"])
def test_a_plan_holds_no_address_that_no_server_takes(to: str) -> None:
    with pytest.raises(Faults, match="viết một địa chỉ như"):
        edited_plan((COMMERCE, f'"{to}"'))


def test_a_line_break_in_the_coordinators_name_spoils_no_letter(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    name = real_plan().plan.agencies["hoi-lhpn"].name
    plan = edited_plan((f"name: {name}\n", 'name: "Hội Liên hiệp\\nPhụ nữ"\n'))
    assert send_queued(sqlite_engine, queued(sqlite_engine, replace(settings, mail_url=url), plan)).sent == 8
    mail = message_from_bytes(behaviour.came[0][1], policy=default)
    assert mail["From"].addresses[0].display_name == "Hội Liên hiệp Phụ nữ"


@pytest.mark.parametrize("answer", ["421 shutting down", "450 mailbox busy", "452 too much", "503 what"])
def test_every_answer_of_the_server_is_kept_and_tells_whether_to_try_again(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], answer: str
) -> None:
    behaviour, url = post
    behaviour.refuse[COMMERCE] = [answer]
    outcome = send_queued(sqlite_engine, queued(sqlite_engine, replace(settings, mail_url=url)))
    kept = letters(sqlite_engine)["so-cong-thuong"]
    assert outcome.sent == 7
    assert kept.reply == answer
    assert kept.state == ("refused" if answer.startswith("5") else "queued")


@pytest.mark.parametrize("answer", ["530 authentication required", "451 not now"])
def test_a_server_that_takes_nothing_from_this_sender_costs_no_letter_a_try(
    engine: sa.Engine, settings: Settings, post: tuple[Post, str], answer: str
) -> None:
    behaviour, url = post
    behaviour.no_sender = answer
    today = queued(engine, replace(settings, mail_url=url))
    outcome = send_queued(engine, today)
    assert (outcome.sent, outcome.postponed, outcome.refused) == (0, [], [])
    assert answer in (outcome.shut or "")
    assert ("tạm thời chưa nhận" if answer.startswith("4") else "TRACKER_SENDER") in (outcome.shut or "")
    assert ("TRACKER_SENDER" in (outcome.shut or "")) is answer.startswith("5")
    behaviour.no_sender = ""
    assert send_queued(engine, today).sent == 8


@pytest.mark.parametrize("answer", ["421 4.7.0 Too many messages in this connection", "452 4.5.3 Too many"])
def test_a_server_that_takes_a_few_letters_in_one_connection_is_called_again_for_the_rest(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], answer: str
) -> None:
    behaviour, url = post
    behaviour.most, behaviour.too_many = 3, answer
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    outcome = send_queued(sqlite_engine, today)
    assert (outcome.sent, outcome.shut, outcome.postponed) == (8, None, [])
    assert behaviour.connections == 3
    assert {letter.attempts for letter in letters(sqlite_engine).values()} == {1}


def test_a_server_that_answers_too_late_gets_one_copy_more_and_the_letter_says_so(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, url = post
    monkeypatch.setattr("tracker.letters.transports.smtp.LAST_PATIENCE", 0.2)
    today = queued(sqlite_engine, replace(settings, mail_url=url))
    behaviour.slow = {COMMERCE}
    for _ in range(4):
        later(sqlite_engine, today)
    assert [address for address, _ in behaviour.came].count(COMMERCE) == 2
    kept = letters(sqlite_engine)["so-cong-thuong"]
    assert (kept.state, kept.uncertain) == ("refused", True)
    assert len({address for address, _ in behaviour.came}) == 8


def test_a_server_is_given_ten_minutes_after_the_last_word_and_a_sender_holds_its_letter_longer() -> None:
    assert (PATIENCE, LAST_PATIENCE) == (300, 600)
    greeted, recipients = 4, 3  # the greeting, EHLO, STARTTLS, AUTH
    longest = (greeted + 1 + recipients + 1) * PATIENCE + LAST_PATIENCE
    assert timedelta(seconds=longest) < LEASE


@pytest.mark.parametrize(
    ("first", "second", "state"), [("450 later", "550 gone", "queued"), ("550 a", "551 b", "refused")]
)
def test_a_letter_that_one_recipient_may_take_later_is_tried_again(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str], first: str, second: str, state: str
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url), two_at_commerce())
    behaviour.refuse = {COMMERCE: [first], "phong2@angiang.example": [second]}
    assert send_queued(sqlite_engine, today).sent == 7
    assert letters(sqlite_engine)["so-cong-thuong"].state == state


def test_a_letter_that_only_some_recipients_took_is_told_to_the_operator(
    sqlite_engine: sa.Engine, settings: Settings, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    today = queued(sqlite_engine, replace(settings, mail_url=url), two_at_commerce())
    behaviour.refuse = {COMMERCE: ["550 no"]}
    outcome = send_queued(sqlite_engine, today)
    assert outcome.sent == 8
    assert [(letter.agency_id, words) for letter, words in outcome.partly] == [
        ("so-cong-thuong", f"{COMMERCE}: 550 no")
    ]
    assert letters(sqlite_engine)["so-cong-thuong"].reply == f"250 taken as 17; {COMMERCE}: 550 no"


def two_at_commerce() -> Reading:
    return edited_plan((f"to: {COMMERCE}}}", f"to: {COMMERCE}}}\n      - {{to: phong2@angiang.example}}"))


@pytest.mark.parametrize("dead", ["withdrawn", "another key"])
def test_a_letter_that_waited_while_its_link_died_leaves_with_one_that_opens(
    engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, dead: str
) -> None:
    today = queued(engine, settings)
    if dead == "withdrawn":
        with writing(engine) as session:
            withdraw_links(session, find_period(session, "2024"), "so-cong-thuong", today.now())
    else:
        monkeypatch.setenv("TRACKER_SECRET_KEY", "another key for tests alone")
    send_queued(engine, today)
    file = settings.var / "outbox" / "remind-2024-so-cong-thuong-before-10.eml"
    found = re.search(r"/b/([\w-]{43})", file.read_text().replace("=\n", ""))
    assert found is not None
    with reading(engine) as session:
        opened = find_link(session, found[1], today.now())
        assert opened is not None
        assert opened.agency_id == "so-cong-thuong"
