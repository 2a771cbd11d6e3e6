"""Letters at the keyboard: what waits, what failed and why, and that one fault keeps nothing else back."""

import shutil

import pytest
from answering import ROOT, edited_plan
from office import DAY, Office
from smtp_post import Post

COMMERCE, KEY = "socongthuong@angiang.example", "remind:2024:so-cong-thuong:before-10"


def spoil(office: Office, name: str) -> str:
    """Give the office templates of its own with a mistake on line 2 of the one called `name`; return its path."""
    templates = office.folder / "templates"
    if not templates.exists():
        shutil.copytree(ROOT / "templates", templates)
    file = templates / "letters" / name
    file.write_text("Kính gửi\n{{ khong_co }}\n", encoding="utf-8")
    office.set(TEMPLATES=str(templates))
    return str(file)


def files(office: Office) -> list[str]:
    return sorted(path.name for path in (office.var / "outbox").glob("*.eml"))


@pytest.fixture
def posted(applied: Office, post: tuple[Post, str]) -> tuple[Office, Post]:
    behaviour, url = post
    applied.set(MAIL_URL=url)
    return applied, behaviour


def test_a_spoiled_copy_holds_no_reminder_back_and_is_named_with_its_line(office: Office) -> None:
    plan = edited_plan(("\n  stages:\n", "\n  stages:\n    copies: [coordinating]\n")).text
    office.plan.write_text(plan, encoding="utf-8")
    office.well("apply", "--on", DAY)
    file = spoil(office, "copy/body.txt")
    status, out, err = office.run("remind", "--on", DAY)
    assert (status, len(files(office))) == (1, 8)
    assert "Đã xếp hàng 8 thư nhắc; 0 thư đã có từ trước." in out
    assert "bản sao" not in out
    assert err == f"{file}:2: lời văn có lỗi: 'khong_co' is undefined; sửa tệp này hoặc lấy lại mẫu gốc\n"
    office.set(TEMPLATES=str(ROOT / "templates"))
    again = office.well("remind", "--on", DAY)
    assert "0 thư nhắc; 8 thư đã có từ trước" in again
    assert "bản sao gửi cơ quan phối hợp" in again


def test_a_spoiled_reminder_queues_nothing_and_claims_nothing_was_told_before(applied: Office) -> None:
    file = spoil(applied, "remind/subject.txt")
    status, out, err = applied.run("remind", "--on", DAY)
    assert (status, out) == (1, "Đã xếp hàng 0 thư nhắc; 0 thư đã có từ trước.\n")
    assert err.startswith(f"{file}:2: ")
    assert err.count("\n") == 1
    applied.set(TEMPLATES=str(ROOT / "templates"))
    assert "Đã xếp hàng 8 thư nhắc" in applied.well("remind", "--on", DAY)


def test_a_spoiled_receipt_keeps_no_letter_from_leaving_and_no_answer_from_its_receipt_later(
    posted: tuple[Office, Post],
) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["451 later"]
    office.run("remind", "--on", DAY)
    office.say("II.5")
    file = spoil(office, "receipt/body.html")
    status, out, err = office.run("collect", "--on", "2024-10-16")
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"{file}:2: ")
    assert "Đã xếp hàng 0 thư xác nhận" in out
    assert "Đã gửi 1 thư" in out
    office.set(TEMPLATES=str(ROOT / "templates"))
    assert "Đã xếp hàng 1 thư xác nhận" in office.well("collect", "--on", "2024-10-16")


def test_a_letter_that_cannot_be_worded_anew_keeps_no_receipt_back(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.no_sender = "451 not now"
    office.run("remind", "--on", DAY)
    post.no_sender = ""
    office.say("II.10")
    file = spoil(office, "remind/body.txt")
    status, out, err = office.run("collect", "--on", DAY)
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"{file}:2: ")
    assert "Đã xếp hàng 1 thư xác nhận" in out
    assert "Đã gửi 9 thư" in out


def test_each_letter_that_did_not_reach_everybody_is_named_with_the_servers_words(
    posted: tuple[Office, Post],
) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["451 mailbox busy"]
    post.refuse["sotttt@angiang.example"] = ["550 no such user"]
    status, _, err = office.run("remind", "--on", DAY)
    assert status == 1
    assert err.splitlines() == [
        "Bị từ chối, không gửi lại: remind:2024:so-tttt:before-10, sotttt@angiang.example: 550 no such user",
        f"Chưa gửi được, sẽ tự gửi lại: {KEY}, {COMMERCE}: 451 mailbox busy",
    ]


def test_a_letter_that_only_some_took_names_who_did_not(office: Office, post: tuple[Post, str]) -> None:
    behaviour, url = post
    contact = f"to: {COMMERCE}}}"
    plan = edited_plan((contact, f"{contact}\n      - {{to: b@angiang.example}}"))
    office.plan.write_text(plan.text, encoding="utf-8")
    office.set(MAIL_URL=url)
    office.well("apply", "--on", DAY)
    behaviour.refuse["b@angiang.example"] = ["550 no such user"]
    status, out, err = office.run("remind", "--on", DAY)
    assert (status, "Đã gửi 8 thư" in out) == (0, True)
    assert err == f"Chưa đến đủ nơi nhận: {KEY}: b@angiang.example: 550 no such user\n"


def test_letters_are_listed_by_the_words_the_list_shows(reminded: Office) -> None:
    assert len(reminded.well("letters", "list", "--state", "Đã gửi").splitlines()) == 8
    assert reminded.well("letters", "list", "--state", "bị từ chối") == "Chưa có thư nào.\n"
    assert 'có phải "đang gửi"?' in reminded.refused("letters", "list", "--state", "đang gủi")
    assert "dùng một trong: bị trả lại, bị từ chối, đang chờ" in reminded.refused(
        "letters", "list", "--state", "sent"
    )


def test_an_empty_outbox_is_said_to_be_empty(applied: Office) -> None:
    assert applied.well("letters", "list") == "Chưa có thư nào.\n"
    assert 'không có thư "remind:x"; chưa có mục nào' in applied.refused("letters", "show", "remind:x")


def test_a_letter_is_shown_with_its_state_and_what_the_server_said(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["550 no such user"]
    office.run("remind", "--on", DAY)
    shown = office.well("letters", "show", KEY).splitlines()
    assert shown[0] == f"Gửi: {COMMERCE}"
    assert shown[2:4] == ["Trạng thái: bị từ chối", "Máy chủ thư trả lời: 550 no such user"]


def test_what_is_queued_again_for_a_day_leaves_on_that_day(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["550 no such user"]
    office.run("remind", "--on", DAY)
    assert "thư sẽ đi ở lần chạy tới" in office.well("letters", "retry", KEY, "--on", "2024-10-16")
    assert "Đã gửi 1 thư" in office.well("remind", "--on", "2024-10-16")


def test_a_letter_that_is_cancelled_stays_and_can_be_queued_again(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["451 later"]
    office.run("remind", "--on", DAY)
    assert office.well("letters", "cancel", KEY, "--on", DAY) == "Đã rút thư.\n"
    assert "thư sẽ đi ở lần chạy tới" in office.well("letters", "retry", KEY, "--on", DAY)


def test_whoever_queues_an_overtaken_letter_again_is_told_that_it_will_not_leave(
    posted: tuple[Office, Post],
) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["550 no such user"]
    office.run("remind", "--on", DAY)
    told = office.well("letters", "retry", KEY, "--on", "2024-10-22")
    assert "lần chạy tới sẽ rút thư: đã sang mốc sau (trước hạn 5 ngày làm việc)" in told
    out = office.well("remind", "--on", "2024-10-22")
    assert out.startswith("Đã rút 1 thư nhắc không còn cần hoặc không còn nơi nhận.\n")
    assert "Đã gửi 8 thư" in out


def test_whoever_queues_a_letter_again_that_asks_for_nothing_any_more_is_told(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.refuse["sotttt@angiang.example"] = ["550 no such user"]
    office.run("remind", "--on", DAY)
    office.say("II.5", "II.6", "II.22")
    assert "lần chạy tới sẽ rút thư: ngày 15/10/2024 cơ quan không có báo cáo nào" in office.well(
        "letters", "retry", "remind:2024:so-tttt:before-10", "--on", DAY
    )


def test_what_is_worded_anew_while_it_waits_is_told(posted: tuple[Office, Post]) -> None:
    office, post = posted
    post.refuse[COMMERCE] = ["451 later"]
    office.run("remind", "--on", DAY)
    office.say("II.10")
    told = "Đã sửa lời 1 thư nhắc đang chờ cho khớp với ngày gửi, việc còn nợ và nơi nhận.\n"
    assert office.well("remind", "--on", "2024-10-16").startswith(told)
