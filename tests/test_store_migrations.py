"""A store of an older version is brought forward, and what it knew is still known."""

import hashlib
import zlib
from datetime import UTC, date
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from answering import NOW, TODAY, real_plan
from factories_mail import put
from mail_samples import ORIGINAL, RETURNED, postfix, reply
from sqlalchemy.dialects import postgresql

from tracker.errors import StoreError
from tracker.inbox.mailbox import read_inbox
from tracker.letters.mime import finished
from tracker.letters.send import send_queued
from tracker.remind.queue import queue_today
from tracker.settings import Settings
from tracker.store.bounces import bounced_addresses
from tracker.store.engine import _connectable, opened_store, reading, writing
from tracker.store.letters import letter_history
from tracker.store.messages import waiting_replies
from tracker.store.pauses import running_pauses
from tracker.store.periods import find_period
from tracker.store.plans import plan_ids
from tracker.store.tables import Contribution, Letter, LetterDuty, Period, Update
from tracker.store.upgrade import MIGRATIONS, alembic_config

LETTER = {
    "period_id": 1, "agency_id": "so-tai-chinh", "subject": "Đề nghị", "text": "Chữ", "html": "<p>Chữ</p>",
    "to": '["a@angiang.example"]', "attempts": 0, "uncertain": False, "reply": "",
}  # fmt: skip


def first_version(url: str) -> sa.Engine:
    """Make a store of the first version: a period, two duties, a letter that left and two that did not."""
    engine = _connectable(url, create=True)
    config = alembic_config(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        known = sa.MetaData()
        known.reflect(connection)

        def insert(table: str, **row: object) -> None:
            connection.execute(sa.insert(known.tables[table]).values(**row))

        when = NOW.astimezone(UTC)
        at = when if engine.dialect.name == "postgresql" else when.replace(tzinfo=None)
        insert("plan_versions", id=1, digest="x", text=real_plan().text, applied_at=at, applied_by="quản trị")
        dates = {"opens": date(2024, 10, 1), "due": date(2024, 10, 29), "closes": date(2024, 12, 31)}
        insert("periods", id=1, code="2024", kind="annual", title="Năm 2024", **dates,
               years=[2024], activities=[], agencies=[])  # fmt: skip
        insert(
            "duties", id=1, period_id=1, activity_id="II.39", agency_id="so-tai-chinh", due=TODAY, state="expected"
        )
        insert("duties", id=2, period_id=1, activity_id="II.40", agency_id="so-khdt", due=TODAY, state="submitted")
        letter = LETTER | {"to": ["a@angiang.example"], "queued_at": at, "try_at": at}
        for number, (kind, state) in enumerate(
            [("remind", "sent"), ("remind", "queued"), ("receipt", "queued")], 1
        ):
            key = f"{kind}:{number}"
            insert(
                "letters", id=number, key=key, kind=kind, state=state, message_id=f"<{key}@x.example>", **letter
            )
        insert("updates", id=1, duty_id=2, revision=1, status="done", result="Xong", difficulties="", causes="",
               proposals="", said_by="ai", said_at=at, said_on=TODAY, way="page", illustration=False,
               receipt_id=3)  # fmt: skip
    return engine


USUAL: dict[type[sa.types.TypeEngine[Any]], Any] = {
    sa.Integer: 1, sa.String: "sent", sa.Boolean: False, sa.Date: TODAY, sa.LargeBinary: zlib.compress(b"")
}  # fmt: skip


def a_row_in_every_table(connection: sa.Connection) -> dict[str, int]:
    """Put a row into each table of whatever version, pointing at all that it can; return how many each has."""
    known = sa.MetaData()
    known.reflect(connection)
    at = NOW.astimezone(UTC)
    when = at if connection.dialect.name == "postgresql" else at.replace(tzinfo=None)
    own = {"text": real_plan().text, "years": [2024], "code": "2024", "kind": "annual", "duties": [1]}
    tables = [table for table in known.sorted_tables if table.name != "alembic_version"]
    for table in tables:
        row: dict[str, Any] = {}
        for column in table.columns:
            if isinstance(column.type, sa.DateTime):
                row[column.name] = when
            elif isinstance(column.type, sa.JSON | postgresql.JSON):
                row[column.name] = own.get(column.name, [])
            else:
                usual = next(value for kind, value in USUAL.items() if isinstance(column.type, kind))
                row[column.name] = own.get(column.name, usual)
        connection.execute(sa.insert(table).values(row))
    return {table.name: 1 for table in tables}


@pytest.mark.parametrize("version", [f"{number:04}" for number in range(1, 12)])
def test_a_full_store_of_any_version_loses_no_row_and_no_tie(database_url: str, version: str) -> None:
    engine = _connectable(database_url, create=True)
    with engine.begin() as connection:
        config = alembic_config(database_url)
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        before = a_row_in_every_table(connection)
    engine.dispose()
    with opened_store(database_url) as engine, engine.connect() as connection:
        known = sa.MetaData()
        known.reflect(connection)
        rows = {name: connection.execute(sa.select(known.tables[name])).mappings().all() for name in before}
        assert {name: len(found) for name, found in rows.items()} == before
        for table in known.sorted_tables:
            for tie in table.foreign_keys if table.name in before else ():
                assert [row[tie.parent.name] for row in rows[table.name]] in ([1], [None]), tie
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_what_had_left_told_of_its_duties_and_what_had_not_is_found_owed_again(
    database_url: str, settings: Settings
) -> None:
    assert MIGRATIONS.exists()
    first_version(database_url).dispose()
    with opened_store(database_url) as engine:
        with reading(engine) as session:
            history = letter_history(session, find_period(session, "2024"))
            assert history.reminder_days == {1: TODAY}
            [letter] = session.scalars(sa.select(Letter)).all()
            assert letter.state == "sent"
            with pytest.raises(ValueError, match="phiên bản cũ"):  # never an empty mail
                finished(letter.message, letter.to, letter.cc, "https://x.example")
            assert session.scalars(sa.select(Update.receipt_id)).all() == [None]
        queued = queue_today(engine, settings.on(TODAY))
        assert [reminder.agency.id for reminder in queued.known] == ["so-tai-chinh"]
        assert send_queued(engine, settings.on(TODAY)).refused == []


@pytest.mark.parametrize("version", [f"{number:04}" for number in range(2, 11)])
def test_what_each_letter_mentioned_is_read_from_the_list_that_stood_with_it(
    database_url: str, version: str
) -> None:
    engine = _connectable(database_url, create=True)
    with engine.begin() as connection:
        config = alembic_config(database_url)
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        a_row_in_every_table(connection)  # among them a letter that mentions duty 1
        known = sa.MetaData()
        known.reflect(connection)
        letters, duties = known.tables["letters"], known.tables["duties"]
        duty = dict(connection.execute(sa.select(duties)).mappings().one())
        connection.execute(sa.insert(duties), [duty | {"id": n, "activity_id": f"II.{n}"} for n in (2, 3)])
        letter = dict(connection.execute(sa.select(letters)).mappings().one())
        asked = {"kind": "remind", "stage_day": date(2024, 10, 22), "duties": [2, 1, 2, 77]}
        listed = {"kind": "escalate", "stage_day": date(2024, 11, 5), "duties": [3]}
        empty = {"kind": "receipt", "stage_day": None, "duties": []}
        for number, given in enumerate([asked, listed, empty], 2):
            own = {"id": number, "key": f"k{number}", "message_id": f"<k{number}@x.example>"}
            connection.execute(sa.insert(letters).values(letter | given | own))
    engine.dispose()
    with opened_store(database_url) as engine, reading(engine) as session:
        pairs = sa.select(LetterDuty.letter_id, LetterDuty.duty_id).order_by(
            LetterDuty.letter_id, LetterDuty.duty_id
        )
        assert session.execute(pairs).tuples().all() == [(1, 1), (2, 1), (2, 2), (3, 3)]
        history = letter_history(session, session.get_one(Period, 1))
        assert history.reminder_days == {1: max(TODAY, date(2024, 10, 22)), 2: date(2024, 10, 22)}
        assert history.escalation_days == {3: date(2024, 11, 5)}
        assert history.keys >= {"k2", "k3", "k4"}
        assert "duties" not in {column["name"] for column in sa.inspect(engine).get_columns("letters")}


def test_replies_that_came_before_they_could_be_handled_wait(database_url: str) -> None:
    first_version(database_url).dispose()
    engine = _connectable(database_url, create=True)
    with engine.begin() as connection:
        config = alembic_config(database_url)
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        known = sa.MetaData()
        known.reflect(connection, only=["messages"])
        at = NOW.astimezone(UTC)
        row = {
            "id": 1,
            "digest": "x",
            "sender": "a@b.example",
            "subject": "Re",
            "addresses": [],
            "text": "Đã xong",
        }
        row |= {"received_at": at if engine.dialect.name == "postgresql" else at.replace(tzinfo=None)}
        connection.execute(sa.insert(known.tables["messages"]).values(row | {"kind": "reply", "letter_id": 1}))
    engine.dispose()
    with opened_store(database_url) as engine, reading(engine) as session:
        assert [(one.text, one.uses) for one, _ in waiting_replies(session)] == [("Đã xong", 0)]


def test_what_answers_a_letter_of_the_first_version_is_placed_though_ids_are_keyed_since(
    database_url: str, settings: Settings
) -> None:
    old = f"<{hashlib.sha256(b'remind:1').hexdigest()[:32]}@x.example>"  # as letters were called then
    engine = first_version(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE letters SET message_id = :old WHERE id = 1"), {"old": old})
    engine.dispose()
    report = postfix("a@angiang.example", answers=RETURNED.replace(ORIGINAL, old))
    put(settings.var / "inbox", a=reply("Đã xong", In_Reply_To=old, References=""), b=report)
    with opened_store(database_url) as engine:
        read = read_inbox(engine, settings)
        assert [(one.letter, one.kind) for one in read.taken] == [("remind:1", "reply"), ("remind:1", "bounce")]
        with reading(engine) as session:
            assert [one.text for one, _ in waiting_replies(session)] == ["Đã xong"]
            assert not bounced_addresses(session)  # anybody could have written the report


def test_a_store_without_parts_takes_them_and_keeps_each_revision_once(database_url: str) -> None:
    first_version(database_url).dispose()
    with opened_store(database_url) as engine:
        part = {"duty_id": 1, "agency_id": "so-khdt", "said_by": "Cán bộ (minh họa)", "said_at": NOW}
        with writing(engine) as session:
            for revision, text in enumerate(["Đã phối hợp.", "Đã phối hợp mở hai lớp."], 1):
                session.add(Contribution(**part, said_on=TODAY, revision=revision, text=text))
        with reading(engine) as session:
            assert [
                one.text for one in session.scalars(sa.select(Contribution).order_by(Contribution.revision))
            ] == [
                "Đã phối hợp.",
                "Đã phối hợp mở hai lớp.",
            ]
        with pytest.raises(StoreError), writing(engine) as session:
            session.add(Contribution(**part, said_on=TODAY, revision=2, text="Lần nữa"))


def test_what_was_one_plan_is_one_plan_still(database_url: str) -> None:
    first_version(database_url).dispose()
    with opened_store(database_url) as engine, reading(engine) as session:
        assert plan_ids(session) == ["ke-hoach"]
        assert find_period(session, "2024").name == "2024"


def test_what_was_paused_stays_paused_in_every_plan_and_nothing_else_does(database_url: str) -> None:
    """A pause of before held back the letters of all plans: none of them may start by the upgrade."""
    engine = _connectable(database_url, create=True)
    config = alembic_config(database_url)
    at = NOW.astimezone(UTC) if engine.dialect.name == "postgresql" else NOW.astimezone(UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
        known = sa.MetaData()
        known.reflect(connection)
        versions, pauses = known.tables["plan_versions"], known.tables["pauses"]
        version = {"applied_at": at, "applied_by": "quản trị", "digest": "y"}
        for plan_id, agency in (("ke-hoach", "so-tai-chinh"), ("hai", "so-tai-chinh"), ("ba", "so-khac")):
            connection.execute(sa.insert(versions).values(plan_id=plan_id, text=f"{agency}: {{}}", **version))
        pause = {"reason": "Đã hẹn", "paused_by": "Mai", "paused_at": at}
        row = pause | {"agency_id": "so-tai-chinh", "until": date(2024, 10, 25)}
        connection.execute(sa.insert(pauses).values(row))
        connection.execute(sa.insert(pauses).values(row | {"lifted_at": at}))
    engine.dispose()
    with opened_store(database_url) as engine, reading(engine) as session:
        held = [(plan, [one.agency_id for one in running_pauses(session, TODAY, plan)])
                for plan in ("ke-hoach", "hai", "ba")]  # fmt: skip
        assert held == [("ke-hoach", ["so-tai-chinh"]), ("hai", ["so-tai-chinh"]), ("ba", [])]
