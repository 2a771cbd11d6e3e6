"""The secret key with which links are made, in a file of its own, made on first use for its owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tracker.errors import FileTrouble


def key_in(path: Path, shortest: int) -> bytes:
    """Return the key in the file `path`, made where there is none.

    Raises FileTrouble where it can be neither read nor kept, or has fewer than `shortest` bytes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _keep_new_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise FileTrouble(
            f"{path}: không giữ được khóa bí mật ({error.strerror}); cho quyền ghi hoặc đặt TRACKER_SECRET_KEY"
        ) from error
    if len(key.strip()) < shortest:
        raise FileTrouble(
            f"{path}: khóa bí mật rỗng hoặc ngắn dưới {shortest} ký tự; lấy lại tệp này từ bản sao lưu, "
            "hoặc xóa tệp để chương trình tạo khóa mới"
        )
    return key


def _keep_new_key(path: Path) -> None:
    # Written aside and linked into place, so that nobody ever reads half a key; the first to link wins.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
