"""The secrets of one stack, created once and kept in its folder."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from aftercare_cli.stack.layout import SERVICES


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Passwords and keys of this machine's stack."""

    postgres: str
    databases: dict[str, str]
    cursor_key: str
    payment_webhook: str

    @classmethod
    def of(cls, home: Path) -> "Secrets":
        """The recorded secrets; the first call creates and records them."""
        file = home / "secrets.json"
        if file.exists():
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        fresh = cls(
            postgres=secrets.token_hex(16),
            databases={service.name: secrets.token_hex(16) for service in SERVICES},
            cursor_key=secrets.token_hex(32),
            payment_webhook="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        )
        home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(fresh), indent=2), encoding="utf-8")
        return fresh
