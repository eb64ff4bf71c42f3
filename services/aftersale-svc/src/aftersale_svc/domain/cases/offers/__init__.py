"""Offers: what one side of a case proposes to the other in place of what was asked for."""
