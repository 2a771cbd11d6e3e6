"""The small season of the web tests, under a plan in English."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from factories_web import Season, open_season, plan_text

from tracker.settings import Settings

ENGLISH = {
    "Kế hoạch thử": "Trial plan\n  language: en",
    "1/KH-UBND": "P-1",
    "Ủy ban nhân dân tỉnh": "The Council",
    "Hội Liên hiệp Phụ nữ tỉnh": "Office of Plans",
    "Hội LHPN": "Plans",
    "Sở Công Thương tỉnh": "Agency of Trade",
    "Sở Công Thương": "Trade",
    "Sở Lao động tỉnh": "Agency of Labour",
    "Sở Lao động": "Labour",
    "Tuyên truyền": "Information",
    "Hỗ trợ": "Support",
    "Hoạt động thứ": "Activity no.",
    "HTX mới thành lập": "New cooperatives",
    "unit: HTX": "unit: cooperatives",
    "ít nhất 10 HTX": "at least 10",
    "HỘI TỈNH": "OFFICE OF PLANS",
    "parent: HỘI": "parent: COUNCIL",
    "  letterhead:": "  letterhead:\n    profile: plain",
    "place: Tỉnh": "place: Capital",
    "UBND tỉnh": "The Council",
    "CHỦ TỊCH": "CHAIR",
    "Như trên": "As above",
}
VIETNAMESE = re.compile(
    r"[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0-\u01b0\u1ea0-\u1ef9áàãâéèêíìóòõôúùýÁÀÃÂÉÈÊÍÌÓÒÕÔÚÙÝ]"
)
"""Letters that Vietnamese has and English has not."""


def english_plan(count: int = 4, **more: str) -> str:
    """Return the plan of the web tests in English, with `count` activities of so-a."""
    text = plan_text(count, **more)
    for vietnamese, english in ENGLISH.items():
        text = text.replace(vietnamese, english)
    assert not VIETNAMESE.search(text)
    return text


def open_english_season(engine: sa.Engine, make_settings: Callable[..., Settings], **given: str) -> Season:
    """Open the season of the web tests under the plan in English."""
    return open_season(engine, make_settings, english_plan(), **given)


def vietnamese_in(text: str) -> list[str]:
    """Return the lines of `text` that hold a letter of Vietnamese."""
    return [line.strip() for line in text.splitlines() if VIETNAMESE.search(line)]
