"""Tokens of programs at the desk: an admin makes one, sees it once, and withdraws it."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from desk_visits import signed_in, text_of, with_people
from factories_api import Program
from factories_web import Season, open_season

from tracker.settings import Settings


@pytest.fixture
def season(sqlite_engine: sa.Engine, make_settings: Callable[..., Settings]) -> Season:
    return open_season(sqlite_engine, make_settings, with_people())


def test_a_token_is_shown_once_lets_a_program_in_and_is_withdrawn(season: Season) -> None:
    admin = signed_in(season, "admin")
    given = {"ten": "Kho dữ liệu của tỉnh", "co-quan": "so-a", "den-ngay": "2025-06-30"}
    made = admin.post("/ket-noi", action="make", **given)
    assert made.status_code == 200
    token = re.findall(r'class="linkbox">([\w-]{43})<', made.text)[0]
    program = Program(season, token=token)
    assert program.read("/periods/2024/form")["agency"] == "so-a"
    listed = admin.get("/ket-noi")
    assert token not in listed.text
    assert "Kho dữ liệu của tỉnh , gửi báo cáo của Sở Công Thương Mã số 1, Phạm Quản Trị cấp lúc" in text_of(
        listed
    )
    done = admin.follow(admin.post("/ket-noi", action="withdraw", so="1"))
    assert "Đã hủy mã truy cập" in text_of(done)
    assert program.ask("GET", "/plans").status_code == 401
    journal = text_of(admin.get("/nhat-ky"))
    assert "cấp mã truy cập cho phần mềm mã truy cập số 1" in journal
    assert "hủy mã truy cập của phần mềm mã truy cập số 1" in journal


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"ten": "", "den-ngay": "2025-06-30"}, "Chưa ghi tên phần mềm trên một dòng"),
        ({"ten": "A", "den-ngay": ""}, "Chưa chọn ngày hết hạn."),
        ({"ten": "A", "den-ngay": "2024-10-14"}, "Ngày hết hạn 14/10/2024 không dùng được"),
        ({"ten": "A", "den-ngay": "2030-01-01"}, "chọn từ hôm nay đến 16/10/2026"),
        ({"ten": "A", "den-ngay": "2025-06-30", "co-quan": "la"}, "Không có cơ quan"),
        ({"action": "withdraw", "so": "9"}, "Không có mã truy cập số 9."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(season: Season, given: dict[str, str], told: str) -> None:
    admin = signed_in(season, "admin")
    shown = admin.get("/ket-noi")
    before = season.dump()
    answer = admin.post("/ket-noi", shown, **{"action": "make", **given})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert season.dump() == before


@pytest.mark.parametrize("role", ["coordinator", "reviewer", "leader"])
def test_nobody_but_an_admin_finds_the_page(season: Season, role: str) -> None:
    visitor = signed_in(season, role)
    assert visitor.get("/ket-noi").status_code == 404
    assert "/ket-noi" not in visitor.get("/ke-hoach").text
    assert "/ket-noi" in signed_in(season, "admin").get("/ke-hoach").text
