"""Checks of an order's traceability record, made here independently of analytics-svc."""

from collections import defaultdict
from collections.abc import Sequence

from aftercare_cli.api_client import Body


def record_errors(entries: Sequence[Body]) -> list[str]:
    """What is wrong with the record: a repeated event, an effect before its cause, a gap in an aggregate's sequence."""
    position = {entry["event_id"]: number for number, entry in enumerate(entries)}
    errors = ["an event is listed twice"] if len(position) < len(entries) else []
    sequences: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        sequences[entry["subject"]].append(entry["sequence"])
        if entry["caused_by"] is not None and not position.get(entry["caused_by"], number) < number:
            errors.append(f"{entry['event_type']} does not follow its cause")
    gaps = [subject for subject, found in sequences.items() if found != list(range(1, len(found) + 1))]
    return errors + [f"{subject} has a gap" for subject in gaps]
