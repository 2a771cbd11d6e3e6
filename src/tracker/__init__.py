"""Keeps a government plan moving: reminds lead agencies, collects their progress, compiles the memo."""
