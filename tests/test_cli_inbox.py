"""`tracker collect` at the keyboard: what came by mail, and that a shut mailbox keeps nothing else back."""

from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest
from answering import ROOT, say
from factories_mail import all_of, names, put, the_letter
from mail_samples import ORIGINAL, RETURNED, postfix, reply
from smtp_post import free_port

from tracker.cli import main
from tracker.store.engine import opened_store
from tracker.store.tables import Bounce

DAY, KEY = "2024-10-15", "remind:2024:so-cong-thuong:before-10"
Collect = Callable[..., tuple[int, str, str]]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Apply the real plan and remind of it."""
    var = tmp_path / "var"
    for name, value in {"VAR": var, "PLAN": ROOT / "activities.yaml", "TEMPLATES": ROOT / "templates"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", str(value))
    monkeypatch.setenv("TRACKER_TODAY", DAY)
    assert main(["apply"]) == main(["remind"]) == 0
    return var


@pytest.fixture
def collect(var: Path, capsys: pytest.CaptureFixture[str]) -> Collect:
    """Give the command: its exit status, standard output and standard error."""
    assert var.is_dir()

    def run(*typed: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(typed or ["collect"])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def sent(var: Path, key: str = KEY) -> tuple[str, str]:
    """Return the Message-ID and the address of a letter, as its addressee has them."""
    mail = message_from_bytes((var / "outbox" / f"{key.replace(':', '-')}.eml").read_bytes())
    return mail["Message-ID"], mail["To"]


def bounce(var: Path, number: int = 1) -> bytes:
    message_id, address = sent(var)
    return postfix(address, answers=RETURNED.replace(ORIGINAL, message_id), number=number)


def test_a_letter_that_came_back_is_named_with_its_address_and_the_way_out(var: Path, collect: Collect) -> None:
    put(var / "inbox", thu=bounce(var))
    status, out, err = collect()
    assert (status, err) == (0, "")
    assert f"Thư bị trả lại: {KEY}, từ socongthuong@angiang.example: 550 5.1.1 User unknown\n" in out
    assert "sửa contacts trong activities.yaml rồi tracker apply" in out
    assert "bị trả lại" in collect("letters", "list", "--state", "bị trả lại")[1]
    assert "Thư bị trả lại" not in collect()[1]


def test_the_way_out_leads_out(var: Path, collect: Collect) -> None:
    put(var / "inbox", thu=bounce(var))
    collect()
    (var / "outbox" / "remind-2024-so-cong-thuong-before-10.eml").unlink()
    assert collect("letters", "retry", KEY)[0] == 0
    assert "Đã gửi 1 thư" in collect()[1]
    with opened_store(f"sqlite:///{var / 'tracker.db'}") as engine:
        assert all_of(engine, Bounce) == []
        assert the_letter(engine, KEY).state == "sent"
    put(var / "inbox", thu=bounce(var, 2))
    assert "Thư bị trả lại" in collect()[1]


def test_answers_by_mail_are_counted(var: Path, collect: Collect) -> None:
    message_id, _ = sent(var)
    put(var / "inbox", thu=reply("Đã xong", In_Reply_To=message_id))
    out = collect()[1]
    assert f"Thư trả lời: {KEY}, của canbo.sct@angiang.example\n1 thư trả lời chờ đầu mối xử lý" in out


def test_without_mail_nothing_is_said_of_it(var: Path, collect: Collect) -> None:
    assert collect() == (0, "Đã xếp hàng 0 thư xác nhận; rút 0 thư nhắc không còn cần.\n", "")
    assert not (var / "inbox").exists()


def test_a_mailbox_that_is_shut_keeps_no_receipt_back_and_is_told(
    var: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("TRACKER_INBOX_URL", f"imap://theo-doi:bimat@127.0.0.1:{port}/INBOX")
    with opened_store(f"sqlite:///{var / 'tracker.db'}") as engine:
        say(engine, "II.10")
    status, out, err = collect()
    assert status == 1
    assert "Đã xếp hàng 1 thư xác nhận" in out
    assert "Đã gửi 1 thư" in out
    assert f"127.0.0.1:{port}/INBOX: không mở được hộp thư đến" in err
    assert "bimat" not in err
    assert any(name.startswith("receipt-2024-so-cong-thuong") for name in names(var / "outbox"))


def test_a_message_that_cannot_be_read_is_told_and_waits_for_a_person(
    var: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.inbox.incoming.LIMIT", 1024 * 1024)
    put(var / "inbox", thu=reply("x" * 2 * 1024 * 1024))
    status, _, err = collect()
    assert status == 0
    assert err == "Không đọc được thư đến: canbo.sct@angiang.example: thư lớn hơn 1 MB, không đọc nội dung\n"
    assert names(var / "inbox" / "unreadable") == ["thu.eml"]


def test_mail_of_a_contact_that_answers_nothing_is_listed_with_what_came(var: Path, collect: Collect) -> None:
    _, address = sent(var)
    nobodys = {"In_Reply_To": "<a@b.example>", "References": ""}
    put(var / "inbox", thu=reply("Đã gửi bản giấy", From=address, **nobodys), la=reply("x", 2, **nobodys))
    out = collect()[1]
    told = "Không rõ thư này trả lời thư nào của chương trình."
    assert f"Thư của nơi nhận trong kế hoạch: {address}. {told}\n" in out
    assert "1 thư như vậy chờ đầu mối xem: xem bằng tracker replies" in out
    listed = collect("replies")[1]
    assert f"  Đã gửi bản giấy\n  \n  [Ghi chú của chương trình: {told}]" in listed
    assert "1 thư của nơi nhận trong kế hoạch không rõ trả lời thư nào; có trên trang duyệt của mọi kỳ." in listed
    assert "Thư người lạ không rõ trả lời thư nào: 1 thư." in listed
    assert "Không có thư trả lời nào" not in listed
