"""The default transport: a folder of .eml files, which any mail program opens."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

from tracker.errors import DeliveryError
from tracker.letters.transports.transport import Delivered
from tracker.server_addresses import folder_of

NOT_WRITTEN = "chưa ghi được thư ra tệp; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"


class FolderTransport:
    """Writes each letter as one file named by its key, so that a second try replaces and never doubles it."""

    def __init__(self, url: str) -> None:
        self.folder = Path(folder_of(url))

    def __enter__(self) -> Self:
        """Do nothing: the folder is made with the first letter."""
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing."""

    def deliver(self, mail: bytes, sender: str, to: Sequence[str], name: str, *, whole: bool = False) -> Delivered:
        """Write `mail` and name the file; raises DeliveryError where the folder cannot be written."""
        del sender, to, whole
        path = self.folder / file_name(name)
        unfinished = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(mail)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            trouble = f"{path}: không ghi được thư ({error.strerror}); cho quyền ghi hoặc đặt TRACKER_MAIL_URL"
            raise DeliveryError(trouble, shown=NOT_WRITTEN, permanent=False, unreachable=True) from error
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return Delivered(f"đã ghi thành tệp {path.name}")


def file_name(key: str) -> str:
    """Return the name of the file of the letter `key`; no two keys share one.

    `remind:2024:so-noi-vu:before-5` is kept in `remind-2024-so-noi-vu-before-5.eml`. Where the period's code, or
    an activity's id before the agency's, has hyphens of its own, one could not tell where it ends: then underlines
    part the key, which stand nowhere else.
    """
    parts = [quote(part, safe="+@").replace("_", "%5F") for part in key.split(":")]
    unclear = any("-" in part for part in parts[1 : max(2, len(parts) - 2)])
    return ("_" if unclear else "-").join(parts) + ".eml"
