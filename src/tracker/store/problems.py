"""The database's own errors in words: what is wrong, the way out, and what a page may say of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from tracker.errors import StoreError

SPARE = 1_000_000
"""Bytes: with less of the disk free than this, SQLite cannot make its own files."""
DISK_FULL = ("ổ đĩa đầy; giải phóng chỗ trống rồi chạy lại", "ổ đĩa của máy chủ đã đầy")
BUSY = ("đang có quá nhiều việc chờ cơ sở dữ liệu; chờ giây lát rồi thử lại", "cơ sở dữ liệu đang bận")


@contextmanager
def telling_store_errors(url: str) -> Iterator[None]:
    """Turn the database's own errors into a StoreError that names the database and the way out."""
    try:
        yield
    except sa.exc.TimeoutError as error:  # all connections of the pool are in use
        raise StoreError(f"{make_url(url).render_as_string()}: {BUSY[0]}", BUSY[1]) from error
    except sa.exc.DBAPIError as error:
        words, shown = _in_words(error, make_url(url))
        raise StoreError(f"{make_url(url).render_as_string()}: {words}", shown) from error


def _in_words(error: sa.exc.DBAPIError, url: sa.URL) -> tuple[str, str]:
    """Return what went wrong with the way out, and what a page says of it."""
    problem = str(error.orig)
    if "disk I/O" in problem and url.database and shutil.disk_usage(Path(url.database).parent).free < SPARE:
        return DISK_FULL  # SQLite's own words for a full disk, where it cannot even make its index
    unusable = "máy chủ chưa dùng được cơ sở dữ liệu"
    for sign, words in (
        ("full", DISK_FULL),
        ("No space left", DISK_FULL),
        ("readonly", ("cơ sở dữ liệu không ghi được; cho quyền ghi vào tệp và thư mục chứa nó", unusable)),
        ("unable to open", ("không mở được cơ sở dữ liệu; kiểm tra đường dẫn và quyền ghi", unusable)),
        ("not a database", ("tệp này không phải cơ sở dữ liệu; đặt TRACKER_DATABASE_URL tới tệp khác", unusable)),
        ("locked", ("chương trình khác đang giữ cơ sở dữ liệu; chờ giây lát rồi chạy lại", BUSY[1])),
    ):
        if sign in problem:
            return words
    # The words of other kinds of error repeat what somebody typed.
    plain = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.ProgrammingError)
    first_line = problem.strip().splitlines()[0] if plain and problem.strip() else type(error.orig).__name__
    return f"không dùng được cơ sở dữ liệu ({first_line}); kiểm tra TRACKER_DATABASE_URL và máy chủ", unusable
