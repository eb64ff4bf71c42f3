"""`aftercare-provider-simulator`: Stripe, WeChat Pay or Alipay as a process of its own, with a new account and new keys.

The settings of order-svc that belong to the account are written to a file before the first request is served.
"""

import argparse
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from aftercare_simulators.providers.accounts import OPEN

_PORTS = {"stripe": 8011, "wechat_pay": 8012, "alipay": 8013}


def main() -> None:
    """Serve until a signal stops the process."""
    options = _options().parse_args()
    port = options.port or _PORTS[options.provider]
    opened = OPEN[options.provider](f"http://{options.host}:{port}", options.shop_url.rstrip("/"), options.delay)
    _write(options.settings, opened.settings)
    uvicorn.run(opened.app, host=options.host, port=port, log_level=options.log_level, timeout_graceful_shutdown=2)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aftercare-provider-simulator", description=__doc__)
    parser.add_argument("provider", choices=tuple(OPEN))
    parser.add_argument(
        "--settings", type=Path, required=True, help="file for the settings of order-svc (a shell reads it)"
    )
    parser.add_argument(
        "--shop-url", default="http://127.0.0.1:8001", help="where order-svc is; Stripe calls back there"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="8011, 8012 or 8013 unless stated")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds until a buyer pays")
    parser.add_argument("--log-level", default="info")
    return parser


def _write(file: Path, settings: Mapping[str, str]) -> None:
    """Write the settings as variables. They are keys: nobody else may read them."""
    lines = (f"AFTERCARE_{name.upper()}={shlex.quote(value)}\n" for name, value in settings.items())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        written.writelines(lines)
