"""A real Postfix on loopback that demands TLS, greylists, and delivers into the mailboxes of a Dovecot."""

import os
import shutil
import smtplib
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from imap_post import Dovecot
from smtp_post import free_port

DOMAIN = "angiang.example"
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.{domain}
mydestination =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
recipient_delimiter = +
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{folder}/users
virtual_transport = lda
lda_destination_recipient_limit = 1
transport_maps = texthash:{folder}/transport
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_recipient_restrictions =
  reject_unlisted_recipient, check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
lda unix - n n - - pipe
  flags=DRhu user=nobody argv=/usr/bin/env USER=${{user}} HOME={mail}/${{user}}
  {lda} -e -c {folder}/lda.conf -f ${{sender}}
gone unix - n n - - pipe
  flags=DRhu user=nobody argv=/bin/sh -c {{exit 67}}
"""
LDA = """
base_dir = {folder}/run
log_path = {folder}/lda-log
mail_location = maildir:{mail}/%u
mail_plugins = quota
postmaster_address = postmaster@{domain}
plugin {{
  quota = maildir:User quota
  quota_rule = *:bytes=2000000
  quota_grace = 0
}}
"""


class _Greylist(socketserver.StreamRequestHandler):
    """Asks a client to come again the first time a recipient is named (Postfix's policy delegation protocol)."""

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode().strip().partition("=")
            asked[name] = value
            if name:
                continue
            seen: set[str] = self.server.seen  # type: ignore[attr-defined]
            known = asked.get("recipient", "") in seen
            seen.add(asked.get("recipient", ""))
            self.wfile.write(b"action=DUNNO\n\n" if known else b"action=DEFER 4.2.0 Greylisted\n\n")


class _Policy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    seen: set[str]


@dataclass
class Postfix:
    """A running server."""

    port: int
    folder: Path
    mailboxes: Path
    certificate: Path
    seen: set[str] = field(default_factory=set)
    """Recipients that were named once."""

    def hand_in(self, mail: bytes, sender: str, to: str) -> None:
        """Send a message as an officer's mail program does."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.starttls(context=ssl.create_default_context(cafile=str(self.certificate)))
            client.sendmail(sender, [to], mail)

    def came_to(self, user: str) -> list[bytes]:
        """Return the messages in a mailbox."""
        files = sorted((self.mailboxes / user).glob("new/*")) + sorted((self.mailboxes / user).glob("cur/*"))
        return [path.read_bytes() for path in files]

    def wait_for(self, user: str, count: int) -> list[bytes]:
        """Return the messages in a mailbox, once there are `count`."""
        end = time.monotonic() + 60
        while len(found := self.came_to(user)) < count:
            logs = [path.read_text()[-2000:] for path in self.folder.glob("*log") if path.is_file()]
            assert time.monotonic() < end, (user, len(found), *logs)
            time.sleep(0.1)
        return found


@contextmanager
def postfix_before(dovecot: Dovecot, users: Sequence[str], gone: Sequence[str]) -> Iterator[Postfix]:
    """Run a Postfix while inside; its `users` are addresses, and of `gone` ones it learns too late.

    Skips the test where it cannot run.
    """
    program = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    usual = Path("/usr/lib/postfix/sbin"), Path("/usr/libexec/postfix")
    daemons = next((path for path in usual if path.is_dir()), None)
    lda = Path("/usr/lib/dovecot/dovecot-lda")
    if program is None or daemons is None or not lda.exists():
        pytest.skip("Postfix is not installed (apt-get install postfix)")
    if os.getuid() != 0:
        pytest.skip("Postfix starts as root alone")
    with (
        tempfile.TemporaryDirectory(prefix="tracker-smtp-", ignore_cleanup_errors=True) as name,
        _Policy(("127.0.0.1", 0), _Greylist) as policy,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        post = Postfix(free_port(), folder, dovecot.certificate.parent / "mail", dovecot.certificate)
        policy.seen = post.seen
        threading.Thread(target=policy.serve_forever, daemon=True).start()
        (folder / "data").mkdir()
        (folder / "spool").mkdir()
        (folder / "run").mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "lda-log").touch(mode=0o666)
        (folder / "lda-log").chmod(0o666)
        facts = {
            "folder": folder,
            "daemons": daemons,
            "domain": DOMAIN,
            "certificate": post.certificate,
            "key": post.certificate.with_name("key.pem"),
            "policy": policy.server_address[1],
            "port": post.port,
            "mail": post.mailboxes,
            "lda": lda,
        }
        for file, text in {"main.cf": MAIN, "master.cf": MASTER, "lda.conf": LDA}.items():
            (folder / file).write_text(text.format(**facts))
        (folder / "users").write_text("".join(f"{user} x\n" for user in [*users, *gone]))
        (folder / "transport").write_text("".join(f"{user} gone:\n" for user in gone))
        subprocess.run([program, "-c", str(folder), "check"], check=True, capture_output=True)
        command = [program, "-c", str(folder), "start-fg"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(post, running)
            yield post
        finally:
            running.terminate()
            running.wait(timeout=60)
            policy.shutdown()


def _wait(post: Postfix, running: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", post.port)) == 0:
                return
        time.sleep(0.05)
    log = post.folder / "log"
    raise AssertionError(f"Postfix does not start: {log.read_text() if log.exists() else ''}")
