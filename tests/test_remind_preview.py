"""What reminding would do, before anything is switched on."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from answering import edited_plan
from conftest import ROOT

from tracker import cli


@pytest.fixture(autouse=True)
def applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.setenv("TRACKER_PLAN", str(ROOT / "activities.yaml"))
    monkeypatch.setenv("TRACKER_TEMPLATES", str(ROOT / "templates"))
    assert cli.main(["apply", "--on", "2024-04-01"]) == 0
    capsys.readouterr()


def said(capsys: pytest.CaptureFixture[str], *command: str, status: int = 0) -> str:
    assert cli.main(list(command)) == status
    shown = capsys.readouterr()
    return shown.err if status else shown.out


def test_a_years_preview_names_every_day_stage_and_agency_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said(capsys, "preview", "--year", "2024").splitlines()
    days = [line for line in lines if not line.startswith(" ")]
    expected = ["01/10", "15/10", "22/10", "25/10", "29/10", "30/10", "01/11", "05/11", "07/11", "12/11", "19/11"]
    assert days == [f"{day}/2024" for day in expected]
    assert lines[1] == "  Hội LHPN tỉnh: mở kỳ, 28 hoạt động, hạn 29/10/2024"
    assert "  Sở Công Thương: trước hạn 10 ngày làm việc, 8 hoạt động, hạn 29/10/2024" in lines
    assert "  Sở Công Thương: thư gửi lãnh đạo cơ quan, 8 hoạt động, hạn 29/10/2024" in lines
    last = "  Cơ quan đầu mối: công văn đôn đốc để ký, Hội LHPN tỉnh (28), Sở Công Thương (8)"
    assert lines[-1].startswith(last)
    assert len(lines) == 9 * (1 + 23) + 2 * (1 + 1)
    assert said(capsys, "period", "list") == ""
    assert not (tmp_path / "outbox").exists()


def test_the_preview_of_a_later_year_writes_to_the_successors(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "preview", "--year", "2025")
    assert "Sở Khoa học và Công nghệ: mở kỳ, 5 hoạt động" in shown
    assert "Sở Thông tin và Truyền thông" not in shown


def test_a_letter_is_previewed_whole_and_its_link_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, "preview", "--letter", "Sở Tài chính", "--on", "2025-10-20")
    assert shown.startswith("Gửi: sotaichinh@angiang.example\nTiêu đề: Sở Tài chính – đề nghị báo cáo 4 hoạt động")
    assert "nhiệm vụ của Sở Kế hoạch và Đầu tư tỉnh An Giang trước khi sắp xếp" in shown
    assert "(đường dẫn được tạo khi gửi thư)" in shown
    assert not (tmp_path / "secret-key").exists()


def test_an_agency_that_owes_nothing_that_day_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "preview", "--letter", "so-tai-chinh", "--on", "2024-07-01", status=1)
    assert "Sở Tài chính không nợ báo cáo nào vào ngày 01/07/2024" in shown


def test_letters_are_listed_shown_withdrawn_and_queued_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_MAIL_URL", "smtp://127.0.0.1:1")
    said(capsys, "remind", "--on", "2024-10-15", status=1)
    key = "remind:2024:so-tai-chinh:before-10"
    assert len(said(capsys, "letters", "list", "--state", "đang chờ").splitlines()) == 23
    assert "Kính gửi: Sở Tài chính tỉnh An Giang" in said(capsys, "letters", "show", key)
    said(capsys, "letters", "cancel", key)
    assert said(capsys, "letters", "list", "--state", "đã rút").count(key) == 1
    assert "không làm được việc này" in said(capsys, "letters", "cancel", key, status=1)
    said(capsys, "letters", "retry", key)
    assert len(said(capsys, "letters", "list", "--state", "đang chờ").splitlines()) == 23
    assert "có phải" in said(capsys, "letters", "show", key + "x", status=1)


def test_a_period_that_has_closed_can_be_opened_again(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "remind", "--on", "2024-10-15")
    asked = ("link", "2024", "so-tai-chinh", "--on", "2025-01-10")
    assert "đã khóa sau ngày 31/12/2024: đường dẫn này chỉ để xem" in said(capsys, *asked)
    said(capsys, "period", "extend", "2024", "--closes", "2025-01-31", "--on", "2025-01-10")
    assert "chỉ để xem" not in said(capsys, *asked)


def test_who_has_taken_over_is_shown_its_own_letter_under_the_former_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    former, own = (
        said(capsys, "preview", "--letter", name, "--on", "2025-10-20") for name in ("so-khdt", "so-tai-chinh")
    )
    assert former == own


def test_of_a_paused_agency_it_is_said_that_it_is_paused(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "pause", "so-tttt", "--until", "2024-10-25", "--reason", "Đã hẹn", "--on", "2024-10-15")
    shown = said(capsys, "preview", "--letter", "so-tttt", "--on", "2024-10-15", status=1)
    assert "ngày 15/10/2024 không nhắc: " in shown
    assert "tạm dừng nhắc đến hết 25/10/2024 (Đã hẹn)" in shown
    assert "không nợ" not in shown
    assert "không nợ" in said(capsys, "preview", "--letter", "so-tttt", "--on", "2024-07-01", status=1)


def test_in_two_periods_at_once_both_letters_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--title", "Báo cáo nhanh", "--due", "2024-11-15", "--activity", "II.10", "--on", "2024-10-15"]
    said(capsys, "period", "open", "dot-xuat-1", *asked)
    shown = said(capsys, "preview", "--letter", "so-cong-thuong", "--on", "2024-10-15")
    assert shown.count("Tiêu đề: Sở Công Thương – đề nghị báo cáo") == 2
    assert "“Báo cáo nhanh”" in shown
    assert "“Báo cáo năm 2024”" in shown


def test_on_a_day_off_the_letter_is_shown_and_that_none_goes(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "preview", "--letter", "so-cong-thuong", "--on", "2024-10-19")
    assert shown.startswith("Gửi: socongthuong@angiang.example\n")
    assert shown.endswith("(Ngày 19/10/2024 là ngày nghỉ: không xếp thư nhắc mới.)\n")


def test_a_year_with_its_date_on_a_day_off_is_previewed_as_it_will_be_with_all_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copies = ("    after: [1, 3, 5]\n", "    after: [1, 3, 5]\n    copies: [coordinating]\n")
    altered = tmp_path / "activities.yaml"
    altered.write_text(edited_plan(("due: 10-29", "due: 10-27"), copies).text, encoding="utf-8")
    monkeypatch.setenv("TRACKER_PLAN", str(altered))
    said(capsys, "apply", "--on", "2024-04-01")
    promised: dict[str, list[str]] = {}
    for line in said(capsys, "preview", "--year", "2024").splitlines():
        if line.startswith(" "):
            promised[list(promised)[-1]].append(line.strip())
        else:
            promised[line] = []
    assert any("Sở Công Thương: đúng hạn" in line for line in promised["25/10/2024"])
    assert "27/10/2024" not in promised
    assert all(any(line.startswith("Bản sao gửi") for line in lines) for lines in list(promised.values())[:5])
    for n in range(60):
        day_of_run = date(2024, 10, 1) + timedelta(days=n)
        shown = said(capsys, "remind", "--on", f"{day_of_run}")
        letters = promised.get(f"{day_of_run:%d/%m/%Y}", [])
        told = [line for line in shown.splitlines() if line in letters]
        assert told == [line for line in letters if not line.startswith("Bản sao")]
        assert ("bản sao gửi cơ quan phối hợp" in shown) is any(line.startswith("Bản sao") for line in letters)
        assert ("Đã xếp hàng 0 thư nhắc" in shown) is not any("hoạt động, hạn" in line for line in letters)


def test_whom_no_letter_would_reach_is_said_of_letters_of_every_kind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_MAIL_URL", "smtp://mail.angiang.vn")  # the addresses that ship are nobody's
    shown = said(capsys, "preview", "--on", "2024-11-07").splitlines()
    assert sum(line.startswith("Không có nơi nhận thư dùng được: ") for line in shown) == 23 + 1
    assert cli.main(["remind", "--dry-run", "--on", "2024-11-07"]) == 0
    told = capsys.readouterr()
    assert "Sẽ xếp hàng 0 thư nhắc; 0 thư đã có từ trước." in told.out
    assert told.err.splitlines() == shown
    assert "Không có nơi nhận thư dùng được: Cơ quan đầu mối: danh sách còn nợ, " in told.err
