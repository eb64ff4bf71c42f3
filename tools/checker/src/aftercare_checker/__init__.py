"""An independent judge of the event spine: it shares no code with what it judges, and only reads."""

from aftercare_checker.check import check, settled
from aftercare_checker.report import Report, Verdict
from aftercare_checker.suite import Suite

__all__ = ["Report", "Suite", "Verdict", "check", "settled"]
