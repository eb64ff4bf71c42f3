"""Which build of the services a process runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from servers import HERE, Process


@dataclass(frozen=True, slots=True)
class Build:
    """A `launch.py`, and the variables with which it finds the sources."""

    launch: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def give(self, process: Process) -> None:
        """Let a stopped process run this build when it is started."""
        process.command[1] = self.launch
        process.environment.pop("PYTHONPATH", None)
        process.environment |= self.environment


THIS = Build(str(HERE / "launch.py"))
