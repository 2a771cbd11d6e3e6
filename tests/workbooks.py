"""Workbooks of a season as an officer handles them: built, filled in with openpyxl, and sent back."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from answering import NOW, WHO

from tracker.case import open_case
from tracker.errors import Faults
from tracker.settings import Settings
from tracker.store.engine import reading
from tracker.store.periods import find_period
from tracker.store.tables import Base, Figure, Update
from tracker.workbook.draw import workbook_bytes
from tracker.workbook.fill import workbook_for
from tracker.workbook.model import COLUMNS, REPORT, TARGET_COLUMNS, TARGETS
from tracker.workbook.take import Taken, take_workbook

WOMEN, TRADE = "hoi-lhpn", "so-cong-thuong"
Edit = Callable[[Any], None]


@dataclass(frozen=True)
class Asked:
    """What a workbook came by."""

    period_id: int
    agency_id: str


def raw_workbook(engine: sa.Engine, settings: Settings, agency: str = TRADE, code: str = "2024") -> bytes:
    """Return the workbook that goes to `agency` now."""
    with reading(engine) as session:
        return workbook_bytes(workbook_for(open_case(session, settings, code, agency, NOW)))


@contextmanager
def opened(raw: bytes) -> Iterator[tuple[Any, list[bytes]]]:
    """Give the workbook to edit; the list holds its bytes afterwards."""
    book, out = openpyxl.load_workbook(io.BytesIO(raw)), []
    yield book, out
    saved = io.BytesIO()
    book.save(saved)
    out.append(saved.getvalue())


def edited(raw: bytes, edit: Edit) -> bytes:
    """Return `raw` after `edit` was done to it."""
    with opened(raw) as (book, out):
        edit(book)
    return out[0]


def place(book: Any, activity: str, key: str) -> str:
    """Return where the value called `key` of `activity`, or of a target, stands: `G7`."""
    for sheet, headings in ((REPORT, COLUMNS), (TARGETS, TARGET_COLUMNS)):
        if key in headings and sheet in book.sheetnames:
            columns = {
                cell.value: cell.column_letter for row in book[sheet].iter_rows() for cell in row if cell.value
            }
            for row in book[sheet].iter_rows(max_col=1):
                if row[0].value == activity:
                    return f"{columns[headings[key]]}{row[0].row}"
    raise KeyError(activity, key)


def fill(raw: bytes, typed: Mapping[str, object], said_by: str | None = WHO) -> bytes:
    """Return `raw` with values typed, by `II.10.result` or `htx-moi.value`, and signed."""

    def edit(book: Any) -> None:
        for name, value in typed.items():
            activity, _, key = name.rpartition(".")
            sheet = TARGETS if "-" in activity and "@" not in activity else REPORT
            book[sheet][place(book, activity, key)] = value
        if said_by is not None:
            book[REPORT][signature(book)] = said_by

    return edited(raw, edit)


def signature(book: Any) -> str:
    """Return where people sign."""
    [row] = [
        row[0].row for row in book[REPORT].iter_rows(max_col=1) if str(row[0].value).startswith("Người báo cáo")
    ]
    return f"C{row}"


def send(engine: sa.Engine, settings: Settings, raw: bytes, agency: str = TRADE, code: str = "2024") -> Taken:
    """Send `raw` back by the link of `agency`."""
    with reading(engine) as session:
        asked = Asked(find_period(session, code).id, agency)
    return take_workbook(engine, settings, raw, asked)


def faults_of(
    engine: sa.Engine, settings: Settings, raw: bytes, agency: str = TRADE, code: str = "2024"
) -> dict[str, str]:
    """Return what is said of `raw`, by cell; nothing may be recorded then."""
    before = dump(engine)
    with pytest.raises(Faults) as caught:
        send(engine, settings, raw, agency, code)
    assert dump(engine) == before
    return {fault.place: f"{fault.what}; {fault.remedy}" for fault in caught.value.faults}


def dump(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def updates(engine: sa.Engine) -> list[Update]:
    """Return all updates in the order they came."""
    with reading(engine) as session:
        return list(session.scalars(sa.select(Update).order_by(Update.id)))


def figures(engine: sa.Engine) -> list[Figure]:
    """Return all figures in the order they came."""
    with reading(engine) as session:
        return list(session.scalars(sa.select(Figure).order_by(Figure.id)))


def repacked(raw: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return the zip `raw` with each part as `change` makes it; None drops it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in parts.namelist():
            part = change(name, parts.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()
