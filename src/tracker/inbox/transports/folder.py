"""The default mailbox: a folder into which .eml files are put, by hand or by a mail program.

A file reached the folder when it was last written: that is when it was put there, or saved by a mail program.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self

from tracker.errors import MailboxShut
from tracker.inbox.incoming import LIMIT, PIECE
from tracker.inbox.transports import Arrival
from tracker.server_addresses import folder_of

HANDLED, UNREADABLE = "handled", "unreadable"


class FolderInbox:
    """Gives the .eml files of a folder, and moves each into a folder beside them when it is done with."""

    def __init__(self, url: str) -> None:
        self.folder = Path(folder_of(url))

    def __enter__(self) -> Self:
        """Do nothing: a folder that is not there holds no mail."""
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing."""

    def arrivals(self) -> Iterator[Arrival]:
        """Give the files in the order of their names."""
        try:
            files = sorted(path for path in self.folder.iterdir() if path.suffix.lower() == ".eml")
        except FileNotFoundError:
            return
        except OSError as error:
            raise MailboxShut(
                f"{self.folder}: không mở được thư mục thư đến ({error.strerror}); "
                "cho quyền đọc hoặc đặt TRACKER_INBOX_URL"
            ) from error
        for path in files:
            try:
                if not path.is_file():  # a folder; or a pipe, which would never end
                    continue
                first, told = _read(path, PIECE)
            except FileNotFoundError:  # another run was faster
                continue
            except OSError as error:
                yield Arrival(path.name, b"", f"{path}: không đọc được tệp ({error.strerror})")
            else:
                rest = partial(_rest, path) if len(first) == PIECE else None
                yield Arrival(path.name, first, reached=_moment(told.st_mtime), size=told.st_size, rest=rest)

    def done(self, handle: str) -> None:
        """Move the file to `handled/`."""
        self._move(handle, HANDLED)

    def set_aside(self, handle: str) -> None:
        """Move the file to `unreadable/`."""
        self._move(handle, UNREADABLE)

    def _move(self, name: str, where: str) -> None:
        path, target = self.folder / name, self.folder / where / name
        try:
            target.parent.mkdir(exist_ok=True)
            numbered = (target.with_stem(f"{target.stem}-{number}") for number in count(2))
            while target.exists():
                target = next(numbered)
            path.rename(target)
        except FileNotFoundError:  # another run has moved it
            pass
        except OSError as error:
            raise MailboxShut(
                f"{path}: đã đọc nhưng không chuyển được vào {where} ({error.strerror}); cho quyền ghi vào thư mục"
            ) from error


def _read(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """Return the first `most` bytes of a file and what the file system knows of it."""
    with path.open("rb") as file:
        return file.read(most), os.fstat(file.fileno())


def _rest(path: Path) -> bytes:
    try:
        return _read(path, LIMIT + 1)[0]
    except OSError:  # what was read first tells what came
        return b""


def _moment(written: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(written, UTC)
    except (ValueError, OverflowError, OSError):  # file systems keep times of any year
        return None
