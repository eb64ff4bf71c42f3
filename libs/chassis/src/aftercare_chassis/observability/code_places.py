"""Where an exception was raised, for logs and traces."""

import traceback


def code_places(error: BaseException) -> str:
    """The innermost frames of an exception: code places only, for messages may carry personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
