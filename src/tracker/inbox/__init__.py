"""Mail that comes in: read within bounds, placed, taken in."""
