"""What is told upward: the frozen snapshot and the memo made from it."""
