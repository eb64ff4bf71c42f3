"""Structured logs: one JSON object a line, with the trace id, and without personal data.

Only fields on the allow-list are written as they are. A field nobody listed is replaced by its type: a name or an
address must not slip into the logs because somebody logged "just one more thing".
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.code_places import code_places

Fields = MutableMapping[str, Any]

ALLOWED = frozenset(
    """
    action aggregate attempt attempts backlog bucket buckets cause code consumer count cursor deadline duration_ms error
    event event_id event_type generation group host id kind lag level limit logger method migration name offset operation
    owned partition path_template port process provider partner push queue reason reference_id retry_in revision route
    rows seconds sequence service signal size source span_id state status subject taken timestamp topic trace_id type
    verdict version waited where why worker
    """.split()  # noqa: SIM905
)
_SCALARS = (bool, int, float, type(None))
_LONGEST = 300


def keep_allowed(_: Any, __: str, fields: Fields) -> Fields:
    """A structlog processor: unlisted fields and anything that is not a short scalar keep their type only."""
    for name, value in fields.items():
        if name in ALLOWED and isinstance(value, _SCALARS):
            continue
        if name in ALLOWED or name.endswith("_id"):
            fields[name] = str(value)[:_LONGEST]
        else:
            fields[name] = f"<{type(value).__name__}>"
    return fields


def add_trace(_: Any, __: str, fields: Fields) -> Fields:
    """A structlog processor: the trace this line belongs to."""
    context = tracing.current()
    if context is not None:
        fields["trace_id"] = context.trace_id
    return fields


def drop_exception(_: Any, __: str, fields: Fields) -> Fields:
    """A structlog processor: of an exception its class and places; its message may quote what people wrote."""
    info = fields.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        fields.setdefault("error", type(error).__name__)
        fields["where"] = code_places(error)
    return fields


def configure(service: str, level: str = "info") -> None:
    """Send this process's logs, the libraries' included, to stdout as JSON lines."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        drop_exception,
        _named(service),
        keep_allowed,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Foreign(service))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # aiokafka repeats NodeNotReady ten times a second while a broker is away.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def _named(service: str) -> Any:
    def named(_: Any, __: str, fields: Fields) -> Fields:
        fields["service"] = service
        return fields

    return named


class _Foreign(logging.Formatter):
    """Lines of libraries: their template without its arguments, which may hold anything."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._name = _named(service)

    def format(self, record: logging.LogRecord) -> str:
        fields: Fields = {"event": str(record.msg), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        for step in (stamp, add_trace, drop_exception, self._name, keep_allowed):
            fields = step(None, "", fields)
        return str(structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", fields))
