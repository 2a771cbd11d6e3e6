"""The real transport: an SMTP server, one connection for a batch."""

import base64
import smtplib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tracker.errors import DeliveryError
from tracker.letters.address import is_real_mail, is_reserved
from tracker.letters.transports.transport import Delivered
from tracker.tls import server_at

PATIENCE = 300
"""Seconds to wait for the server's next word (RFC 5321, 4.5.3.2): it may look the sender up, or make it wait."""
LAST_PATIENCE = 600
"""Seconds to wait after a letter's last word: a server may deliver before it answers (RFC 5321, 4.5.3.2.6)."""

NOT_REACHED = "chưa nối được máy chủ gửi thư; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"
NOT_TAKEN = (
    "máy chủ gửi thư chưa nhận thư của chương trình; thư nằm trong hàng đợi, kéo dài thì báo người quản trị"
)


class SmtpTransport:
    """Sends through `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS at once)."""

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        self.real = is_real_mail(url)
        self.at = server_at(url, 25, 465, ca_file)
        self.server: smtplib.SMTP | None = None
        self.taken = 0
        """Letters that the server took in this connection."""
        self.said_all = False
        """The last word of the letter under way was said: it may have arrived."""

    def __enter__(self) -> Self:
        """Do nothing: the first letter connects."""
        return self

    def __exit__(self, *error: object) -> None:
        """Say goodbye to the server, if it still listens."""
        self._hang_up()

    def deliver(self, mail: bytes, sender: str, to: Sequence[str], name: str, *, whole: bool = False) -> Delivered:
        """Send `mail` and return the server's own words; `whole` as MailTransport says.

        Raises DeliveryError: permanent for a 5xx answer and for reserved domains on a real server, unreachable
        where there is no talking to the server at all or it takes nothing from this sender, lost where it fell
        silent over this letter, and uncertain where that was after the last word.
        """
        del name
        if self.real and any(is_reserved(address) for address in to):
            what = "địa chỉ mẫu, không có thật"
            remedy = "sửa contacts, tracker apply rồi tracker letters retry"
            raise DeliveryError(f"{what}; {remedy}", shown=what, permanent=True)
        server = self.server or self._connect()
        try:
            return self._hand_over_again_if_full(server, mail, sender, to, whole=whole)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = min(error.recipients.values())  # one that may be tried again is worth trying again
            refused = _words_of(error.recipients)
            raise DeliveryError(_reply(code, words), permanent=code >= 500, refused=refused) from error
        except smtplib.SMTPSenderRefused as error:
            # A wrong TRACKER_SENDER or an expired password is no fault of this letter: the next would fare alike.
            self._hang_up()
            trouble = _sender_refused(error)
            raise DeliveryError(trouble, shown=NOT_TAKEN, permanent=False, unreachable=True) from error
        except smtplib.SMTPResponseException as error:
            self._after_refusal()
            reply = _reply(error.smtp_code, error.smtp_error)
            refused = dict.fromkeys(to, reply)
            raise DeliveryError(reply, permanent=error.smtp_code >= 500, refused=refused) from error
        except (OSError, smtplib.SMTPException) as error:
            # The connection broke while this one letter was under way: the next letter tries a new one.
            self._cut_off()
            trouble = f"mất kết nối khi đang gửi ({error})"
            raise DeliveryError(trouble, permanent=False, lost=True, uncertain=self.said_all) from error

    def _hand_over_again_if_full(
        self, server: smtplib.SMTP, mail: bytes, sender: str, to: Sequence[str], *, whole: bool
    ) -> Delivered:
        """Hand `mail` over; where the server takes no more letters in this connection, once more in a new one."""
        try:
            return self._hand_over(server, mail, sender, to, whole=whole)
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code >= 500 or not self.taken:
                raise
            self._hang_up()
            return self._hand_over(self._connect(), mail, sender, to, whole=whole)

    def _hand_over(
        self, server: smtplib.SMTP, mail: bytes, sender: str, to: Sequence[str], *, whole: bool
    ) -> Delivered:
        self.said_all = False
        server.ehlo_or_helo_if_needed()
        code, words = server.mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, words, sender)
        refused = {}
        for recipient in to:
            code, words = server.rcpt(recipient)
            if code not in {250, 251}:
                refused[recipient] = (code, words)
        to_wait_for = [code for code, _ in refused.values() if code < 500]
        if len(refused) == len(to) or (whole and to_wait_for):
            self._after_refusal()
            raise smtplib.SMTPRecipientsRefused(refused)
        code, words = server.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        # Lines end in CR LF already; one that begins with a full stop gets a second one (RFC 5321, 4.5.2).
        server.send(mail.replace(b"\r\n.", b"\r\n..").removesuffix(b"\r\n") + b"\r\n.\r\n")
        self.said_all = True
        code, words = _patiently(server)
        if code != 250:
            raise smtplib.SMTPDataError(code, words)
        self.taken += 1
        return Delivered(_reply(code, words), _words_of(refused))

    def _connect(self) -> smtplib.SMTP:
        at, self.taken = self.at, 0
        try:
            context = at.context()
            if at.at_once:
                server: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=PATIENCE, context=context)
            else:
                server = smtplib.SMTP(at.host, at.port, timeout=PATIENCE)
            self.server = server
            server.ehlo_or_helo_if_needed()
            if not at.at_once and at.starts_tls(offered=server.has_extn("starttls")):
                server.starttls(context=context)
            if at.user:
                _log_in(server, at.user, at.password)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._hang_up()
            trouble = f"{at.host}:{at.port}: {self._why_not(error)}, thư vẫn nằm trong hàng đợi"
            raise DeliveryError(trouble, shown=NOT_REACHED, permanent=False, unreachable=True) from error
        return server

    def _why_not(self, error: Exception) -> str:
        """Return in words why there is no talking to the server, and the way out."""
        if told := self.at.trouble(error, "TRACKER_MAIL_URL"):
            return f"không nối được máy chủ thư: {told}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            words = _reply(error.smtp_code, error.smtp_error)
            return f"máy chủ thư không nhận tên và mật khẩu đăng nhập ({words}); sửa trong TRACKER_MAIL_URL"
        return f"không nối được máy chủ thư ({error}); kiểm tra TRACKER_MAIL_URL và mạng"

    def _after_refusal(self) -> None:
        try:
            if self.server is not None:
                self.server.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()

    def _cut_off(self) -> None:
        """Drop the connection in the middle of a letter, which the server then does not take."""
        server, self.server = self.server, None
        if server is not None:
            server.close()

    def _hang_up(self) -> None:
        server, self.server = self.server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def _sender_refused(error: smtplib.SMTPSenderRefused) -> str:
    """Return in words why the server takes nothing from us, and the way out: time, or the settings."""
    words = f"{error.sender} ({_reply(error.smtp_code, error.smtp_error)})"
    if error.smtp_code < 500:
        return f"máy chủ thư tạm thời chưa nhận thư của {words}; thư nằm trong hàng đợi, lần chạy sau gửi tiếp"
    return (
        f"máy chủ thư không nhận người gửi {words}; kiểm tra TRACKER_SENDER và mật khẩu trong TRACKER_MAIL_URL, "
        "thư vẫn nằm trong hàng đợi"
    )


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Log in; smtplib takes ASCII alone, the protocol any letters (RFC 4616)."""
    if (user + password).isascii():
        server.login(user, password)
        return
    server.ehlo_or_helo_if_needed()
    said = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, words = server.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def _patiently(server: smtplib.SMTP) -> tuple[int, bytes]:
    """Wait for the answer to a letter's last word."""
    if server.sock is not None:
        server.sock.settimeout(LAST_PATIENCE)
    answer = server.getreply()
    if server.sock is not None:
        server.sock.settimeout(PATIENCE)
    return answer


def _words_of(refused: Mapping[str, tuple[int, bytes]]) -> dict[str, str]:
    return {address: _reply(*answer) for address, answer in refused.items()}


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"
