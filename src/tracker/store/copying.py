"""A copy of the database while it is in use, read back before it counts as one."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tracker.errors import StoreError
from tracker.store.engine import each_statement_alone, reading
from tracker.store.tables import Base

COUNTED = {
    "plan_versions": "phiên bản kế hoạch",
    "periods": "kỳ",
    "duties": "đầu việc",
    "updates": "báo cáo",
    "letters": "thư",
    "evidence": "tài liệu",
}
"""The tables whose rows a copy is told by."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of the database, and what it holds."""

    file: Path
    counts: Mapping[str, int]
    """Rows by table, of COUNTED."""
    evidence: Mapping[str, tuple[str, str]]
    """Of each file of evidence by its name in words: what it is stored as, and the SHA-256 of its bytes."""


def copy_database(engine: sa.Engine, url: str, folder: Path) -> Copied:
    """Copy the database of `engine`, at `url`, into `folder`: `tracker.db`, or for PostgreSQL `tracker.dump`.

    Raises StoreError where the copy cannot be made or is not whole.
    """
    if engine.dialect.name == "postgresql":
        file = folder / "tracker.dump"
        _dump(url, file)
        with reading(engine) as session:
            return _counted(file, lambda asked: session.execute(sa.text(asked)).all())
    file = folder / "tracker.db"
    with each_statement_alone(engine) as connection:
        connection.execute(sa.text("VACUUM INTO :file"), {"file": str(file)})
    file.chmod(0o600)
    copy = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise StoreError(f"{file}: bản sao cơ sở dữ liệu bị hỏng ({found}); xem ổ đĩa rồi chạy lại")
        return _counted(file, lambda asked: copy.execute(asked).fetchall())
    finally:
        copy.close()


def _counted(file: Path, rows: Callable[[str], Any]) -> Copied:
    counts = {table: rows(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED}  # noqa: S608  # our names
    evidence = rows("SELECT id, name, stored_as, digest FROM evidence ORDER BY id")
    return Copied(
        file, counts, {f"{name}, số {number}": (kept, digest) for number, name, kept, digest in evidence}
    )


def _dump(url: str, file: Path) -> None:
    """Write a dump by PostgreSQL's own program, and have its list of contents read back."""
    address = make_url(url).set(drivername="postgresql")
    password = address.password or address.query.get("password")
    address = address._replace(password=None).difference_update_query(["password"])  # not for `ps` to see
    env = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    _run("pg_dump", ["--format=custom", f"--file={file}", f"--dbname={address}"], env)
    file.chmod(0o600)
    listed = _run("pg_restore", ["--list", str(file)], env)
    missing = [table for table in Base.metadata.tables if f" TABLE DATA public {table} " not in listed]
    if missing:
        raise StoreError(f"{file}: bản sao thiếu bảng {', '.join(missing)}; chạy lại")


def _run(program: str, arguments: list[str], env: Mapping[str, str]) -> str:
    found = shutil.which(program)
    if found is None:
        raise StoreError(f"chưa có chương trình {program}; cài gói postgresql-client cùng phiên bản với máy chủ")
    done = subprocess.run([found, *arguments], env=env, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["lỗi không rõ"])[-1]
        raise StoreError(f"{program}: không sao được cơ sở dữ liệu ({said}); cài đúng phiên bản của máy chủ")
    return done.stdout
