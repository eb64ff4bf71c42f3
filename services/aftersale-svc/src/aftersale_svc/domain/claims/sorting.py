"""In which orders claims are listed."""

from enum import StrEnum


class ClaimOrder(StrEnum):
    """The orders of lists of claims; with a minus the other way round. Only claims with a deadline have a place in those by deadline."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEADLINE = "deadline"
    LATEST_DEADLINE = "-deadline"
