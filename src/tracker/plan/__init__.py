"""What was promised: the plan file, read strictly into frozen values."""
