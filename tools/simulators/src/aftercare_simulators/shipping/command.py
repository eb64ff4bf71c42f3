"""`aftercare-shipping-simulator`: couriers that take orders, as a process of its own."""

import argparse
import os
import time

import uvicorn

from aftercare_simulators.shipping.app import create
from aftercare_simulators.shipping.books import Account

_LABELS_PER_SECOND = 100


def main() -> None:
    """Serve until a signal stops the process."""
    options = _options().parse_args()
    account = Account(account_no=options.account_no, secret=options.secret, key=options.key)
    uvicorn.run(
        # An earlier process has numbered waybills too, and the shop still has those.
        create(account, first=int(time.time()) * _LABELS_PER_SECOND),
        host=options.host,
        port=options.port,
        log_level=options.log_level,
        timeout_graceful_shutdown=2,
    )


def _options() -> argparse.ArgumentParser:
    # Containers use the environment: everybody on the host can read a command line.
    environment, usual = os.environ.get, Account()
    parser = argparse.ArgumentParser(prog="aftercare-shipping-simulator", description=__doc__)
    parser.add_argument("--host", default=environment("AFTERCARE_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(environment("AFTERCARE_PORT", "8010")))
    parser.add_argument("--account-no", default=environment("AFTERCARE_SHIPPING_ACCOUNT_NO", usual.account_no))
    parser.add_argument("--secret", default=environment("AFTERCARE_SHIPPING_SECRET", usual.secret))
    parser.add_argument("--key", default=environment("AFTERCARE_SHIPPING_KEY", usual.key), help="of Kuaidi100")
    parser.add_argument("--log-level", default="info")
    return parser
