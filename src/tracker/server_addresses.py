"""Addresses of servers in the settings: read, shown without a password, and what is wrong with them."""

from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from tracker.tls import is_loopback


def read_address(url: str) -> SplitResult | None:
    """Return the parts of `url`, or None where it is none or its port is no port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def folder_of(url: str) -> str:
    """Return the path that a `folder://` address names."""
    parts = urlsplit(url)
    return unquote(parts.netloc + parts.path)


def shown_address(url: str) -> str:
    """Return the address of a mail door or mailbox without user and password; a folder as its path."""
    parts = urlsplit(url)
    if parts.scheme == "folder":
        return folder_of(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def inbox_faults(url: str) -> list[str]:
    """Return what is wrong with the address of a mailbox."""
    parts = read_address(url)
    kinds = {"folder", "imap", "imaps"}
    if parts is None or parts.scheme not in kinds or (parts.scheme == "folder" and not shown_address(url)):
        return ["không hiểu địa chỉ này; dùng folder:///…, imap://… hoặc imaps://…"]
    if parts.scheme != "folder" and not (parts.hostname and parts.username and parts.password):
        return [
            "thiếu máy chủ, tài khoản hoặc mật khẩu; viết như imaps://TÀI_KHOẢN:MẬT_KHẨU@thu.tinh.example/INBOX"
        ]
    return []


def provider_faults(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the OpenID Connect provider that `given` names, by setting (`OIDC_ISSUER`)."""
    if not any(given.values()):
        return {}
    wrong = {name: "chưa đặt; ba cài đặt OIDC đi cùng nhau" for name, value in given.items() if not value}
    issuer = read_address(given["OIDC_ISSUER"])
    safe = issuer is not None and issuer.hostname and (issuer.scheme == "https" or is_loopback(issuer.hostname))
    if given["OIDC_ISSUER"] and not safe:
        wrong["OIDC_ISSUER"] = "viết địa chỉ https:// như nhà cung cấp tài khoản công bố"
    return wrong
