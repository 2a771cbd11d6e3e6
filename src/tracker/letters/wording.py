"""What became of letters, said to the coordinator."""

from tracker.letters.send import Outcome
from tracker.store.outbox import Held


def lines_of_trouble(outcome: Outcome) -> list[str]:
    """Return a line for each letter that did not reach everybody it is for, with the mail server's words."""
    lines = [f"Chưa đến đủ nơi nhận: {letter.key}: {reply}" for letter, reply in outcome.partly]
    lines += [f"Bị từ chối, không gửi lại: {_named(letter)}: {reply}" for letter, reply in outcome.refused]
    lines += [f"Chưa gửi được, sẽ tự gửi lại: {_named(letter)}: {reply}" for letter, reply in outcome.postponed]
    return [" ".join(line.split()) for line in lines]


def _named(letter: Held) -> str:
    return f"{letter.key}, {', '.join([*letter.to, *letter.cc])}"
