"""`python -m aftercare_chassis.http.openapi_docs`: writes docs/openapi/<service>.json of each service, or with --check compares."""

import argparse
import importlib
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path

from aftercare_chassis.settings import ServiceSettings


def document(package: str) -> str:
    """The OpenAPI of the service in `package`, as it is committed."""
    settings_class: type[ServiceSettings] = importlib.import_module(f"{package}.settings").Settings
    service = importlib.import_module(f"{package}.main").service(settings_class.example())
    return json.dumps(service.app.openapi(), ensure_ascii=False, indent=2) + "\n"


def installed() -> list[str]:
    """The packages of every service command of this environment."""
    found = entry_points(group="console_scripts")
    return sorted(each.module.partition(".")[0] for each in found if each.name.endswith("-svc"))


def main() -> int:
    """0 when everything is written or current, 1 with --check when a file is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "packages", nargs="*", help="service packages, such as order_svc; all installed ones when left out"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is stale")
    parser.add_argument("--into", type=Path, default=Path("docs/openapi"))
    asked = parser.parse_args()
    stale = []
    for package in asked.packages or installed():
        path, wanted = asked.into / f"{package.replace('_', '-')}.json", document(package)
        if asked.check and (not path.exists() or path.read_text() != wanted):
            stale.append(path)
        elif not asked.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted)
    for path in stale:
        print(f"{path} is stale: run python -m aftercare_chassis.http.openapi_docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
