"""One test for many like cases, where pytest would need more time for a test of its own than the case does."""

from collections.abc import Callable, Mapping


def every_case(cases: Mapping[str, object]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make a test call the decorated function with each case in turn, a tuple being its arguments.

    Raises:
        Exception: that of the first case that fails, with a note that names it.
    """

    cases = dict(cases)  # as it is now: tests register events of their own

    def decorate(function: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            for name, case in cases.items():
                try:
                    function(*case if isinstance(case, tuple) else (case,))
                except BaseException as error:  # a failure of pytest is one
                    error.add_note(f"case: {name}")
                    raise

        test.__name__, test.__doc__ = function.__name__, function.__doc__
        return test

    return decorate
