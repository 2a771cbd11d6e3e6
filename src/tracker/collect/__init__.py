"""What the agencies answer, and how it is recorded."""
