"""The TRACKER_* environment and the files beside the store into one frozen Settings, checked at start."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker.errors import SettingsError, nearest
from tracker.server_addresses import inbox_faults, provider_faults, read_address, shown_address
from tracker.settings_files import Given, anchored, masked, settings_in_files
from tracker.tls import transport_faults

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of the plan's days: Vietnam has only one."""
PROVIDER = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
NAMES = (
    "PLAN", "TEMPLATES", "VAR", "DATABASE_URL", "MAIL_URL", "INBOX_URL", "SENDER", "BASE_URL", "PORT",
    "ILLUSTRATION", "TODAY", "SECRET_KEY", "CA_FILE", "LOG", "PLANS", "RESULTS",
    *PROVIDER,
)  # fmt: skip
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
"""A mail address that every server takes; not all that RFC 5322 allows."""
SHARED_AGENCIES = "co-quan.yaml"
"""The file beside the plan files with the agencies that they share."""
SHIPPED = Path(__file__).parent / "shipped"
SHORTEST_KEY = 16
"""Bytes: a shorter secret key can be guessed, and with it every link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are. Every field has a default that works offline in the current folder.

    `TRACKER_MAIL_URL` in the environment is `mail_url` in the file; the environment wins.
    """

    plan: Path
    """TRACKER_PLAN: the plan file."""
    plans: Path | None
    """TRACKER_PLANS: a folder of plan files, in place of the one; each but one says its `plan.id`."""
    templates: Path
    """TRACKER_TEMPLATES: the admin's own templates, which stand in for the shipped ones of the same name."""
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
    log: str
    """TRACKER_LOG: `text`, or `json` for one object a line."""
    results: str = "off"
    """TRACKER_RESULTS: who sees how far the plans are: `off`, `leaders` at the desk, or `public`."""
    oidc_issuer: str = ""
    """TRACKER_OIDC_ISSUER: the OpenID Connect provider by which people sign in at the desk; empty for letters."""
    oidc_client_id: str = ""
    """TRACKER_OIDC_CLIENT_ID: what the provider calls the tracker."""
    oidc_client_secret: str = field(default="", repr=False)
    """TRACKER_OIDC_CLIENT_SECRET: by which the provider knows it."""
    given_key: str | None = field(default=None, repr=False)
    """TRACKER_SECRET_KEY: what links are made with; None where it is kept under `var`."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Where each setting was given, by name (`MAIL_URL`); what is not here holds its default."""

    def now(self) -> datetime:
        """Return this instant in UTC, on the pretended day where there is one."""
        now = datetime.now(UTC)
        if self.pretended_today is None:
            return now
        return datetime.combine(self.pretended_today, now.astimezone(ZONE).time(), tzinfo=ZONE).astimezone(UTC)

    @property
    def reports(self) -> Path:
        """Return the folder of finished memos."""
        return self.var / "reports"

    @property
    def plan_files(self) -> list[Path]:
        """Return the plan files: those in the folder where there is one, by name, else the one file."""
        found = sorted(self.plans.glob("*.yaml")) if self.plans else [self.plan]
        return [file for file in found if file.name != SHARED_AGENCIES]

    @property
    def agencies_file(self) -> Path:
        """Return where agencies stand that several plans share; there may be no such file."""
        return (self.plans or self.plan.parent) / SHARED_AGENCIES

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
        return shown_address(self.mail_url)

    @property
    def inbox_shown(self) -> str:
        """Return TRACKER_INBOX_URL without its password."""
        return shown_address(self.inbox_url)

    def for_children(self) -> dict[str, str]:
        """Return the environment by which a process that starts in another folder has these settings too."""
        urls = ("DATABASE_URL", "MAIL_URL", "INBOX_URL")
        names = [
            "VAR",
            "PLAN",
            "TEMPLATES",
            *(["PLANS"] if self.plans else []),
            *(n for n in urls if self.places.get(n) == f"TRACKER_{n}"),
        ]
        return {f"TRACKER_{name}": str(getattr(self, name.lower())) for name in names}

    def as_rows(self) -> list[tuple[str, str, str]]:
        """Return each setting as files call it, with its value and where that was given; no password, no key."""
        values = {name.lower(): masked(str(getattr(self, name.lower(), ""))) for name in NAMES}
        values["illustration"] = str(int(self.illustration))
        values["today"] = str(self.pretended_today or "ngày thật")
        values["secret_key"] = f"giữ ở {self.var / 'secret-key'}" if self.given_key is None else "***"
        values["oidc_client_secret"] = "***" if self.oidc_client_secret else ""
        return [(name.lower(), values[name.lower()], self.places.get(name, "mặc định")) for name in NAMES]

    def secret_key(self) -> bytes:
        """Return TRACKER_SECRET_KEY, or the key kept under `var`, made on first use for its owner alone.

        Raises FileTrouble where the key can be neither read nor kept, or is too short to be one.
        """
        if self.given_key is not None:
            return self.given_key.encode()
        from tracker.secret_key import key_in  # few commands need it

        return key_in(self.var / "secret-key", SHORTEST_KEY)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `env`, by default the process's own, and from the files beside the store.

    The store's folder is TRACKER_VAR, else `var` in the current folder. Raises SettingsError naming all faults.
    """
    env = os.environ if env is None else env
    wrong: list[str] = []
    var = Path(env.get("TRACKER_VAR") or "var").absolute()
    in_files = settings_in_files(var, [name for name in NAMES if name != "VAR"], wrong)
    given = in_files | _in_environment(env, wrong)

    def text(name: str, default: str) -> str:
        return given[name].text if name in given else default

    def place(name: str) -> str:
        return given[name].place if name in given else f"TRACKER_{name}"

    port = _port(text("PORT", "8305"), place("PORT"), wrong)
    settings = Settings(
        plan=Path(text("PLAN", "")) if "PLAN" in given else _at_root("activities.yaml"),
        plans=Path(text("PLANS", "")) if "PLANS" in given else None,
        templates=Path(text("TEMPLATES", "")) if "TEMPLATES" in given else _at_root("templates"),
        var=var,
        database_url=text("DATABASE_URL", f"sqlite:///{var / 'tracker.db'}"),
        mail_url=text("MAIL_URL", f"folder://{var / 'outbox'}"),
        inbox_url=text("INBOX_URL", f"folder://{var / 'inbox'}"),
        ca_file=Path(text("CA_FILE", "")) if "CA_FILE" in given else None,
        sender=text("SENDER", "theo-doi@ke-hoach.example"),
        base_url=text("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        port=port,
        pretended_today=_date_or_none(text("TODAY", ""), place("TODAY"), wrong),
        illustration=text("ILLUSTRATION", "").lower() in {"1", "true", "yes"},
        log=text("LOG", "text"),
        results=text("RESULTS", "off"),
        oidc_issuer=text("OIDC_ISSUER", ""),
        oidc_client_id=text("OIDC_CLIENT_ID", ""),
        oidc_client_secret=text("OIDC_CLIENT_SECRET", ""),
        given_key=given["SECRET_KEY"].text if "SECRET_KEY" in given else None,
        places={name: each.place for name, each in given.items()},
    )
    wrong += _faults(settings, place)
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _in_environment(env: Mapping[str, str], wrong: list[str]) -> dict[str, Given]:
    """Return what the environment sets, by name; a relative path counts from the current folder."""
    known = {f"TRACKER_{name}" for name in NAMES}
    strange = sorted(name for name in env if name.startswith("TRACKER_") and name not in known)
    wrong += [f"{name}: không có cài đặt này; {nearest(name, known)}" for name in strange]
    here = Path.cwd()
    found = {name: env[f"TRACKER_{name}"] for name in NAMES if f"TRACKER_{name}" in env}
    return {
        name: Given(anchored(name, text, here), f"TRACKER_{name}")
        for name, text in found.items()
        if text or name == "SECRET_KEY"  # an empty key is a fault, not the absence of one
    }


def _faults(settings: Settings, place: Callable[[str], str]) -> list[str]:
    """Return what is wrong with addresses and the key, each named by where it was given."""
    wrong = []
    database = read_address(settings.database_url)
    kind = database.scheme.partition("+")[0] if database and "://" in settings.database_url else ""
    if kind not in {"sqlite", "postgresql"}:
        wrong.append(f"{place('DATABASE_URL')}: không hiểu địa chỉ này; dùng sqlite:///… hoặc postgresql://…")
    mail = read_address(settings.mail_url)
    if mail is None or mail.scheme not in {"folder", "smtp", "smtps"}:
        wrong.append(f"{place('MAIL_URL')}: không hiểu địa chỉ này; dùng folder:///…, smtp://… hoặc smtps://…")
    else:
        wrong += transport_faults(place("MAIL_URL"), settings.mail_url)
    if faults := inbox_faults(settings.inbox_url):
        wrong += [f"{place('INBOX_URL')}: {fault}" for fault in faults]
    else:
        wrong += transport_faults(place("INBOX_URL"), settings.inbox_url)
    if settings.ca_file and not settings.ca_file.is_file():
        wrong.append(f"{place('CA_FILE')}: không có tệp {settings.ca_file}; chỉ tới tệp chứng thư PEM")
    wrong += _missing_files(settings, place)
    base = read_address(settings.base_url)
    if base is None or base.scheme not in {"http", "https"} or not base.netloc:
        trouble = f"không hiểu {settings.base_url!r}; viết như https://theo-doi.tinh.example"
        wrong.append(f"{place('BASE_URL')}: {trouble}")
    if settings.log not in {"text", "json"}:
        wrong.append(f"{place('LOG')}: không hiểu {settings.log!r}; viết text hoặc json")
    if settings.results not in {"off", "leaders", "public"}:
        wrong.append(f"{place('RESULTS')}: không hiểu {settings.results!r}; viết off, leaders hoặc public")
    provider = {name: str(getattr(settings, name.lower())) for name in PROVIDER}
    wrong += [f"{place(name)}: {fault}" for name, fault in provider_faults(provider).items()]
    if not ADDRESS.fullmatch(settings.sender):
        wrong.append(f"{place('SENDER')}: {settings.sender!r} không phải địa chỉ thư")
    if settings.given_key is not None and len(settings.given_key.strip().encode()) < SHORTEST_KEY:
        wrong.append(
            f"{place('SECRET_KEY')}: khóa ngắn dưới {SHORTEST_KEY} ký tự thì đoán được; bỏ cài đặt này để chương "
            "trình tự tạo khóa, hoặc đặt 32 ký tự ngẫu nhiên trở lên"
        )
    return wrong


def _port(text: str, place: str, wrong: list[str]) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    wrong.append(f"{place}: {text!r} không phải số cổng; viết số từ 1 đến 65535")
    return 8305


def _date_or_none(text: str, place: str, wrong: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong.append(f"{place}: {text!r} không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15")
        return None


def _at_root(name: str) -> Path:
    """Return `name` in the current folder, else where the checkout or the installed package keeps it."""
    here = Path.cwd() / name
    return here if here.exists() else shipped(name)


def shipped(name: str) -> Path:
    """Return `name` as it ships with the program: in the checkout, else in the installed package."""
    checkout = Path(__file__).parents[2] / name
    return checkout if checkout.exists() else SHIPPED / name


def _missing_files(settings: Settings, place: Callable[[str], str]) -> list[str]:
    """Return what is wrong with the folders that were named."""
    wrong: list[str] = []
    if "TEMPLATES" in settings.places and not settings.templates.is_dir():
        wrong.append(
            f"{place('TEMPLATES')}: không có thư mục {settings.templates}; tạo thư mục cho các mẫu sửa riêng"
        )
    if settings.plans and not settings.plan_files:
        wrong.append(
            f"{place('PLANS')}: thư mục {settings.plans} không có tệp .yaml nào; đặt các tệp kế hoạch vào đó"
        )
    return wrong
