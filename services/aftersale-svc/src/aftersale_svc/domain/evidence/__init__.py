"""Files that are evidence in cases and disputes."""
