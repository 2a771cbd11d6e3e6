"""The way of an answer from the page's POST into the store: how many rooms' doors it passes, each once."""

import sys
import threading
from types import FrameType

from answering import WHO
from factories_web import Season

MOST_MODULES = 12
PLUMBING = (
    "tracker.store.",
    "tracker.plan.",
    "tracker.words",
    "tracker.language",
    "tracker.settings",
    "tracker.progress",
    "tracker.log",
)
"""What every module asks for facts: the bottom of the house, and no station of the way."""


def test_an_answer_enters_at_most_twelve_modules_from_the_page_to_the_store(quiet_season: Season) -> None:
    link = quiet_season.link("so-a")
    typed = {"II.1.status": "under_way", "II.1.result": "Đã làm", "said_by": WHO}
    quiet_season.browser.post(link, "save", {})  # everything is imported
    entered: list[str] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_globals.get("__name__", "")
        own = frame.f_code.co_filename != "<string>"  # what a dataclass generates is no station
        if event == "call" and own and name.startswith("tracker.") and not name.startswith(PLUMBING):
            entered.append(name)

    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        answer = quiet_season.browser.post(link, "send", typed)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert answer.status_code == 303
    modules = list(dict.fromkeys(entered))
    print(len(modules), "modules:", " → ".join(modules))
    assert len(modules) <= MOST_MODULES
