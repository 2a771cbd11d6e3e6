"""What agencies answer: one submission, checked whole and recorded whole."""
