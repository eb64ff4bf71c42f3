"""The figures of a process, read as Prometheus reads them."""

from aftercare_chassis.runtime import Runtime
from prometheus_client.parser import text_string_to_metric_families


def figure(runtime: Runtime, name: str, **labels: str) -> float:
    """The value of the one series with this name and these labels, `le` left out. Raises: ValueError where there is none."""
    [value] = (
        sample.value
        for family in text_string_to_metric_families(runtime.metrics.exposition().decode())
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    )
    return value
