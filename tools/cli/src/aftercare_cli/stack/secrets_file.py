"""The secrets of one stack, created once and kept in its folder."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from aftercare_cli.stack.layout import SERVICES


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Passwords and keys of this machine's stack."""

    postgres: str
    databases: dict[str, str]
    owners: dict[str, str]
    cursor_key: str
    payment_webhook: str

    @classmethod
    def of(cls, home: Path) -> "Secrets":
        """The recorded secrets; those that are not recorded yet are created and recorded."""
        file = home / "secrets.json"
        recorded = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if recorded.keys() == {each.name for each in fields(cls)}:
            return cls(**recorded)
        made = cls(**(_fresh() | recorded))
        home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(made), indent=2), encoding="utf-8")
        return made


def _fresh() -> dict[str, Any]:  # Any: the fields of Secrets
    return {
        "postgres": secrets.token_hex(16),
        "databases": {service.name: secrets.token_hex(16) for service in SERVICES},
        "owners": {service.name: secrets.token_hex(16) for service in SERVICES},
        "cursor_key": secrets.token_hex(32),
        "payment_webhook": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
