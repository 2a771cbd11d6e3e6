"""A password leaves this machine only encrypted, and a certificate that is not trusted is named with the way out.

`127.1` is an address of this machine that does not look like one: it stands here for a server elsewhere.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from imap_post import certify
from smtp_post import Post, free_port

from tracker.errors import DeliveryError, SettingsError
from tracker.letters.transports.smtp import SmtpTransport
from tracker.settings import load_settings
from tracker.tls import is_loopback

ELSEWHERE = "127.1"
MAIL = b"Subject: x\r\n\r\nx\r\n"


class Server:
    """An SMTP server that notes each password it is told."""

    def __init__(self) -> None:
        self.post, self.passwords, self.port = Post(), [], free_port()  # type: ignore[var-annotated]

    def check(self, *given: Any) -> AuthResult:
        self.passwords.append(given[-1].password)
        return AuthResult(success=True)

    @contextmanager
    def running(self, tls: ssl.SSLContext | None = None) -> Iterator["Server"]:
        secure: dict[str, Any] = {"tls_context": tls} if tls else {"auth_require_tls": False}
        answers = Controller(self.post, hostname="127.0.0.1", port=self.port, authenticator=self.check, **secure)
        answers.start()
        try:
            yield self
        finally:
            answers.stop()

    def take(self, host: str, option: str = "", who: str = "theo-doi:bimat@", ca_file: Path | None = None) -> None:
        """Send a letter to this server at `host`; raises DeliveryError."""
        with SmtpTransport(f"smtp://{who}{host}:{self.port}{option}", ca_file) as door:
            door.deliver(MAIL, "a@angiang.vn", ["b@angiang.vn"], "k")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a certificate of 127.0.0.1 that no authority has signed, beside its key."""
    folder = tmp_path_factory.mktemp("tls")
    certify(folder)
    return folder / "cert.pem"


@pytest.fixture
def encrypting(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with Server().running(context) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[Server]:
    with Server().running() as server:
        yield server


def refusal(send: Callable[[], None]) -> str:
    with pytest.raises(DeliveryError) as caught:
        send()
    assert caught.value.unreachable
    assert not caught.value.permanent  # the letter waits
    assert "bimat" not in f"{caught.value} {caught.value.reply}"
    assert "127." not in caught.value.reply  # what pages show names no host and no setting
    assert "TRACKER_" not in caught.value.reply
    return str(caught.value)


@pytest.mark.parametrize("option", ["", "?tls=starttls", "?tls=required", "?tls=none"])
def test_no_password_goes_to_a_server_elsewhere_that_offers_no_encryption(plain: Server, option: str) -> None:
    told = refusal(lambda: plain.take(ELSEWHERE, option))
    assert f"{ELSEWHERE}:{plain.port}" in told
    assert "không chào STARTTLS" in told
    assert (plain.passwords, plain.post.came) == ([], [])


def test_encryption_can_be_demanded_where_there_is_no_password(plain: Server) -> None:
    assert "không chào STARTTLS" in refusal(lambda: plain.take(ELSEWHERE, "?tls=required", who=""))
    plain.take(ELSEWHERE, who="")
    assert len(plain.post.came) == 1


def test_on_this_machine_a_password_may_go_as_it_is(plain: Server) -> None:
    plain.take("127.0.0.1")
    assert plain.passwords == [b"bimat"]


def test_a_trusted_certificate_is_encrypted_to(encrypting: Server, certificate: Path) -> None:
    encrypting.take("127.0.0.1", "?tls=required", ca_file=certificate)
    assert (encrypting.passwords, len(encrypting.post.came)) == ([b"bimat"], 1)


def test_a_certificate_nobody_signed_is_named_with_both_ways_out(encrypting: Server) -> None:
    told = refusal(lambda: encrypting.take("127.0.0.1"))
    assert "không tin được chứng thư của máy chủ (self-signed certificate)" in told
    assert "TRACKER_CA_FILE" in told
    assert "?tls=none" in told
    assert "mạng" not in told
    encrypting.take("127.0.0.1", "?tls=none", who="")
    assert encrypting.passwords == []


def test_a_certificate_of_another_name_is_named(encrypting: Server, certificate: Path) -> None:
    told = refusal(lambda: encrypting.take(ELSEWHERE, ca_file=certificate))
    assert "trong TRACKER_MAIL_URL viết tên máy chủ đúng như trong chứng thư" in told
    assert encrypting.passwords == []


def test_a_file_that_holds_no_certificates_is_named(encrypting: Server, tmp_path: Path) -> None:
    (file := tmp_path / "goc.pem").write_text("không phải chứng thư")
    told = refusal(lambda: encrypting.take("127.0.0.1", ca_file=file))
    assert f"TRACKER_CA_FILE: {file} không phải tệp chứng thư PEM" in told


@pytest.mark.parametrize("name", ["TRACKER_MAIL_URL", "TRACKER_INBOX_URL"])
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("{p}://a:bimat@thu.angiang.vn?starttls=no", "không hiểu phần sau dấu ?"),
        ("{p}://a:bimat@thu.angiang.vn/?tls=maybe", "không hiểu phần sau dấu ?"),
        ("{p}://a:bimat@thu.angiang.vn?tls=none", "để lộ mật khẩu trên đường tới thu.angiang.vn"),
        ("{p}s://a:bimat@thu.angiang.vn?tls=none", "luôn mã hóa; bỏ tls=none"),
    ],
)
def test_an_option_that_is_none_or_gives_a_password_away_is_refused_at_the_start(
    name: str, url: str, told: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: url.format(p="smtp" if "MAIL" in name else "imap")})
    assert str(caught.value).startswith(f"{name}: ")
    assert told in str(caught.value)
    assert "bimat" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["smtp://a:b@127.0.0.1:25?tls=none", "smtp://thu.vn?tls=none", "smtp://a:b@thu.vn?tls=required"]
)
def test_an_option_that_gives_nothing_away_is_taken(url: str) -> None:
    assert load_settings({"TRACKER_MAIL_URL": url}).mail_url == url


def test_a_file_of_certificates_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TRACKER_CA_FILE: không có tệp"):
        load_settings({"TRACKER_CA_FILE": str(tmp_path / "goc.pem")})


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.1", False), ("10.0.0.5", False),
     ("localhost.angiang.vn", False)],
)  # fmt: skip
def test_this_machine_is_known_by_its_own_addresses_alone(host: str, here: bool) -> None:
    assert is_loopback(host) is here
