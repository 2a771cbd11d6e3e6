"""The one place that makes Jinja environments. Admins edit templates, so all of them run in one sandbox.

A template may print the facts it is given and nothing else: it reaches no inside of Python and changes no fact.

An admin's own folder holds only what differs from the shipped templates, file by file, so that no upgrade
overwrites it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tracker.errors import FileTrouble
from tracker.language import SOURCE, spoken
from tracker.settings import shipped
from tracker.words import day_words, number_words, size_words

MISTAKES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python raises where a template asks for something that its facts cannot do."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which decides once for each type and attribute: its decision hangs on nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.safe: set[tuple[type, str]] = set()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `attribute` of `obj` where a template may read it, else what refuses every use."""
        asked = type(obj), attribute
        if asked in self.safe:
            try:  # `suppress` would cost as much as the sandbox itself
                return getattr(obj, attribute)
            except AttributeError:  # of this one object; the sandbox looks further
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may read `attr` of `obj`."""
        safe = super().is_safe_attribute(obj, attr, value)
        if safe and not isinstance(obj, str):  # a text's `format` is wrapped anew each time
            self.safe.add((type(obj), attr))
        return safe


class _Overlay(jinja2.FileSystemLoader):
    """Templates of the first folder that has them; a file that is put in before another's counts at once."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of `template`, its file, and whether both are still so."""
        text, file, is_same = super().get_source(environment, template)
        return text, file, lambda: is_same() and str(self.file(template)) == file

    def file(self, name: str) -> Path:
        """Return where the template `name` is read from; where there is none, where it is looked for first."""
        paths = [Path(folder, name) for folder in self.searchpath]
        return next((path for path in paths if path.exists()), paths[0])


def template_file(own: Path, name: str) -> Path:
    """Return the file of the template `name` (`memo/memo.docx`): of the admin's folder `own`, else as shipped.

    Of the language that is spoken, where it has a template of that name.
    """
    return _Overlay(_folders(own, spoken())).file(name)


def _folders(own: Path, language: str) -> list[Path]:
    """Return where the templates of `language` are looked for: its own before those it shares with Vietnamese."""
    roots = [own, shipped("templates")]
    return roots if language == SOURCE else [*(root / language for root in roots), *roots]


def strange_files(own: Path) -> list[Path]:
    """Return the files in the admin's folder `own` that stand in for no shipped template, by name.

    What programs leave beside a file that is open or was saved (`~$memo.docx`, `.memo.txt.swp`) is passed over.
    """
    files = sorted(file for file in own.rglob("*") if file.is_file())
    hidden = (".", "~", "__")
    return [
        file
        for file in files
        if not any(part.startswith(hidden) for part in file.relative_to(own).parts)
        and not (shipped("templates") / file.relative_to(own)).exists()
    ]


def sandbox(*folders: Path, **options: Any) -> jinja2.Environment:
    """Return an environment, of the templates in `folders` where given, in which nothing may stay undefined.

    The first folder that has a template counts; `options` are Jinja's own.
    """
    loader = _Overlay(folders, encoding="utf-8-sig") if folders else None  # Notepad begins a file with a mark
    lines = {"trim_blocks": True, "lstrip_blocks": True} if folders else {}
    return _Sandbox(loader=loader, undefined=jinja2.StrictUndefined, **lines, **options)


def templates_in(own: Path, room: str = "") -> jinja2.Environment:
    """Return the environment of a `room` (`letters`): the admin's folder `own` over the shipped templates.

    Those of the language that is spoken come first. It escapes everything but .txt. Its filters: `day`
    (29/10/2024), `number` (12,5), `size` (1,2 MB).
    """
    return _environment(own, room, spoken())


@lru_cache(maxsize=16)
def _environment(own: Path, room: str, language: str) -> jinja2.Environment:
    plain = ".txt"  # has no markup to escape
    folders = [folder / room for folder in _folders(own, language)]
    environment = sandbox(*folders, autoescape=lambda name: name is None or not name.endswith(plain))
    environment.filters |= {"day": day_words, "number": number_words, "size": size_words}
    return environment


def rendered(environment: jinja2.Environment, name: str, facts: Mapping[str, Any]) -> str:
    """Return the text that the template `name` gives; raises FileTrouble naming file, line and the way out.

    Admins edit these files, so that whatever goes wrong inside one is the file's fault.
    """
    try:
        return environment.get_template(name).render(facts)
    except (jinja2.TemplateError, *MISTAKES) as error:
        place, trouble = _place(environment, name, error), getattr(error, "message", None) or error
        if isinstance(error, jinja2.TemplateNotFound):
            trouble = f"không có tệp {error.name}"
        elif isinstance(error, UnicodeError):
            trouble = "không phải chữ UTF-8"
        raise FileTrouble(f"{place}: lời văn có lỗi: {trouble}; sửa tệp này hoặc lấy lại mẫu gốc") from error
    except OSError as error:
        file = error.filename or _path(environment, name)
        raise FileTrouble(f"{file}: không đọc được lời văn ({error.strerror}); cho quyền đọc") from error


def _path(environment: jinja2.Environment, name: str) -> Path:
    loader = environment.loader
    return loader.file(name) if isinstance(loader, _Overlay) else Path(name)


def _place(environment: jinja2.Environment, name: str, error: Exception) -> str:
    """Return `file:line` of what went wrong in the template `name` or in one that it includes."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.filename or _path(environment, name)}:{error.lineno}"
    folders = tuple(environment.loader.searchpath) if isinstance(environment.loader, _Overlay) else ()
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    # Jinja puts a template's own file and lines into the traceback.
    within = [f"{file}:{line}" for file, line in places if file.startswith(folders)]
    if within:
        return within[-1]
    file = str(_path(environment, name))
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"{file}:{line}"
    return file
