"""Where an exception was raised, for logs and traces."""

import traceback


def code_places(error: BaseException) -> str:
    """The innermost four frames of an exception, without its message, which may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
