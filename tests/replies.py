"""What an officer's mail program sends: an answer to a letter that was delivered, with files."""

from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from tracker.workbook.model import MEDIA_TYPE

OFFICE = "socongthuong@angiang.example"


def read(delivered: bytes) -> Any:
    """Return a delivered message."""
    return message_from_bytes(delivered, policy=SMTP)


def workbook_in(delivered: bytes) -> bytes:
    """Return the workbook that a delivered letter brought."""
    [found] = [part for part in read(delivered).iter_attachments() if part.get_content_type() == MEDIA_TYPE]
    return bytes(found.get_content())


def reply_to(
    delivered: bytes,
    *files: bytes,
    words: str = "",
    sender: str = OFFICE,
    number: int = 1,
    names: Sequence[str] = (),
) -> bytes:
    """Return the answer of `sender` to `delivered`, with `files` attached."""
    letter = read(delivered)
    answer = EmailMessage(policy=SMTP.clone(max_line_length=998))
    answer["From"] = f"Văn phòng Sở <{sender}>"
    answer["To"] = letter["Reply-To"]
    answer["Subject"] = "Re: báo cáo"
    answer["Message-ID"] = f"<answer-{number}@so.angiang.example>"
    answer["In-Reply-To"] = letter["Message-ID"]
    answer["References"] = f"{letter['References']} {letter['Message-ID']}"
    answer.set_content(words)
    kind = MEDIA_TYPE.partition("/")[2]
    for place, raw in enumerate(files):
        name = names[place] if names else f"báo cáo {place}.xlsx"
        answer.add_attachment(raw, maintype="application", subtype=kind, filename=name)
    return answer.as_bytes()
