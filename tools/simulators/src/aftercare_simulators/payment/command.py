"""`aftercare-payment-simulator`: the provider as a process of its own."""

import argparse
import logging
import os
from pathlib import Path

import uvicorn

from aftercare_simulators.payment.app import create
from aftercare_simulators.payment.provider import LostResponse


def main() -> None:
    """Serve until a signal stops the process."""
    options = _options().parse_args()
    secret = options.webhook_secret_file.read_text().strip() if options.webhook_secret_file else options.webhook_secret
    logging.getLogger("uvicorn.error").addFilter(_is_no_lost_response)
    uvicorn.run(
        create(secret, books=options.books, delay=options.delay, slow=options.slow),
        host=options.host,
        port=options.port,
        log_level=options.log_level,
        timeout_graceful_shutdown=2,
    )


def _options() -> argparse.ArgumentParser:
    # Containers use the environment: everybody on the host can read a command line.
    environment = os.environ.get
    parser = argparse.ArgumentParser(prog="aftercare-payment-simulator", description=__doc__)
    parser.add_argument("--host", default=environment("AFTERCARE_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(environment("AFTERCARE_PORT", "8009")))
    secret = environment("AFTERCARE_PAYMENT_WEBHOOK_SECRET")
    signing = parser.add_mutually_exclusive_group(required=secret is None)
    signing.add_argument("--webhook-secret", default=secret, help="whsec_…; signs the callbacks")
    signing.add_argument("--webhook-secret-file", type=Path, help="a file that holds it")
    books = environment("AFTERCARE_PAYMENT_BOOKS")
    parser.add_argument(
        "--books",
        type=Path,
        default=Path(books) if books else None,
        help="file that keeps the ledger when the process ends",
    )
    parser.add_argument("--delay", type=float, default=0.05, help="seconds until an ordinary operation ends")
    parser.add_argument("--slow", type=float, default=3.0, help="seconds until a sim_slow operation ends")
    parser.add_argument("--log-level", default="info")
    return parser


def _is_no_lost_response(record: logging.LogRecord) -> bool:
    """A connection that was dropped on request is not an error of the server."""
    return not (record.exc_info and isinstance(record.exc_info[1], LostResponse))
