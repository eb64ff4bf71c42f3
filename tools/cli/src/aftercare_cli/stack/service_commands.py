"""The environment variables of the services, and running a command of a service with them."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from aftercare_chassis.auth.dev_keys import PUBLIC_FILE, make_key_set

from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import COURIERS, EMBEDDER, SERVICES, SIMULATOR, Layout
from aftercare_cli.stack.secrets_file import Secrets

_PROVIDERS = "providers"
ORIGINS = "http://localhost:3000,http://localhost:5173"


def service_variables(layout: Layout, kafka: str) -> dict[str, str]:
    """The variables that all services of the stack have in common."""
    secrets, keys = Secrets.of(layout.home), layout.folder("keys")
    make_key_set(keys)
    return {
        "AFTERCARE_KAFKA": kafka,
        "AFTERCARE_JWKS_FILE": str(keys / PUBLIC_FILE),
        "AFTERCARE_SIGNING_KEY": secrets.cursor_key,
        "AFTERCARE_HOST": "127.0.0.1",
        "AFTERCARE_CORS_ORIGINS": ORIGINS,
        "AFTERCARE_PAYMENT_SIMULATOR_URL": layout.url(SIMULATOR),
        "AFTERCARE_PAYMENT_WEBHOOK_SECRET": secrets.payment_webhook,
        "AFTERCARE_PUBLIC_URL": layout.url(SERVICES[0]),
        "AFTERCARE_EMBEDDINGS_URL": layout.url(EMBEDDER),
        "AFTERCARE_EVIDENCE_PUBLIC_URL": layout.url(SERVICES[1]),
        "AFTERCARE_EVIDENCE_FOLDER": str(layout.home / "evidence"),
        "AFTERCARE_ATTACHMENT_PUBLIC_URL": layout.url(SERVICES[2]),
        "AFTERCARE_ATTACHMENT_FOLDER": str(layout.home / "attachments"),
        **_couriers(layout.url(COURIERS)),
        **_providers(layout),
    }


def _couriers(url: str) -> dict[str, str]:
    """The addresses of the couriers: their simulator, unless the environment names others, such as a sandbox."""
    simulated = {
        "AFTERCARE_SF_URL": f"{url}/std/service",
        "AFTERCARE_KUAIDI100_URL": url,
        "AFTERCARE_KUAIDI100_LABEL_URL": url,
    }
    return {name: os.environ.get(name) or address for name, address in simulated.items()}


def _providers(layout: Layout) -> dict[str, str]:
    """The accounts with the simulators of payment providers that run."""
    lines = [line for file in layout.folder(_PROVIDERS).glob("*.env") for line in file.read_text().splitlines()]
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def settings_file(layout: Layout, provider: str) -> Path:
    """The file with the account of order-svc with the simulator of a payment provider. It exists while that runs."""
    return layout.folder(_PROVIDERS) / f"{provider}.env"


def run_service(layout: Layout, service: str, arguments: Sequence[str]) -> int:
    """Run `<service> <arguments>` on the running stack; its exit code.

    Raises:
        StackError: no stack is running.
    """
    addresses = Addresses.read(layout.stack_file)
    variables = {**service_variables(layout, addresses.kafka), **addresses.variables(service)}
    return subprocess.run([script(service), *arguments], env={**os.environ, **variables}, check=False).returncode


def script(name: str) -> str:
    """The path of a command of this virtual environment.

    Raises:
        StackError: it is not installed.
    """
    found = Path(sys.executable).parent / name
    if not found.exists():
        raise StackError(f"{name} is not installed in this environment: run `make install`")
    return str(found)
