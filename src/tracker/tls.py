"""How a mail server is spoken to: in secret, where its certificate is trusted; never with a password in the clear.

`smtps://` and `imaps://` are encrypted from the first word. `smtp://` and `imap://` take `?tls=`: `starttls`, the
default, encrypts where the server offers it; `required` does not go on where it does not; `none` never encrypts.
Whatever is set, a password leaves this machine only encrypted: whoever sits between could take the offer away.
A mailbox with `?plus=yes` also takes what is sent to its address with a mark: `name+mark@…`.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    import ssl

WAYS = ("required", "starttls", "none")
AT_ONCE = ("smtps", "imaps")
EXPIRED, WRONG_NAMES = 10, {62, 64}
"""OpenSSL's numbers of what is wrong with a certificate: its end has passed; it is for another name or address."""


class UnencryptedError(OSError):
    """The server cannot be spoken to in secret; the words say why and the way out."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as a URL names it."""

    host: str
    port: int
    user: str
    password: str
    at_once: bool
    """Encrypted from the first word."""
    tls: str
    """One of WAYS."""
    ca_file: Path | None
    """Certificates that are trusted besides the machine's own."""

    def starts_tls(self, *, offered: bool) -> bool:
        """Say whether to start TLS now; raises UnencryptedError where it must be and cannot."""
        must = self.tls == "required" or (bool(self.user) and not is_loopback(self.host))
        if must and not (offered and self.tls != "none"):
            raise UnencryptedError(
                "máy chủ không chào STARTTLS để mã hóa, hoặc có ai đó trên đường truyền đã bỏ lời chào ấy đi; "
                "mật khẩu và thư chưa được gửi. Hỏi người quản trị máy chủ thư, hoặc dùng địa chỉ smtps://, imaps://"
            )
        return offered and self.tls != "none"

    def context(self) -> ssl.SSLContext:
        """Return what checks the server's certificate; raises UnencryptedError for an unusable `ca_file`."""
        import ssl  # settings are read by every command, and a server is spoken to by few

        context = ssl.create_default_context()
        if self.ca_file is not None:
            try:
                context.load_verify_locations(self.ca_file)
            except OSError as error:
                raise UnencryptedError(
                    f"TRACKER_CA_FILE: {self.ca_file} không phải tệp chứng thư PEM đọc được ({error.strerror})"
                ) from error
        return context

    def trouble(self, error: Exception, setting: str) -> str | None:
        """Return in words what was wrong with the encryption and the way out; None where `error` is another.

        `setting` is the one whose URL names this server.
        """
        if isinstance(error, UnencryptedError):
            return str(error)
        import ssl  # as above

        if not isinstance(error, ssl.SSLCertVerificationError):
            return None
        told = f"không tin được chứng thư của máy chủ ({error.verify_message})"
        if error.verify_code in WRONG_NAMES:
            return f"{told}; trong {setting} viết tên máy chủ đúng như trong chứng thư"
        if error.verify_code == EXPIRED:
            return f"{told}: chứng thư đã hết hạn; báo người quản trị máy chủ thư"
        remedy = f"{told}; đặt TRACKER_CA_FILE chỉ tệp PEM của nơi cấp chứng thư ấy"
        here = is_loopback(self.host) and not self.at_once
        return remedy + (f", hoặc thêm ?tls=none vào {setting} vì máy chủ ở ngay máy này" if here else "")


def server_at(url: str, port: int, secure_port: int, ca_file: Path | None = None) -> Server:
    """Return the server that `url` names, at its usual port where it names none."""
    parts = urlsplit(url)
    at_once = parts.scheme in AT_ONCE
    return Server(
        host=parts.hostname or "localhost",
        port=parts.port or (secure_port if at_once else port),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        at_once=at_once,
        tls=dict(parse_qsl(parts.query)).get("tls", "starttls"),
        ca_file=ca_file,
    )


def transport_faults(setting: str, url: str) -> list[str]:
    """Return what is wrong with the options of the mail server's `url`, each line naming the `setting`."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "imap", *AT_ONCE}:
        return []
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls, mailbox = given.pop("tls", None), parts.scheme in {"imap", "imaps"}
    plus = given.pop("plus", "yes") if mailbox else "yes"
    if given or tls not in {None, *WAYS} or plus != "yes":
        known = "tls=required, tls=starttls, tls=none" + (", plus=yes" if mailbox else "")
        return [f"{setting}: không hiểu phần sau dấu ?; chỉ dùng {known}"]
    if tls in {"starttls", "none"} and parts.scheme in AT_ONCE:
        return [f"{setting}: {parts.scheme}:// luôn mã hóa; bỏ tls={tls}"]
    if tls == "none" and parts.password and not is_loopback(parts.hostname or "localhost"):
        return [
            f"{setting}: tls=none để lộ mật khẩu trên đường tới {parts.hostname}; bỏ tls=none, hoặc dùng "
            f"{parts.scheme}s://"
        ]
    return []


def takes_marks(url: str) -> bool:
    """Say whether the mailbox at `url` also takes mail for its address with a mark."""
    return dict(parse_qsl(urlsplit(url).query)).get("plus") == "yes"


def is_loopback(host: str) -> bool:
    """Say whether `host` is this machine, by its address or as `localhost`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
