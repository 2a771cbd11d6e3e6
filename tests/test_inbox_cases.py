"""Messages that once were dropped, misread or believed: what comes of each now."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from factories_mail import all_of
from mail_desk import OFFICE, WORDS_IN_CASES, MailDesk, mail_desk
from packing import winmail, zipped
from workbooks import fill, updates

from tracker.settings import Settings
from tracker.store.bounces import bounced_addresses
from tracker.store.engine import reading
from tracker.store.letters import unkeyed
from tracker.store.messages import note_on, own_words_of, waiting_replies
from tracker.store.tables import Bounce

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


@pytest.mark.parametrize(
    "case",
    [
        "2047_in_continuation",
        "ext_cut_encoded",
        "percent_dot_inline",
        "renamed_no_ext",
        "new_mail_no_irt_office",
        "rewritten_mid",
    ],
)
def test_a_filled_workbook_is_recorded_however_it_is_named_and_whatever_it_answers(
    case: str, desk: MailDesk
) -> None:
    kept = desk.take(desk.case(case, fill(desk.workbook, DONE)))
    assert [update.result for update in updates(desk.engine)] == ["Đã mở hai lớp"]
    assert (kept.kind, own_words_of(kept), kept.letter_id) == ("reply", WORDS_IN_CASES, desk.letter.id)
    assert note_on(kept).startswith("Đã ghi nhận tệp Excel kèm thư: 1 hoạt động")


@pytest.mark.parametrize(("case", "pack"), [("zip", zipped), ("winmail", lambda **files: winmail(*files.items()))])
def test_a_filled_workbook_is_recorded_whatever_it_is_packed_into(
    case: str, pack: Callable[..., bytes], desk: MailDesk
) -> None:
    kept = desk.take(desk.case(case, pack(baocao_xlsx=fill(desk.workbook, DONE))))
    assert [update.result for update in updates(desk.engine)] == ["Đã mở hai lớp"]
    assert (kept.kind, own_words_of(kept), kept.letter_id) == ("reply", WORDS_IN_CASES, desk.letter.id)


@pytest.mark.parametrize(
    ("case", "file", "told"),
    [
        ("zip", zipped(ky_pdf=b"%PDF-1.7"), "Thư kèm “ky.pdf trong bao-cao.zip” (PDF)"),
        ("winmail", winmail(), "Thư kèm “winmail.dat” (winmail.dat của Outlook)"),
    ],
)
def test_a_file_that_is_not_read_is_named_to_the_coordinator(
    case: str, file: bytes, told: str, desk: MailDesk
) -> None:
    kept = desk.take(desk.case(case, file))
    assert (kept.kind, own_words_of(kept), kept.letter_id) == ("reply", WORDS_IN_CASES, desk.letter.id)
    assert note_on(kept) == f"{told}, chương trình không đọc loại tệp này; mở thư trong hộp thư để xem."


def test_the_workbook_sent_back_as_it_was_is_told_to_the_coordinator(desk: MailDesk) -> None:
    kept = desk.take(desk.case("unfilled", desk.workbook))
    assert (kept.kind, note_on(kept)) == (
        "reply",
        "Tệp Excel kèm thư là tệp chương trình đã gửi, chưa điền gì.",
    )


def test_an_answer_without_headers_is_placed_by_the_link_it_quotes(desk: MailDesk) -> None:
    kept = desk.take(desk.case("re_no_headers_quotes_link"))
    assert (kept.kind, kept.text, kept.whole, kept.letter_id) == ("reply", WORDS_IN_CASES, None, desk.letter.id)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("own_blockquote_html", "II.10: đã tổ chức 02 hội nghị, 15 HTX tham gia.\nII.17: đang thực hiện 40 %."),
        ("typed_with_sign", "Kính gửi Hội, Sở đã tổ chức 02 hội nghị kết nối cho 15 HTX."),
        ("cp1258_as_latin1", "Kính gửi Hội, Sở đã tổ chức 02 hội nghị."),
        ("human_subject_vangmat", "Kết quả: đã tổ chức 2 hội nghị."),
    ],
)
def test_a_persons_words_are_kept_whole(case: str, words: str, desk: MailDesk) -> None:
    kept = desk.take(desk.case(case))
    assert kept.kind == "reply"
    assert words in kept.text.replace("\n\n", "\n")


@pytest.mark.parametrize("case", ["ooo_exchange_suppress_only", "ticket_ack"])
def test_what_a_program_answers_waits_for_nobody(case: str, desk: MailDesk) -> None:
    assert desk.take(desk.case(case)).kind == "auto"
    with reading(desk.engine) as session:
        assert waiting_replies(session) == []


def test_a_forged_reply_is_shown_as_mail_that_answers_nothing(desk: MailDesk) -> None:
    guessed = f"<{unkeyed(desk.letter.key)}@angiang.example>"
    desk.letter.message_id = guessed
    kept = desk.take(desk.case("forged_reply"))
    assert (kept.kind, kept.letter_id, kept.sender) == ("unplaced", None, OFFICE)
    assert note_on(kept) == "Không rõ thư này trả lời thư nào của chương trình."
    assert updates(desk.engine) == []


def test_a_forged_bounce_marks_nothing(desk: MailDesk) -> None:
    assert desk.take(desk.case("forged_bounce")).kind == "bounce"
    assert all_of(desk.engine, Bounce) == []


@pytest.mark.parametrize(
    ("case", "cause"), [("dsn_failed_4xx_expired", "expired"), ("dsn_failed_571_spam", "policy")]
)
def test_a_letter_given_up_for_another_reason_leaves_the_address_open(
    case: str, cause: str, desk: MailDesk
) -> None:
    desk.take(desk.case(case))
    [row] = all_of(desk.engine, Bounce)
    assert (row.address, row.cause) == (OFFICE, cause)  # type: ignore[attr-defined]
    with reading(desk.engine) as session:
        assert bounced_addresses(session) == {}
