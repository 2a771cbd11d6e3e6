"""Settings in files beside the store: `tracker.toml`, and `secrets.toml` for what holds a password or a key."""

import os
import pwd
import re
import stat
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from tracker.errors import nearest

PLAIN, SECRET = "tracker.toml", "secrets.toml"
SECRETS = {"SECRET_KEY", "OIDC_CLIENT_SECRET"}


@dataclass(frozen=True, slots=True)
class Given:
    """A setting that somebody gave: its text, and the place that an error names."""

    text: str
    place: str


def settings_in_files(var: Path, names: Collection[str], wrong: list[str]) -> dict[str, Given]:
    """Return what the files in the folder `var` set, by name (`MAIL_URL`); what is no good goes to `wrong`.

    A file that is not there sets nothing. Relative paths count from `var`.
    """
    plain, secret = _read(var / PLAIN, names, wrong), _read(var / SECRET, names, wrong)
    for name, given in plain.items():
        if name in secret:
            wrong.append(f"{given.place}: cũng có trong {SECRET}; xóa một trong hai dòng")
        if name in SECRETS or has_password(given.text):
            wrong.append(f"{given.place}: chứa mật khẩu hoặc khóa; chuyển dòng này sang {var / SECRET}")
    return plain | secret


def has_password(text: str) -> bool:
    """Say whether `text` is an address with a password in it."""
    return masked(text) != text


def masked(text: str) -> str:
    """Return the address `text` with stars for its password; anything else unchanged."""
    try:
        inside = urlsplit(text).netloc
    except ValueError:
        return text
    user, _, host = inside.rpartition("@")
    name, colon, _ = user.partition(":")
    if colon:
        text = text.replace(inside, f"{name}:***@{host}", 1)
    return re.sub(r"([?&]\w*password=)[^&]*", r"\1***", text)


def anchored(name: str, text: str, folder: Path) -> str:
    """Return the setting `name` with a relative path in it counted from `folder`, whoever reads it where."""
    if name in {"PLAN", "TEMPLATES"}:
        return os.path.normpath(folder / text)  # errors name the plan's file on every line
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///|folder://)(?!:memory:)(.+)", text)
    return found[1] + str(folder / found[2]) if found else text


def owner_of(path: Path) -> str:
    """Return the name of the account that `path` belongs to; its number where it has no name."""
    number = path.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def _read(path: Path, names: Collection[str], wrong: list[str]) -> dict[str, Given]:
    try:
        if path.name == SECRET and stat.S_IMODE(path.stat().st_mode) & 0o077:
            wrong.append(f"{path}: tài khoản khác đọc được tệp này; chạy: chmod 600 {path}")
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError:
        wrong.append(f"{path}: không được quyền đọc; chạy lệnh bằng tài khoản của dịch vụ{_by_its_owner(path)}")
    except OSError as error:
        wrong.append(f"{path}: không đọc được ({error.strerror}); kiểm tra TRACKER_VAR")
    except UnicodeDecodeError:
        wrong.append(f"{path}: không phải chữ UTF-8; lưu lại tệp với bảng mã UTF-8")
    except tomllib.TOMLDecodeError as error:
        at = ":".join(["", *re.findall(r"\d+", str(error).rpartition("(at line")[2])])
        wrong.append(f'{path}{at}: không đọc được; mỗi dòng viết như: mail_url = "smtps://thu.tinh.example"')
    else:
        return _checked(path, table, names, wrong)
    return {}


def _by_its_owner(path: Path) -> str:
    try:
        return f": sudo -u {owner_of(path.parent)} tracker …"
    except OSError:  # the folder around it is closed too
        return ""


def _checked(
    path: Path, table: Mapping[str, object], names: Collection[str], wrong: list[str]
) -> dict[str, Given]:
    found = {}
    for key, value in table.items():
        name, place = key.upper(), f"{path}: {key}"
        text = _as_text(name, value)
        if key == "var":
            wrong.append(f"{place}: tệp này đã nằm trong thư mục dữ liệu; muốn đổi thư mục thì đặt TRACKER_VAR")
        elif key != key.lower() or name not in names:
            wrong.append(f"{place}: không có cài đặt này; {nearest(key, [each.lower() for each in names])}")
        elif text is None:
            wrong.append(f'{place}: giá trị phải là một dòng chữ trong dấu nháy, ví dụ {key} = "…"')
        elif text or name == "SECRET_KEY":  # an empty key is a fault, not the absence of one
            found[name] = Given(anchored(name, text, path.parent), place)
    return found


def _as_text(name: str, value: object) -> str | None:
    """Return the value of a TOML key as the environment would give it; None where it is of another kind."""
    if isinstance(value, bool):
        return ("1" if value else "0") if name == "ILLUSTRATION" else None
    if isinstance(value, str) or (isinstance(value, int) and name == "PORT"):
        return str(value)
    return value.isoformat() if type(value) is date and name == "TODAY" else None
