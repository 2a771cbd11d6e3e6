"""The outbox: list, show, queue again, withdraw."""

from __future__ import annotations

import argparse

from tracker.cli.common import settings_for, store, who


def list_letters(args: argparse.Namespace) -> None:
    """Print the letters and how each stands."""
    from tracker.settings import ZONE
    from tracker.store.engine import reading
    from tracker.store.letters import STATE_WORDS, letters_in

    with store(settings_for(args)) as engine, reading(engine) as session:
        for letter in letters_in(session, args.state):
            state = STATE_WORDS[letter.state] + (", có thể đã gửi hai lần" if letter.uncertain else "")
            when = (letter.sent_at or letter.queued_at).astimezone(ZONE)
            print(f"{when:%d/%m/%Y %H:%M}  {letter.key}  {state}  {', '.join(letter.to)}  {letter.reply}".rstrip())


def show_letter(args: argparse.Namespace) -> None:
    """Print one letter whole; its link stays a mark."""
    from tracker.store.engine import reading
    from tracker.store.letters import find_letter

    with store(settings_for(args)) as engine, reading(engine) as session:
        letter = find_letter(session, args.key)
        print(f"Gửi: {', '.join(letter.to)}\nTiêu đề: {letter.subject}\nTrả lời: {letter.reply}\n\n{letter.text}")


def retry_letter(args: argparse.Namespace) -> None:
    """Queue one refused or withdrawn letter again."""
    from tracker.letters.queue import recipients
    from tracker.store.engine import writing
    from tracker.store.letters import find_letter, retry_letter
    from tracker.store.plans import plan_in_force

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        letter = find_letter(session, args.key)
        _, plan = plan_in_force(session)
        agency = plan.agencies.get(letter.agency_id)
        # The contacts of today: a letter is mostly refused for an address that was since put right.
        chat = "://" in letter.to[0]
        known = [to for to in recipients(agency) if ("://" in to[0]) == chat] if agency else []
        to = letter.to if letter.to in known or not known else known[0]
        retry_letter(session, letter, to, who(), settings.now())
    print(f"Đã xếp hàng lại, gửi tới {', '.join(to)}; thư sẽ đi ở lần chạy tới.")


def cancel_letter(args: argparse.Namespace) -> None:
    """Withdraw one letter that waits."""
    from tracker.store.engine import writing
    from tracker.store.letters import cancel_letter, find_letter

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        cancel_letter(session, find_letter(session, args.key), who(), settings.now())
    print("Đã rút thư.")
