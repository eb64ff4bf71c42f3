"""The figures of what tokens are verified with."""

from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge


class Sources(Protocol):
    """Where keys, issuers and withdrawals come from."""

    def unreadable_files(self) -> int:
        """The files that cannot be read as they are now."""

    def failing_issuers(self) -> int:
        """The issuers whose keys could not be fetched the last time."""


class IdentityMetrics:
    """Files that cannot be read and issuers that do not answer. The log names them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._files = Gauge(
            "aftercare_identity_files_unreadable",
            "Files of issuers, keys and withdrawals that cannot be read as they are now; the last version that could be read counts.",
            registry=registry,
        )
        self._issuers = Gauge(
            "aftercare_issuers_failing",
            "Issuers whose keys could not be fetched the last time; the keys that were fetched before count for 24 hours.",
            registry=registry,
        )

    def watch(self, sources: Sources) -> None:
        """Look at these whenever the figures are scraped."""
        self._files.set_function(sources.unreadable_files)
        self._issuers.set_function(sources.failing_issuers)
