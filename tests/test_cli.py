"""The command line, as people and scripts meet it: what it prints, what it leaves behind, how it fails."""

import os
import pty
import re
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date

import pytest
import sqlalchemy as sa
from answering import ROOT, edited_plan, real_plan
from office import DAY, Office

from tracker.settings import ZONE
from tracker.store.tables import JournalEntry

COUNT_LINE = "48 hoạt động: 7 chỉ đạo (I.1–I.7), 41 nội dung (II.2–II.42; TT 1 là dòng tiêu đề Nội dung 1)"


def whole(typed: Sequence[str], **given: object) -> subprocess.CompletedProcess[str]:
    """Run one command as a process of its own."""
    command = [sys.executable, "-m", "tracker.cli", *typed]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False, **given)


def test_check_counts_the_real_plan_and_notes_the_nine_years_that_are_a_reading(office: Office) -> None:
    out = office.well("check", str(ROOT / "activities.yaml"))
    assert out.startswith(f"305/KH-UBND: {COUNT_LINE}\n")
    assert len([line for line in out.splitlines() if line.startswith("lưu ý:") and "là cách đọc" in line]) == 9
    assert not office.var.exists()


@pytest.mark.parametrize("command", [["check"], ["diff"], ["apply"]])
def test_a_spoiled_plan_has_every_fault_named_on_its_line_and_is_not_applied(
    applied: Office, command: list[str]
) -> None:
    lines = real_plan().text.splitlines()
    at = {
        name: next(n for n, line in enumerate(lines) if name in line)
        for name in ("id: II.5", "id: II.10", "opens: 10-01")
    }
    lead = next(n for n in range(at["id: II.5"], len(lines)) if "lead:" in lines[n])
    years = next(n for n in range(at["id: II.10"], len(lines)) if "years:" in lines[n])
    lines[lead] = lines[lead].replace("so-tttt", "so-ttttt")
    lines[years] = lines[years].replace("years:", "yaers:")
    lines[at["opens: 10-01"]] = lines[at["opens: 10-01"]].replace("10-29", "29/10")
    applied.plan.write_text("\n".join(lines) + "\n", encoding="utf-8")
    err = applied.refused(*command)
    told = err.strip().splitlines()
    assert [int(fault.split(":")[1]) for fault in told] == sorted(n + 1 for n in (lead, years, at["opens: 10-01"]))
    assert 'có phải "so-tttt"?' in err
    assert 'có phải "years"?' in err


def test_a_plan_that_is_not_there_is_named_with_the_way_out(office: Office) -> None:
    err = office.refused("check", "khong-co.yaml")
    assert "khong-co.yaml" in err
    assert "TRACKER_PLAN" in err


def test_diff_says_what_would_change_in_peoples_terms_and_changes_nothing(applied: Office) -> None:
    pytest.importorskip("tracker.plan.changes")
    assert applied.well("diff", "--on", DAY) == "Không có gì thay đổi.\n"
    applied.well("remind", "--on", DAY)
    applied.plan.write_text(edited_plan(("lead: so-khdt", "lead: so-tai-chinh")).text, encoding="utf-8")
    before = applied.dump()
    out = applied.well("diff", "--on", DAY)
    assert applied.dump() == before
    assert "II.40" in out
    assert "Sở Kế hoạch và Đầu tư" in out
    assert "Sở Tài chính" in out
    assert "Kỳ 2024 đang mở: thêm 1 đầu việc, rút 1 đầu việc." in out


def test_the_same_plan_is_applied_once(office: Office) -> None:
    assert office.well("apply", "--on", DAY) == "Đã áp dụng 305/KH-UBND: phiên bản 1, 48 hoạt động.\n"
    before = office.dump()
    assert "không có gì thay đổi" in office.well("apply", "--on", DAY)
    assert office.dump() == before


def test_the_first_start_applies_the_plan_and_no_later_one_does(office: Office) -> None:
    assert "phiên bản 1" in office.well("apply", "--first", "--on", DAY)
    office.plan.write_text("half an edit", encoding="utf-8")
    before = office.dump()
    assert office.well("apply", "--first", "--on", DAY) == ""
    assert office.dump() == before


@pytest.mark.parametrize(
    "command",
    [
        ["remind"],
        ["collect"],
        ["status"],
        ["report", "2024"],
        ["accept", "2024"],
        ["link", "2024", "so-tttt"],
        ["period", "list"],
        ["period", "open", "2024"],
    ],
)
def test_before_a_plan_is_applied_every_command_says_so(office: Office, command: list[str]) -> None:
    assert office.refused(*command).strip() == "chưa áp dụng kế hoạch nào; chạy: tracker apply"
    assert not office.var.exists()


def test_a_dry_run_shows_the_reminders_and_touches_nothing(applied: Office) -> None:
    before = applied.dump()
    out = applied.well("remind", "--on", DAY, "--dry-run")
    assert "Sở Công Thương: trước hạn 10 ngày làm việc, 7 hoạt động, hạn 29/10/2024" in out
    assert "Sẽ xếp hàng 8 thư nhắc" in out
    assert applied.dump() == before


def test_a_day_is_reminded_of_once(applied: Office) -> None:
    assert "Đã xếp hàng 8 thư nhắc; 0 thư đã có từ trước." in applied.well("remind", "--on", DAY)
    assert len(list((applied.var / "outbox").glob("*.eml"))) == 8
    before = applied.dump()
    assert applied.well("remind", "--on", DAY) == "Đã xếp hàng 0 thư nhắc; 8 thư đã có từ trước.\n"
    assert applied.dump() == before


def test_an_agency_nobody_can_write_to_is_told_to_the_coordinator(office: Office) -> None:
    contact = "    contacts:\n      - {name: Văn phòng, to: socongthuong@angiang.example}\n"
    office.plan.write_text(edited_plan((contact, "")).text, encoding="utf-8")
    office.well("apply", "--on", DAY)
    status, out, err = office.run("remind", "--on", DAY)
    assert (status, "Đã xếp hàng 7 thư nhắc" in out) == (0, True)
    assert "Không có nơi nhận thư dùng được: Sở Công Thương" in err


def test_status_says_who_has_reported_and_leaves_the_record_alone(reminded: Office) -> None:
    reminded.say("II.5", "II.6")
    before = reminded.dump()
    out = reminded.well("status", "--on", DAY)
    assert "2/42 đầu việc có báo cáo" in out
    assert re.search(r"Sở Thông tin và Truyền thông +2/3 +còn 1", out)
    assert re.search(r"ND1\. .+ 2/5 +còn 3", out)
    assert out == reminded.well("status", "2024", "--on", DAY)
    assert reminded.dump() == before
    assert "Hôm nay không có kỳ báo cáo nào đang mở." in reminded.well("status", "--on", "2024-08-01")


def test_answers_are_receipted_and_reviewed(reminded: Office) -> None:
    reminded.say("II.5", "II.10", "II.17")
    out = reminded.well("collect", "--on", DAY)
    assert "Kỳ 2024: xác nhận 2 hoạt động của so-cong-thuong" in out
    assert "Đã xếp hàng 2 thư xác nhận; rút 0 thư nhắc không còn cần." in out
    accepted = reminded.well("accept", "2024", "--agency", "Sở CT", "--on", DAY)
    assert accepted == "Đã duyệt 2 báo cáo: II.10, II.17\n"
    assert reminded.well("accept", "2024", "--on", DAY) == "Đã duyệt 1 báo cáo: II.5\n"
    assert "Đã trả lại II.10" in reminded.well("return", "2024", "II.10", "--comment", "Ghi rõ", "--on", DAY)
    assert "Sở Công Thương: trước hạn 5 ngày làm việc, 6 hoạt động" in reminded.well(
        "remind", "--on", "2024-10-22"
    )
    [letter] = (reminded.var / "outbox").glob("remind-2024-so-cong-thuong-before-5.eml")
    assert "Ghi r" in letter.read_text(encoding="ascii")


def test_a_link_is_printed_the_same_each_time_for_whoever_answers_today(reminded: Office) -> None:
    first = reminded.well("link", "2024", "Sở CT", "--on", DAY)
    assert re.fullmatch(r"Sở Công Thương tỉnh An Giang: http://127\.0\.0\.1:8305/b/[\w-]{43}\n", first)
    assert reminded.well("link", "2024", "so-cong-thuong", "--on", DAY) == first
    reminded.well("period", "open", "2025", "--on", "2025-10-01")
    assert reminded.well("link", "2025", "so-khdt", "--on", "2025-10-01").startswith("Sở Tài chính tỉnh An Giang:")


def test_who_opens_a_closed_period_again_hears_what_the_plan_has_changed_since(applied: Office) -> None:
    applied.well("period", "open", "2024", "--on", DAY)
    text = applied.plan.read_text(encoding="utf-8")
    start, end = text.index("  - id: II.26\n"), text.index("  - id: II.27\n")
    applied.plan.write_text(text[:start] + text[end:], encoding="utf-8")
    applied.well("apply", "--on", "2025-01-10")
    again = applied.well("period", "extend", "2024", "--closes", "2025-01-31", "--on", "2025-01-10")
    assert "khóa ngày 31/01/2025" in again
    assert "thêm 0 đầu việc, rút 1 đầu việc" in again
    [line] = [line for line in again.splitlines() if "II.26" in line]
    assert line.startswith("  Rút, báo cáo đã gửi vẫn lưu: II.26. ")
    assert line.endswith(" (Sở Công Thương)")
    engine = sa.create_engine(applied.database)
    with engine.connect() as connection:
        [at] = connection.scalars(sa.select(JournalEntry.at).where(JournalEntry.did == "changed the closing day"))
    engine.dispose()
    assert at.astimezone(ZONE).date() == date(2025, 1, 10)
    assert "Rút" not in applied.well("period", "extend", "2024", "--closes", "2025-02-28")
    applied.plan.write_text(text, encoding="utf-8")
    applied.well("apply", "--on", "2025-03-10")
    back = applied.well("period", "extend", "2024", "--closes", "2025-03-31", "--on", "2025-03-10")
    assert "  Thêm: II.26. " in back


def test_periods_are_opened_ahead_of_their_day_or_on_request_and_listed(applied: Office) -> None:
    assert applied.well("period", "open", "2024", "--on", "2024-09-02").startswith(
        "Đã mở kỳ 2024: Báo cáo năm 2024"
    )
    asked = ["period", "open", "quy-iv", "--title", "Báo cáo quý IV", "--due", "2024-12-20", "--on", DAY]
    assert "Đã mở kỳ quy-iv: Báo cáo quý IV, hạn 20/12/2024." in applied.well(*asked, "--activity", "II.10")
    assert applied.well("period", "list").splitlines() == [
        "quy-iv: Báo cáo quý IV (mở 15/10/2024, hạn 20/12/2024, khóa 19/01/2025)",
        "2024: Báo cáo năm 2024 (mở 02/09/2024, hạn 29/10/2024, khóa 31/12/2024)",
    ]
    assert 'kỳ "quy-iv" đã mở' in applied.refused(*asked)


def test_report_prints_where_its_files_are_and_the_same_facts_keep_their_number(reminded: Office) -> None:
    reminded.say("II.10")
    out = reminded.well("report", "2024", "--on", DAY)
    assert "Lần tổng hợp 1: 1/42 hoạt động có báo cáo." in out
    files = out.splitlines()[1:]
    assert files == [f"var/reports/bao-cao-2024-1.{each}" for each in ("docx", "html", "pdf", "xlsx")]
    assert all((reminded.folder / file).is_file() for file in files)
    again = reminded.well("report", "2024", "--on", DAY, "--number", "7", "--formats", "pdf,docx")
    assert "Lần tổng hợp 1 (số liệu không đổi từ lần tổng hợp trước)" in again
    assert again.splitlines()[1:] == [file for file in files if file.endswith(("docx", "pdf"))]


def test_a_format_that_a_memo_has_not_leaves_with_status_two_and_names_the_four(office: Office) -> None:
    status, _, err = office.run("report", "2024", "--formats", "pdf,odt")
    assert status == 2
    assert '"odt" không phải dạng tệp của báo cáo; viết: docx,html,pdf,xlsx' in err


@pytest.mark.parametrize(
    "typed",
    [["remind", "--on", "15/10/2024"], ["status", "--on", "2024-02-30"], ["period", "open", "x", "--due", "mai"]],
)
def test_a_misspelt_day_leaves_with_status_two_and_the_way_to_write_it(office: Office, typed: list[str]) -> None:
    status, _, err = office.run(*typed)
    assert status == 2
    assert f'"{typed[-1]}" không phải ngày; viết NĂM-THÁNG-NGÀY, ví dụ 2024-10-15' in err


@pytest.mark.parametrize("typed", [[], ["aply"], ["report"], ["return", "2024", "II.10"], ["period"]])
def test_a_misspelt_command_leaves_with_status_two(office: Office, typed: list[str]) -> None:
    status, _, err = office.run(*typed)
    assert status == 2
    assert err.startswith("cách dùng: tracker")


def test_the_help_is_in_vietnamese_throughout(office: Office) -> None:
    for typed in ([], ["period", "open"], ["letters", "list"]):
        out = office.well(*typed, "--help")
        assert out.startswith("cách dùng: tracker")
        assert not re.search(r"usage|positional|options|show this", out)
    assert "LỆNH: không có 'aply'; chọn một trong: 'check'" in office.run("aply")[2]
    assert "còn thiếu: KỲ" in office.run("report")[2]
    assert "--year: 'x' không phải số" in office.run("preview", "--year", "x")[2]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["link", "2024", "so-cong-thong"], 'có phải "so-cong-thuong"?'),
        (["accept", "2024", "--agency", "Sở Bưu điện"], 'không có cơ quan "Sở Bưu điện"'),
        (["accept", "2024", "II.100"], 'có phải "II.10"?'),
        (["return", "2024", "II.10", "--comment", "x"], "chưa có báo cáo nào để trả lại"),
        (["return", "2024", "II.10", "--comment", " "], "chưa ghi lý do"),
        (["report", "2042"], 'có phải "2024"?'),
        (["status", "nam-2024"], 'chưa có kỳ "nam-2024"'),
        (["period", "open", "dot-xuat"], "--title và --due"),
        (["period", "open", "x", "--title", "T", "--due", "2024-10-01"], "đã qua"),
        (["period", "open", "2023"], "kỳ 2023 đã khóa sau ngày 31/12/2023; kỳ đã từng mở thì mở lại bằng"),
        (["period", "open", "2023"], "tracker period extend 2023 --closes NGÀY"),
        (["pause", "so-tttt", "--until", "2024-10-25", "--reason", "x", "--activity", "II.55"], 'có phải "II.5"?'),
    ],
)
def test_what_is_unknown_or_not_possible_is_one_clear_message(
    reminded: Office, typed: list[str], hint: str
) -> None:
    assert hint in reminded.refused(*typed, "--on", DAY)


def test_before_any_period_is_open_the_way_to_open_it_is_told(office: Office) -> None:
    office.well("apply", "--on", DAY)
    assert office.refused("report", "2024", "--on", DAY).endswith("hoặc mở ngay: tracker period open 2024\n")
    office.well("period", "open", "2024", "--on", DAY)
    assert "Lần tổng hợp 1" in office.well("report", "2024", "--on", DAY, "--formats", "html")


def test_a_link_into_a_closed_period_is_given_to_read_for_a_while(reminded: Office) -> None:
    given = reminded.well("link", "2024", "so-tttt", "--on", "2025-01-01")
    assert given.endswith("đã khóa sau ngày 31/12/2024: đường dẫn này chỉ để xem.\n")
    assert "hết thời gian xem" in reminded.refused("link", "2024", "so-tttt", "--on", "2025-03-31")


def test_a_closed_period_can_still_be_looked_at_after_the_plan_dropped_what_it_asked(reminded: Office) -> None:
    reminded.say("II.40")
    before = reminded.well("status", "2024", "--on", "2025-02-03")
    reminded.plan.write_text(edited_plan(("- id: II.40\n", "- id: II.99\n")).text, encoding="utf-8")
    reminded.well("apply", "--on", "2025-02-03")
    assert reminded.well("status", "2024", "--on", "2025-02-03") == before
    assert "1/42" in reminded.well("report", "2024", "--on", "2025-02-03")


def test_a_database_of_a_newer_version_is_left_alone(reminded: Office) -> None:
    engine = sa.create_engine(reminded.database)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for command in ("status", "apply", "remind"):
        err = reminded.refused(command, "--on", DAY)
        assert "phiên bản mới hơn (9999)" in err
        assert "cập nhật chương trình" in err


def test_a_file_where_the_folder_should_be_is_named(office: Office) -> None:
    office.var.write_text("not a folder")
    err = office.refused("apply", "--on", DAY)
    assert str(office.var) in err
    assert "cho quyền ghi" in err
    assert office.var.read_text() == "not a folder"


def test_a_file_that_is_no_database_is_named_and_left_alone(office: Office) -> None:
    office.var.mkdir()
    (office.var / "tracker.db").write_text("đây là ghi chú, không phải cơ sở dữ liệu\n" * 100)
    status, _, err = office.run("apply", "--on", DAY)
    assert status == 1
    assert "không phải cơ sở dữ liệu" in err
    assert (office.var / "tracker.db").read_text().startswith("đây là ghi chú")


def test_where_the_memo_cannot_be_written_that_is_said_and_the_next_try_has_the_same_number(
    reminded: Office,
) -> None:
    (reminded.var / "reports").write_text("in the way")
    status, out, err = reminded.run("report", "2024", "--on", DAY)
    assert (status, out) == (1, "")
    assert "bao-cao-2024-1.docx: không ghi được tệp" in err
    (reminded.var / "reports").unlink()
    assert "Lần tổng hợp 1 (" in reminded.well("report", "2024", "--on", DAY)


def test_a_template_with_a_mistake_is_named(reminded: Office) -> None:
    templates = reminded.folder / "templates"
    (templates / "memo").mkdir(parents=True)
    (templates / "memo" / "memo.txt").write_text("{{ khong_co }}")
    reminded.set(TEMPLATES=str(templates))
    status, _, err = reminded.run("report", "2024", "--on", DAY)
    assert status == 1
    assert "memo.txt" in err
    assert "khong_co" in err


def test_when_the_mail_server_is_not_there_the_letters_wait_and_leave_with_the_next_run(applied: Office) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        closed = door.getsockname()[1]
    applied.set(MAIL_URL=f"smtp://127.0.0.1:{closed}")
    status, out, err = applied.run("remind", "--on", DAY)
    assert status == 1
    assert "Đã xếp hàng 8 thư nhắc" in out
    assert err.count("\n") == 1
    assert f"127.0.0.1:{closed}: không nối được máy chủ thư" in err
    applied.set(MAIL_URL=f"folder://{applied.var / 'outbox'}")
    assert "Đã gửi 8 thư" in applied.well("remind", "--on", DAY)


def test_settings_that_cannot_be_used_are_all_named_at_once(office: Office) -> None:
    office.set(PORT="x", MAIL_URL="ftp://x", TODAY="mai", DATABSE_URL="x")
    err = office.refused("status")
    for name in ("TRACKER_PORT", "TRACKER_MAIL_URL", "TRACKER_TODAY", "TRACKER_DATABSE_URL"):
        assert f"{name}: " in err
    assert 'có phải "TRACKER_DATABASE_URL"?' in err


def test_a_whole_process_prints_vietnamese_whatever_the_locale_and_leaves_with_its_status(office: Office) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": ""}
    well = whole(["check"], env=environment)
    assert (well.returncode, well.stderr) == (0, "")
    assert COUNT_LINE in well.stdout
    assert whole(["apply", "--on", DAY], env=environment).returncode == 0
    wrong = whole(["link", "2024", "so-x", "--on", DAY], env=environment)
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
    assert whole(["status", "--on", "x"], env=environment).returncode == 2
    assert office.var.is_dir()


@pytest.mark.parametrize("console", ["cp1252", "ascii", "cp437", "utf-8"])
def test_a_console_without_vietnamese_letters_gets_them_without_their_marks(office: Office, console: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": console, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "tracker.cli"]
    for typed, status, words in (
        (["check"], 0, "48 hoat dong"),
        (["--help"], 0, "ke hoach"),
        (["status"], 1, "tracker apply"),
    ):
        done = subprocess.run(
            [*command, *typed], capture_output=True, env=environment, cwd=office.folder, check=False
        )
        said = (done.stdout + done.stderr).decode(console)
        plain = unicodedata.normalize("NFD", said.replace("đ", "d"))
        assert done.returncode == status
        assert words in "".join(letter for letter in plain if not unicodedata.combining(letter))
        assert "Traceback" not in said


@pytest.mark.parametrize("typed", [["check"], ["--help"]])
def test_a_reader_that_hangs_up_early_is_no_trouble(office: Office, typed: list[str]) -> None:
    assert office.plan.is_file()
    for unbuffered in ("", "1"):
        read, write = os.pipe()
        os.close(read)
        command = [sys.executable, "-m", "tracker.cli", *typed]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        with open(write, "wb") as nobody:  # noqa: PTH123  # a descriptor, not a path
            done = subprocess.run(
                command,
                stdout=nobody,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                timeout=60,
                check=False,
                env=environment,
            )
        assert done.stderr == ""
        assert done.returncode == 0


def test_check_starts_without_the_database_the_pages_and_the_flows(office: Office) -> None:
    looked = (
        "import sys; from tracker.cli import main; assert main(['check']) == 0; "
        "print([name for name in ('sqlalchemy', 'pydantic', 'prefect', 'fastapi', 'docx') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", looked],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
        cwd=office.folder,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_shell_completes_commands_and_options(office: Office) -> None:
    office.patch.setenv("_COMPLETE_TRACKER", "bash_complete")
    for typed, at, found in (("tracker per", 1, "plain,period"), ("tracker remind --dr", 2, "plain,--dry-run")):
        office.patch.setenv("COMP_WORDS", typed)
        office.patch.setenv("COMP_CWORD", str(at))
        assert office.run()[1].split() == [found]


def test_a_table_fits_the_terminal_and_loses_no_letter(reminded: Office) -> None:
    parent, child = pty.openpty()
    environment = {**os.environ, "COLUMNS": "40", "TERM": "xterm", "NO_COLOR": "1"}
    with os.fdopen(child, "wb") as terminal:
        command = [sys.executable, "-m", "tracker.cli", "period", "list"]
        subprocess.run(command, stdout=terminal, env=environment, cwd=reminded.folder, check=True, timeout=60)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", os.read(parent, 4096).decode())
    os.close(parent)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert max(map(len, lines)) <= 40
    assert set(reminded.well("period", "list").split()) <= set(shown.split())
