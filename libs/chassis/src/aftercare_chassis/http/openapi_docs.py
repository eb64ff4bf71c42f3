"""`python -m aftercare_chassis.http.openapi_docs`: writes docs/openapi/<service>.json of each service.

With `--check` it writes nothing and fails where a file is stale.
"""

import argparse
import importlib
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path

from aftercare_chassis.settings import ServiceSettings


def document(package: str) -> str:
    """The OpenAPI document of the service in `package`, as text. Its settings are examples: the document does not depend on them."""
    settings_class: type[ServiceSettings] = importlib.import_module(f"{package}.settings").Settings
    service = importlib.import_module(f"{package}.main").service(settings_class.example())
    return json.dumps(service.app.openapi(), ensure_ascii=False, indent=2) + "\n"


def installed() -> list[str]:
    """The packages of the services that are installed in this environment."""
    found = entry_points(group="console_scripts")
    return sorted(each.module.partition(".")[0] for each in found if each.name.endswith("-svc"))


def main() -> int:
    """Returns the exit code: 1 where a file is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="packages of services (default: all that are installed)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is stale")
    parser.add_argument("--into", type=Path, default=Path("docs/openapi"), help="default: %(default)s")
    options = parser.parse_args()
    stale = []
    for package in options.packages or installed():
        path, text = options.into / f"{package.replace('_', '-')}.json", document(package)
        if path.exists() and path.read_text() == text:
            continue
        if options.check:
            stale.append(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in stale:
        print(f"{path} is stale: run python -m aftercare_chassis.http.openapi_docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
