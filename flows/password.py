"""The password of the service's own Prefect: without it, whoever reaches the port has the service's shell."""

import os
import secrets
from pathlib import Path

from tracker.errors import FileTrouble
from tracker.settings import Settings

USER = "tracker"


def kept_password(settings: Settings) -> str:
    """Return `user:password` of the service's Prefect, made on first use under `var` for its owner alone.

    Raises FileTrouble where it can be neither read nor kept.
    """
    path = settings.var / "prefect-password"
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        if not (path.exists() and path.read_text().strip()):
            write_for_owner(path, f"{USER}:{secrets.token_urlsafe(24)}\n")
        return path.read_text().strip()
    except OSError as error:
        raise FileTrouble(
            f"{path}: không giữ được mật khẩu của Prefect ({error.strerror}); cho quyền đọc và ghi tệp này"
        ) from error


def keep_profile(home: Path, api_url: str, password: str) -> None:
    """Write the profile with which `prefect` finds this server: `PREFECT_HOME=var/prefect prefect …`."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [
        'active = "tracker"',
        "",
        "[profiles.tracker]",
        f'PREFECT_API_URL = "{api_url}"',
        f'PREFECT_API_AUTH_STRING = "{password}"',
    ]
    write_for_owner(home / "profiles.toml", "\n".join(lines) + "\n")


def write_for_owner(path: Path, text: str) -> None:
    """Put a file that only its owner may read at `path`, whole or not at all."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
