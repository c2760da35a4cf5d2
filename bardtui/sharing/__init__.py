"""Models for others: one file each, made, checked, added and fetched."""
