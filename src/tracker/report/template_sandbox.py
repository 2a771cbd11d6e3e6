"""A template is checked in a process of its own, with little time and memory, for its tags may loop or swell."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tracker.errors import TemplateFault, TemplateFaults, TrackerError
from tracker.report.template_check import check_template

SECONDS, MEMORY, LARGEST_PRINT = 10, 2 << 30, 200 << 20
"""Of computing, five times what the templates that ship take; bytes."""


def check_in_sandbox(file: Path) -> str:
    """Return a sentence on what the template `file` printed on trial; what it printed is thrown away.

    Raises TemplateFaults with every fault, and TrackerError where it is no template of the memo or cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="tracker-template-") as folder:
        command = [sys.executable, "-P", "-m", __name__, str(file), folder]
        try:
            done = subprocess.run(command, capture_output=True, timeout=6 * SECONDS, check=False)  # noqa: S603 (ours)
        except subprocess.TimeoutExpired:
            done = None
    if done is None or done.returncode != 0:
        what = "in thử tốn quá nhiều thời gian hoặc bộ nhớ, hoặc dừng giữa chừng"
        raise TemplateFaults(
            [TemplateFault(str(file), what, "bỏ các vòng lặp và phép tính thừa, hoặc lấy lại mẫu gốc")]
        )
    answer = json.loads(done.stdout)
    if answer["faults"]:
        raise TemplateFaults(TemplateFault(*fault) for fault in answer["faults"])
    if answer["refused"]:
        raise TrackerError(answer["refused"])
    return str(answer["made"])


def _answer(file: Path, folder: Path) -> dict[str, object]:
    made, refused = "", ""
    faults: list[tuple[str, str, str]] = []
    try:
        made = check_template(file, folder)
    except TemplateFaults as error:
        faults = [(fault.place, fault.what, fault.remedy) for fault in error.faults]
    except TrackerError as error:
        refused = str(error)
    return {"made": made, "refused": refused, "faults": faults}


def _limit_this_process() -> None:
    if sys.platform == "win32":  # it has no such limits; there only the time that the asking process waits is one
        return
    import resource

    for limit, most in (
        (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LARGEST_PRINT),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    _limit_this_process()
    print(json.dumps(_answer(Path(sys.argv[1]), Path(sys.argv[2]))))  # noqa: T201 (to the process that asked)
