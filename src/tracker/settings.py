"""The TRACKER_* environment into one frozen Settings, checked at start."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from tracker.errors import FileTrouble, SettingsError, nearest
from tracker.tls import transport_faults

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of the plan's days: Vietnam has only one."""
NAMES = (
    "PLAN", "TEMPLATES", "VAR", "DATABASE_URL", "MAIL_URL", "INBOX_URL", "SENDER", "BASE_URL", "PORT",
    "ILLUSTRATION", "TODAY", "SECRET_KEY", "CA_FILE",
)  # fmt: skip
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
"""A mail address that every server takes; not all that RFC 5322 allows."""
SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are. Every field has a default that works offline in the current folder."""

    plan: Path
    """TRACKER_PLAN: the plan file."""
    templates: Path
    """TRACKER_TEMPLATES: letters, pages and the memo's look."""
    var: Path
    """TRACKER_VAR: database, sent letters, memos and the secret key."""
    database_url: str
    """TRACKER_DATABASE_URL: `sqlite:///…` or `postgresql://…`."""
    mail_url: str
    """TRACKER_MAIL_URL: `folder:///…`, `smtp://user:password@host:port` or `smtps://…`."""
    inbox_url: str
    """TRACKER_INBOX_URL: `folder:///…`, `imap://user:password@host:port/INBOX` or `imaps://…`."""
    ca_file: Path | None
    """TRACKER_CA_FILE: certificates (PEM) to trust at mail servers, besides the machine's own."""
    sender: str
    """TRACKER_SENDER: the From address of letters."""
    base_url: str
    """TRACKER_BASE_URL: where officers reach the pages; links in letters start with it."""
    port: int
    """TRACKER_PORT: where the pages listen on loopback."""
    illustration: bool
    """TRACKER_ILLUSTRATION: marks letters, pages and memos as example data."""
    pretended_today: date | None
    """TRACKER_TODAY: the day to pretend it is, to try a season out; None for the real clock."""

    def now(self) -> datetime:
        """Return this instant in UTC, on the pretended day where there is one."""
        now = datetime.now(UTC)
        if self.pretended_today is None:
            return now
        here = now.astimezone(ZONE)
        return datetime.combine(self.pretended_today, here.time(), tzinfo=ZONE).astimezone(UTC)

    @property
    def reports(self) -> Path:
        """Return the folder of finished memos."""
        return self.var / "reports"

    def today(self) -> date:
        """Return the day it is in the plan's zone."""
        return self.now().astimezone(ZONE).date()

    def on(self, day: date | None) -> "Settings":
        """Return these settings as on `day`; unchanged where it is None."""
        return self if day is None else replace(self, pretended_today=day)

    def at_port(self, port: int) -> "Settings":
        """Return these settings with the pages at `port`."""
        return replace(self, port=port)

    @property
    def mail_door_shown(self) -> str:
        """Return TRACKER_MAIL_URL without its password."""
        return _shown(self.mail_url)

    @property
    def inbox_shown(self) -> str:
        """Return TRACKER_INBOX_URL without its password."""
        return _shown(self.inbox_url)

    def secret_key(self) -> bytes:
        """Return TRACKER_SECRET_KEY, or the key kept under `var`, made on first use for its owner alone.

        Raises FileTrouble where the key can be neither read nor kept.
        """
        if given := os.environ.get("TRACKER_SECRET_KEY"):
            return given.encode()
        path = self.var / "secret-key"
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _keep_new_key(path)
            return path.read_bytes()
        except OSError as why:
            raise FileTrouble(
                f"{path}: không giữ được khóa bí mật ({why.strerror}); cho quyền ghi hoặc đặt TRACKER_SECRET_KEY"
            ) from why


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `env`, by default the process's own; raises SettingsError naming all faults."""
    env = os.environ if env is None else env
    wrong: list[str] = []
    var = Path(env.get("TRACKER_VAR", "var")).absolute()
    port = _port(env.get("TRACKER_PORT", "8305"), wrong)
    settings = Settings(
        plan=Path(env["TRACKER_PLAN"]) if "TRACKER_PLAN" in env else _at_root("activities.yaml"),
        templates=Path(env["TRACKER_TEMPLATES"]) if "TRACKER_TEMPLATES" in env else _at_root("templates"),
        var=var,
        database_url=env.get("TRACKER_DATABASE_URL") or f"sqlite:///{var / 'tracker.db'}",
        mail_url=env.get("TRACKER_MAIL_URL") or f"folder://{var / 'outbox'}",
        inbox_url=env.get("TRACKER_INBOX_URL") or f"folder://{var / 'inbox'}",
        ca_file=Path(env["TRACKER_CA_FILE"]) if env.get("TRACKER_CA_FILE") else None,
        sender=env.get("TRACKER_SENDER", "theo-doi-ke-hoach@angiang.example"),
        base_url=(env.get("TRACKER_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        port=port,
        pretended_today=_date_or_none(env.get("TRACKER_TODAY", ""), wrong),
        illustration=env.get("TRACKER_ILLUSTRATION", "").lower() in {"1", "true", "yes"},
    )
    known = {f"TRACKER_{name}" for name in NAMES}
    strange = sorted(name for name in env if name.startswith("TRACKER_") and name not in known)
    wrong += [f"{name}: không có cài đặt này; {nearest(name, known)}" for name in strange]
    database = _address(settings.database_url)
    kind = database.scheme.partition("+")[0] if database and "://" in settings.database_url else ""
    if kind not in {"sqlite", "postgresql"}:
        wrong.append("TRACKER_DATABASE_URL: không hiểu địa chỉ này; dùng sqlite:///… hoặc postgresql://…")
    mail = _address(settings.mail_url)
    if mail is None or mail.scheme not in {"folder", "smtp", "smtps"}:
        wrong.append("TRACKER_MAIL_URL: không hiểu địa chỉ này; dùng folder:///…, smtp://… hoặc smtps://…")
    elif faults := transport_faults("TRACKER_MAIL_URL", settings.mail_url):
        wrong += faults
    wrong += _inbox_faults(settings.inbox_url)
    if settings.ca_file and not settings.ca_file.is_file():
        wrong.append(f"TRACKER_CA_FILE: không có tệp {settings.ca_file}; chỉ tới tệp chứng thư PEM")
    base = _address(settings.base_url)
    if base is None or base.scheme not in {"http", "https"} or not base.netloc:
        wrong.append(
            f"TRACKER_BASE_URL: không hiểu {settings.base_url!r}; viết như https://theo-doi.angiang.example"
        )
    if not ADDRESS.fullmatch(settings.sender):
        wrong.append(f"TRACKER_SENDER: {settings.sender!r} không phải địa chỉ thư")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


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


def _address(url: str) -> SplitResult | None:
    """Return the parts of `url`, or None where it is none or its port is no port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _inbox_faults(url: str) -> list[str]:
    parts = _address(url)
    kinds = {"folder", "imap", "imaps"}
    if parts is None or parts.scheme not in kinds or (parts.scheme == "folder" and not _shown(url)):
        return ["TRACKER_INBOX_URL: không hiểu địa chỉ này; dùng folder:///…, imap://… hoặc imaps://…"]
    if parts.scheme != "folder" and not (parts.hostname and parts.username and parts.password):
        return [
            "TRACKER_INBOX_URL: thiếu máy chủ, tài khoản hoặc mật khẩu; viết như "
            "imaps://TÀI_KHOẢN:MẬT_KHẨU@thu.angiang.example/INBOX"
        ]
    return transport_faults("TRACKER_INBOX_URL", url)


def folder_of(url: str) -> str:
    """Return the path that a `folder://` address names."""
    parts = urlsplit(url)
    return unquote(parts.netloc + parts.path)


def _shown(url: str) -> str:
    """Return the address of a mail door or mailbox without user and password; a folder as its path."""
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return folder_of(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _port(text: str, wrong: list[str]) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    wrong.append(f"TRACKER_PORT: {text!r} không phải số cổng; viết số từ 1 đến 65535")
    return 8305


def _date_or_none(text: str, wrong: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong.append(f"TRACKER_TODAY: {text!r} không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15")
        return None


def _at_root(name: str) -> Path:
    """Return `name` in the current folder, else where the checkout or the installed package keeps it."""
    here = Path.cwd() / name
    checkout = Path(__file__).parents[2] / name
    return next((path for path in (here, checkout) if path.exists()), SHIPPED / name)
