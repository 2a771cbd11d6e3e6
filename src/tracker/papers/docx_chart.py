"""Word pictures of a paper's charts, each with its numbers in words for those who do not see it."""

import io
from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement
from docx.shared import Mm
from markupsafe import Markup

from tracker.papers.charts import WIDTH, alternative, svg
from tracker.papers.docx_table import W
from tracker.papers.paper import Chart
from tracker.papers.pictures import png_of

MARKER = "memo-chart"
PICTURE = "Biểu đồ"


class WordCharts:
    """The charts of one document: marked while its template prints, put in place when it has."""

    def __init__(self) -> None:
        self._charts: list[Chart] = []

    def mark(self, chart: Chart) -> Markup:
        """Return the mark for `chart`, which a template prints in place of a paragraph: `{{p chart(…) }}`."""
        self._charts.append(chart)
        return Markup(f'<{MARKER} n="{len(self._charts) - 1}"/>')  # noqa: S704 (a number)

    def put_in_place(self, document: Document, body: Any) -> None:
        """Replace each mark in the printed `body` by its picture, a part of `document`.

        KeyError where the template has lost the pictures' style. The pictures' ids are not yet their own.
        """
        if not self._charts:
            return
        style = document.styles[PICTURE].style_id
        pictures = png_of([svg(chart) for chart in self._charts])
        for marker in list(body.iter(MARKER)):
            number = int(marker.get("n"))
            picture = document.part.new_pic_inline(io.BytesIO(pictures[number]), width=Mm(WIDTH))
            picture.docPr.set("name", f"{PICTURE} {number + 1}")
            picture.docPr.set("descr", alternative(self._charts[number]))
            for side in ("distT", "distB", "distL", "distR"):
                picture.set(side, "0")  # LibreOffice moves the picture aside where nothing is said
            body.replace(marker, _paragraph(picture, style))


def _paragraph(picture: Any, style: str) -> Any:
    paragraph = OxmlElement("w:p")
    properties, run, drawing = (OxmlElement(tag) for tag in ("w:pPr", "w:r", "w:drawing"))
    named = OxmlElement("w:pStyle")
    named.set(f"{W}val", style)
    properties.append(named)
    drawing.append(picture)
    run.append(drawing)
    paragraph.extend((properties, run))
    return paragraph
