"""The report of the checker: one line per invariant, and an exit code."""

from dataclasses import dataclass, field

SHOWN = 5


@dataclass(slots=True)
class CheckResult:
    """The check of one invariant. `what` names the objects that `checked` counts."""

    name: str
    checked: int = 0
    what: str = ""
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.violations

    def count(self, number: int = 1) -> None:
        """Add to the number of checked objects."""
        self.checked += number

    def violation(self, line: str) -> None:
        """Record a violation."""
        self.violations.append(line)

    def lines(self) -> list[str]:
        """The printed lines: the result, then the first violations."""
        mark = "ok   " if self.holds else "WRONG"
        count = f"{self.checked:>9} {self.what}" + (f", {len(self.violations)} wrong" if self.violations else "")
        notes = "".join(f" · {note}" for note in self.notes)
        more = [f"        - … and {len(self.violations) - SHOWN} more"] if len(self.violations) > SHOWN else []
        return [
            f"{mark} {self.name:<34} {count}{notes}",
            *(f"        - {line}" for line in self.violations[:SHOWN]),
            *more,
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks."""

    results: list[CheckResult]

    @property
    def holds(self) -> bool:
        return all(result.holds for result in self.results)

    @property
    def exit_code(self) -> int:
        return 0 if self.holds else 1

    def __getitem__(self, name: str) -> CheckResult:
        return next(result for result in self.results if result.name == name)

    def failed(self) -> list[str]:
        """Names of the invariants that do not hold."""
        return [result.name for result in self.results if not result.holds]

    def __str__(self) -> str:
        return "\n".join(line for result in self.results for line in result.lines())
