"""The workbook an agency may answer in, and the names by which it is read again when it comes back.

`workbook_drawing.py` makes the file. Its cells are found again by the headings and ids that stand here, never by
position; the sheet META, which Excel does not show, says what the workbook was filled from.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.papers.files import MEDIA_TYPES
from tracker.progress import TEXTS
from tracker.words import composed_lines

MEDIA_TYPE = MEDIA_TYPES["xlsx"]
FORMAT = 1
"""Raise it when a workbook sent out before can no longer be read."""
REPORT, TARGETS, GUIDE, META, LISTS = "Báo cáo", "Chỉ tiêu", "Hướng dẫn", "_meta", "_danh_muc"
SIGNATURE = "Người báo cáo: họ tên, chức vụ"

COLUMNS = {
    "id": "TT",
    "title": "Hoạt động",
    "due": "Hạn gửi",
    "note": "Tình trạng",
    "status": "Trạng thái",
    "percent": "Tỷ lệ (%)",
    **TEXTS,
    "keep": "Giữ nguyên",
}
"""The headings of REPORT, by what stands under them."""

TARGET_COLUMNS = {
    "id": "Mã",
    "title": "Chỉ tiêu",
    "unit": "Đơn vị tính",
    "planned": "Kế hoạch",
    "before": "Kỳ trước",
    "value": "Đạt được đến nay",
}
"""The headings of TARGETS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookRow:
    """One activity. `status` is in Vietnamese words, empty where nothing was said; so are the texts."""

    activity_id: str
    """What its fields are called on the page."""
    label: str = ""
    """What people call it, where that is something else."""
    title: str
    due: date
    note: str
    """How it stands: sent and when, filled in from which period, accepted."""
    returned: str = ""
    """Why the coordinator returned it."""
    status: str = ""
    percent: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    """What stands in the cells of TEXTS; one that is missing is empty."""
    revision: int = 0
    """The revision that the row was filled from; 0 where nothing was said in this period."""
    carried_over: bool = False
    """Its cells are filled from the period before."""
    can_keep: bool = False
    """An x says that what is filled in is the answer."""
    locked: bool = False
    """It is shown only."""

    @property
    def number(self) -> str:
        """Return what stands in the column TT, by which the row is found again."""
        return self.label or self.activity_id

    @property
    def words(self) -> dict[str, str]:
        """Return the words in its entry cells, by column: the status and the texts."""
        return {"status": self.status} | {name: self.texts.get(name, "") for name in TEXTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookFigure:
    """One target. Numbers are texts, written as Vietnamese do."""

    target_id: str
    title: str
    unit: str
    planned: str
    before: str
    """The value of the period before, or empty."""
    value: str
    """What was said in this period, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """All that an agency is asked in one period, ready to be drawn."""

    plan: str
    """The line that names the plan."""
    plan_version: int
    period_code: str
    period_title: str
    due: date
    agency_id: str
    agency: str
    seal: str
    """What shows that the file was made here for this agency and period: `sealed`."""
    said_by: str
    """Who signed last, or empty."""
    rows: tuple[WorkbookRow, ...]
    figures: tuple[WorkbookFigure, ...]
    guide: tuple[str, ...]
    """How to fill it in: a heading, then one paragraph an item."""
    dated: date
    illustration: bool = False

    @property
    def file_name(self) -> str:
        """Return the name to attach it under: ASCII, for old mail programs."""
        return f"bao-cao-{self.period_code}-{self.agency_id}.xlsx"


def sealed(key: bytes, period_code: str, agency_id: str) -> str:
    """Return the seal of an agency's workbooks in a period, which nobody makes without the secret `key`."""
    what = f"workbook:{period_code}:{agency_id}".encode()
    return hmac.new(key, what, hashlib.sha256).hexdigest()[:32]


def fingerprint(values: Iterable[str]) -> str:
    """Return what tells whether `values`, the texts of a row's entry cells, are still as they were filled in."""
    plain = [composed_lines(value) for value in values]
    return hashlib.sha256("\x1f".join(plain).encode(errors="surrogatepass")).hexdigest()[:16]
