"""The language of letters, pages and memos: the plan's. Vietnamese is the source, in code and templates.

Long texts of another language are templates of the same name under `templates/<language>/`. Short words that stand
in code come from its catalogue, `locale/<language>/LC_MESSAGES/tracker.po`, which `make catalogue` brings in line.

Which language is spoken hangs on the context, as with a locale: what opens a case or makes a letter says whose
language it is, and every word below follows, faults too. Where nobody says so, it is Vietnamese.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations

from tracker.settings import shipped

SOURCE = "vi"
LANGUAGES = {SOURCE: "tiếng Việt", "en": "tiếng Anh"}
"""The languages that a plan may speak, each with its name."""
_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def spoken() -> str:
    """Return the language that is spoken here."""
    return _spoken.get()


def speak(language: str) -> None:
    """Speak `language` from here on, until the request or task that runs here ends."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside. No generator may yield inside: whoever reads it would speak it too."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def wording(text: str, **facts: object) -> str:
    """Return the Vietnamese `text` in the language that is spoken, with `facts` in its braces."""
    return wording_in(_spoken.get(), text, **facts)


def wording_in(language: str, text: str, **facts: object) -> str:
    """Return the Vietnamese `text` in `language`, with `facts` in its braces; as it is where no word is known."""
    found = text if language == SOURCE or not text else _catalogue(language).gettext(text)
    return found.format(**facts) if facts else found


def N_(text: str) -> str:  # noqa: N802 - what gettext calls it
    """Return `text` itself; the catalogue takes it in, and `wording` says it where it is shown."""
    return text


@cache
def _catalogue(language: str) -> GNUTranslations:
    with (shipped("locale") / language / "LC_MESSAGES" / "tracker.mo").open("rb") as file:
        return GNUTranslations(file)
