"""Why a mail server did not take a letter, out of its answer: the status (RFC 3463), its words, the reply code."""

import re

from tracker.store.bounces import Cause

STATUS = re.compile(r"(?<![\d.])[45]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
NO_SUCH_ADDRESS = {"1", "2", "3", "6", "10"}
"""Details of status x.1 that speak of the recipient's address; others are about the sender's."""
BY_STATUS = {
    ("2", "2"): Cause.FULL,
    ("3", "1"): Cause.FULL,
    ("2", "3"): Cause.SIZE,
    ("3", "4"): Cause.SIZE,
    ("2", "1"): Cause.OTHER,
    ("4", "1"): Cause.EXPIRED,
    ("4", "2"): Cause.EXPIRED,
    ("4", "7"): Cause.EXPIRED,
}
BY_WORDS = (
    (
        Cause.MISSING,
        r"no such (?:user|recipient|mailbox|person|address)|(?:user|recipient|mailbox|account) (?:is )?unknown"
        r"|unknown (?:user|recipient|mailbox|local)|(?:user|mailbox|recipient|address|account)[^.\n]{0,60}"
        r"(?:not found|not exist|doesn't exist)|invalid (?:recipient|mailbox|address)|no mailbox|unrouteable"
        r"|không tồn tại|không tìm thấy (?:địa chỉ|người nhận|hộp thư)",
    ),
    (Cause.FULL, r"quota|(?:mailbox|storage|disk)[^.\n]{0,30} full|đầy|insufficient (?:system )?storage"),
    (Cause.SIZE, r"too (?:large|big)|size (?:limit|exceed)|exceeds[^.\n]{0,40}size|quá lớn"),
    (Cause.POLICY, r"spam|policy|block(?:ed|list)|blacklist|denied|reputation|prohibited|chính sách"),
    (Cause.EXPIRED, r"timed? ?out|expired|try again|tempor|delayed|greylist"),
)
BY_CODE = {"552": Cause.FULL, "452": Cause.FULL}


def cause_of(*answers: str) -> Cause:
    """Return why a server did not take a letter, from its `answers`, the surest first.

    That there is no such address is believed only where it says so; a bare 550 means many things.
    """
    for answer in answers:
        for subject, detail in STATUS.findall(answer):
            if subject == "1" and detail in NO_SUCH_ADDRESS:
                return Cause.MISSING
            if subject == "7" and detail != "0":  # x.7.0 says nothing; the words beside it do
                return Cause.POLICY
            if (subject, detail) in BY_STATUS:
                return BY_STATUS[subject, detail]
    text = "\n".join(answers)
    for cause, words in BY_WORDS:
        if re.search(words, text, re.IGNORECASE):
            return cause
    code = re.match(r"\d{3}", answers[-1])
    return BY_CODE.get(code[0], Cause.EXPIRED if code[0].startswith("4") else Cause.OTHER) if code else Cause.OTHER
