"""What goes wrong while a page is made: one line in the log, and a page that carries the same short code.

An officer reads the code out to the coordinating agency; whoever keeps the service finds the line by it.
"""

import errno
import secrets
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from tracker.errors import FileTrouble, StoreError
from tracker.log import kind_and_places, log_of
from tracker.store.problems import DISK_FULL
from tracker.web.api.door import TITLES, is_api, problem
from tracker.web.pages import NOTICES, Pages

LETTERS = "ABCDEFGHKLMNPQRSTUVXY3456789"
"""What cannot be misheard or misread."""
FULL = {errno.ENOSPC, errno.EDQUOT}
UNREADABLE = "máy chủ chưa đọc hoặc ghi được tệp"
LOG = log_of("web")


@dataclass(frozen=True, slots=True)
class Troubles:
    """Makes the page for a trouble, and writes it down."""

    pages: Pages

    def page(self, method: str, path: str, error: Exception) -> Response:
        """Return 503 with the reason where the store or a file is to blame, else 500; never the error's words."""
        code = "".join(secrets.choice(LETTERS) for _ in range(6))
        reason = _reason(error)
        status = 503 if reason else 500
        ours = f": {error}" if isinstance(error, StoreError | FileTrouble) else ""
        LOG.error("%s %s %s: %s%s", code, status, method, kind_and_places(error), ours)
        if is_api(path):
            return problem(status, title=f"{TITLES[status]} ({code})")
        try:
            return self.pages.notice(NOTICES[status], status, reason, code=code, unwritten=method != "GET")
        except Exception as another:  # noqa: BLE001 - such as a template that somebody broke
            LOG.error("%s: no page for it: %s", code, kind_and_places(another))  # noqa: TRY400 - without its words
            return PlainTextResponse(code, status)


def _reason(error: Exception) -> str:
    """Return what an officer is told; nothing where the program is to blame."""
    cause = error.__cause__ if isinstance(error, FileTrouble) else error
    if isinstance(cause, OSError) and cause.errno in FULL:
        return DISK_FULL[1]
    if isinstance(error, StoreError):
        return error.shown
    return UNREADABLE if isinstance(error, FileTrouble) else ""
