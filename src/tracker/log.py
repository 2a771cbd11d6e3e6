"""What the program says of itself while it runs: one logger a room, on standard error.

A line holds a date, a room, plain words and fields (`key=… plan=… period=… agency=…`); TRACKER_LOG=json makes it
one JSON object, for machines that collect lines. No line holds a token, a person's address or anything that
somebody typed: of an error it gives the kind and the places in the code, never the error's own words.
"""

import json
import logging
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parent.parent
MOST_PLACES = 8
"""Places in the code that a line names, the innermost first."""

logging.getLogger("tracker").addHandler(logging.NullHandler())  # a command says by itself what went wrong


def log_of(room: str) -> logging.Logger:
    """Return the logger of the room that is called `room`."""
    return logging.getLogger(f"tracker.{room}")


@dataclass(frozen=True, slots=True)
class Line:
    """What a room says: words, and codes and counts by name."""

    words: str
    fields: dict[str, object]

    def __str__(self) -> str:
        return " ".join([self.words, *(f"{name}={value}" for name, value in self.fields.items())])


def tell(log: logging.Logger, words: str, **fields: object) -> None:
    """Write a line of `words` and `fields`; a field that is None is left out."""
    log.info(Line(words, {name: value for name, value in fields.items() if value is not None}))


def start_log(form: str) -> None:
    """Print what the rooms say from now on: as `text`, or as `json`. For entry points that last."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    house = logging.getLogger("tracker")
    house.handlers, house.propagate = [handler], False  # Prefect's own handlers would print each line again
    house.setLevel(logging.INFO)


def kind_and_places(error: BaseException) -> str:
    """Return what kind of error it is, what caused it, and where: `KeyError at owner.py:91 < app.py:7`."""
    kinds: list[str] = []
    places: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < MOST_PLACES:
        kinds.append(type(cause).__name__)
        frames = traceback.extract_tb(cause.__traceback__)
        ours = [frame for frame in frames if frame is frames[-1] or Path(frame.filename).is_relative_to(HOUSE)]
        places[:0] = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(ours)]
        cause = cause.__cause__ or cause.__context__
    return f"{' from '.join(kinds)} at {' < '.join(dict.fromkeys(places[:MOST_PLACES]))}"


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S%z")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        said = record.msg if isinstance(record.msg, Line) else Line(record.getMessage(), {})
        line = {"at": at, "level": record.levelname, "room": record.name, "says": said.words}
        return json.dumps(line | said.fields, ensure_ascii=False, default=str)
