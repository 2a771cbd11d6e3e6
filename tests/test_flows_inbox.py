"""The collect flow reads the mailbox first, and does all the rest where the mailbox is shut."""

from email import message_from_bytes
from pathlib import Path

import pytest
from answering import ROOT, say
from factories_mail import names, put
from mail_samples import ORIGINAL, RETURNED, postfix
from prefect_marks import PREFECT
from smtp_post import free_port

from flows.collect import collect, read_mail
from tracker import cli
from tracker.errors import MailboxShut
from tracker.store.engine import opened_store

DAY = "2024-10-15"

pytestmark = PREFECT


@pytest.fixture(autouse=True)
def applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the real plan in a temporary folder and remind of it."""
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(ROOT / "templates"))
    monkeypatch.setenv("TRACKER_TODAY", DAY)
    assert cli.main(["apply"]) == cli.main(["remind"]) == 0


def test_what_came_is_shown_as_text_and_never_as_a_link(tmp_path: Path) -> None:
    from prefect.artifacts import Artifact

    letter = message_from_bytes((tmp_path / "outbox" / "remind-2024-so-cong-thuong-before-10.eml").read_bytes())
    bounce = postfix(letter["To"], answers=RETURNED.replace(ORIGINAL, letter["Message-ID"]))
    put(
        tmp_path / "inbox",
        thu=bounce.replace(b"550 5.1.1 User unknown", b"550 5.1.1 [here](http://x.example) <b>"),
    )
    collect()
    shown = Artifact.get("hop-thu-den")
    assert shown is not None
    told = "từ socongthuong@angiang.example: 550 5.1.1 \\[here\\](http://x.example) \\<b\\>"
    assert told in str(shown.data)
    assert names(tmp_path / "inbox" / "handled") == ["thu.eml"]


def test_a_shut_mailbox_fails_the_run_at_its_end_when_receipts_have_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_INBOX_URL", f"imap://a:b@127.0.0.1:{free_port()}/INBOX")
    monkeypatch.setattr("flows.collect.read_mail", read_mail.with_options(retries=0))
    with opened_store(f"sqlite:///{tmp_path / 'tracker.db'}") as engine:
        say(engine, "II.10")
    with pytest.raises(MailboxShut, match="không mở được hộp thư đến"):
        collect()
    assert any(name.startswith("receipt-2024-so-cong-thuong") for name in names(tmp_path / "outbox"))
    assert read_mail.retries == 2
