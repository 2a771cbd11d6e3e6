"""A real IMAP server on loopback: Dovecot in a temporary folder, with two mailboxes and nobody else's mail."""

import base64
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from smtp_post import free_port

USER, PASSWORD = "theo-doi", "bí mật/@:1"
CHEST = "Tủ hồ sơ"
"""A mailbox in which messages can be marked as read and by nothing else."""
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_plugins = acl
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "{chest}" {{
    auto = create
  }}
}}
plugin {{
  acl = vfile:{folder}/acl
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure_port}
  }}
}}
service anvil {{
  chroot =
}}
service imap {{
  chroot =
}}
{tls}
"""
TLS = """
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server."""

    port: int
    secure_port: int
    certificate: Path

    def url(self, scheme: str = "imap", password: str = PASSWORD, mailbox: str = "INBOX") -> str:
        """Return the setting that names a mailbox here."""
        port = self.secure_port if scheme == "imaps" else self.port
        return f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}/{quote(mailbox)}"

    @contextmanager
    def opened(self, mailbox: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Log in as a person with a mail program would."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        client.select(f'"{mailbox}"')
        yield client
        client.logout()

    def put(self, *messages: bytes, mailbox: str = "INBOX", reached: datetime | None = None) -> None:
        """Put messages into a mailbox (its name as on the wire), as if they had `reached` it then."""
        when = reached.timestamp() if reached else time.time()
        with self.opened() as client:
            for raw in messages:
                answer = client.append(f'"{mailbox}"', "", imaplib.Time2Internaldate(when), raw)
                assert answer[0] == "OK", answer

    def flags(self, mailbox: str = "INBOX") -> list[set[str]]:
        """Return the flags of each message."""
        with self.opened(mailbox) as client:
            _, lines = client.fetch("1:*", "(FLAGS)")
            known = [imaplib.ParseFlags(line) for line in lines if isinstance(line, bytes)]
            return [{flag.decode() for flag in some} - {"\\Recent"} for some in known]


@contextmanager
def dovecot(*, tls: bool = False) -> Iterator[Dovecot]:
    """Run a Dovecot while inside; skips the test where none is installed."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("Dovecot is not installed (apt-get install dovecot-imapd)")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("2.3."):
        pytest.skip(f"the configuration of these tests is for Dovecot 2.3, not {version.split()[0]}")
    # Outside pytest's folders, which only their owner may enter: as root, Dovecot works as users of its own.
    with tempfile.TemporaryDirectory(prefix="tracker-imap-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Dovecot(free_port(), free_port(), folder / "cert.pem")
        _configure(folder, server, tls=tls)
        running = subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")], stderr=subprocess.PIPE)
        try:
            _wait(server.port, running, folder / "log")
            yield server
        finally:
            running.terminate()
            running.communicate(timeout=30)


def _configure(folder: Path, server: Dovecot, *, tls: bool) -> None:
    me = pwd.getpwuid(os.getuid())
    root = me.pw_uid == 0
    owner = pwd.getpwnam("nobody") if root else me
    group = grp.getgrgid(me.pw_gid).gr_name
    (mail := folder / "mail").mkdir()
    os.chown(mail, owner.pw_uid, owner.pw_gid)
    (folder / "run").mkdir()
    (folder / "users").write_text(f"{USER}:{{PLAIN.b64}}{_coded(PASSWORD)}\n", encoding="utf-8")
    (folder / "acl").write_text(f'"{CHEST}" owner lrsi\n', encoding="utf-8")
    if tls:
        certify(folder)
    config = CONFIG.format(
        folder=folder,
        port=server.port,
        secure_port=server.secure_port if tls else 0,
        internal="dovecot" if root else me.pw_name,
        login="dovenull" if root else me.pw_name,
        group="dovecot" if root else group,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        chest=CHEST,
        tls=TLS.format(folder=folder) if tls else "ssl = no",
    )
    (folder / "dovecot.conf").write_text(config, encoding="utf-8")


def _coded(password: str) -> str:
    return base64.b64encode(password.encode()).decode()


def certify(folder: Path) -> None:
    """Make a certificate of 127.0.0.1 that nobody has signed."""
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)


def _wait(port: int, running: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    running.kill()
    told = log.read_text() if log.exists() else ""
    raise AssertionError(f"Dovecot does not start: {told} {running.communicate()[1]!r}")
