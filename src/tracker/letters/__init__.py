"""Every message that leaves: composed from facts and a template, claimed, sent and settled."""
