"""The default door: a folder of .eml files, which any mail program opens."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from tracker.errors import DeliveryError
from tracker.letters.doors.delivered import Delivered
from tracker.settings import folder_of


class FolderDoor:
    """Writes each letter as one file named by its key, so that a second try replaces and never doubles it."""

    def __init__(self, url: str) -> None:
        self.folder = Path(folder_of(url))

    def __enter__(self) -> Self:
        """Do nothing: the folder is made with the first letter."""
        return self

    def __exit__(self, *why: object) -> None:
        """Do nothing."""

    def deliver(
        self, mail: bytes, sender: str, to: Sequence[str], name: str, before_last_word: Callable[[], object]
    ) -> Delivered:
        """Write `mail` and return the file's path; raises DeliveryError where the folder cannot be written."""
        del sender, to
        path = self.folder / (re.sub(r"[^A-Za-z0-9.-]+", "-", name) + ".eml")
        unfinished = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(mail)
                file.flush()
                os.fsync(file.fileno())
            before_last_word()
            unfinished.replace(path)
        except OSError as why:
            trouble = f"{path}: không ghi được thư ({why.strerror}); cho quyền ghi hoặc đặt TRACKER_MAIL_URL"
            raise DeliveryError(trouble, permanent=False, unreachable=True) from why
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return Delivered(str(path))
