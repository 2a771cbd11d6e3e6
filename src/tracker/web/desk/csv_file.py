"""A table as CSV that a spreadsheet opens as it is: UTF-8 with its mark, and no cell that becomes a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a file called `name` with `rows` under `columns`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + text.getvalue(), headers=headers, media_type="text/csv")


def _inert(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULAS) else text
