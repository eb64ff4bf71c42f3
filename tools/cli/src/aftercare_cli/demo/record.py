"""What the record at the end of the story must be; looked at here, whatever analytics-svc says of it."""

from collections import defaultdict
from collections.abc import Sequence

from aftercare_cli.person import Body


def flaws(entries: Sequence[Body]) -> list[str]:
    """An event that stands twice, an effect before its cause, a row with a gap; none in a good record."""
    place = {entry["event_id"]: number for number, entry in enumerate(entries)}
    found = ["an event stands twice"] if len(place) < len(entries) else []
    rows: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        rows[entry["subject"]].append(entry["sequence"])
        if entry["caused_by"] is not None and not place.get(entry["caused_by"], number) < number:
            found.append(f"{entry['event_type']} does not follow its cause")
    return found + [f"{subject} has a gap" for subject, row in rows.items() if row != list(range(1, len(row) + 1))]
