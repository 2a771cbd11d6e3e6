"""Evidence taken in: a file that an agency gives for what it says of an activity.

Files lie under made-up names in `var/evidence`, where no web server looks; what an agency called a file is only
ever shown. A file is written whole before the record names it, so that the record names none that is not there.
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from tracker.answers.evidence_kinds import HARMLESS, TAKEN, kind_of
from tracker.errors import BadInput, FileTrouble
from tracker.language import N_, wording
from tracker.progress import DutyState
from tracker.settings import Settings
from tracker.store.duties import hold_duties
from tracker.store.evidence import bytes_given, evidence_of
from tracker.store.journal import note
from tracker.store.tables import Duty, Evidence
from tracker.words import CONTROL, SPREAD, composed, size_words

LARGEST = 10_000_000
"""Bytes of one file."""
MOST = 10
"""Files of one activity."""
MOST_FOR_DUTY, MOST_OF_AGENCY = 200_000_000, 1_000_000_000
"""Bytes that are kept for one activity, and of one agency in a period; files taken back count, for they stay."""
OLD_OFFICE = {".doc": ".docx", ".xls": ".xlsx", ".ppt": ".pptx"}
"""Endings of the formats before 2007, which may hold anything, and what to save them as."""
SPARE = 100_000_000
"""Bytes of the disk that files leave free, so that answers are still taken."""
LONGEST_NAME, LONGEST_BY = 150, 200
"""Letters of what a file is called, and of who gave it."""
NO_MORE = N_("{duty} đã được duyệt nên không thêm tệp được nữa")


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was sent: what it is called, what it holds, who sent it, when."""

    name: str
    raw: bytes
    by: str
    at: datetime


def take_evidence(session: Session, settings: Settings, duty: Duty, given: Given) -> Evidence:
    """Keep a file for `duty` and return its record; the same file given twice is kept once.

    Raises BadInput with every reason why it is not taken, FileTrouble where it cannot be written.
    """
    hold_duties(session, [duty.id])
    kept = evidence_of(session, [duty])
    digest = hashlib.sha256(given.raw).hexdigest()
    if again := next((file for file in kept if file.digest == digest), None):
        return again
    kind = kind_of(given.raw)
    by = composed(given.by).strip() if len(given.by) <= SPREAD * LONGEST_BY else given.by
    faults = list(_faults(given, by, duty, len(kept)))
    if given.raw and kind is None:
        old = OLD_OFFICE.get(Path(given.name).suffix.lower())
        ways = (
            N_("không nhận loại tệp này; chỉ nhận {taken}, {harmless}"),
            N_("không nhận loại tệp này; mở tệp rồi lưu thành {format} hoặc PDF và gửi lại"),
        )
        facts = {"format": old, "taken": wording(TAKEN), "harmless": wording(HARMLESS)}
        faults.append(wording(ways[old is not None], **facts))
    for_duty, of_agency = bytes_given(session, duty)
    if for_duty + len(given.raw) > MOST_FOR_DUTY or of_agency + len(given.raw) > MOST_OF_AGENCY:
        text = N_(
            "đã gửi {for_duty} cho {duty}, {of_agency} trong kỳ, kể cả tệp đã rút; tối đa {most_for_duty} và "
            "{most_of_agency}; xin gửi tệp này theo đường công văn"
        )
        sizes = {"for_duty": for_duty, "of_agency": of_agency}
        sizes |= {"most_for_duty": MOST_FOR_DUTY, "most_of_agency": MOST_OF_AGENCY}
        words = {name: _megabytes(size) for name, size in sizes.items()}
        faults.append(wording(text, duty=duty.activity_id, **words))
    if faults or kind is None:
        name = _shown_name(given.name, Path(composed(given.name[-20:])).suffix)
        raise BadInput("\n".join(f"{name}: {fault}" for fault in faults))
    record = Evidence(
        duty_id=duty.id,
        name=_shown_name(given.name, kind.ending),
        stored_as=secrets.token_hex(16),
        media_type=kind.media_type,
        size=len(given.raw),
        digest=digest,
        given_by=by,
        given_at=given.at,
        illustration=settings.illustration,
    )
    _write(path_of(settings, record), given.raw)
    session.add(record)
    session.flush()
    note(session, given.at, by, "gave a file", f"duty {duty.id}", name=record.name, digest=digest)
    return record


def remove_evidence(session: Session, duty: Duty, evidence_id: int, who: str, now: datetime) -> None:
    """Take a file back: it is shown and listed no more, and stays where it lies.

    Raises BadInput where it is not there, or the activity was accepted with it.
    """
    hold_duties(session, [duty.id])
    file = next((file for file in evidence_of(session, [duty]) if file.id == evidence_id), None)
    if file is None:
        raise BadInput(wording("tệp này không còn trong danh sách"))
    if duty.state is DutyState.ACCEPTED:
        raise BadInput(wording("{duty} đã được duyệt nên không rút tệp được nữa", duty=duty.activity_id))
    file.removed_at = now
    note(session, now, who, "took a file back", f"duty {duty.id}", name=file.name, digest=file.digest)


def restore_evidence(session: Session, duty: Duty, evidence_id: int, who: str, now: datetime) -> None:
    """Undo `remove_evidence`.

    Raises BadInput where it was not taken back, the activity was accepted meanwhile, or has files enough.
    """
    hold_duties(session, [duty.id])
    file = next((file for file in evidence_of(session, [duty], removed=True) if file.id == evidence_id), None)
    kept = evidence_of(session, [duty])
    if file is None:
        raise BadInput(wording("tệp này không có trong các tệp đã rút"))
    if duty.state is DutyState.ACCEPTED:
        raise BadInput(wording(NO_MORE, duty=duty.activity_id))
    if len(kept) >= MOST or any(one.digest == file.digest for one in kept):
        raise BadInput(wording("{duty} đã có tệp này hoặc đã có {most} tệp", duty=duty.activity_id, most=MOST))
    file.removed_at = None
    note(session, now, who, "gave a file again", f"duty {duty.id}", name=file.name, digest=file.digest)


def path_of(settings: Settings, file: Evidence) -> Path:
    """Return where the bytes of `file` lie."""
    return settings.var / "evidence" / file.stored_as


def _faults(given: Given, by: str, duty: Duty, kept: int) -> list[str]:
    faults = []
    if not given.raw:
        faults.append(wording("tệp rỗng hoặc chưa chọn tệp"))
    if len(given.raw) > LARGEST:
        size, most = size_words(len(given.raw)), _megabytes(LARGEST)
        faults.append(wording("lớn {size}; tối đa {most}; nén ảnh hoặc tách tệp", size=size, most=most))
    if kept >= MOST:
        text = N_("{duty} đã có {kept} tệp; tối đa {most} tệp, xin rút bớt")
        faults.append(wording(text, duty=duty.activity_id, kept=kept, most=MOST))
    if duty.state is DutyState.ACCEPTED:
        faults.append(wording(NO_MORE, duty=duty.activity_id))
    if not by or len(by) > LONGEST_BY or CONTROL.search(by) or "\n" in by:
        text = N_("ghi họ tên, chức vụ người gửi trên một dòng, tối đa {most} ký tự")
        faults.append(wording(text, most=LONGEST_BY))
    return faults


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def _shown_name(name: str, ending: str) -> str:
    """Return what pages and the memo call a file: no folders, nothing unprintable, its true ending."""
    last = composed(re.split(r"[/\\]", name[-SPREAD * LONGEST_NAME :])[-1])
    printable = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    stem = " ".join(printable.split()).removesuffix(Path(printable).suffix)
    return (stem[: LONGEST_NAME - len(ending)].strip(" .") or "tai-lieu") + ending


def _write(path: Path, raw: bytes) -> None:
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < len(raw) + SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with unfinished.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise FileTrouble(
            f"{path.parent}: không ghi được tài liệu ({error.strerror}); báo cơ quan đầu mối"
        ) from error
