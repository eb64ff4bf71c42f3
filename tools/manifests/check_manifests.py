"""`python tools/manifests/check_manifests.py [FOLDER …]`: check overlays against the schemas of their kinds; without a folder, all of `deploy/k8s`."""

import argparse
import sys
from pathlib import Path

import kustomize
import object_schemas

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"


def folders(kind: str) -> list[Path]:
    """The components or the overlays of the repository."""
    return sorted((K8S / kind).iterdir())


def checked(folder: Path, program: list[str] | None) -> tuple[int, list[str]]:
    """How many objects the folder has, and their faults. A component cannot be rendered alone: its files are checked."""
    try:
        alone = program is None or kustomize.is_component(folder)
        found = list(kustomize.sources(folder) if alone else kustomize.rendered(folder, program or []))
    except kustomize.RenderingError as error:
        return 0, [str(error)]
    return len(found), [fault for each in found for fault in object_schemas.faults(each)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="check_manifests.py", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a folder with a kustomization")
    program = kustomize.command()
    if program is None:
        print("neither kubectl nor kustomize is here: files are checked as they are, without the changes of overlays")
    failed = False
    for folder in parser.parse_args().folders or [K8S / "base", *folders("components"), *folders("overlays")]:
        number, faults = checked(folder, program)
        failed |= bool(faults)
        print(f"{folder}: {number} objects, {len(faults)} faults")
        print("".join(f"  {fault}\n" for fault in faults), end="")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
