"""What the checker says: one line per invariant, and an exit code."""

from dataclasses import dataclass, field

SHOWN = 5


@dataclass(slots=True)
class Verdict:
    """One invariant: what was looked at, how much of it, and what is wrong."""

    name: str
    checked: int = 0
    what: str = ""
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.wrong

    def look(self, number: int = 1) -> None:
        """Count what was examined."""
        self.checked += number

    def blame(self, line: str) -> None:
        """Something that must not be."""
        self.wrong.append(line)

    def lines(self) -> list[str]:
        """For a person: the verdict, then the first things that are wrong."""
        mark = "ok   " if self.holds else "WRONG"
        count = f"{self.checked:>9} {self.what}" + (f", {len(self.wrong)} wrong" if self.wrong else "")
        notes = "".join(f" · {note}" for note in self.notes)
        more = [f"        - … and {len(self.wrong) - SHOWN} more"] if len(self.wrong) > SHOWN else []
        return [f"{mark} {self.name:<34} {count}{notes}", *(f"        - {line}" for line in self.wrong[:SHOWN]), *more]


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts of one look."""

    verdicts: list[Verdict]

    @property
    def holds(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)

    @property
    def exit_code(self) -> int:
        return 0 if self.holds else 1

    def __getitem__(self, name: str) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.name == name)

    def failed(self) -> list[str]:
        """Names of the invariants that do not hold."""
        return [verdict.name for verdict in self.verdicts if not verdict.holds]

    def __str__(self) -> str:
        return "\n".join(line for verdict in self.verdicts for line in verdict.lines())
