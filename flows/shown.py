"""What a run did, on Prefect's page."""

import re
from collections.abc import Iterable


def as_list(lines: Iterable[str]) -> str:
    """Return `lines` as a Markdown list; what servers and strangers say is text there, never markup or a link."""
    return "\n".join("- " + re.sub(r"([\\\[\]<>`])", r"\\\1", " ".join(line.split())) for line in lines)
