"""What came is looked at: remarks, decisions, replies made reports."""
