"""Images of the services, built and run by Docker."""

import os
import subprocess

from manifests import ROOT

BASE = os.environ.get("PYTHON_IMAGE", "python:3.12-slim")
SERVICES = ("order-svc", "aftersale-svc", "cs-svc", "kb-svc", "analytics-svc")
COMMAND = os.environ.get("DOCKER", "docker")


def docker(*words: str) -> str:
    """What this command prints.

    Raises:
        AssertionError: it fails.
    """
    environment = os.environ | {"DOCKER_BUILDKIT": "1"}
    done = subprocess.run([COMMAND, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def build(service: str, tag: str, *words: str) -> str:
    """The name of the image of this service, built from the checkout."""
    image = f"aftercare-test/{service}:{tag}"
    arguments = [f"--build-arg={name}={value}" for name, value in {"SERVICE": service, "BASE_IMAGE": BASE}.items()]
    docker("build", "--quiet", "--file=deploy/Dockerfile", f"--tag={image}", *arguments, *words, ".")
    return image
