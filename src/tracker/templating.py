"""The one kind of Jinja environment for letters and pages: everything escaped but .txt, nothing undefined."""

from functools import lru_cache
from pathlib import Path

import jinja2

from tracker.words import vietnamese_date, vietnamese_number


@lru_cache(maxsize=8)
def templates_in(folder: Path) -> jinja2.Environment:
    """Return the environment of `folder`, with the filters `day` (29/10/2024) and `number` (1.253; 12,5)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # noqa: S701  # plain text has no markup
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": vietnamese_date, "number": vietnamese_number}
    return environment
