"""Once letters have left by a mail server, a command without that setting sends none of them into a folder."""

import sqlalchemy as sa
from alembic import command
from office import DAY, Office
from smtp_post import Post, free_port
from sqlalchemy.orm import Session
from test_store_migrations import a_row_in_every_table

from tracker.store.engine import _connectable, opened_store
from tracker.store.mail_server import has_used_mail_server
from tracker.store.tables import Letter
from tracker.store.upgrade import alembic_config

NEXT = "2024-10-22"
"""The next stage's day."""


def forget_settings(office: Office) -> None:
    office.patch.delenv("TRACKER_MAIL_URL")


def states(office: Office) -> list[str]:
    engine = sa.create_engine(office.database)
    with Session(engine) as session:
        found = list(session.scalars(sa.select(Letter.state).order_by(Letter.id)))
    engine.dispose()
    return found


def test_a_command_typed_without_the_services_settings_swallows_no_letter(
    applied: Office, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    applied.set(MAIL_URL=url, PORT=str(free_port()))
    applied.well("remind", "--on", DAY)
    assert len(behaviour.came) == 8
    forget_settings(applied)
    for typed in (
        ["remind"],
        ["collect"],
        ["link", "2024", "so-cong-thuong"],
        ["link", "2024", "--review"],
        ["web"],
    ):
        err = applied.refused(*typed, "--on", NEXT)
        assert err.startswith("mail_url: ")
        assert str(applied.var / "secrets.toml") in err
        assert "folder://" in err
    assert not (applied.var / "outbox").exists()
    assert set(states(applied)) == {"sent"}
    applied.well("status", "--on", NEXT)
    applied.well("remind", "--dry-run", "--on", NEXT)
    secrets = applied.var / "secrets.toml"
    secrets.write_text(f'mail_url = "{url}"\n')
    secrets.chmod(0o600)
    applied.well("remind", "--on", NEXT)
    assert len(behaviour.came) == 16


def test_an_answer_is_not_returned_with_a_letter_of_other_settings(
    applied: Office, post: tuple[Post, str]
) -> None:
    applied.set(MAIL_URL=post[1])
    applied.well("remind", "--on", DAY)
    applied.say("II.10")
    forget_settings(applied)
    err = applied.refused("return", "2024", "II.10", "--comment", "Ghi rõ", "--on", DAY)
    assert err.startswith("mail_url: ")


def test_letters_that_wait_for_the_server_are_not_sent_into_a_folder(
    applied: Office, post: tuple[Post, str]
) -> None:
    behaviour, url = post
    behaviour.refuse["socongthuong@angiang.example"] = ["450 later"]
    applied.set(MAIL_URL=url)
    applied.run("remind", "--on", DAY)
    assert states(applied).count("queued") == 1
    forget_settings(applied)
    applied.refused("remind", "--on", DAY)
    assert states(applied).count("queued") == 1


def test_a_folder_that_is_asked_for_is_used(applied: Office, post: tuple[Post, str]) -> None:
    applied.set(MAIL_URL=post[1])
    applied.well("remind", "--on", DAY)
    applied.set(MAIL_URL=f"folder://{applied.var / 'outbox'}")
    applied.well("remind", "--on", NEXT)
    assert len(list((applied.var / "outbox").glob("*.eml"))) == 8


def test_a_server_by_which_nothing_left_holds_no_folder_back(applied: Office, post: tuple[Post, str]) -> None:
    behaviour, url = post
    behaviour.no_sender = "550 not you"
    applied.set(MAIL_URL=url)
    assert applied.run("remind", "--on", DAY)[0] == 1
    forget_settings(applied)
    assert "Đã gửi 8 thư" in applied.well("remind", "--on", DAY)


def test_a_store_of_an_older_version_knows_that_its_letters_left_by_a_server(database_url: str) -> None:
    for reply, used in (
        ("250 ok", True),
        ("/srv/tracker/var/outbox/a.eml", False),
        ("kênh Telegram đã nhận", False),
    ):
        engine = _connectable(database_url, create=True)
        config = alembic_config(database_url)
        with engine.begin() as connection:
            known = sa.MetaData()
            known.reflect(connection)
            known.drop_all(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "0007")
            a_row_in_every_table(connection)
            connection.execute(sa.text("DELETE FROM journal"))  # its made-up id would stand in the way
            connection.execute(sa.text("UPDATE letters SET reply = :reply"), {"reply": reply})
        engine.dispose()
        with opened_store(database_url) as engine, engine.connect() as connection:
            assert has_used_mail_server(connection) is used
            times = connection.scalars(sa.text("SELECT count(*) FROM journal")).one()
            assert times == used


def test_letters_for_the_world_do_not_carry_links_to_this_machine(applied: Office) -> None:
    text = applied.plan.read_text(encoding="utf-8").replace("angiang.example", "angiang.gov.vn")
    applied.plan.write_text(text, encoding="utf-8")
    applied.well("apply", "--on", DAY)
    applied.set(MAIL_URL="smtp://thu.angiang.gov.vn")
    err = applied.refused("remind", "--on", DAY)
    assert err.startswith("base_url: ")
    assert "http://127.0.0.1:8305" in err
    assert states(applied) == []
