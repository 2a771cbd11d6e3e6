"""Which letter a message answers where its headers do not tell, and what is said of what cannot be read."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from factories_mail import all_of, put
from mail_desk import OFFICE, MailDesk, attachment, letter_from, mail_desk, workbook_part
from mail_samples import postfix
from workbooks import fill, updates

from tracker.inbox import incoming
from tracker.inbox.mailbox import read_inbox
from tracker.inbox.summary import inbox_lines
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.messages import note_on, own_words_of, waiting_replies
from tracker.store.tables import Bounce, Message

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
PDF = b"%PDF-1.7\n" + b"x" * 500
COLLEAGUE = "canbo.sct@angiang.example"
NOT_READ = "chương trình không đọc loại tệp này; mở thư trong hộp thư để xem."
NO_LETTER = "Không rõ thư này trả lời thư nào của chương trình."


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


def html(body: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body>{body}</body>"


def test_a_link_places_an_answer_as_it_is_broken_hidden_or_checked_by_a_filter(desk: MailDesk) -> None:
    half = len(desk.link) - 20
    checked = f"https://loc.example/?url={quote(desk.link, safe='')}&x=1"
    for number, message in enumerate(
        [
            letter_from(words=f"Đã xong.\n> {desk.link[:half]}\n> {desk.link[half:]}", number=1),
            letter_from(html(f'<a href="{desk.link}">Mở trang</a>'), words="Đã xong.", number=2),
            letter_from(words=f"Đã xong. {checked}", number=3),
            letter_from(words=f"Chuyển tiếp: {desk.link}", sender=COLLEAGUE, number=4),
        ]
    ):
        kept = desk.take(message)
        assert (kept.kind, kept.letter_id) == ("reply", desk.letter.id), number


def test_a_link_of_nobody_places_nothing(desk: MailDesk) -> None:
    kept = desk.take(letter_from(words=f"Đã xong. http://x.example/b/{'A' * 43}"))
    assert (kept.kind, kept.letter_id, kept.text) == (
        "unplaced",
        None,
        f"Đã xong. http://x.example/b/{'A' * 43}\n\n[Ghi chú của chương trình: {NO_LETTER}]",
    )
    assert desk.take(letter_from(words=f"http://x.example/b/{'A' * 43}", sender=COLLEAGUE, number=2)).text == (
        "không trả lời thư nào của chương trình"
    )


def test_the_thread_places_an_answer_to_a_letter_whose_id_was_rewritten(desk: MailDesk) -> None:
    more = f"In-Reply-To: <khac@relay.example>\nReferences: {desk.thread} <khac@relay.example>\n"
    kept = desk.take(letter_from(words="Đã xong.", sender=COLLEAGUE, more=more))
    assert (kept.kind, kept.letter_id, kept.text) == ("reply", desk.letter.id, "Đã xong.")


def test_the_thread_places_a_report_on_a_letter_whose_id_was_rewritten(desk: MailDesk) -> None:
    copy = f"Message-ID: <khac@relay.example>\nReferences: {desk.thread}\n"
    desk.take(postfix(OFFICE, answers=copy))
    [bounce] = all_of(desk.engine, Bounce)
    assert bounce.address == OFFICE  # type: ignore[attr-defined]


def test_a_forwarded_message_is_opened_for_its_ids_its_words_and_its_workbook(desk: MailDesk) -> None:
    inner = letter_from(workbook_part(fill(desk.workbook, DONE)), words="Kết quả: mở hai lớp nghề.", number=8)
    carried = "Content-Type: message/rfc822\n\n" + inner.decode().replace("\r\n", "\n").replace("bien", "trong")
    kept = desk.take(letter_from(carried, words="Kính chuyển."))
    assert (kept.kind, kept.letter_id) == ("reply", desk.letter.id)
    assert "Kết quả: mở hai lớp nghề." in own_words_of(kept)
    assert [update.result for update in updates(desk.engine)] == ["Đã mở hai lớp"]


def test_our_letter_forwarded_whole_places_what_a_colleague_writes_above_it(desk: MailDesk) -> None:
    carried = "Content-Type: message/rfc822\n\n" + desk.delivered.decode().replace("\r\n", "\n")
    kept = desk.take(letter_from(carried, words="Phòng Kỹ thuật đã làm xong.", sender=COLLEAGUE))
    assert (kept.kind, kept.letter_id) == ("reply", desk.letter.id)
    assert own_words_of(kept) == "Phòng Kỹ thuật đã làm xong."


@pytest.mark.parametrize(
    ("file", "name", "kind", "told"),
    [
        (PDF, "Báo cáo.pdf", "application/pdf", "“Báo cáo.pdf” (PDF)"),
        (PDF, "", "application/octet-stream", "“không tên” (PDF)"),
        (b"PK\x03\x04" + b"\0" * 26 + b"a.txt", "bc.zip", "application/zip", "“bc.zip” (tệp nén zip)"),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "bc", "application/x", "“bc” (Word)"),
        (b"Rar!\x1a", "bc.rar", "application/x-rar", "“bc.rar” (tệp nén RAR)"),
        (b"\xff\xd8\xff\xe0", "scan.jpg", "image/jpeg", "“scan.jpg” (ảnh)"),
        (b"\x30\x82", "smime.p7m", "application/pkcs7-mime", "“smime.p7m” (thư ký số hoặc mã hóa S/MIME)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1doc",
            "bc.doc",
            "application/msword",
            "“bc.doc” (tài liệu Office kiểu cũ)",
        ),
        (b"???", "bc.xyz", "application/x-xyz", "“bc.xyz” (loại tệp không rõ)"),
    ],
)
def test_what_a_contact_sends_in_a_new_mail_waits_for_the_coordinator_with_the_reason(
    file: bytes, name: str, kind: str, told: str, desk: MailDesk
) -> None:
    kept = desk.take(letter_from(attachment(file, name, kind)))
    assert (kept.kind, kept.letter_id, own_words_of(kept)) == ("unplaced", None, "")
    assert note_on(kept) == f"{NO_LETTER} Thư kèm {told}, {NOT_READ}"
    with reading(desk.engine) as session:
        assert [message.id for message, _ in waiting_replies(session)] == [kept.id]
    assert f"Thư của nơi nhận trong kế hoạch: {OFFICE}. {note_on(kept)}" in inbox_lines(desk.found[-1])


def test_a_signed_scan_beside_the_workbook_still_waits_for_the_coordinator(desk: MailDesk) -> None:
    kept = desk.take(letter_from(workbook_part(fill(desk.workbook, DONE)), attachment(PDF, "ky.pdf")))
    assert (kept.kind, len(updates(desk.engine))) == ("reply", 1)
    assert note_on(kept).startswith("Đã ghi nhận tệp Excel kèm thư")
    assert note_on(kept).endswith(f"Thư kèm “ky.pdf” (PDF), {NOT_READ}")


def test_a_logo_under_a_signature_and_a_detached_signature_are_no_files(desk: MailDesk) -> None:
    logo = attachment(b"\x89PNG", "logo.png", "image/png").replace("attachment", "inline\nContent-ID: <logo>")
    signed = attachment(b"\x30\x82", "smime.p7s", "application/pkcs7-signature")
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    assert desk.take(letter_from(logo, signed, words="Đã xong.", more=more)).text == "Đã xong."


def test_what_is_over_the_limit_waits_for_the_coordinator_too(
    desk: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "LIMIT", 20_000)
    big = attachment(b"x" * 30_000, "to.pdf")
    told = "Thư lớn hơn 0 MB, không đọc nội dung; mở thư trong hộp thư để xem."
    answer = desk.take(letter_from(big, more=f"In-Reply-To: {desk.letter.message_id}\n"))
    assert (answer.kind, answer.letter_id, note_on(answer)) == ("reply", desk.letter.id, told)
    new = desk.take(letter_from(big, number=2))
    assert (new.kind, note_on(new)) == ("unplaced", f"{NO_LETTER} {told}")
    assert desk.take(letter_from(big, number=3, sender="la@ngoai.example")).kind == "unknown"


def test_a_contacts_unplaced_mail_is_opened_so_often_a_day_and_then_only_shown(desk: MailDesk) -> None:
    for number in range(12):
        put(desk.settings.var / "inbox", **{f"n{number:02}": letter_from(words="Xin chào.", number=number)})
    read_inbox(desk.engine, desk.settings)
    kept = all_of(desk.engine, Message)
    assert [own_words_of(one) for one in kept] == ["Xin chào."] * 10 + [""] * 2  # type: ignore[arg-type]
    assert "không mở tệp kèm" in note_on(kept[-1])  # type: ignore[arg-type]
    placed = letter_from(words="Đã xong.", more=f"In-Reply-To: {desk.letter.message_id}\n", number=20)
    assert desk.take(placed).text == "Đã xong."


def test_a_vacation_notice_in_a_new_mail_waits_for_nobody_and_one_with_a_file_does(desk: MailDesk) -> None:
    more = "Auto-Submitted: auto-replied\n"
    assert desk.take(letter_from(words="Tôi nghỉ.", more=more)).kind == "auto"
    assert desk.take(letter_from(attachment(PDF, "cv.pdf"), more=more, number=2)).kind == "unplaced"
