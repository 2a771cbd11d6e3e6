"""A paper as one self-contained page, for a screen, a phone or a printer."""

from pathlib import Path

from markupsafe import Markup

from tracker.language import N_, wording
from tracker.papers.charts import alternative, svg
from tracker.papers.files import printable
from tracker.papers.letterhead import words_around
from tracker.papers.paper import Chart, Paper
from tracker.templating import rendered, sandbox

SOURCES = {
    "name": N_("Nguồn của từng câu"),
    "show": N_("Hiện nguồn của từng câu"),
    "said_by": N_("lời của"),
    "table": N_("Bảng số liệu"),
    "fact": N_("Nền xanh"),
    "key": N_(
        "số liệu, tên gọi lấy từ bản chụp số liệu. Vạch cam: lời của cơ quan được nêu tên, chỉ chỉnh "
        "khoảng trắng, gạch đầu dòng và chữ hoa đầu câu. Còn lại: lời văn của mẫu."
    ),
}
"""What a page says of its tables, and of the colours that show where its sentences come from."""


def html_bytes(paper: Paper, template: Path) -> bytes:
    """Return `paper` printed with the Jinja `template`; the same paper gives the same bytes.

    FileTrouble where the template cannot be used.
    """
    environment = sandbox(template.parent, autoescape=True, finalize=_as_text)
    sources = {f"sources_{name}": wording(words) for name, words in SOURCES.items()}
    words = words_around(paper) | {"drawing": _drawing, "alternative": alternative} | sources
    return rendered(environment, template.name, words).encode()


def _drawing(chart: Chart) -> Markup:
    return Markup(svg(chart))  # noqa: S704 (our own markup; every text in it is escaped)


def _as_text(value: object) -> str:
    """Return a value's text without characters no page may hold; what is markup already stays markup."""
    return value if isinstance(value, Markup) else printable(str(value))
