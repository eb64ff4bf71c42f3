"""What the checker prints."""

import pytest
from aftercare_checker import Report
from aftercare_checker.report import SHOWN, CheckResult


def result(name: str, checked: int, *violations: str) -> CheckResult:
    made = CheckResult(name, what="events")
    made.count(checked)
    for line in violations:
        made.violation(line)
    return made


def test_a_check_that_holds_is_one_line() -> None:
    made = result("messages whole", 12)
    made.notes.append("3 repetitions")

    assert str(Report([made])) == f"ok    {'messages whole':<34} {12:>9} events · 3 repetitions"


def test_violations_follow_their_check_and_the_first_ones_are_shown() -> None:
    report = Report(
        [result("outbox drained", 5), result("right partition", 9, *(f"line {n}" for n in range(SHOWN + 2)))]
    )

    lines = str(report).splitlines()

    assert lines[1] == f"WRONG {'right partition':<34} {9:>9} events, {SHOWN + 2} wrong"
    assert lines[2:] == [*(f"        - line {n}" for n in range(SHOWN)), "        - … and 2 more"]


@pytest.mark.parametrize(("violations", "code"), [((), 0), (("one",), 1)])
def test_the_exit_code_is_1_with_any_violation(violations: tuple[str, ...], code: int) -> None:
    report = Report([result("a", 1), result("b", 1, *violations)])

    assert (report.holds, report.exit_code) == (code == 0, code)
    assert report.failed() == (["b"] if code else [])
    assert report["b"].violations == list(violations)
