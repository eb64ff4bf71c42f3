"""Structured logs: one JSON object a line, with the trace id, and without personal data.

Only the fields of an allow-list are written as they are, those named here and those that the service registers, and every
field whose name ends in `_id`. Of any other field only the type is written, so that a name or an address that somebody
logs by mistake does not reach the log.
"""

import logging
import sys
import threading
from collections.abc import Callable, Collection, MutableMapping
from typing import Any

import structlog

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.code_places import code_places

Fields = MutableMapping[str, Any]  # Any: a log call may pass values of any type
Processor = Callable[[object, str, Fields], Fields]
"""Takes a logger, which no processor here uses, the name of its method, and the fields."""

FIELDS = frozenset(
    """
    aggregate build code count database end error event event_type file first id issuer level logger offset partition reason
    seconds service timestamp topic tries type where why worker
    """.split()  # noqa: SIM905
)
"""The fields of the chassis' own log lines."""
_SCALARS = (bool, int, float, type(None))
_LONGEST = 300  # characters of one field
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


def keep_allowed(allowed: Collection[str]) -> Processor:
    """A processor that keeps numbers of these fields, the text of others of them, and only the type of every other field."""

    def keep(_: object, __: str, fields: Fields) -> Fields:
        for name, value in fields.items():
            if name in allowed and isinstance(value, _SCALARS):
                continue
            if name in allowed or name.endswith("_id"):
                fields[name] = str(value)[:_LONGEST]
            else:
                fields[name] = f"<{type(value).__name__}>"
        return fields

    return keep


def add_trace(_: object, __: str, fields: Fields) -> Fields:
    """A processor that adds the ids of the trace and the span to which this line belongs."""
    context = tracing.current()
    if context is not None:
        fields["trace_id"], fields["span_id"] = context.trace_id, context.span_id
    return fields


def drop_exception(_: object, __: str, fields: Fields) -> Fields:
    """A processor that keeps the class of an exception and its places in the code; its message may quote personal data."""
    info = fields.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        fields.setdefault("error", type(error).__name__)
        fields["where"] = code_places(error)
    return fields


def configure(service: str, level: str = "info", fields: Collection[str] = ()) -> None:
    """Write this process's logs, those of libraries included, to stdout as JSON lines.

    `fields` are the names of the service's own log fields whose values are written.
    """
    finish: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        drop_exception,
        _add_service(service),
        keep_allowed(FIELDS | set(fields)),
    ]
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, *finish, _JSON],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_LibraryFormatter(finish))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log_uncaught()
    # aiokafka repeats NodeNotReady ten times a second while a broker is away.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def _add_service(service: str) -> Processor:
    def add(_: object, __: str, fields: Fields) -> Fields:
        fields["service"] = service
        return fields

    return add


def _log_uncaught() -> None:
    """Log what nothing has caught, too; Python would print its message on stderr."""
    log = structlog.get_logger("uncaught")

    def uncaught(kind: type[BaseException], error: BaseException, _: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("uncaught_exception", exc_info=error)

    sys.excepthook = uncaught
    threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value or args.exc_type(), None)
    sys.unraisablehook = lambda args: uncaught(args.exc_type, args.exc_value or args.exc_type(), None)


def _is_literal(record: logging.LogRecord) -> bool:
    """Whether the message is a constant in the function that logs it. Others were composed there, perhaps of personal data: asyncio
    writes the message of an exception that no task was asked for."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_filename == record.pathname and frame.f_lineno == record.lineno:
            return record.msg in frame.f_code.co_consts
    return False


class _LibraryFormatter(logging.Formatter):
    """Writes the log records of libraries: their template without its arguments, which may hold personal data, or where the message is
    no template, its place in the code alone."""

    def __init__(self, processors: Collection[Processor]) -> None:
        super().__init__()
        self._processors = processors

    def format(self, record: logging.LogRecord) -> str:
        fields: Fields = {"event": "composed_message", "level": record.levelname.lower(), "logger": record.name}
        if isinstance(record.msg, str) and (record.args or _is_literal(record)):
            fields["event"] = record.msg
        else:
            fields["where"] = f"{record.filename}:{record.lineno} {record.funcName}"
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        for process in self._processors:
            fields = process(None, "", fields)
        return str(_JSON(None, "", fields))
