"""Manual review: which agent has a case, and what that bars others from."""
