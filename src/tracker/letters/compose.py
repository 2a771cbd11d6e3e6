"""Facts and a template into a letter: subject, text and HTML.

A letter's kind is a folder of three templates under `templates/letters/`. The link is left as a mark in both
bodies and put in when the letter is sent, so that no token is ever stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import css_inline

from tracker.errors import FileTrouble
from tracker.templating import rendered, template_file, templates_in

LINK = "https://link.invalid/"
"""Stands in a stored letter where the link goes; `.invalid` can never be somebody's site."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter's words; `html` has its styles inlined."""

    subject: str
    text: str
    html: str


def compose(templates: Path, kind: str, facts: Mapping[str, Any]) -> Composed:
    """Return the letter of `kind` (`remind`, `receipt`) that `facts` and its templates give.

    Raises FileTrouble where one of them cannot be used.
    """
    folder = templates_in(templates, "letters")
    subject, text, html = (
        rendered(folder, f"{kind}/{name}", facts) for name in ("subject.txt", "body.txt", "body.html")
    )
    try:
        return Composed(" ".join(subject.split()), text.strip() + "\n", css_inline.inline(html))
    except css_inline.InlineError as error:
        file = template_file(templates, f"letters/{kind}/body.html")
        raise FileTrouble(f"{file}: kiểu dáng có lỗi: {error}; sửa tệp này hoặc lấy lại mẫu gốc") from error


def composed_line(templates: Path, name: str, facts: Mapping[str, Any]) -> str:
    """Return the one line that the template `name` under `templates/letters/` gives; raises FileTrouble."""
    return " ".join(rendered(templates_in(templates, "letters"), name, facts).split())


def with_link(body: str, link: str) -> str:
    """Return a stored body with the real link where the mark stood."""
    return body.replace(LINK, link)
