"""Where a letter is sent again: contacts that still stand keep it, those that were put right take it over."""

import pytest

from tracker.letters.address import Envelope, retry_recipients
from tracker.plan.model import Agency, Contact

OFFICE, HEAD, CHAT = "vp@so.example", "gd@so.example", "json://chat.example"
AGENCY = Agency(
    id="so", name="Sở", short="Sở", contacts=(Contact(to=OFFICE), Contact(to=HEAD, role="head"), Contact(to=CHAT))
)


@pytest.mark.parametrize(
    ("letter", "again"),
    [
        (Envelope((OFFICE,)), Envelope((OFFICE,))),
        (Envelope((HEAD,)), Envelope((HEAD,))),
        (Envelope((HEAD,), (OFFICE,)), Envelope((HEAD,), (OFFICE,))),
        (Envelope(("cu@so.example",)), Envelope((OFFICE,))),
        (Envelope(("cu@so.example",), (OFFICE,)), Envelope((HEAD,), (OFFICE,))),
        (Envelope((OFFICE,), ("cu@so.example",)), Envelope((OFFICE,), (HEAD,))),
        (Envelope(("cu@so.example",), ("cu2@so.example",)), Envelope((OFFICE,), (HEAD,))),
        (Envelope(("json://old.example",)), Envelope((CHAT,))),
    ],
)
def test_a_letter_sent_again_goes_where_it_went_but_for_addresses_that_are_no_contacts_any_more(
    letter: Envelope, again: Envelope
) -> None:
    assert retry_recipients(AGENCY, letter) == again


def test_a_letter_to_an_agency_without_any_contact_goes_where_it_went() -> None:
    bare = Agency(id="so", name="Sở", short="Sở")
    assert retry_recipients(bare, Envelope(("cu@so.example",))) == Envelope(("cu@so.example",))
