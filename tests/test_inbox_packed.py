"""A zip and Outlook's winmail.dat: what is in them is read like any file, and what cannot be is told of."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from mail_desk import MailDesk, attachment, letter_from, mail_desk
from packing import FILE_DATA, NEXT_FILE, frame, locked, winmail, zipped
from workbooks import fill, updates

from tracker.inbox import packed
from tracker.inbox.attachments import MOST_OPENED
from tracker.inbox.packed import MOST_INSIDE, files_inside
from tracker.settings import Settings
from tracker.store.messages import note_on, own_words_of

DONE = {"II.10.status": "Đang thực hiện", "II.10.percent": 60, "II.10.result": "Đã mở hai lớp"}
PDF = b"%PDF-1.7\n" + b"x" * 500
NOT_READ = "chương trình không đọc loại tệp này; mở thư trong hộp thư để xem."


@pytest.fixture
def desk(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> MailDesk:
    return mail_desk(sqlite_engine, make_settings)


def answered(desk: MailDesk, file: bytes, name: str) -> str:
    """Return what the coordinator is told of an answer with `file`."""
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    kept = desk.take(letter_from(attachment(file, name), words="Sở xin gửi.", more=more, number=desk.number))
    assert (kept.kind, own_words_of(kept), kept.letter_id) == ("reply", "Sở xin gửi.", desk.letter.id)
    return note_on(kept)


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (lambda file: zipped(bao_cao_xlsx=file), "bao-cao.zip"),
        (lambda file: zipped(bao_cao=file, ky_pdf=PDF), "khong-duoi"),
        (lambda file: winmail(("baocao.xlsx", file)), "winmail.dat"),
        (lambda file: winmail(("", file), ("ky.pdf", PDF), name_first=False), "ATT00001.dat"),
    ],
)
def test_a_workbook_in_a_packed_file_is_recorded(
    pack: Callable[[bytes], bytes], name: str, desk: MailDesk
) -> None:
    told = answered(desk, pack(fill(desk.workbook, DONE)), name)
    assert [update.result for update in updates(desk.engine)] == ["Đã mở hai lớp"]
    assert told.startswith("Đã ghi nhận tệp Excel kèm thư: 1 hoạt động")
    with_scan = f"Thư kèm “ky.pdf trong {name}” (PDF), {NOT_READ}"
    assert told.endswith(with_scan) or ".pdf" not in told


def test_the_seal_of_a_workbook_in_a_packed_file_places_a_new_mail(desk: MailDesk) -> None:
    kept = desk.take(letter_from(attachment(zipped(bc_xlsx=fill(desk.workbook, DONE)), "bc.zip")))
    assert (kept.kind, kept.letter_id, len(updates(desk.engine))) == ("workbook", desk.letter.id, 1)


def test_files_in_a_packed_file_that_nobody_reads_are_named_each(desk: MailDesk) -> None:
    told = answered(desk, zipped(ky_pdf=PDF, anh_jpg=b"\xff\xd8\xff", trong_zip=zipped(bc_xlsx=b"x")), "bc.zip")
    inside = (
        "“ky.pdf trong bc.zip” (PDF)",
        "“anh.jpg trong bc.zip” (ảnh)",
        "“trong.zip trong bc.zip” (tệp nén zip)",
    )
    assert told == f"Thư kèm {', '.join(inside)}, {NOT_READ}"


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (locked(zipped(bc_xlsx=b"x")), "tệp nén zip có mật khẩu"),
        (zipped(bc_xlsx=b"x" * 100)[:-9], "tệp nén zip"),
        (zipped(bc_xlsx=b"x" * 1000).replace(b"x\x9c", b"zz")[:60] + b"?" * 200, "tệp nén zip"),
        (zipped(), "loại tệp không rõ"),
        (zipped(**{f"t{number}_txt": b"" for number in range(1001)}), "tệp nén zip"),
        (
            zipped(to=b"x" * 6_000_000, to2=b"x" * 6_000_000, **{f"a{n}": b"x" * 5_000_001 for n in range(4)}),
            "tệp nén zip",
        ),
        (winmail(), "winmail.dat của Outlook"),
        (winmail(("bc.xlsx", b"x" * 500))[:-100], "winmail.dat của Outlook"),
    ],
)
def test_a_packed_file_that_cannot_be_opened_is_told_of_itself(file: bytes, what: str, desk: MailDesk) -> None:
    assert answered(desk, file, "bc.bin") == f"Thư kèm “bc.bin” ({what}), {NOT_READ}"


def packed_by(way: int, file: bytes) -> bytes:
    """Return a zip in which `file` is packed in `way`, beside a scan packed as usual."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr("bc.xlsx", file, way)
        out.writestr("ky.pdf", PDF, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def spoiled_at(raw: bytes, at: int, by: bytes) -> bytes:
    """Return `raw` with `by` written over what stands `at` bytes behind the head of its first file."""
    at += 30 + len("bc.xlsx")
    return raw[:at] + by + raw[at + len(by) :]


LZMA = packed_by(zipfile.ZIP_LZMA, b"x" * 1000)


@pytest.mark.parametrize(
    "raw",
    [
        LZMA,
        spoiled_at(LZMA, 4, b"\xff"),  # properties that there are not
        spoiled_at(LZMA, 5, b"\xff\xff\xff\xff"),  # a dictionary of 4 GB
        spoiled_at(LZMA, 9, b"\xff" * 6),
        packed_by(zipfile.ZIP_BZIP2, b"x" * 1000),
        spoiled_at(packed_by(zipfile.ZIP_BZIP2, b"x" * 1000), 0, b"\xff" * 20),
    ],
)
def test_a_file_packed_in_an_uncommon_way_is_named_and_the_words_beside_it_are_read(
    raw: bytes, desk: MailDesk
) -> None:
    inside = "“bc.xlsx trong bc.zip” (loại tệp không rõ), “ky.pdf trong bc.zip” (PDF)"
    assert answered(desk, raw, "bc.zip") == f"Thư kèm {inside}, {NOT_READ}"


def test_of_many_packed_files_in_a_message_a_few_are_opened(desk: MailDesk) -> None:
    more = f"In-Reply-To: {desk.letter.message_id}\n"
    parts = [attachment(zipped(a_pdf=PDF), f"{number}.zip") for number in range(MOST_OPENED + 1)]
    opened = "".join(f"“a.pdf trong {number}.zip” (PDF), " for number in range(MOST_OPENED))
    told = note_on(desk.take(letter_from(*parts, more=more)))
    assert told == f"Thư kèm {opened}“{MOST_OPENED}.zip” (tệp nén zip), {NOT_READ}"


@given(st.sampled_from([b"PK\x03\x04", b"x\x9f>\x22\x01\x00", zipped(a=b"x")[:40]]), st.binary(max_size=400))
def test_whatever_stands_in_a_packed_file_it_is_read_or_not(begin: bytes, rest: bytes) -> None:
    assert all(isinstance(name, str) for name, _ in files_inside(begin + rest))


@given(
    st.lists(st.tuples(st.text("abc.", max_size=9), st.binary(min_size=1, max_size=50)), max_size=30),
    st.booleans(),
)
def test_the_files_that_were_packed_come_out(files: list[tuple[str, bytes]], name_first: bool) -> None:
    assert files_inside(winmail(*files, name_first=name_first)) == files[:MOST_INSIDE]


def test_a_winmail_of_countless_frames_is_left_after_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_FRAMES", 10)
    head = winmail()
    file = frame(NEXT_FILE, b"") + frame(FILE_DATA, b"%PDF")
    assert files_inside(head + frame(1, b"") * 7 + file) == []
    assert files_inside(head + frame(1, b"") * 6 + file) == [("", b"%PDF")]


def test_a_length_that_lies_gives_nothing() -> None:
    lying = struct.pack("<BHHI", 2, FILE_DATA, 6, 0xFFFFFFF0) + b"x" * 100
    assert files_inside(winmail() + frame(NEXT_FILE, b"") + lying) == []
