"""The outbox: list, show, queue again, withdraw, and skip what a restored copy would send again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tracker.cli.common import on_day, print_table, settings_on, store, tracker, who
from tracker.errors import BadInput

if TYPE_CHECKING:
    from datetime import date

letters = tracker.group("letters", help="các thư đã xếp hàng")(lambda: None)
by_key = click.argument("key", metavar="MÃ_THƯ")


@letters.command("list", help="liệt kê thư, mới nhất trước")
@click.option("--state", metavar="TRẠNG_THÁI", help='chỉ thư ở trạng thái này, ví dụ "bị từ chối"')
def list_letters(state: str | None) -> None:
    """Print the letters and how each stands."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.letters import letters_in, state_called, state_words

    called = state_called(state) if state is not None else None
    with store(settings_on()) as engine, reading(engine) as session:
        rows = [
            (
                f"{(letter.sent_at or letter.queued_at).astimezone(ZONE):%d/%m/%Y %H:%M}",
                letter.key,
                state_words(letter),
                ", ".join([*letter.to, *letter.cc]),
                letter.reply,
            )
            for letter in letters_in(session, called)
        ]
    print_table(("Lúc", "Mã thư", "Trạng thái", "Gửi tới", "Máy chủ thư trả lời"), rows)
    if not rows:
        print("Chưa có thư nào.")


@letters.command("show", help="xem nguyên văn một thư")
@by_key
def show_letter(key: str) -> None:
    """Print one letter whole; its link stays a mark."""
    from tracker.store.engine import reading
    from tracker.store.letters import find_letter, state_words

    with store(settings_on()) as engine, reading(engine) as session:
        letter = find_letter(session, key)
        copied = f"\nĐồng gửi: {', '.join(letter.cc)}" if letter.cc else ""
        replied = f"\nMáy chủ thư trả lời: {letter.reply}" if letter.reply else ""
        print(f"Gửi: {', '.join(letter.to)}{copied}\nTiêu đề: {letter.subject}")
        print(f"Trạng thái: {state_words(letter)}{replied}\n\n{letter.text}")


@letters.command("retry", help="xếp hàng lại thư bị từ chối, bị trả lại hoặc đã rút")
@on_day
@by_key
def retry_letter(on: date | None, key: str) -> None:
    """Queue one letter that did not arrive again."""
    from tracker.remind.retry import queue_again
    from tracker.store.engine import writing
    from tracker.store.letters import find_letter

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        again = queue_again(session, settings, find_letter(session, key), who())
    fate = f"nhưng lần chạy tới sẽ rút thư: {again.idle}." if again.idle else "thư sẽ đi ở lần chạy tới."
    print(f"Đã xếp hàng lại, gửi tới {', '.join(again.to)}; {fate}")


@letters.command("cancel", help="rút thư còn đang chờ")
@on_day
@by_key
def cancel_letter(on: date | None, key: str) -> None:
    """Withdraw one letter that waits."""
    from tracker.store.engine import writing
    from tracker.store.letters import cancel_letter, find_letter

    settings = settings_on(on)
    with store(settings) as engine, writing(engine) as session:
        cancel_letter(session, find_letter(session, key), who(), settings.now())
    print("Đã rút thư.")


@letters.command("skip", help="sau khi khôi phục bản sao cũ: rút các thư sẽ bị gửi lại")
@on_day
def skip_letters(on: date | None) -> int:
    """Queue what this store thinks is owed on the day and withdraw it all, so that no agency is asked twice.

    For a copy that was restored: it does not know of the letters that left after it was made. Withdrawn letters
    stay listed, and their stages count as told.
    """
    from tracker.answers.receipts import take_in_today
    from tracker.remind.queue import queue_today
    from tracker.store.engine import writing
    from tracker.store.letters import cancel_letter, letters_in
    from tracker.store.outbox import take_over_expired

    settings = settings_on(on)
    with store(settings) as engine:
        queued = queue_today(engine, settings)
        if queued.day_off:
            raise BadInput(
                f"ngày {settings.today():%d/%m/%Y} là ngày nghỉ nên chưa biết thư nào sẽ bị gửi lại; "
                "nêu ngày làm việc cuối cùng trước sự cố bằng --on"
            )
        take_in_today(engine, settings)
        with writing(engine) as session:
            take_over_expired(session, settings.now())
        with writing(engine) as session:
            waiting = letters_in(session, "queued")
            for letter in waiting:
                cancel_letter(session, letter, who(), settings.now())
                print(f"{letter.key}  {', '.join([*letter.to, *letter.cc])}")
    print(f"Đã rút {len(waiting)} thư; thư nào thật ra chưa đến thì gửi bằng: tracker letters retry MÃ_THƯ")
    for trouble in queued.troubles:
        print(trouble, file=sys.stderr)
    return 1 if queued.troubles else 0
