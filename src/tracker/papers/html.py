"""A paper as one self-contained page, for a screen, a phone or a printer."""

from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from tracker.errors import FileTrouble
from tracker.papers.charts import alternative, svg
from tracker.papers.files import printable
from tracker.papers.letterhead import words_around
from tracker.papers.paper import Chart, Paper
from tracker.templating import MISTAKES


def html_bytes(paper: Paper, template: Path) -> bytes:
    """Return `paper` printed with the Jinja `template`; the same paper gives the same bytes.

    FileTrouble where the template cannot be used.
    """
    environment = SandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=_as_text, trim_blocks=True, lstrip_blocks=True
    )
    words = words_around(paper) | {"drawing": _drawing, "alternative": alternative}
    try:
        return environment.from_string(template.read_text(encoding="utf-8")).render(words).encode()
    except (OSError, UnicodeDecodeError) as trouble:
        raise FileTrouble(f"{template}: không đọc được mẫu trang ({trouble}); hãy lấy lại mẫu gốc") from trouble
    except (TemplateError, *MISTAKES) as trouble:
        raise FileTrouble(
            f"{template}: thẻ trong mẫu có lỗi: {trouble}; hãy sửa thẻ hoặc lấy lại mẫu gốc"
        ) from trouble


def _drawing(chart: Chart) -> Markup:
    return Markup(svg(chart))  # noqa: S704 (our own markup; every text in it is escaped)


def _as_text(value: object) -> str:
    """Return a value's text without characters no page may hold; what is markup already stays markup."""
    return value if isinstance(value, Markup) else printable(str(value))
