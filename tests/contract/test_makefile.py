"""The Makefile defines each target once."""

import subprocess

from aftercare_cli.stack.layout import checkout


def test_make_warns_of_nothing() -> None:
    """It does where a recipe replaces another one of the same target."""
    made = subprocess.run(["make", "help"], cwd=checkout(), capture_output=True, text=True, timeout=60, check=True)
    assert made.stderr == ""
