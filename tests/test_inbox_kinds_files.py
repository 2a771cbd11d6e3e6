"""Files and placing: three and more messages of our own making beside each that once went wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from mail_desk import OFFICE, MailDesk, attachment, letter_from, mail_desk, workbook_part
from packing import winmail, zipped
from workbooks import fill, updates

from tracker.inbox.workbook_replies import UNFILLED
from tracker.settings import Settings
from tracker.store.messages import note_on, own_words_of
from tracker.workbook.model import MEDIA_TYPE

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
PDF = b"%PDF-1.7\n" + b"x" * 500
WORDS = "Sở xin gửi báo cáo."
PLAIN = "Content-Type: application/octet-stream\n"

NAMES: dict[str, list[tuple[str, str]]] = {
    "2047_in_continuation": [
        (PLAIN + 'Content-Disposition: attachment; filename="=?utf-8?q?B=C3=A1o_c=C3=A1o=2E{}?="', "Báo cáo"),
        (
            PLAIN
            + 'Content-Disposition: attachment; filename*0="=?utf-8?q?B=C3=A1o";\n filename*1="_c=C3=A1o=2E{}?="',
            "Báo cáo",
        ),
        ('Content-Type: application/octet-stream; name="=?windows-1258?q?B=E1o c=E1o?=.{}"', "Báo cáo"),
        (PLAIN + "Content-Disposition: attachment; filename==?utf-8?b?QsOhbw==?=.{}", "Báo"),
    ],
    "ext_cut_encoded": [
        (
            PLAIN
            + "Content-Disposition: attachment; filename*0*=UTF-8''B%C3;\n filename*1*=%A1o; filename*2=\".{}\"",
            "Báo",
        ),
        (PLAIN + "Content-Disposition: attachment; filename*1=o.{}; filename*0*=utf-8'vi'B%C3%A1", "Báo"),
        (PLAIN + "Content-Disposition: attachment; filename*0*=windows-1258''B%E1; filename*1=o.{}", "Báo"),
    ],
    "percent_dot_inline": [
        (PLAIN + "Content-Disposition: inline;\n filename*=utf-8''B%C3%A1o%2E{}", "Báo"),
        ("Content-Type: application/octet-stream;\n name*=utf-8''B%C3%A1o%2e{}", "Báo"),
        (PLAIN + "Content-Disposition: attachment; filename*=\"utf-8''B%C3%A1o%2E{}\"; size=9", "Báo"),
    ],
    "renamed_no_ext": [
        (PLAIN + "Content-Disposition: attachment", ""),
        ('Content-Type: application/msword; name="bao-cao"\nContent-Disposition: attachment', "bao-cao"),
        ('Content-Type: text/plain; name="bao-cao"\nContent-Disposition: attachment', "bao-cao"),
        ('Content-Type: image/jpeg\nContent-Disposition: attachment; filename="bao-cao"', "bao-cao"),
    ],
}
"""Header lines of a file, `{}` where its name's ending goes; and the name before that."""

NEW_MAIL: dict[str, list[dict[str, str]]] = {
    "new_mail_no_irt_office": [
        {"subject": ""},
        {"more": "In-Reply-To: <khac@so.example>\nReferences: <a@b.example>\n"},
        {"sender": OFFICE.upper(), "subject": "Fwd: =?utf-8?q?g=E1=BB=ADi?="},
    ],
    "rewritten_mid": [
        {"more": "References: {thread}\n"},
        {"more": "References: <1@relay.example>\n {thread}\n <2@relay.example>\n"},
        {"more": "In-Reply-To: Thu cua Hoi {thread}\n", "subject": "Re:"},
    ],
}
"""Headers of a message; `{thread}` is our letter's."""

PACKED: dict[str, list[Callable[[bytes], str]]] = {
    "zip": [
        lambda book: attachment(
            zipped(**{"Báo cáo/năm 2024_xlsx": book}), "bc.zip", "application/x-zip-compressed"
        ),
        lambda book: attachment(zipped(b_xlsx=book, ky_pdf=PDF), "", "application/octet-stream"),
        lambda book: attachment(zipped(khong_duoi=book), "bc.rar", "application/x-rar"),
    ],
    "winmail": [
        lambda book: attachment(
            winmail(("B?o c?o.xlsx", book), name_first=False), "winmail.dat", "application/ms-tnef"
        ),
        lambda book: attachment(winmail(("ky.pdf", PDF), ("b.xlsx", book)), "ATT0001.dat", "application/ms-tnef"),
        lambda book: attachment(winmail(("", book)), "", "application/vnd.ms-tnef"),
    ],
}

UNTOUCHED: dict[str, list[Callable[[MailDesk], str]]] = {
    "unfilled": [
        lambda desk: attachment(desk.workbook, "Báo cáo.xlsx"),
        lambda desk: workbook_part(desk.workbook) + "\n--bien\n" + workbook_part(desk.workbook),
        lambda desk: attachment(zipped(b_xlsx=desk.workbook), "bc.zip"),
        lambda desk: attachment(desk.workbook, "bao-cao", MEDIA_TYPE),
    ],
}
FILES: Mapping[str, Sequence[object]] = {**NAMES, **NEW_MAIL, **PACKED, **UNTOUCHED}


def rows(table: Mapping[str, Sequence[object]]) -> list[Any]:
    """Return each entry of `table` as a case named by its kind and number."""
    return [
        pytest.param(one, id=f"{kind}-{number}")
        for kind, several in table.items()
        for number, one in enumerate(several, 1)
    ]


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


def answer_with(desk: MailDesk, part: str) -> bytes:
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    return letter_from(part, words=WORDS, more=more, number=desk.number)


def is_recorded(desk: MailDesk, message: bytes) -> str:
    """Say that the workbook in `message` is recorded and its words are kept; return the program's note."""
    kept = desk.take(message)
    assert [update.result for update in updates(desk.engine)] == ["Đã mở hai lớp"]
    assert (kept.kind, own_words_of(kept), kept.letter_id) == ("reply", WORDS, desk.letter.id)
    return note_on(kept)


@pytest.mark.parametrize("named", rows(NAMES))
def test_a_file_is_known_by_its_bytes_and_called_by_its_whole_name(named: tuple[str, str], desk: MailDesk) -> None:
    header, name = named
    body = attachment(PDF).partition("\n\n")[2]
    scan = f"{header.format('pdf')}\nContent-Transfer-Encoding: base64\n\n{body}"
    ending = ".pdf" if "{}" in header else ""
    told = note_on(desk.take(answer_with(desk, scan)))
    assert told.startswith(f"Thư kèm “{name}{ending}” (PDF)" if name else "Thư kèm “không tên” (PDF)")
    body = attachment(fill(desk.workbook, DONE)).partition("\n\n")[2]
    is_recorded(desk, answer_with(desk, f"{header.format('xlsx')}\nContent-Transfer-Encoding: base64\n\n{body}"))


@pytest.mark.parametrize("head", rows(NEW_MAIL))
def test_a_contacts_sealed_workbook_finds_its_letter(head: dict[str, str], desk: MailDesk) -> None:
    given = {name: text.replace("{thread}", desk.thread) for name, text in head.items()}
    is_recorded(desk, letter_from(workbook_part(fill(desk.workbook, DONE)), words=WORDS, **given))


@pytest.mark.parametrize("pack", rows(PACKED))
def test_a_packed_workbook_is_recorded(pack: Callable[[bytes], str], desk: MailDesk) -> None:
    told = is_recorded(desk, answer_with(desk, pack(fill(desk.workbook, DONE))))
    assert told.startswith("Đã ghi nhận tệp Excel kèm thư: 1 hoạt động")


@pytest.mark.parametrize("make", rows(UNTOUCHED))
def test_an_untouched_workbook_is_told_to_the_coordinator(make: Callable[[MailDesk], str], desk: MailDesk) -> None:
    kept = desk.take(answer_with(desk, make(desk)))
    assert (kept.kind, note_on(kept), updates(desk.engine)) == ("reply", UNFILLED, [])
