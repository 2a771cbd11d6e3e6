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
            to = ", ".join([*letter.to, *letter.cc])
            print(f"{when:%d/%m/%Y %H:%M}  {letter.key}  {state}  {to}  {letter.reply}".rstrip())


def show_letter(args: argparse.Namespace) -> None:
    """Print one letter whole; its link stays a mark."""
    from tracker.store.engine import reading
    from tracker.store.letters import find_letter

    with store(settings_for(args)) as engine, reading(engine) as session:
        letter = find_letter(session, args.key)
        copied = f"\nĐồng gửi: {', '.join(letter.cc)}" if letter.cc else ""
        print(f"Gửi: {', '.join(letter.to)}{copied}\nTiêu đề: {letter.subject}\nTrả lời: {letter.reply}")
        print(f"\n{letter.text}")


def retry_letter(args: argparse.Namespace) -> None:
    """Queue one letter that did not arrive again."""
    from tracker.letters.address import Envelope, anew
    from tracker.store.bounces import forgive
    from tracker.store.engine import writing
    from tracker.store.letters import find_letter, retry_letter
    from tracker.store.plans import plan_in_force

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        letter = find_letter(session, args.key)
        _, plan = plan_in_force(session)
        # The contacts of today: a letter is mostly refused for an address that was since put right.
        agency = plan.agencies.get(letter.agency_id)
        before = Envelope(tuple(letter.to), tuple(letter.cc))
        again = anew(agency, before) if agency else before
        retry_letter(session, letter, again.to, again.cc, who(), settings.now())
        forgive(session, [*again.to, *again.cc])
    print(f"Đã xếp hàng lại, gửi tới {', '.join([*again.to, *again.cc])}; thư sẽ đi ở lần chạy tới.")


def cancel_letter(args: argparse.Namespace) -> None:
    """Withdraw one letter that waits."""
    from tracker.store.engine import writing
    from tracker.store.letters import cancel_letter, find_letter

    settings = settings_for(args)
    with store(settings) as engine, writing(engine) as session:
        cancel_letter(session, find_letter(session, args.key), who(), settings.now())
    print("Đã rút thư.")
