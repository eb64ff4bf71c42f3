"""Manifests of a kustomization: rendered by `kubectl` or `kustomize`, or the files that it lists, without its changes."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# Any: a manifest is what YAML says; its kind decides the fields.
Manifest = dict[str, Any]


class RenderingError(Exception):
    """The folder cannot be rendered, or kustomize warns of something in it."""


def command() -> list[str] | None:
    """The command that renders a folder, or None where neither kubectl nor kustomize is installed."""
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    return ["kustomize", "build"] if shutil.which("kustomize") else None


def rendered(folder: Path, program: list[str]) -> list[Manifest]:
    """The folder, as this program renders it. Raises: RenderingError."""
    done = subprocess.run([*program, str(folder)], capture_output=True, text=True, timeout=60)
    if done.returncode or done.stderr:
        raise RenderingError(done.stderr.strip() or f"kustomize ended with {done.returncode}")
    return parsed(done.stdout)


def parsed(text: str) -> list[Manifest]:
    """The objects of a YAML stream."""
    return [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each]


def is_component(folder: Path) -> bool:
    """Whether the folder holds a component."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return bool(kustomization["kind"] == "Component")


def sources(folder: Path) -> Iterator[Manifest]:
    """The manifests of an overlay and its components, without its changes."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    for resource in kustomization.get("resources", []) + kustomization.get("components", []):
        path = folder / resource
        if path.is_dir():
            yield from sources(path)
        else:
            yield from parsed(path.read_text(encoding="utf-8"))
