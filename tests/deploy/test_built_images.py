"""Images as they are built: their content, size and layers, and that two builds give the same files. `make test-images`."""

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from docker_images import BASE, COMMAND, SERVICES, build, docker

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

LARGEST_BYTES = 250_000_000
"""What an image may be larger than its base."""
BANNED = (
    "rich",
    "pytest",
    "pip",
    "setuptools",
    "uv",
    "hatchling",
    "watchfiles",
    "aftercare_chassis/testing",
    "cyclonedx_py",
)


@dataclass(frozen=True)
class Image:
    """An image's layers above its base, and a fingerprint of each file of its environment."""

    layers: list[str]
    bytes_above_base: int
    labels: dict[str, str]
    files: dict[str, tuple[object, ...]]


def inspected(image: str) -> Image:
    [own], [base] = (json.loads(docker("image", "inspect", each)) for each in (image, BASE))
    number = len(base["RootFS"]["Layers"])
    size = own["Size"] - base["Size"]
    return Image(own["RootFS"]["Layers"][number:], size, own["Config"]["Labels"], dict(_fingerprints(image)))


def _fingerprints(image: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    container = docker("create", image).strip()
    try:
        command = [COMMAND, "export", container]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as exported,
            tarfile.open(fileobj=exported.stdout, mode="r|") as tar,
        ):
            for entry in tar:
                if entry.name.startswith("venv/"):
                    content = tar.extractfile(entry) if entry.isfile() else None
                    digest = hashlib.sha256(content.read()).hexdigest() if content else entry.linkname
                    yield entry.name, (entry.mode, entry.uid, entry.gid, entry.mtime, digest)
    finally:
        docker("rm", container)


@pytest.fixture(scope="module", params=SERVICES)
def image(request: pytest.FixtureRequest) -> Image:
    return inspected(build(request.param, "first"))


def test_it_is_small(image: Image) -> None:
    print(f"\n{image.labels['org.opencontainers.image.title']}: {image.bytes_above_base / 1e6:.0f} MB above its base")
    assert image.bytes_above_base <= LARGEST_BYTES


def test_it_holds_no_tools_of_builds_tests_or_terminals(image: Image) -> None:
    packages = {name.partition("site-packages/")[2] for name in image.files}
    assert [each for each in BANNED if any(name.startswith(f"{each}/") for name in packages)] == []
    assert not [name for name in image.files if name.startswith("venv/bin/activate")]


def test_its_labels_say_what_it_is(image: Image) -> None:
    prefix = "org.opencontainers.image."
    assert image.labels.keys() >= {
        f"{prefix}{name}" for name in ("title", "version", "revision", "licenses", "base.name")
    }


def test_it_lists_its_components(image: Image) -> None:
    assert "venv/sbom.cdx.json" in image.files


def test_services_share_the_layer_of_what_the_libraries_need() -> None:
    layers = [inspected(build(service, "first")).layers for service in SERVICES]
    assert len({each[0] for each in layers}) == 1
    assert len({tuple(each[1:]) for each in layers}) == len(SERVICES)


def test_two_builds_give_the_same_layers() -> None:
    first, second = (
        inspected(build("kb-svc", tag, *words)) for tag, words in (("first", []), ("second", ["--no-cache"]))
    )
    assert len(first.files) > 1000
    differing = {
        name for name in first.files.keys() | second.files.keys() if first.files.get(name) != second.files.get(name)
    }
    assert differing == set()
    assert first.layers == second.layers, "a time or an owner of a folder differs"
