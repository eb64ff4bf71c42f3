"""An independent checker of the suite's guarantees. It reads only, and shares no code with what it checks."""

from aftercare_checker.check import check, settled
from aftercare_checker.report import CheckResult, Report
from aftercare_checker.suite import Suite

__all__ = ["CheckResult", "Report", "Suite", "check", "settled"]
